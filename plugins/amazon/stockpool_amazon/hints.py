"""Notifications as hints of which orders have news.

What a notification says is not taken for the truth: it may be old, come twice, or be anybody's who
may write into the queue. It names an order, and that is read. So a message that can't be read, or
is of another type, loses nothing that the polling would not find; it is told to the log and goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from stockpool_amazon.message_queue import MESSAGES_MOST, Message, MessageQueue

ORDER_STATUS = "FULFILLMENT_ORDER_STATUS"

_ID_CHARACTERS_MOST = 40
"""Of a sellerFulfillmentOrderId (Fulfillment Outbound API 2020-07-01)."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one look into the queue brought.

    Attributes:
        order_ids: orders that have news, each once.
        handles: of all messages that were taken, for `forget`.
        more: whether there may be more of them.
    """

    order_ids: list[str]
    handles: list[str]
    more: bool


class Hints:
    """Reads order ids out of the queue's messages."""

    def __init__(self, queue: MessageQueue) -> None:
        self._queue = queue

    def hear(self) -> Heard:
        """Take some messages. They come again unless they are forgotten.

        Raises:
            QueueUnavailable.
        """
        messages = self._queue.take()
        named = [order_id for one in messages if (order_id := _order_id(one)) is not None]
        handles = [one.handle for one in messages]
        return Heard(list(dict.fromkeys(named)), handles, len(messages) == MESSAGES_MOST)

    def forget(self, handles: list[str]) -> None:
        """Delete messages: what they said is stored. Raises QueueUnavailable."""
        self._queue.delete(handles)


def _order_id(message: Message) -> str | None:
    """The order that a message names; None, and a line in the log, if it names none."""
    try:
        return order_id_of(message.body)
    except ValueError as error:
        # The body is not repeated: it can be anything.
        _log.warning("notification_put_aside", message=message.message_id, reason=str(error))
        return None


def order_id_of(body: str) -> str:
    """The MCF order that a FULFILLMENT_ORDER_STATUS notification is about.

    Newer types of notifications write all names with small letters at the beginning, so the letter
    case is not looked at.

    Raises:
        ValueError: the body is no such notification; says why.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    kind = _member(document, "NotificationType")
    if kind != ORDER_STATUS:
        shown = kind[:100] if isinstance(kind, str) else "no type"
        raise ValueError(f"it is of {shown}, not {ORDER_STATUS}")
    payload = _member(document, "Payload")
    told = _member(payload, "FulfillmentOrderStatusNotification")
    order_id = _member(told, "SellerFulfillmentOrderId")
    if not isinstance(order_id, str) or not 1 <= len(order_id) <= _ID_CHARACTERS_MOST:
        raise ValueError(f"SellerFulfillmentOrderId has not 1 to {_ID_CHARACTERS_MOST} characters")
    if not order_id.isprintable():
        raise ValueError("SellerFulfillmentOrderId is not printable")
    return order_id


def _member(document: Any, name: str) -> Any:
    if not isinstance(document, Mapping):
        return None
    wanted = name.casefold()
    return next((value for key, value in document.items() if key.casefold() == wanted), None)
