"""Fulfillment Outbound API 2026-07-04: createOrder."""

from __future__ import annotations

from typing import Any

import pytest

from outbound_2026 import ORDERS, amount, body, create, get, line
from sp_api_caller import Caller, address
from sp_api_caller import order as order_2020

ORDERS_2020 = "/fba/outbound/2020-07-01/fulfillmentOrders"


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    """An account with mugs and caps in the United States."""
    sp_api.control("stock", country="US", sku="MUG", quantity=100)
    sp_api.control("stock", country="US", sku="CAP", quantity=100)
    return sp_api


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

    def test_lines_of_one_pool_are_counted_together(self, shop: Caller) -> None:
        fnsku = shop.control("register", country="US", sku="CUP")
        shop.control("register", country="US", sku="CUP-OLD", fnsku=fnsku)
        shop.control("stock", country="US", sku="CUP", quantity=5)
        both = [line("CUP", 3, "1"), line("CUP-OLD", 3, "2")]
        assert create(shop, lineItems=both).status == 202
        shop.control("stock", country="US", sku="CUP", quantity=1)
        assert create(shop, "F-2", lineItems=both).status == 200
        assert shop.control("buckets", country="US", sku="CUP") == {"pending_customer_order": 6}

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
                "serviceLevel": {"serviceTiers": ["EXPEDITED", "STANDARD"]},
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

    def test_lines_and_units_are_bounded_as_in_2020(self, shop: Caller) -> None:
        assert create(shop, units=251).status == 400
        lines = [line(units=1, line_id=str(place)) for place in range(101)]
        assert create(shop, lineItems=lines).status == 400
        assert create(shop, lineItems=[line(), line()]).status == 400
        assert create(shop, units=100).status == 200

    def test_an_id_that_cannot_be_printed_is_replaced_on_the_packing_slip(
        self, shop: Caller
    ) -> None:
        assert create(shop, "注文  1").status == 200
        header = shop("GET", f"{ORDERS_2020}/%E6%B3%A8%E6%96%87%20%201").payload["fulfillmentOrder"]
        assert header["displayableOrderId"] == "?? 1"

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"orderId": ""}, "orderId"),
            ({"orderId": "x" * 41}, "orderId"),
            ({"channel": "x" * 41}, "channel"),
            ({"lineItems": []}, "lineItems"),
            ({"lineItems": [line("none")]}, "amazonSku"),
            ({"lineItems": [line(units=0)]}, "amount.value"),
            ({"lineItems": [line(amount={"value": "1.5"})]}, "amount.value"),
            ({"lineItems": [line(amount={"value": "two"})]}, "amount.value"),
            ({"lineItems": [line(amount={"unit": "KG", "value": "2"})]}, "amount.unit"),
            ({"lineItems": [line(line_id="x" * 51)]}, "lineItemId"),
            ({"destination": {}}, "deliveryAddress"),
            ({"destination": {"deliveryAddress": address(city="")}}, "deliveryAddress.city"),
            (
                {
                    "destination": {
                        "deliveryAddress": address(),
                        "dropOffLocation": {"type": "ROOF"},
                    }
                },
                "dropOffLocation.type",
            ),
            ({"origin": {"countryCode": "BR"}}, "origin.countryCode"),
            ({"configuration": {"action": "WAIT"}}, "action"),
            ({"configuration": {"policy": "FillAll"}}, "policy"),
            ({"configuration": {"serviceLevel": {"serviceTiers": ["SOON"]}}}, "serviceTiers"),
            ({"configuration": {"serviceLevel": {"serviceTiers": ["PRIORITY"]}}}, "serviceTiers"),
            (
                {"configuration": {"services": {"packaging": {"packagingOption": "GREEN"}}}},
                "packagingOption",
            ),
            (
                {"configuration": {"services": {"additional": {"GIFT_WRAP": "REQUIRED"}}}},
                "GIFT_WRAP",
            ),
        ],
    )
    def test_what_is_malformed_is_refused_in_the_words_of_this_version(
        self, shop: Caller, change: dict[str, Any], named: str
    ) -> None:
        refused = shop("POST", ORDERS, body(**change), judged=False)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        assert named in refused.error["message"]
        assert shop.simulator.fulfillment_order_ids() == []

    def test_whole_units_may_be_written_as_decimals(self, shop: Caller) -> None:
        item = line(amount={"value": "2.0"})
        assert create(shop, lineItems=[item]).json["order"]["lineItems"][0]["amount"] == amount(2)

    def test_the_origin_says_whose_stock_is_used(self, shop: Caller) -> None:
        canada = address(city="Toronto", stateOrRegion="ON", postalCode="M5V 2T6", countryCode="CA")
        there = {"origin": {"countryCode": "CA"}, "destination": {"deliveryAddress": canada}}
        assert create(shop, **there).status == 400
        shop.control("stock", country="CA", sku="MUG", quantity=5)
        tier = {"serviceLevel": {"serviceTiers": ["PRIORITY"]}}
        order = create(shop, **there, configuration=tier).json["order"]
        assert order["origin"] == {"countryCode": "CA"}
        assert order["fulfillmentConfiguration"]["serviceLevel"] == tier["serviceLevel"]
        assert shop.control("buckets", country="US", sku="MUG") == {"fulfillable": 100}

    def test_without_an_origin_the_account_s_first_country_is_it(self, shop: Caller) -> None:
        plain = body()
        del plain["origin"]
        assert shop("POST", ORDERS, plain).json["order"]["origin"] == {"countryCode": "US"}


class TestServices:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"not_granted": {"US": ["OVERBOX"]}, "refused_features": {"US": ["PACKING_SLIP"]}}

    def test_a_service_that_is_refused_refuses_the_order(self, shop: Caller) -> None:
        slip = {"services": {"packaging": {"packingSlip": {"templateName": "plain"}}}}
        assert create(shop, configuration=slip).status == 400

    def test_what_is_not_kept_to_is_not_shown(self, shop: Caller) -> None:
        packaging = {"packagingOption": "UNBRANDED", "overbox": "REQUIRED"}
        order = create(shop, configuration={"services": {"packaging": packaging}}).json["order"]
        shown = order["fulfillmentConfiguration"]["services"]["packaging"]
        assert shown == {"packagingOption": "UNBRANDED", "overbox": "NOT_REQUIRED"}

    def test_unbranded_is_the_feature_blank_box(self, shop: Caller) -> None:
        shop.control("register", country="US", sku="VASE", ineligible_features=["BLANK_BOX"])
        shop.control("stock", country="US", sku="VASE", quantity=5)
        unbranded = {"services": {"packaging": {"packagingOption": "UNBRANDED"}}}
        refused = create(shop, lineItems=[line("VASE")], configuration=unbranded)
        assert "BLANK_BOX" in refused.error["message"]
        assert create(shop, lineItems=[line("VASE")]).status == 200
