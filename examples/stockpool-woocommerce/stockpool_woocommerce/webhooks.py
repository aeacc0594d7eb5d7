"""Webhooks: WooCommerce signs their raw body with the webhook's own secret."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256

from stockpool.errors import RejectedError
from stockpool.plugins.channel import WebhookHint


def hint(headers: Mapping[str, str], body: bytes, secret: str) -> WebhookHint:
    """What a webhook is about.

    Raises:
        RejectedError: it is not signed with `secret`, or says nothing that could be acted on.
    """
    known = {name.lower(): value for name, value in headers.items()}
    signed = base64.b64encode(hmac.new(secret.encode(), body, sha256).digest()).decode()
    if not hmac.compare_digest(signed, known.get("x-wc-webhook-signature", "")):
        raise RejectedError("bad_signature", "the webhook is not signed with our secret")
    delivery = known.get("x-wc-webhook-delivery-id")
    topic = known.get("x-wc-webhook-topic")
    if not delivery or not topic:
        raise RejectedError("no_delivery", "the webhook has no delivery id or no topic")
    return WebhookHint(delivery, topic, _orders(topic, body))


def _orders(topic: str, body: bytes) -> tuple[str, ...]:
    if not topic.startswith("order."):
        return ()
    try:
        number = json.loads(body).get("id")
    except (ValueError, AttributeError):
        return ()
    return (str(number),) if isinstance(number, int) else ()
