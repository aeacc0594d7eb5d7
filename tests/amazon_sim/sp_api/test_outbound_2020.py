"""Fulfillment Outbound API 2020-07-01."""

from __future__ import annotations

from typing import Any

import pytest

from sp_api_caller import CA, US, Answer, Caller, address, order
from stockpool.clock import ManualClock

BASE = "/fba/outbound/2020-07-01"
ORDERS = f"{BASE}/fulfillmentOrders"


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    """An account with mugs and caps in the United States."""
    sp_api.control("stock", country="US", sku="MUG", quantity=100)
    sp_api.control("stock", country="US", sku="CAP", quantity=100)
    return sp_api


def create(shop: Caller, order_id: str = "F-1", quantity: int = 2, **changes: Any) -> Answer:
    return shop("POST", ORDERS, order(order_id, quantity, **changes))


def get(shop: Caller, order_id: str = "F-1") -> dict[str, Any]:
    payload: dict[str, Any] = shop("GET", f"{ORDERS}/{order_id}").payload
    return payload


def status_of(shop: Caller, order_id: str = "F-1") -> str:
    return str(get(shop, order_id)["fulfillmentOrder"]["fulfillmentOrderStatus"])


def shipped(shop: Caller, order_id: str = "F-1") -> dict[str, Any]:
    shop("PUT", f"{ORDERS}/{order_id}/status", {"fulfillmentOrderStatus": "Complete"})
    return get(shop, order_id)


class TestCreating:
    def test_an_order_is_taken_and_shown_as_it_was_sent(self, shop: Caller) -> None:
        answer = create(
            shop,
            notificationEmails=["a@example.invalid"],
            codSettings={"isCodRequired": False},
            featureConstraints=[
                {"featureName": "BLANK_BOX", "featureFulfillmentPolicy": "Required"}
            ],
            items=[
                {
                    "sellerSku": "MUG",
                    "sellerFulfillmentOrderItemId": "1",
                    "quantity": 2,
                    "giftMessage": "Enjoy",
                    "displayableComment": "blue",
                    "perUnitDeclaredValue": {"currencyCode": "USD", "value": "9.50"},
                    "perUnitPrice": {"currencyCode": "USD", "value": "10.00"},
                }
            ],
        )
        assert (answer.status, answer.json) == (200, {})
        header, (item,) = (
            get(shop)[part] for part in ("fulfillmentOrder", "fulfillmentOrderItems")
        )
        assert header["destinationAddress"] == address()
        assert header["marketplaceId"] == US
        assert header["receivedDate"] == "2026-03-02T09:00:00Z"
        assert header["notificationEmails"] == ["a@example.invalid"]
        assert header["codSettings"] == {"isCodRequired": False}
        assert [one["featureName"] for one in header["featureConstraints"]] == ["BLANK_BOX"]
        assert item["perUnitDeclaredValue"] == {"currencyCode": "USD", "value": "9.50"}
        assert item["perUnitPrice"] == {"currencyCode": "USD", "value": "10.00"}
        assert (item["giftMessage"], item["displayableComment"]) == ("Enjoy", "blue")

    def test_action_and_policy_have_defaults(self, shop: Caller) -> None:
        create(shop)
        header = get(shop)["fulfillmentOrder"]
        assert (header["fulfillmentAction"], header["fulfillmentPolicy"]) == ("Ship", "FillOrKill")

    def test_the_same_id_again_is_invalid_input(self, shop: Caller) -> None:
        create(shop)
        again = create(shop)
        assert (again.status, again.error["code"]) == (400, "InvalidInput")
        assert shop.simulator.attempts("F-1") == 2

    def test_the_marketplace_says_whose_stock_is_used(self, shop: Caller) -> None:
        refused = create(shop, marketplaceId=CA)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        shop.control("stock", country="CA", sku="MUG", quantity=5)
        canada = address(city="Toronto", stateOrRegion="ON", postalCode="M5V 2T6", countryCode="CA")
        assert create(shop, marketplaceId=CA, destinationAddress=canada).status == 200
        shop.clock.advance(minutes=10)
        assert shop.control("buckets", country="CA", sku="MUG")["pending_customer_order"] == 2
        assert shop.control("buckets", country="US", sku="MUG") == {"fulfillable": 100}

    @pytest.mark.parametrize(
        "change",
        [
            {"sellerFulfillmentOrderId": "x" * 41},
            {"displayableOrderId": ""},
            {"displayableOrderDate": "yesterday"},
            {"displayableOrderComment": "x" * 751},
            {"shippingSpeedCategory": "Soon"},
            {"destinationAddress": {}},
            {"marketplaceId": "nowhere"},
            {"fulfillmentAction": "Wait"},
            {"fulfillmentPolicy": "Maybe"},
            {"items": []},
            {"items": [{"sellerSku": "none", "sellerFulfillmentOrderItemId": "1", "quantity": 1}]},
            {"items": [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 0}]},
            {"items": [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 251}]},
            {"notificationEmails": ["x" * 65]},
        ],
    )
    def test_what_is_malformed_is_refused_at_once(
        self, shop: Caller, change: dict[str, Any]
    ) -> None:
        refused = shop("POST", ORDERS, order() | change, judged=False)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        assert shop.simulator.fulfillment_order_ids() == []

    def test_200_is_no_acceptance(self, shop: Caller) -> None:
        nowhere = address(postalCode="none")
        assert create(shop, destinationAddress=nowhere).status == 200
        shop.clock.advance(minutes=10)
        assert status_of(shop) == "Invalid"

    def test_what_is_not_there_is_unfulfillable(self, shop: Caller) -> None:
        assert create(shop, quantity=101).status == 200
        shop.clock.advance(minutes=10)
        assert status_of(shop) == "Unfulfillable"
        assert get(shop)["fulfillmentOrderItems"][0]["unfulfillableQuantity"] == 101


class TestReading:
    def test_an_unknown_order_is_400(self, shop: Caller) -> None:
        refused = shop("GET", f"{ORDERS}/none")
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")

    def test_a_shipped_order_shows_shipments_and_packages(self, shop: Caller) -> None:
        create(shop, "F/1 ü", 2)
        payload = shipped(shop, "F%2F1%20%C3%BC")
        (shipment,) = payload["fulfillmentShipments"]
        assert shipment["fulfillmentShipmentStatus"] == "SHIPPED"
        numbers = {one["packageNumber"] for one in shipment["fulfillmentShipmentPackage"]}
        assert {one["packageNumber"] for one in shipment["fulfillmentShipmentItem"]} == numbers
        assert sum(one["quantity"] for one in shipment["fulfillmentShipmentItem"]) == 2

    def test_the_list_has_headers_of_what_changed(self, shop: Caller) -> None:
        create(shop, "F-1")
        shop.clock.advance(minutes=45)
        create(shop, "F-2")
        listed = shop("GET", ORDERS).payload["fulfillmentOrders"]
        assert {one["sellerFulfillmentOrderId"] for one in listed} == {"F-1", "F-2"}
        listed = shop("GET", ORDERS, queryStartDate="2026-03-02T09:44:00Z").payload
        assert [one["sellerFulfillmentOrderId"] for one in listed["fulfillmentOrders"]] == ["F-2"]
        assert "nextToken" not in listed

    def test_the_list_comes_in_pages(self, shop: Caller) -> None:
        for number in range(120):
            create(shop, f"F-{number:03}", 1)
        first = shop("GET", ORDERS).payload
        second = shop("GET", ORDERS, nextToken=first["nextToken"]).payload
        listed = first["fulfillmentOrders"] + second["fulfillmentOrders"]
        assert len(listed) == 120
        assert {one["sellerFulfillmentOrderId"] for one in listed} == {
            f"F-{number:03}" for number in range(120)
        }
        assert "nextToken" not in second
        assert shop("GET", ORDERS, nextToken="nonsense").status == 400

    def test_a_parcel_can_be_followed(self, shop: Caller, clock: ManualClock) -> None:
        create(shop)
        (shipment,) = shipped(shop)["fulfillmentShipments"]
        number = str(shipment["fulfillmentShipmentPackage"][0]["packageNumber"])
        shop.control("advance", hours=24 * 14)
        details = shop("GET", f"{BASE}/tracking", packageNumber=number).payload
        assert details["currentStatus"] == "DELIVERED"
        events = details["trackingEvents"]
        assert [events[0]["eventCode"], events[-1]["eventCode"]] == ["EVENT_301", "EVENT_101"]
        assert [one["eventDate"] for one in events] == sorted(
            (one["eventDate"] for one in events), reverse=True
        )

    @pytest.mark.parametrize("number", ["1", "x", "-1", "9999999999"])
    def test_an_unknown_parcel_is_400(self, shop: Caller, number: str) -> None:
        assert shop("GET", f"{BASE}/tracking", packageNumber=number, judged=False).status == 400


class TestChanging:
    def test_cancelling_is_a_request(self, shop: Caller) -> None:
        create(shop)
        shop.clock.advance(minutes=3)
        answer = shop("PUT", f"{ORDERS}/F-1/cancel", {})
        assert (answer.status, answer.json) == (200, {})
        assert status_of(shop) == "Received"
        shop.clock.advance(minutes=10)
        assert status_of(shop) == "Cancelled"
        assert get(shop)["fulfillmentOrderItems"][0]["cancelledQuantity"] == 2

    @pytest.mark.parametrize("order_id", ["F-1", "none"])
    def test_a_final_or_unknown_order_is_not_cancelled(self, shop: Caller, order_id: str) -> None:
        create(shop)
        shipped(shop)
        refused = shop("PUT", f"{ORDERS}/{order_id}/cancel")
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")

    def test_a_hold_is_released_by_naming_nothing_else(self, shop: Caller) -> None:
        create(shop, fulfillmentAction="Hold")
        shop.clock.advance(minutes=30)
        assert status_of(shop) == "Received"
        assert shop("PUT", f"{ORDERS}/F-1", {"fulfillmentAction": "Ship"}).status == 200
        shop.clock.advance(minutes=25)
        assert status_of(shop) != "Received"
        assert get(shop)["fulfillmentOrder"]["destinationAddress"] == address()

    def test_a_hold_ends_after_14_days(self, shop: Caller) -> None:
        create(shop, fulfillmentAction="Hold")
        shop.control("advance", hours=24 * 14 + 1)
        assert status_of(shop) == "Cancelled"

    def test_quantities_and_address_can_be_corrected_until_it_ships(self, shop: Caller) -> None:
        create(shop)
        change = {
            "items": [{"sellerFulfillmentOrderItemId": "1", "quantity": 1}],
            "destinationAddress": address(addressLine1="2 Main St"),
            "displayableOrderComment": "Thanks again",
        }
        assert shop("PUT", f"{ORDERS}/F-1", change).status == 200
        payload = shipped(shop)
        assert payload["fulfillmentOrderItems"][0]["quantity"] == 1
        assert payload["fulfillmentOrder"]["destinationAddress"]["addressLine1"] == "2 Main St"
        assert payload["fulfillmentOrder"]["displayableOrderComment"] == "Thanks again"
        assert shop("PUT", f"{ORDERS}/F-1", change).status == 400

    @pytest.mark.parametrize(
        "change",
        [
            {"items": [{"sellerFulfillmentOrderItemId": "9", "quantity": 1}]},
            {"items": [{"sellerFulfillmentOrderItemId": "1", "quantity": 3}]},
            {"fulfillmentAction": "Hold"},
        ],
    )
    def test_updates_that_are_refused(self, shop: Caller, change: dict[str, Any]) -> None:
        create(shop)
        assert shop("PUT", f"{ORDERS}/F-1", change).status == 400

    @pytest.mark.parametrize(
        "status",
        [
            "Received",
            "Planning",
            "Processing",
            "Complete",
            "Cancelled",
            "Unfulfillable",
            "Invalid",
        ],
    )
    def test_the_sandbox_brings_an_order_to_any_status(self, shop: Caller, status: str) -> None:
        create(shop)
        if status == "Unfulfillable":
            shop("PUT", f"{ORDERS}/F-1/status", {"fulfillmentOrderStatus": "Received"})
        answer = shop("PUT", f"{ORDERS}/F-1/status", {"fulfillmentOrderStatus": status})
        assert answer.status == 200
        assert status_of(shop) == status
        assert shop.control("audit") == []

    @pytest.mark.parametrize("status", ["New", "Received", "Invalid", "Cancelled"])
    def test_the_sandbox_brings_nothing_back(self, shop: Caller, status: str) -> None:
        create(shop)
        shipped(shop)
        answer = shop("PUT", f"{ORDERS}/F-1/status", {"fulfillmentOrderStatus": status})
        assert (answer.status, status_of(shop)) == (400, "Complete")


class TestPreviews:
    def preview(self, shop: Caller, **changes: Any) -> list[dict[str, Any]]:
        body = {
            "marketplaceId": US,
            "address": address(),
            "items": [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 2}],
        }
        answer = shop("POST", f"{ORDERS}/preview", body | changes)
        previews: list[dict[str, Any]] = answer.payload["fulfillmentPreviews"]
        return previews

    def test_each_speed_has_its_fees_and_dates(self, shop: Caller) -> None:
        previews = self.preview(shop)
        assert [one["shippingSpeedCategory"] for one in previews][:2] == ["Standard", "Expedited"]
        standard = previews[0]
        assert standard["isFulfillable"] is True
        assert standard["estimatedShippingWeight"] == {"unit": "KG", "value": "0.500"}
        assert standard["estimatedFees"]
        (shipment,) = standard["fulfillmentPreviewShipments"]
        assert shipment["earliestShipDate"] < shipment["latestArrivalDate"]
        assert shipment["fulfillmentPreviewItems"][0]["quantity"] == 2
        assert shop.control("buckets", country="US", sku="MUG") == {"fulfillable": 100}

    def test_speeds_can_be_chosen(self, shop: Caller) -> None:
        (one,) = self.preview(shop, shippingSpeedCategories=["Expedited"])
        assert one["shippingSpeedCategory"] == "Expedited"

    def test_what_is_missing_is_named(self, shop: Caller) -> None:
        items = [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 103}]
        standard = self.preview(shop, items=items)[0]
        assert standard["isFulfillable"] is False
        (missing,) = standard["unfulfillablePreviewItems"]
        assert (missing["sellerSku"], missing["quantity"]) == ("MUG", 3)

    def test_a_wrong_destination_is_a_reason(self, shop: Caller) -> None:
        standard = self.preview(shop, address=address(postalCode="none"))[0]
        assert standard["orderUnfulfillableReasons"] == ["InvalidDestinationAddress"]

    def test_offers_for_a_product_s_page(self, shop: Caller) -> None:
        body = {
            "product": {
                "productIdentifier": {"merchantSku": "MUG"},
                "amount": {"unitOfMeasure": "Eaches", "value": "2"},
            },
            "terms": {
                "origin": {"countryCode": "US"},
                "destination": {"deliveryAddress": {"countryCode": "US", "postalCode": "98101"}},
            },
        }
        offers = shop("POST", f"{BASE}/deliveryOffers", body).payload["deliveryOffers"]
        assert offers
        for offer in offers:
            assert offer["dateRange"]["earliest"] <= offer["dateRange"]["latest"]
        body["product"]["amount"]["value"] = "101"
        assert shop("POST", f"{BASE}/deliveryOffers", body).payload["deliveryOffers"] == []
        body["product"]["amount"]["value"] = "2"
        body["terms"]["destination"] = {"ipAddress": "192.0.2.1"}
        by_ip = shop("POST", f"{BASE}/deliveryOffers", body).payload["deliveryOffers"]
        assert by_ip == offers
        body["terms"]["destination"] = {}
        assert shop("POST", f"{BASE}/deliveryOffers", body).status == 400
        body["terms"]["destination"] = {"ipAddress": "192.0.2.1"}
        body["terms"]["origin"]["countryCode"] = "DE"
        assert shop("POST", f"{BASE}/deliveryOffers", body).status == 400


class TestReturns:
    def asked(self, shop: Caller, *items: tuple[str, str]) -> Any:
        (shipment,) = get(shop)["fulfillmentShipments"]
        body = {
            "items": [
                {
                    "sellerReturnItemId": return_id,
                    "sellerFulfillmentOrderItemId": "1",
                    "amazonShipmentId": shipment["amazonShipmentId"],
                    "returnReasonCode": reason,
                }
                for return_id, reason in items
            ]
        }
        return shop("PUT", f"{ORDERS}/F-1/return", body).payload

    def test_units_are_granted_or_refused_one_by_one(self, shop: Caller) -> None:
        create(shop)
        shipped(shop)
        answer = self.asked(
            shop,
            ("R-1", "CR-UNWANTED_ITEM"),
            ("R-1", "CR-UNWANTED_ITEM"),
            ("R-2", "nonsense"),
            ("R-3", "CR-DEFECTIVE"),
            ("R-4", "CR-DEFECTIVE"),
        )
        assert [one["sellerReturnItemId"] for one in answer["returnItems"]] == ["R-1", "R-3"]
        assert len(answer["returnAuthorizations"]) == 2
        assert [
            (one["sellerReturnItemId"], one["invalidItemReason"]["invalidItemReasonCode"])
            for one in answer["invalidReturnItems"]
        ] == [
            ("R-1", "DuplicateRequest"),
            ("R-2", "InvalidValues"),
            ("R-4", "NoReturnableQuantity"),
        ]

    def test_a_returned_unit_gets_a_condition(self, shop: Caller) -> None:
        create(shop)
        shipped(shop)
        self.asked(shop, ("R-1", "CR-UNWANTED_ITEM"))
        assert get(shop)["returnItems"][0]["status"] == "New"
        shop.control("advance", hours=24 * 30)
        (item,) = get(shop)["returnItems"]
        assert item["status"] == "Processed"
        assert item["returnReceivedCondition"] in ("Sellable", "CustomerDamaged")
        (authorization,) = get(shop)["returnAuthorizations"]
        assert authorization["returnAuthorizationId"] == item["returnAuthorizationId"]

    def test_reasons_are_listed_for_a_sku_somewhere(self, shop: Caller) -> None:
        path = f"{BASE}/returnReasonCodes"
        codes = shop("GET", path, sellerSku="MUG", marketplaceId=US, language="en_US").payload
        assert "CR-DEFECTIVE" in {one["returnReasonCode"] for one in codes["reasonCodeDetails"]}
        assert shop("GET", path, sellerSku="MUG").status == 400
        assert shop("GET", path, marketplaceId=US, judged=False).status == 400


class TestFeatures:
    def test_features_of_a_marketplace(self, shop: Caller) -> None:
        features = shop("GET", f"{BASE}/features", marketplaceId=US).payload["features"]
        assert {one["featureName"]: one["sellerEligible"] for one in features} == {
            "BLANK_BOX": True,
            "BLOCK_AMZL": True,
            "OVERBOX": True,
            "PACKING_SLIP": True,
            "SIGNATURE_CONFIRMATION": True,
        }

    def test_skus_that_may_have_a_feature(self, shop: Caller) -> None:
        fnsku = shop.control("register", country="US", sku="MUG")
        shop.control("register", country="US", sku="MUG-NEW", fnsku=fnsku)
        shop.control("register", country="US", sku="VASE", ineligible_features=["BLANK_BOX"])
        path = f"{BASE}/features/inventory/BLANK_BOX"
        skus = {
            one["sellerSku"]: one
            for one in shop("GET", path, marketplaceId=US).payload["featureSkus"]
        }
        assert sorted(skus) == ["CAP", "MUG", "MUG-NEW"]
        assert (skus["MUG"]["skuCount"], skus["MUG"]["overlappingSkus"]) == (100, ["MUG-NEW"])
        assert shop("GET", f"{BASE}/features/inventory/NONE", marketplaceId=US).status == 400
        later = shop("GET", path, marketplaceId=US, queryStartDate="2026-03-03T00:00:00Z")
        assert later.payload["featureSkus"] == []

    def test_why_a_sku_may_not(self, shop: Caller) -> None:
        shop.control("register", country="US", sku="VASE", ineligible_features=["BLANK_BOX"])
        path = f"{BASE}/features/inventory/BLANK_BOX"
        vase = shop("GET", f"{path}/VASE", marketplaceId=US).payload
        assert (vase["isEligible"], vase["ineligibleReasons"]) == (False, ["SKU_NOT_ELIGIBLE"])
        assert shop("GET", f"{path}/MUG", marketplaceId=US).payload["isEligible"] is True
        none = shop("GET", f"{path}/none", marketplaceId=US).payload
        assert none["ineligibleReasons"] == ["INVALID_SKU"]
