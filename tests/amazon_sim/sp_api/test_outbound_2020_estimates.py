"""Fulfillment Outbound API 2020-07-01: when things are expected, where from, and what is noted."""

from __future__ import annotations

from typing import Any

import pytest

import outbound_2026
from sp_api_caller import CA, US, Answer, Caller, address, order

BASE = "/fba/outbound/2020-07-01"
ORDERS = f"{BASE}/fulfillmentOrders"
TORONTO = address(city="Toronto", stateOrRegion="ON", postalCode="M5V 2T6", countryCode="CA")


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"cross_border": {"US": ["CA"]}}


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    sp_api.control("stock", country="US", sku="MUG", quantity=100)
    return sp_api


def create(shop: Caller, order_id: str = "F-1", quantity: int = 2, **changes: Any) -> Answer:
    return shop("POST", ORDERS, order(order_id, quantity, **changes))


def get(shop: Caller, order_id: str = "F-1") -> dict[str, Any]:
    payload: dict[str, Any] = shop("GET", f"{ORDERS}/{order_id}").payload
    return payload


def enter(shop: Caller, status: str) -> None:
    answer = shop("PUT", f"{ORDERS}/F-1/status", {"fulfillmentOrderStatus": status})
    assert answer.status == 200


class TestEstimates:
    def test_at_first_it_is_what_the_speed_promises(self, shop: Caller) -> None:
        create(shop)
        (item,) = get(shop)["fulfillmentOrderItems"]
        assert item["estimatedShipDate"] == "2026-03-04T09:00:00Z"
        assert item["estimatedArrivalDate"] == "2026-03-08T09:00:00Z"

    def test_then_what_its_shipments_say(self, shop: Caller) -> None:
        create(shop)
        for status in ("Processing", "Complete"):
            enter(shop, status)
            payload = get(shop)
            (item,) = payload["fulfillmentOrderItems"]
            shipments = payload["fulfillmentShipments"]
            assert item["estimatedShipDate"] == max(one["shippingDate"] for one in shipments)
            assert item["estimatedArrivalDate"] == max(
                one["estimatedArrivalDate"] for one in shipments
            )
            assert item["estimatedShipDate"] < item["estimatedArrivalDate"]

    def test_of_what_is_never_sent_there_are_none(self, shop: Caller) -> None:
        create(shop)
        enter(shop, "Processing")
        shop("PUT", f"{ORDERS}/F-1/cancel")
        shop.control("advance", hours=1)
        payload = get(shop)
        assert payload["fulfillmentOrder"]["fulfillmentOrderStatus"] == "Cancelled"
        assert not {"estimatedShipDate", "estimatedArrivalDate"} & (
            payload["fulfillmentOrderItems"][0].keys()
        )
        for shipment in payload["fulfillmentShipments"]:
            assert shipment["fulfillmentShipmentStatus"] == "CANCELLED_BY_SELLER"
            assert not {"shippingDate", "estimatedArrivalDate"} & shipment.keys()


class TestNotes:
    def test_a_parcel_that_goes_abroad_has_no_sure_date(self, shop: Caller) -> None:
        create(shop, destinationAddress=TORONTO)
        enter(shop, "Processing")
        (shipment,) = get(shop)["fulfillmentShipments"]
        assert "customs" in shipment["shippingNotes"][0]
        assert outbound_2026.get(shop)["shipments"][0]["shippingNotes"] == shipment["shippingNotes"]
        items = [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 1}]
        sent = {"marketplaceId": US, "address": TORONTO, "items": items}
        preview = shop("POST", f"{ORDERS}/preview", sent).payload["fulfillmentPreviews"][0]
        (planned,) = preview["fulfillmentPreviewShipments"]
        assert planned["shippingNotes"] == shipment["shippingNotes"]

    def test_a_delay_is_noted_while_it_lasts(self, shop: Caller) -> None:
        shop.control("inject", fault="delayed_parcel", order_id="F-1")
        create(shop)
        enter(shop, "Complete")

        def notes() -> Any:
            return get(shop)["fulfillmentShipments"][0].get("shippingNotes")

        assert notes() is None
        for _ in range(100):
            shop.control("advance", hours=2)
            if notes():
                break
        assert "delay" in notes()[0]
        shop.control("advance", hours=24 * 10)
        assert notes() is None


class TestTheOrigin:
    def test_an_order_can_ship_from_another_country_than_its_marketplace_s(
        self, shop: Caller
    ) -> None:
        there = {"marketplaceId": CA, "destinationAddress": TORONTO}
        assert create(shop, **there).status == 400
        assert create(shop, **there, shipFromCountryCode="US").status == 200
        shop.clock.advance(minutes=10)
        assert shop.control("buckets", country="US", sku="MUG")["pending_customer_order"] == 2
        assert get(shop)["fulfillmentOrder"]["marketplaceId"] == CA
        assert outbound_2026.get(shop)["origin"] == {"countryCode": "US"}

    def test_it_is_one_of_the_account_s(self, shop: Caller) -> None:
        refused = create(shop, shipFromCountryCode="DE")
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        assert create(shop, shipFromCountryCode="US").status == 200


class TestDeliveries:
    def test_a_parcel_that_arrived_says_where_it_lies(self, shop: Caller) -> None:
        create(shop)
        enter(shop, "Complete")
        (shipment,) = get(shop)["fulfillmentShipments"]
        assert "deliveryInformation" not in shipment["fulfillmentShipmentPackage"][0]
        shop.control("advance", hours=24 * 10)
        (shipment,) = get(shop)["fulfillmentShipments"]
        (package,) = shipment["fulfillmentShipmentPackage"]
        assert package["deliveryInformation"]["dropOffLocation"] == {"type": "FRONT_DOOR"}

    def test_only_amazon_s_own_carrier_takes_a_photo(self, shop: Caller) -> None:
        photos: dict[str, set[str]] = {}
        for number in range(12):
            create(shop, f"F-{number}", 1)
        shop.control("advance", hours=24 * 10)
        for number in range(12):
            (shipment,) = get(shop, f"F-{number}")["fulfillmentShipments"]
            (package,) = shipment["fulfillmentShipmentPackage"]
            documents = package["deliveryInformation"].get("deliveryDocumentList", [])
            photos.setdefault(package["carrierCode"], set()).update(
                document["documentType"] for document in documents
            )
        assert photos.pop("AMZN_US") == {"DELIVERY_IMAGE"}
        assert photos
        assert not any(photos.values())

    def test_tracking_tells_who_signed_or_where_it_lies(self, shop: Caller) -> None:
        signed = {
            "featureName": "SIGNATURE_CONFIRMATION",
            "featureFulfillmentPolicy": "Required",
        }
        create(shop, "F-1", featureConstraints=[signed])
        create(shop, "F-2")
        shop.control("advance", hours=24 * 10)
        told = []
        for order_id in ("F-1", "F-2"):
            (shipment,) = get(shop, order_id)["fulfillmentShipments"]
            number = str(shipment["fulfillmentShipmentPackage"][0]["packageNumber"])
            told.append(shop("GET", f"{BASE}/tracking", packageNumber=number).payload)
        assert told[0]["signedForBy"] == "A. Buyer"
        assert "additionalLocationInfo" not in told[0]
        assert told[1]["additionalLocationInfo"] == "FRONT_DOOR"
        assert told[1]["currentStatusDescription"] == "The parcel was delivered"
        assert told[1]["shipToAddress"] == {"city": "Seattle", "state": "WA", "country": "US"}

    def test_tracking_is_kept_for_ninety_days(self, shop: Caller) -> None:
        create(shop)
        enter(shop, "Complete")
        (shipment,) = get(shop)["fulfillmentShipments"]
        number = str(shipment["fulfillmentShipmentPackage"][0]["packageNumber"])
        shop.control("advance", hours=24 * 90)
        assert shop("GET", f"{BASE}/tracking", packageNumber=number).status == 200
        shop.control("advance", hours=1)
        expired = shop("GET", f"{BASE}/tracking", packageNumber=number)
        assert (expired.status, expired.error["code"]) == (400, "InvalidInput")


class TestSpeeds:
    def test_one_that_is_not_offered_is_told_in_the_preview(self, shop: Caller) -> None:
        items = [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 1}]
        speeds = ["ScheduledDelivery", "Standard"]
        sent = {"marketplaceId": US, "address": address(), "items": items}
        asked = shop("POST", f"{ORDERS}/preview", sent | {"shippingSpeedCategories": speeds})
        none, standard = asked.payload["fulfillmentPreviews"]
        assert (none["shippingSpeedCategory"], none["isFulfillable"]) == (
            "ScheduledDelivery",
            False,
        )
        assert none["orderUnfulfillableReasons"] == ["DeliverySLAUnavailable"]
        assert standard["isFulfillable"] is True
