"""Fulfillment Outbound API 2026-07-04: orders, and how both versions see the same one."""

from __future__ import annotations

from typing import Any

import pytest

from outbound_2026 import ORDERS, amount, create, enter, get, release
from sp_api_caller import Caller
from sp_api_caller import order as order_2020

ORDERS_2020 = "/fba/outbound/2020-07-01/fulfillmentOrders"


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    """An account with mugs and caps in the United States."""
    sp_api.control("stock", country="US", sku="MUG", quantity=100)
    sp_api.control("stock", country="US", sku="CAP", quantity=100)
    return sp_api


class TestReading:
    def test_shipments_can_be_left_out(self, shop: Caller) -> None:
        create(shop)
        enter(shop, "COMPLETE")
        order = get(shop)
        assert len(order["shipments"]) == 1
        bare = shop("GET", f"{ORDERS}/F-1", shipments="EXCLUDE").json["order"]
        assert bare == {name: value for name, value in order.items() if name != "shipments"}
        assert shop("GET", f"{ORDERS}/F-1", shipments="INCLUDE").json["order"] == order
        assert shop("GET", f"{ORDERS}/F-1", judged=False, shipments="SOME").status == 400

    @pytest.mark.parametrize(
        ("method", "path", "sent"),
        [
            ("GET", "", None),
            ("PUT", "", {}),
            ("PUT", "/cancel", None),
            ("PUT", "/status", {"status": "COMPLETE"}),
            ("PUT", "/packages/1", {"status": "DELIVERED"}),
        ],
    )
    def test_an_unknown_order_is_not_found(
        self, shop: Caller, method: str, path: str, sent: Any
    ) -> None:
        unknown = shop(method, f"{ORDERS}/F-9{path}", sent)
        assert (unknown.status, unknown.error["code"]) == (404, "NotFound")
        endless = shop(method, f"{ORDERS}/{'x' * 41}{path}", sent, judged=False)
        assert (endless.status, endless.error["code"]) == (400, "InvalidInput")

    def test_changes_are_listed_with_their_orders_page_by_page(self, shop: Caller) -> None:
        for number in range(60):
            shop.control("advance", hours=0.01)
            create(shop, f"F-{number}", 1, channel="SHOPIFY")
        first = shop("GET", ORDERS, updatedAfter="2026-03-02T08:00:00Z").json
        assert len(first["orders"]) == 50
        token = first["pagination"]["nextToken"]
        second = shop("GET", ORDERS, pageToken=token, shipments="EXCLUDE").json
        assert "pagination" not in second
        listed = first["orders"] + second["orders"]
        assert {order["orderId"] for order in listed} == {f"F-{number}" for number in range(60)}
        assert first["orders"][0] == get(shop, first["orders"][0]["orderId"])
        assert "shipments" not in second["orders"][0]

    def test_only_later_changes_are_listed(self, shop: Caller) -> None:
        create(shop, "F-1", configuration={"action": "HOLD"})
        shop.clock.advance(minutes=30)
        create(shop, "F-2", configuration={"action": "HOLD"})
        at = get(shop, "F-2")["statusUpdateTime"]

        def listed(after: str) -> list[str]:
            orders = shop("GET", ORDERS, updatedAfter=after).json["orders"]
            return [order["orderId"] for order in orders]

        assert at == "2026-03-02T09:30:00Z"
        assert listed("2026-03-02T09:29:59Z") == ["F-2"]
        assert listed(at) == []
        enter(shop, "CANCELLED", "F-1")
        assert listed("2026-03-02T09:29:59Z") == ["F-2", "F-1"]

    def test_tokens_are_those_of_this_operation(self, shop: Caller) -> None:
        assert shop("GET", ORDERS, pageToken="nonsense").status == 400
        other = shop.application._page_tokens.write("listAllFulfillmentOrders", "0")
        assert shop("GET", ORDERS, pageToken=other).status == 400


class TestHolding:
    def test_a_held_order_has_its_units_and_ships_when_it_is_released(self, shop: Caller) -> None:
        create(shop, configuration={"action": "HOLD"})
        shop.control("advance", hours=24 * 13)
        held = get(shop)
        assert (held["status"], held["shipments"]) == ("PROCESSING", [])
        assert shop.control("buckets", country="US", sku="MUG")["pending_customer_order"] == 2
        answer = release(shop)
        assert (answer.status, answer.json) == (202, {})
        shop.control("advance", hours=24 * 3)
        assert get(shop)["status"] == "COMPLETE"

    def test_a_hold_ends_after_two_weeks(self, shop: Caller) -> None:
        create(shop, configuration={"action": "HOLD"})
        shop.control("advance", hours=24 * 15)
        order = get(shop)
        assert order["status"] == "CANCELLED"
        assert order["lineItems"][0]["cancelledAmount"] == amount(2)
        assert shop.control("buckets", country="US", sku="MUG") == {"fulfillable": 100}
        assert release(shop).status == 400

    def test_an_order_that_goes_on_is_not_held(self, shop: Caller) -> None:
        create(shop)
        refused = release(shop, "HOLD")
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        assert release(shop).status == 202

    def test_an_update_of_nothing_changes_nothing(self, shop: Caller) -> None:
        create(shop, configuration={"action": "HOLD"})
        before = get(shop)
        shop.control("advance", hours=1)
        assert shop("PUT", f"{ORDERS}/F-1", {}).status == 202
        assert get(shop) == before


class TestCancelling:
    def test_a_request_is_accepted_and_its_effect_comes_later(self, shop: Caller) -> None:
        create(shop)
        answer = shop("PUT", f"{ORDERS}/F-1/cancel")
        assert (answer.status, answer.json) == (202, {})
        assert get(shop)["status"] == "PROCESSING"
        shop.control("advance", hours=1)
        order = get(shop)
        assert order["status"] == "CANCELLED"
        assert order["lineItems"][0]["cancelledAmount"] == amount(2)

    def test_a_second_request_and_one_too_late_are_refused(self, shop: Caller) -> None:
        create(shop)
        shop("PUT", f"{ORDERS}/F-1/cancel", {})
        assert shop("PUT", f"{ORDERS}/F-1/cancel").status == 400
        create(shop, "F-2")
        enter(shop, "COMPLETE", "F-2")
        refused = shop("PUT", f"{ORDERS}/F-2/cancel")
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


class TestStatuses:
    @pytest.mark.parametrize(
        "status", ["PROCESSING", "COMPLETE", "COMPLETE_PARTIAL", "CANCELLED", "UNFULFILLABLE"]
    )
    def test_the_sandbox_brings_an_order_to_its_end(self, shop: Caller, status: str) -> None:
        create(shop)
        answer = enter(shop, status)
        assert (answer.status, answer.json) == (204, None)
        assert get(shop)["status"] == status
        assert shop.control("audit") == []

    def test_one_that_was_only_taken_may_turn_out_invalid(self, shop: Caller) -> None:
        shop.control("inject", fault="deferred_order")
        create(shop)
        assert enter(shop, "INVALID").status == 204
        assert get(shop)["status"] == "INVALID"

    def test_the_sandbox_brings_nothing_back(self, shop: Caller) -> None:
        create(shop)
        enter(shop, "COMPLETE")
        assert enter(shop, "PROCESSING").status == 400
        assert enter(shop, "COMPLETE").status == 204
        assert shop("PUT", f"{ORDERS}/F-1/status", {"status": "Complete"}).status == 400

    def test_one_unit_is_shipped_or_not(self, shop: Caller) -> None:
        create(shop, units=1)
        assert enter(shop, "COMPLETE_PARTIAL").status == 400

    def test_a_held_order_is_processing_already(self, shop: Caller) -> None:
        create(shop, configuration={"action": "HOLD"})
        assert enter(shop, "PROCESSING").status == 204
        assert enter(shop, "COMPLETE").status == 400
        assert get(shop)["shipments"] == []
        assert shop.control("audit") == []


class TestBothVersions:
    def test_an_order_of_this_version_is_seen_by_the_other(self, shop: Caller) -> None:
        create(
            shop,
            configuration={
                "serviceLevel": {"serviceTiers": ["EXPEDITED"]},
                "policy": "FILL_ALL",
                "services": {"packaging": {"packagingOption": "UNBRANDED"}},
            },
        )
        payload = shop("GET", f"{ORDERS_2020}/F-1").payload
        header = payload["fulfillmentOrder"]
        assert header["displayableOrderId"] == "F-1"
        assert header["shippingSpeedCategory"] == "Expedited"
        assert header["fulfillmentPolicy"] == "FillAll"
        assert header["fulfillmentOrderStatus"] == "Received"
        assert [one["featureName"] for one in header["featureConstraints"]] == ["BLANK_BOX"]
        assert payload["fulfillmentOrderItems"][0]["quantity"] == 2

    def test_an_order_of_the_other_is_seen_and_steered_here(self, shop: Caller) -> None:
        shop(
            "POST",
            ORDERS_2020,
            order_2020(fulfillmentAction="Hold", shippingSpeedCategory="Priority"),
        )
        shop.clock.advance(minutes=10)
        order = get(shop)
        assert order["fulfillmentConfiguration"]["serviceLevel"] == {"serviceTiers": ["PRIORITY"]}
        assert order["fulfillmentConfiguration"]["action"] == "HOLD"
        assert release(shop).status == 202
        enter(shop, "COMPLETE")
        header = shop("GET", f"{ORDERS_2020}/F-1").payload["fulfillmentOrder"]
        assert header["fulfillmentOrderStatus"] == "Complete"


class TestTheServiceId:
    NAME = "x-amzn-fulfillment-service-id"

    def test_it_is_told_back(self, shop: Caller) -> None:
        create(shop)
        headers = shop("GET", f"{ORDERS}/F-1", headers={self.NAME: "FS01-abc"}).response.headers
        assert headers[self.NAME] == "FS01-abc"
        assert headers["x-amzn-ratelimit-limit"] == "2.0"
        assert self.NAME not in shop("GET", f"{ORDERS}/F-1").response.headers

    def test_it_is_bounded(self, shop: Caller) -> None:
        for length, status in ((40, 200), (41, 400)):
            answer = shop("GET", ORDERS, headers={self.NAME: "x" * length})
            assert answer.status == status


class TestLimitsAndFaults:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"rate_limits": True}

    def test_each_version_has_its_own_bucket(self, shop: Caller) -> None:
        statuses = [shop("GET", f"{ORDERS}/F-1").status for _ in range(31)]
        assert statuses == [404] * 30 + [429]
        assert shop("GET", f"{ORDERS_2020}/F-1").status == 400
        assert shop("GET", ORDERS).status == 200

    def test_attempts_that_were_lost_are_counted(self, shop: Caller) -> None:
        for fault in ("transient", "timeout_after"):
            shop.control("inject", fault=fault, operation="createOrder@2026-07-04")
        assert [create(shop).status for _ in range(3)] == [503, 500, 400]
        assert get(shop)["status"] == "PROCESSING"
        assert shop.simulator.attempts("F-1") == 3
