"""Fulfillment Outbound API 2026-07-04: orders, and how both versions see the same one."""

from __future__ import annotations

from typing import Any

import pytest

from sp_api_caller import Answer, Caller, address
from sp_api_caller import order as order_2020

BASE = "/fulfillment/outbound/2026-07-04"
ORDERS = f"{BASE}/orders"
ORDERS_2020 = "/fba/outbound/2020-07-01/fulfillmentOrders"


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    """An account with mugs and caps in the United States."""
    sp_api.control("stock", country="US", sku="MUG", quantity=100)
    sp_api.control("stock", country="US", sku="CAP", quantity=100)
    return sp_api


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


def create(shop: Caller, order_id: str = "F-1", units: int = 2, **changes: Any) -> Answer:
    return shop("POST", ORDERS, body(order_id, units, **changes))


def get(shop: Caller, order_id: str = "F-1") -> dict[str, Any]:
    answer = shop("GET", f"{ORDERS}/{order_id}")
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json["order"]
    return found


def enter(shop: Caller, status: str, order_id: str = "F-1") -> Answer:
    return shop("PUT", f"{ORDERS}/{order_id}/status", {"status": status})


def the_package(shop: Caller) -> dict[str, Any]:
    (shipment,) = get(shop)["shipments"]
    (package,) = shipment["packages"]
    found: dict[str, Any] = package
    return found


def until_packed(shop: Caller) -> dict[str, Any]:
    """Let an order go on until its one parcel is closed, and not yet with its carrier."""
    for _ in range(200):
        shipments = get(shop)["shipments"]
        if shipments and shipments[0]["packages"]:
            return the_package(shop)
        shop.control("advance", hours=0.25)
    raise AssertionError("it is never packed")


class TestCreating:
    def test_an_order_that_can_be_reserved_at_once_comes_back_whole(self, shop: Caller) -> None:
        answer = create(shop)
        assert answer.status == 200
        assert answer.json["order"] == get(shop)
        assert answer.json["order"] == {
            "orderId": "F-1",
            "receiveTime": "2026-03-02T09:00:00Z",
            "status": "PROCESSING",
            "statusUpdateTime": "2026-03-02T09:00:00Z",
            "fulfillmentConfiguration": {
                "serviceLevel": {"serviceTiers": ["STANDARD"]},
                "action": "SHIP",
                "policy": "FILL_OR_KILL",
                "services": {"packaging": {"packagingOption": "ANY", "overbox": "NOT_REQUIRED"}},
            },
            "origin": {"countryCode": "US"},
            "destination": {"deliveryAddress": address()},
            "lineItems": [
                line() | {"cancelledAmount": amount(0), "unfulfillableAmount": amount(0)}
            ],
            "shipments": [],
        }
        assert shop.control("buckets", country="US", sku="MUG") == {
            "fulfillable": 98,
            "pending_customer_order": 2,
        }

    @pytest.mark.parametrize(
        ("units", "destination", "status"),
        [(101, address(), "UNFULFILLABLE"), (1, address(postalCode="none"), "INVALID")],
        ids=["units that are not there", "a doubtful address"],
    )
    def test_what_cannot_is_only_taken_and_decided_later(
        self, shop: Caller, units: int, destination: dict[str, Any], status: str
    ) -> None:
        answer = create(shop, units=units, destination={"deliveryAddress": destination})
        assert (answer.status, answer.json) == (202, {"orderId": "F-1", "status": "PROCESSING"})
        assert get(shop)["status"] == "PROCESSING"
        shop.clock.advance(minutes=10)
        assert get(shop)["status"] == status

    def test_an_order_can_be_made_to_be_only_taken(self, shop: Caller) -> None:
        shop.control("inject", fault="deferred_order", order_id="F-1")
        assert create(shop).status == 202
        assert shop.control("buckets", country="US", sku="MUG") == {"fulfillable": 100}
        assert create(shop, "F-2").status == 200
        shop.control("advance", hours=24 * 10)
        assert get(shop)["status"] == "COMPLETE"
        assert shop.control("audit") == []

    def test_all_that_was_sent_is_shown_again(self, shop: Caller) -> None:
        sent = {
            "channel": "SHOPIFY",
            "configuration": {
                "serviceLevel": {
                    "serviceTiers": ["EXPEDITED", "STANDARD"],
                    "deliveryInterval": {
                        "startTime": "2026-03-05T00:00:00+00:00",
                        "endTime": "2026-03-06T00:00:00+00:00",
                    },
                },
                "action": "HOLD",
                "policy": "FILL_ALL_AVAILABLE",
                "services": {
                    "packaging": {
                        "packagingOption": "UNBRANDED",
                        "overbox": "REQUIRED",
                        "packingSlip": {"templateName": "plain", "templateAttributes": {"a": "b"}},
                    },
                    "additional": {"SIGNATURE_CONFIRMATION": "REQUIRED"},
                },
            },
            "destination": {
                "deliveryAddress": address(email="a@example.invalid", phone="1"),
                "deliveryNotes": "Beware of the dog",
                "dropOffLocation": {"type": "GARAGE", "attributes": {"door": "left"}},
            },
            "lineItems": [
                line(
                    product={
                        "productIdentifier": {"amazonSku": "MUG"},
                        "perUnitDeclaredValue": {"currencyCode": "USD", "amount": "9.50"},
                    },
                    fulfillmentConfiguration={
                        "services": {"packaging": {"packingSlip": {"templateName": "gift"}}}
                    },
                )
            ],
            "paymentInformation": {
                "payments": [
                    {
                        "paymentId": "P-1",
                        "paymentMethod": "CARD",
                        "paymentTime": "2026-03-01T00:00:00+00:00",
                    }
                ]
            },
        }
        order = create(shop, **sent).json["order"]
        assert order["channel"] == "SHOPIFY"
        assert order["fulfillmentConfiguration"] == sent["configuration"]
        assert order["destination"] == sent["destination"]
        assert order["paymentInformation"] == sent["paymentInformation"]
        assert order["lineItems"][0]["product"] == sent["lineItems"][0]["product"]
        assert (
            order["lineItems"][0]["fulfillmentConfiguration"]
            == sent["lineItems"][0]["fulfillmentConfiguration"]
        )

    def test_a_taken_id_is_refused_whichever_version_took_it(self, shop: Caller) -> None:
        assert create(shop).status == 200
        again = create(shop)
        assert (again.status, again.error["code"]) == (400, "InvalidInput")
        assert shop("POST", ORDERS_2020, order_2020()).status == 400
        shop("POST", ORDERS_2020, order_2020("F-2"))
        assert create(shop, "F-2").status == 400
        assert shop.simulator.attempts("F-1") == 3
