"""Webhooks: whoever sends whatever gets an answer, and what is not signed is never stored."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzed import JSON, TEXTS, json_bytes, with_members
from stockpool.errors import RejectedError
from stockpool.plugins.channel import WebhookHint
from stockpool_shopify.webhooks import BODY_BYTES_MOST, PRIVACY_TOPICS, parse

SHOP = "corner.myshopify.com"
TOPICS = st.sampled_from(
    [*PRIVACY_TOPICS, "orders/create", "orders/edited", "refunds/create", "fulfillments/update"]
)
NUMBERS = st.integers() | st.just("gid://shopify/Order/17") | TEXTS
ORDERS = with_members(
    id=NUMBERS,
    order_id=NUMBERS,
    order=with_members(id=NUMBERS),
    order_edit=with_members(order_id=NUMBERS),
    customer=with_members(email=TEXTS, phone=TEXTS),
    orders_to_redact=st.lists(NUMBERS, max_size=3),
    orders_requested=st.lists(NUMBERS, max_size=3),
)


def signature(body: bytes) -> str:
    return base64.b64encode(hmac.new(b"secret", body, hashlib.sha256).digest()).decode()


def headers(topic: str, signed: str) -> dict[str, str]:
    return {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": "d-1",
        "X-Shopify-Hmac-Sha256": signed,
    }


@given(topic=TOPICS | TEXTS, body=json_bytes(ORDERS | JSON) | st.binary(max_size=50))
def test_a_signed_body_is_a_hint_or_is_refused(topic: str, body: bytes) -> None:
    try:
        hint = parse(headers(topic, signature(body)), body, shop=SHOP, secrets=["old", "secret"])
    except RejectedError:
        return
    assert isinstance(hint, WebhookHint)
    orders = [*hint.channel_order_ids, *(hint.privacy.channel_order_ids if hint.privacy else ())]
    assert all(order.startswith("gid://shopify/Order/") and len(order) < 120 for order in orders)
    if hint.privacy is not None:
        for text in (hint.privacy.email, hint.privacy.phone):
            assert text.isprintable()  # else no database could store it


@given(
    given=st.dictionaries(
        st.sampled_from(["Shopify-Topic", "x-shopify-hmac-sha256", "X-Shopify-Shop-Domain"])
        | st.text(max_size=8),
        TEXTS | st.text(st.characters(max_codepoint=255)),
        max_size=5,
    ),
    body=st.binary(max_size=50),
)
def test_what_is_not_signed_is_refused(given: dict[str, str], body: bytes) -> None:
    with pytest.raises(RejectedError):
        parse(given, body, shop=SHOP, secrets=["secret"])


@given(place=st.integers(0, 10_000), change=st.integers(1, 255))
def test_one_byte_of_the_body_or_the_signature_makes_it_another(place: int, change: int) -> None:
    body = b'{"id": 17, "note": "Thank you very much"}'
    signed = bytearray(signature(body).encode())
    sent = bytearray(body)
    altered = sent if place % 2 else signed
    altered[place // 2 % len(altered)] ^= change
    with pytest.raises(RejectedError):
        parse(
            headers("orders/create", signed.decode("latin-1")),
            bytes(sent),
            shop=SHOP,
            secrets=["secret"],
        )


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"id": ' + b"9" * 5_000 + b"}", b"\xff\xfe", b'"\\ud800"']
)
def test_json_that_python_can_not_stand_is_refused_or_names_nothing(body: bytes) -> None:
    try:
        hint = parse(headers("orders/create", signature(body)), body, shop=SHOP, secrets=["secret"])
    except RejectedError:
        return
    assert hint.channel_order_ids == ()


def test_a_body_that_is_too_long_is_not_even_verified() -> None:
    body = b" " * (BODY_BYTES_MOST + 1)
    with pytest.raises(RejectedError, match="longer than"):
        parse(headers("orders/create", signature(body)), body, shop=SHOP, secrets=["secret"])
