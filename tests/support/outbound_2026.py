"""Bodies of the Fulfillment Outbound API 2026-07-04, and the way to an order's state."""

from __future__ import annotations

from typing import Any

from sp_api_caller import Answer, Caller, address

BASE = "/fulfillment/outbound/2026-07-04"
ORDERS = f"{BASE}/orders"


def amount(units: int) -> dict[str, str]:
    return {"unit": "EACHES", "value": str(units)}


def line(sku: str = "MUG", units: int = 2, line_id: str = "1", **changes: Any) -> dict[str, Any]:
    return {
        "lineItemId": line_id,
        "product": {"productIdentifier": {"amazonSku": sku}},
        "amount": amount(units),
    } | changes


def body(order_id: str = "F-1", units: int = 2, **changes: Any) -> dict[str, Any]:
    """A createOrder body; `configuration` is short for its fulfillmentConfiguration."""
    if "configuration" in changes:
        changes["fulfillmentConfiguration"] = changes.pop("configuration")
    return {
        "orderId": order_id,
        "origin": {"countryCode": "US"},
        "destination": {"deliveryAddress": address()},
        "lineItems": [line(units=units)],
    } | changes


def get(shop: Caller, order_id: str = "F-1") -> dict[str, Any]:
    """An order as getOrder shows it."""
    answer = shop("GET", f"{ORDERS}/{order_id}")
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json["order"]
    return found


def create(shop: Caller, order_id: str = "F-1", units: int = 2, **changes: Any) -> Answer:
    """createOrder."""
    return shop("POST", ORDERS, body(order_id, units, **changes))


def enter(shop: Caller, status: str, order_id: str = "F-1") -> Answer:
    """updateOrderStatus."""
    return shop("PUT", f"{ORDERS}/{order_id}/status", {"status": status})


def release(shop: Caller, action: str = "SHIP", order_id: str = "F-1") -> Answer:
    """updateOrder, to another action."""
    return shop("PUT", f"{ORDERS}/{order_id}", {"fulfillmentConfiguration": {"action": action}})
