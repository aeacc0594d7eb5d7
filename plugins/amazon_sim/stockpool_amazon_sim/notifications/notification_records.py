"""What the simulator remembers of notifications and their queues. See `records`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from stockpool_amazon_sim.records import Micros, stored


@stored
@dataclass(slots=True)
class NotificationDestination:
    """Where notifications go: an SQS queue, or an EventBridge bus of an AWS account.

    Attributes:
        arn: of the SQS queue; empty for EventBridge.
        account_id, region, source: of EventBridge; empty for SQS.
        callback: where what comes is posted to (a control sets it); empty: nowhere.
    """

    destination_id: str
    name: str
    arn: str = ""
    account_id: str = ""
    region: str = ""
    source: str = ""
    callback: str = ""

    @property
    def queue(self) -> str:
        """The key of the queue in which its notifications are kept."""
        return queue_of_arn(self.arn) if self.arn else f"events/{self.destination_id}"


@stored
@dataclass(slots=True)
class NotificationSubscription:
    """That one type of notification, in one version, goes to a destination.

    Attributes:
        directive: the processing directive, as it was sent; None: there is none.
    """

    subscription_id: str
    notification_type: str
    payload_version: str
    destination_id: str
    directive: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """Its key in the table of subscriptions."""
        return f"{self.notification_type}|{self.subscription_id}"


@stored
@dataclass(slots=True)
class MessageQueue:
    """A queue that holds messages until somebody takes and deletes them."""

    key: str
    arn: str
    created_at: Micros


@stored
@dataclass(slots=True)
class QueueMessage:
    """A message in a queue.

    Attributes:
        number: counts all messages of all queues.
        sent_at: by the simulator's clock.
        visible_at: from when it can be taken (again), by the engine's clock; 0: it never was.
        taken: how often it was taken.
        taken_first_at: by the engine's clock.
    """

    number: int
    queue: str
    message_id: str
    body: str
    sent_at: Micros
    visible_at: Micros = 0
    taken: int = 0
    taken_first_at: Micros = 0

    @property
    def place(self) -> str:
        """Its key in the table of messages: in the order in which they can be taken."""
        return f"{self.queue}|{self.visible_at:020d}|{self.number:012d}"


def queue_of_arn(arn: str) -> str:
    """The key of the queue that an ARN names: region, account and name."""
    return "/".join(arn.split(":", 5)[3:])


def decode_destination(document: str) -> NotificationDestination:
    """Read back what `encode` wrote of a destination."""
    return NotificationDestination(*json.loads(document))


def decode_subscription(document: str) -> NotificationSubscription:
    """Read back what `encode` wrote of a subscription."""
    return NotificationSubscription(*json.loads(document))


def decode_queue(document: str) -> MessageQueue:
    """Read back what `encode` wrote of a queue."""
    return MessageQueue(*json.loads(document))


def decode_message(document: str) -> QueueMessage:
    """Read back what `encode` wrote of a message."""
    return QueueMessage(*json.loads(document))
