"""Queues as Amazon SQS keeps them (standard queues, API of 2012-11-05).

A message that is taken is hidden for a while and comes again unless it is deleted by the handle of
its latest taking. Whether a message is hidden goes by the engine's clock, which whoever reads the
queue lives by; how long one is kept, by the simulator's.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace

from stockpool_amazon_sim.notifications.notification_records import (
    MessageQueue,
    QueueMessage,
    queue_of_arn,
)
from stockpool_amazon_sim.records import DAY, SECOND, Micros
from stockpool_amazon_sim.world import World

VISIBILITY_SECONDS = 30
"""How long a message that was taken is hidden, unless the reader says otherwise (SQS's default)."""

RETENTION_SECONDS = 4 * 86_400
"""How long a message that nobody deletes is kept (SQS's default)."""


class QueueError(ValueError):
    """What a queue refuses, with SQS's name for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class TakenMessage:
    """A message as it was taken, and the handle that deletes it."""

    handle: str
    message: QueueMessage


def make(world: World, arn: str) -> MessageQueue:
    """The queue that an ARN names; it is made if it was not there."""
    key = queue_of_arn(arn)
    queue = world.store.queues.get(key)
    if queue is None:
        queue = MessageQueue(key, arn, world.now)
        world.store.queues.put(key, queue)
    return queue


def known_queue(world: World, key: str) -> MessageQueue:
    """A queue.

    Raises:
        QueueError: QueueDoesNotExist.
    """
    queue = world.store.queues.get(key) if key.isprintable() else None
    if queue is None:
        raise QueueError("QueueDoesNotExist", "The specified queue does not exist.")
    return queue


def find(world: World, name: str, account: str | None) -> MessageQueue:
    """A queue by its name, of an account or of any.

    Raises:
        QueueError: QueueDoesNotExist.
    """
    for key, queue in world.store.queues.all():
        _, owner, known = key.split("/", 2)
        if known == name and account in (None, owner):
            return queue
    raise QueueError("QueueDoesNotExist", "The specified queue does not exist.")


def send(world: World, key: str, message_id: str, body: str) -> None:
    """Put a message into a queue. What was kept there for too long goes."""
    _let_go(world, key)
    world.store.count("queue_messages")
    number = world.store.counter("queue_messages")
    _put(world, QueueMessage(number, key, message_id, body, world.now))


def take(
    world: World, key: str, at: Micros, most: int, seconds: int = VISIBILITY_SECONDS
) -> list[TakenMessage]:
    """Take up to `most` visible messages and hide them for `seconds` from `at`."""
    _let_go(world, key)
    taken = []
    for place, message in world.store.queue_messages.scan(f"{key}|", limit=most):
        if message.visible_at > at:
            break
        world.store.queue_messages.remove(place)
        message.visible_at = at + seconds * SECOND
        message.taken += 1
        message.taken_first_at = message.taken_first_at or at
        _put(world, message)
        taken.append(TakenMessage(_handle(message), replace(message)))
    return taken


def delete(world: World, key: str, handle: str) -> None:
    """Delete a message by the handle of its latest taking.

    An older handle changes nothing, and neither does that of a message that has gone: SQS answers
    both with success.

    Raises:
        QueueError: ReceiptHandleIsInvalid.
    """
    message = _of_handle(world, key, handle)
    if message is not None:
        _remove(world, message)


def hide(world: World, key: str, handle: str, at: Micros, seconds: int) -> None:
    """Let a message that was taken be hidden for `seconds` from `at`; 0: it comes again at once.

    Raises:
        QueueError: ReceiptHandleIsInvalid, or MessageNotInflight if it is not hidden now.
    """
    message = _of_handle(world, key, handle)
    if message is None or message.visible_at <= at:
        raise QueueError("MessageNotInflight", "The specified message isn't in flight.")
    world.store.queue_messages.remove(message.place)
    message.visible_at = at + seconds * SECOND
    _put(world, message)


def count(world: World, key: str, at: Micros) -> tuple[int, int]:
    """How many messages can be taken, and how many are hidden."""
    _let_go(world, key)
    hidden = [message.visible_at > at for _, message in world.store.queue_messages.all(f"{key}|")]
    return hidden.count(False), hidden.count(True)


def drop(world: World, key: str) -> None:
    """Forget all messages of a queue."""
    for place, message in list(world.store.queue_messages.all(f"{key}|")):
        world.store.queue_messages.remove(place)
        world.store.queue_places.remove(_number_key(message))


def _let_go(world: World, key: str) -> None:
    # Messages were sent in the order of their numbers.
    kept_since = world.now - RETENTION_SECONDS // 86_400 * DAY
    for _, place in world.store.queue_places.all(f"{key}|"):
        message = world.store.queue_messages.get(place)
        assert message is not None, place
        if message.sent_at >= kept_since:
            return
        _remove(world, message)


def _put(world: World, message: QueueMessage) -> None:
    world.store.queue_messages.put(message.place, message)
    world.store.queue_places.put(_number_key(message), message.place)


def _remove(world: World, message: QueueMessage) -> None:
    world.store.queue_messages.remove(message.place)
    world.store.queue_places.remove(_number_key(message))


def _number_key(message: QueueMessage) -> str:
    return f"{message.queue}|{message.number:012d}"


def _handle(message: QueueMessage) -> str:
    return base64.urlsafe_b64encode(f"{message.number}:{message.taken}".encode()).decode()


def _of_handle(world: World, key: str, handle: str) -> QueueMessage | None:
    """The message, if this is the handle of its latest taking."""
    try:
        number, taken = map(int, base64.urlsafe_b64decode(handle).decode().split(":"))
    except (ValueError, binascii.Error):
        raise QueueError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.") from None
    place = world.store.queue_places.get(f"{key}|{number:012d}")
    message = None if place is None else world.store.queue_messages.get(place)
    return message if message is not None and message.taken == taken else None
