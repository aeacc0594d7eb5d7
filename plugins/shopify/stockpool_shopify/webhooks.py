"""Webhooks: verified over their raw body, and taken for what they are, hints.

The truth is read again by polling; so a webhook that is late, repeated, lost or redacted does no
harm.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stockpool.errors import RejectedError
from stockpool.plugins.channel import PrivacyKind, PrivacyRequest, WebhookHint
from stockpool_shopify.shop import WORK

PRIVACY_TOPICS: Mapping[str, PrivacyKind] = {
    "customers/data_request": "export",
    "customers/redact": "erase",
    "shop/redact": "erase_everybody",
}
"""What Shopify demands to be acted on within 30 days."""

BODY_BYTES_MOST = 5_000_000

_DIGITS_MOST = 20
"""Of an order's number, which is an unsigned 64-bit integer."""

_ID = re.compile(r"[\w.:-]{1,100}")
_WORK = re.compile(rf"{re.escape(WORK)}[0-9]{{1,20}}")
_TOPIC = re.compile(r"[a-z_]{1,50}/[a-z_]{1,80}")


def parse(
    headers: Mapping[str, str], body: bytes, *, shop: str, secrets: Sequence[str]
) -> WebhookHint:
    """Verify a webhook and say what it is about.

    Args:
        secrets: any of which may have signed it: after a rotation Shopify signs with the old one
            for a while.

    Raises:
        RejectedError: it is not signed, not of this shop, or no webhook. Answer 401.
    """
    # Newer deliveries leave out the X-; names differ in case by what is between Shopify and us.
    given = {name.lower().removeprefix("x-"): value for name, value in headers.items()}
    if len(body) > BODY_BYTES_MOST:
        raise RejectedError("webhook", f"the body is longer than {BODY_BYTES_MOST} bytes")
    if not _is_signed(given.get("shopify-hmac-sha256", ""), body, secrets):
        raise RejectedError("webhook", "the signature is missing or wrong")
    # The signature does not cover the headers: it may be another shop's delivery, sent here.
    if given.get("shopify-shop-domain", "").lower() != shop.lower():
        raise RejectedError("webhook", "the delivery is of another shop")
    topic = given.get("shopify-topic", "")
    delivery_id = given.get("shopify-webhook-id", "")
    if not _TOPIC.fullmatch(topic) or not _ID.fullmatch(delivery_id):
        raise RejectedError("webhook", "the topic or the delivery's id is missing")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RejectedError("webhook", "the body is no JSON") from error
    orders = tuple(dict.fromkeys(_orders(topic, payload)))
    return WebhookHint(delivery_id, topic, orders, _privacy(topic, payload))


def _is_signed(signature: str, body: bytes, secrets: Sequence[str]) -> bool:
    """Every secret is tried, whichever fits, so that the time tells nothing."""
    given = signature.encode("utf-8", "replace")
    fits = [
        hmac.compare_digest(
            base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()), given
        )
        for secret in secrets
    ]
    return any(fits)


def _orders(topic: str, payload: Any) -> Iterator[str]:
    """The orders that a payload names, or the fulfillment orders, which know theirs."""
    if not isinstance(payload, dict):
        return
    edit = payload.get("order_edit")
    if topic.startswith("orders/"):
        yield from _gid(edit.get("order_id") if isinstance(edit, dict) else payload.get("id"))
    elif topic.split("/")[0] in (
        "refunds",
        "fulfillments",
        "fulfillment_events",
        "order_transactions",
        "returns",
    ):
        order = payload.get("order")
        yield from _gid(payload.get("order_id"))
        yield from _gid(order.get("id") if isinstance(order, dict) else None)
    elif topic.startswith(("fulfillment_orders/", "fulfillment_holds/")):
        # A split, a merge or a move names several, under names that tell what each has become.
        for part in payload.values():
            work = part.get("id") if isinstance(part, dict) else None
            if isinstance(work, str) and _WORK.fullmatch(work):
                yield work


def _privacy(topic: str, payload: Any) -> PrivacyRequest | None:
    """What a privacy topic demands."""
    kind = PRIVACY_TOPICS.get(topic)
    if kind is None or not isinstance(payload, dict):
        return None
    customer = payload.get("customer")
    known = customer if isinstance(customer, dict) else {}
    numbers = payload.get("orders_to_redact") or payload.get("orders_requested")
    return PrivacyRequest(
        kind,
        email=_printable(known.get("email")),
        phone=_printable(known.get("phone")),
        channel_order_ids=tuple(
            order
            for number in (numbers if isinstance(numbers, list) else ())
            for order in _gid(number)
        ),
    )


def _printable(text: Any) -> str:
    """A text that can be stored and found again; anything else is none."""
    return text if isinstance(text, str) and text.isprintable() else ""


def _gid(order_id: Any) -> Iterator[str]:
    if isinstance(order_id, bool) or not isinstance(order_id, int | str):
        return
    number = str(order_id).removeprefix("gid://shopify/Order/")
    if number.isascii() and number.isdigit() and len(number) <= _DIGITS_MOST:
        yield f"gid://shopify/Order/{number}"
