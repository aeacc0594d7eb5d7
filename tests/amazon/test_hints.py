"""What is read out of a notification: an order's id, or why there is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from stockpool_amazon.hints import Hints, order_id_of
from stockpool_amazon.message_queue import MESSAGES_MOST, Message, MessageQueue


def notification(order_id: Any = "F-1", kind: str = "FULFILLMENT_ORDER_STATUS") -> dict[str, Any]:
    told = {"SellerFulfillmentOrderId": order_id, "FulfillmentOrderStatus": "Complete"}
    payload = {"FulfillmentOrderStatusNotification": told}
    return {"NotificationType": kind, "PayloadVersion": "1.0", "Payload": payload}


def in_small_letters(document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    return {name[0].lower() + name[1:]: in_small_letters(v) for name, v in document.items()}


def test_the_order_is_named() -> None:
    assert order_id_of(json.dumps(notification())) == "F-1"


def test_names_may_begin_with_small_letters() -> None:
    assert order_id_of(json.dumps(in_small_letters(notification()))) == "F-1"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("no JSON", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no type"),
        ("{}", "no type"),
        (json.dumps(notification(kind="ORDER_CHANGE")), "it is of ORDER_CHANGE"),
        (json.dumps({"NotificationType": "FULFILLMENT_ORDER_STATUS"}), "SellerFulfillmentOrderId"),
        (json.dumps(notification(17)), "1 to 40 characters"),
        (json.dumps(notification("")), "1 to 40 characters"),
        (json.dumps(notification("x" * 41)), "1 to 40 characters"),
        (json.dumps(notification("F\n1")), "not printable"),
    ],
)
def test_what_names_no_order(body: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        order_id_of(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_no_body_breaks_the_reader(document: Any) -> None:
    body = json.dumps({"NotificationType": "FULFILLMENT_ORDER_STATUS", "Payload": document})
    with pytest.raises(ValueError, match="SellerFulfillmentOrderId"):
        order_id_of(body)


class Queue(MessageQueue):
    """One that holds what a test puts there."""

    def __init__(self, *bodies: str) -> None:
        self.bodies = bodies

    def take(self) -> list[Message]:
        return [Message(f"m-{n}", f"h-{n}", body) for n, body in enumerate(self.bodies)]


def test_an_order_is_named_once_and_every_message_can_be_forgotten() -> None:
    body = json.dumps(notification())
    heard = Hints(Queue(body, "poison", json.dumps(notification("F-2")), body)).hear()
    assert heard.order_ids == ["F-1", "F-2"]
    assert heard.handles == ["h-0", "h-1", "h-2", "h-3"]
    assert not heard.more


def test_a_full_hand_means_that_there_may_be_more() -> None:
    assert Hints(Queue(*["poison"] * MESSAGES_MOST)).hear().more


def test_what_is_put_aside_is_told_without_its_content() -> None:
    with structlog.testing.capture_logs() as logs:
        Hints(Queue("a secret of a buyer")).hear()
    assert logs == [
        {
            "event": "notification_put_aside",
            "log_level": "warning",
            "message": "m-0",
            "reason": "it is not JSON",
        }
    ]
