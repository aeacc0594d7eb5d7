"""Webhooks: who signed them, whose they are, and which orders they name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import pytest

from shopify_shop import find_schemas
from shopify_shop.schema import MISSING
from stockpool.errors import RejectedError
from stockpool.plugins.channel import PrivacyRequest
from stockpool_shopify.webhooks import parse

SHOP = "corner.myshopify.com"
_FOLDER = find_schemas()
SAMPLES = sorted((_FOLDER / "webhooks").glob("*.json")) if _FOLDER else []


def signed(body: bytes, topic: str = "orders/create", **headers: str) -> dict[str, str]:
    digest = hmac.new(b"secret", body, hashlib.sha256).digest()
    return {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        **headers,
    }


def hint(topic: str, payload: Any) -> tuple[str, ...]:
    body = json.dumps(payload).encode()
    return tuple(parse(signed(body, topic), body, shop=SHOP, secrets=["secret"]).channel_order_ids)


@pytest.mark.parametrize(
    ("topic", "payload", "order"),
    [
        ("orders/create", {"id": 820982911946154508}, "820982911946154508"),
        ("orders/edited", {"order_edit": {"order_id": 7}}, "7"),
        ("refunds/create", {"id": 1, "order_id": 7}, "7"),
        ("fulfillments/create", {"id": 1, "order_id": 7}, "7"),
        ("returns/request", {"id": 1, "order": {"id": 7}}, "7"),
    ],
)
def test_the_order_is_named_exactly(topic: str, payload: Any, order: str) -> None:
    assert hint(topic, payload) == (f"gid://shopify/Order/{order}",)


def test_of_work_that_was_split_every_part_is_named() -> None:
    """These deliveries name no order; whoever reads the hint looks it up."""
    work = "gid://shopify/FulfillmentOrder/"
    payload = {
        "fulfillment_order": {"id": f"{work}1", "status": "open"},
        "remaining_fulfillment_order": {"id": f"{work}2"},
        "replacement_fulfillment_order": {"id": f"{work}x"},
        "split_line_items": [{"id": "gid://shopify/FulfillmentOrderLineItem/1", "quantity": 1}],
        "fulfillment_hold": {"id": "gid://shopify/FulfillmentHold/1"},
        "destination_location_id": "gid://shopify/Location/1",
    }
    assert hint("fulfillment_orders/split", payload) == (f"{work}1", f"{work}2")


@pytest.mark.parametrize("payload", [[], None, 7, {"id": None}, {"id": True}, {"id": "x"}])
def test_a_payload_of_another_shape_names_no_order(payload: Any) -> None:
    assert hint("orders/create", payload) == ()


def test_header_names_may_be_of_any_case_and_without_x() -> None:
    body = b"{}"
    given = {name.lower().removeprefix("x-"): v for name, v in signed(body).items()}
    assert parse(given, body, shop=SHOP, secrets=["secret"]).topic == "orders/create"


def test_the_secret_before_a_rotation_is_good_too() -> None:
    body = b"{}"
    assert parse(signed(body), body, shop=SHOP, secrets=["new", "secret"])
    with pytest.raises(RejectedError, match="signature"):
        parse(signed(body), body, shop=SHOP, secrets=["new"])


@pytest.mark.parametrize("signature", ["", "x", "ä", "=" * 44])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    with pytest.raises(RejectedError, match="signature"):
        parse(
            signed(b"{}", **{"X-Shopify-Hmac-Sha256": signature}),
            b"{}",
            shop=SHOP,
            secrets=["secret"],
        )


def test_the_signature_is_of_the_raw_bytes() -> None:
    with pytest.raises(RejectedError, match="signature"):
        parse(signed(b'{"id":1}'), b'{"id": 1}', shop=SHOP, secrets=["secret"])


def test_a_delivery_of_another_shop_is_refused() -> None:
    """The headers are not signed: it may be a delivery that was sent on."""
    headers = signed(b"{}", **{"X-Shopify-Shop-Domain": "other.myshopify.com"})
    with pytest.raises(RejectedError, match="another shop"):
        parse(headers, b"{}", shop=SHOP, secrets=["secret"])


@pytest.mark.parametrize("missing", ["X-Shopify-Topic", "X-Shopify-Webhook-Id"])
def test_a_delivery_without_its_head_is_refused(missing: str) -> None:
    with pytest.raises(RejectedError, match="topic or the delivery's id"):
        parse(signed(b"{}", **{missing: ""}), b"{}", shop=SHOP, secrets=["secret"])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(RejectedError, match="no JSON"):
        parse(signed(body), body, shop=SHOP, secrets=["secret"])


def privacy(topic: str, payload: Any) -> PrivacyRequest | None:
    body = json.dumps(payload).encode()
    return parse(signed(body, topic), body, shop=SHOP, secrets=["secret"]).privacy


def test_what_the_topics_of_privacy_demand_is_told() -> None:
    customer = {"id": 191167, "email": "john@example.com", "phone": "555-625-1199"}
    orders = ("gid://shopify/Order/299938", "gid://shopify/Order/280263")
    numbers = [299938, 280263]
    assert privacy(
        "customers/redact", {"customer": customer, "orders_to_redact": numbers}
    ) == PrivacyRequest("erase", "john@example.com", "555-625-1199", orders)
    assert privacy(
        "customers/data_request", {"customer": customer, "orders_requested": numbers}
    ) == PrivacyRequest("export", "john@example.com", "555-625-1199", orders)
    assert privacy("shop/redact", {"shop_id": 1}) == PrivacyRequest("erase_everybody")
    assert privacy("orders/create", {"customer": customer}) is None


@pytest.mark.parametrize(
    "payload",
    [{}, {"customer": None}, {"customer": [], "orders_to_redact": None}, {"orders_to_redact": 7}],
)
def test_a_demand_of_another_shape_names_nobody(payload: Any) -> None:
    assert privacy("customers/redact", payload) == PrivacyRequest("erase")


@pytest.mark.skipif(not SAMPLES, reason=MISSING)
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_shopifys_samples_are_taken_in(path: Path) -> None:
    sample = json.loads(path.read_text("utf-8"))
    topic = sample.get("topic") or path.stem.split("__")[1] + "/" + path.stem.split("__")[2]
    found = hint(topic, sample["example"])
    if topic.startswith(("orders/", "refunds/", "fulfillments/", "order_transactions/")):
        assert len(found) == 1
    if topic.startswith(("fulfillment_orders/", "fulfillment_holds/")):
        assert found
    for named in found:
        assert re.fullmatch(r"gid://shopify/(Order|FulfillmentOrder)/[0-9]+", named)
