"""Fulfillment Outbound API 2026-07-04: getOrderPreview and getOffers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from outbound_2026 import BASE, amount
from sp_api_caller import US, Caller, address

PREVIEWS_2020 = "/fba/outbound/2020-07-01/fulfillmentOrders/preview"


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    """An account with 3 mugs in the east and 2 in the west, and caps everywhere."""
    sp_api.control("register", country="US", sku="MUG", weight_grams=700)
    sp_api.control("stock", country="US", sku="MUG", quantity=3, fulfillment_center_id="ABE2")
    sp_api.control("stock", country="US", sku="MUG", quantity=2, fulfillment_center_id="ONT8")
    sp_api.control("stock", country="US", sku="CAP", quantity=100, fulfillment_center_id="ABE2")
    return sp_api


def line(sku: str, units: int) -> dict[str, Any]:
    return {"product": {"productIdentifier": {"amazonSku": sku}}, "amount": amount(units)}


def preview(shop: Caller, *lines: dict[str, Any], **changes: Any) -> Any:
    if "configuration" in changes:
        changes["fulfillmentConfiguration"] = changes.pop("configuration")
    sent = {
        "origin": {"countryCode": "US"},
        "destination": {"deliveryAddress": address()},
        "lineItems": list(lines or (line("MUG", 4),)),
    }
    answer = shop("POST", f"{BASE}/previews", sent | changes)
    assert answer.status == 200, answer.json
    return answer.json


def tiers(*names: str) -> dict[str, Any]:
    return {"serviceLevel": {"serviceTiers": list(names)}}


def tiers_of(offers: list[dict[str, Any]]) -> list[str]:
    return [one["fulfillmentConfiguration"]["serviceLevel"]["serviceTier"] for one in offers]


class TestPreviews:
    def test_what_is_sent_together_has_an_offer_for_each_tier(self, shop: Caller) -> None:
        found = preview(shop)
        assert found["constraints"] == []
        west, east = found["plannedShipments"]
        assert [west["items"][0]["amount"], east["items"][0]["amount"]] == [amount(2), amount(2)]
        assert west["estimatedShippingWeight"] == {"unit": "KG", "value": "1.400"}
        assert tiers_of(west["offers"]) == ["STANDARD", "EXPEDITED"]
        standard, expedited = (
            one["fulfillmentConfiguration"]["serviceLevel"] for one in west["offers"]
        )
        for level in (standard, expedited):
            assert level["shipInterval"]["startTime"] <= level["deliveryInterval"]["startTime"]
        assert expedited["deliveryInterval"]["endTime"] < standard["deliveryInterval"]["endTime"]
        assert shop.control("buckets", country="US", sku="MUG") == {"fulfillable": 5}

    def test_all_shipments_together_cost_what_the_other_version_says(self, shop: Caller) -> None:
        lines = (line("MUG", 4), line("CAP", 3))
        shipments = preview(shop, *lines, configuration=tiers("EXPEDITED"))["plannedShipments"]
        body = {
            "marketplaceId": US,
            "address": address(),
            "shippingSpeedCategories": ["Expedited"],
            "items": [
                {"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 4},
                {"sellerSku": "CAP", "sellerFulfillmentOrderItemId": "2", "quantity": 3},
            ],
        }
        (other,) = shop("POST", PREVIEWS_2020, body).payload["fulfillmentPreviews"]
        sums: dict[str, Decimal] = {}
        for shipment in shipments:
            price = shipment["offers"][0]["estimatedPrice"]
            parts = {one["type"]: Decimal(one["value"]["amount"]) for one in price["rollupPrices"]}
            assert sum(parts.values()) == Decimal(price["totalPrice"]["amount"])
            assert price["totalPrice"]["currencyCode"] == "USD"
            for name, value in parts.items():
                sums[name] = sums.get(name, Decimal(0)) + value
        assert sums == {
            one["name"]: Decimal(one["amount"]["value"]) for one in other["estimatedFees"]
        }
        assert len(shipments) == 2
        assert sums["FBATransportationFee"] > 0

    def test_fees_can_be_left_out(self, shop: Caller) -> None:
        (shipment,) = preview(shop, line("MUG", 1), excludeEstimatedFees=True)["plannedShipments"]
        assert all("estimatedPrice" not in offer for offer in shipment["offers"])

    def test_services_are_told_with_each_offer(self, shop: Caller) -> None:
        services = {
            "packaging": {"packagingOption": "UNBRANDED", "overbox": "REQUIRED"},
            "additional": {"BLOCK_AMZL": "REQUIRED"},
        }
        plain, blocked = (
            preview(shop, line("MUG", 1), configuration=one)["plannedShipments"][0]["offers"][0]
            for one in ({}, {"services": services})
        )
        assert blocked["fulfillmentConfiguration"]["services"] == services
        assert Decimal(blocked["estimatedPrice"]["totalPrice"]["amount"]) > Decimal(
            plain["estimatedPrice"]["totalPrice"]["amount"]
        )

    def test_what_is_missing_is_a_constraint_and_the_rest_is_planned(self, shop: Caller) -> None:
        found = preview(shop, line("MUG", 7), line("CAP", 1))
        (constraint,) = found["constraints"]
        assert (constraint["type"], constraint["code"]) == (
            "ValidationError",
            "ItemQuantityNotAvailable",
        )
        assert constraint["details"] == [
            {"type": "amazonSku", "value": "MUG"},
            {"type": "unavailableAmount", "value": "2"},
        ]
        planned = [item for one in found["plannedShipments"] for item in one["items"]]
        assert sum(int(item["amount"]["value"]) for item in planned) == 6

    def test_where_nothing_is_sent_nothing_is_planned(self, shop: Caller) -> None:
        nowhere = {"deliveryAddress": address(postalCode="none")}
        found = preview(shop, destination=nowhere)
        assert found["plannedShipments"] == []
        assert [one["code"] for one in found["constraints"]] == ["InvalidDestinationAddress"]

    def test_a_tier_that_is_not_offered_is_a_constraint(self, shop: Caller) -> None:
        found = preview(shop, configuration=tiers("PRIORITY", "STANDARD"))
        assert tiers_of(found["plannedShipments"][0]["offers"]) == ["STANDARD"]
        assert [one["code"] for one in found["constraints"]] == ["DeliverySLAUnavailable"]

    def test_what_is_malformed_is_refused(self, shop: Caller) -> None:
        sent = {"destination": {"deliveryAddress": address()}, "lineItems": [line("none", 1)]}
        unknown = shop("POST", f"{BASE}/previews", sent)
        assert (unknown.status, unknown.error["code"]) == (400, "InvalidInput")
        sent["lineItems"] = [line("MUG", 0)]
        assert shop("POST", f"{BASE}/previews", sent).status == 400
        sent["lineItems"] = []
        assert shop("POST", f"{BASE}/previews", sent).status == 400


class TestOffers:
    def offers(self, shop: Caller, *skus: str, **changes: Any) -> list[dict[str, Any]]:
        sent = {
            "origin": {"countryCode": "US"},
            "items": [{"productIdentifier": {"amazonSku": sku}} for sku in skus],
        }
        answer = shop("POST", f"{BASE}/offers", sent | changes)
        assert answer.status == 200, answer.json
        found: list[dict[str, Any]] = answer.json["offerResults"]
        return found

    def test_each_item_has_its_offers_or_says_why_not(self, shop: Caller) -> None:
        shop.control("register", country="US", sku="VASE")
        there = {"deliveryAddress": {"countryCode": "US", "postalCode": "98101"}}
        mug, vase, none = self.offers(shop, "MUG", "VASE", "none", destination=there)
        assert mug["item"] == {"productIdentifier": {"amazonSku": "MUG"}}
        assert tiers_of(mug["offers"]) == ["STANDARD", "EXPEDITED"]
        assert mug["constraints"] == []
        for offer in mug["offers"]:
            assert offer["expiryTime"] == "2026-03-02T09:15:00Z"
            interval = offer["fulfillmentConfiguration"]["serviceLevel"]["deliveryInterval"]
            assert interval["startTime"] <= interval["endTime"]
        for one, code in ((vase, "ItemQuantityNotAvailable"), (none, "InvalidSku")):
            assert one["offers"] == []
            assert [constraint["code"] for constraint in one["constraints"]] == [code]

    def test_no_address_is_somewhere_in_the_country(self, shop: Caller) -> None:
        (plain,) = self.offers(shop, "MUG")
        (by_ip,) = self.offers(shop, "MUG", destination={"ipAddress": "192.0.2.1"})
        assert plain == by_ip
        assert plain["offers"]

    def test_a_destination_that_nothing_is_sent_to(self, shop: Caller) -> None:
        abroad = {"deliveryAddress": {"countryCode": "FR", "postalCode": "75001"}}
        (mug,) = self.offers(shop, "MUG", destination=abroad)
        assert mug["offers"] == []
        assert [one["code"] for one in mug["constraints"]] == ["InvalidDestinationAddress"]

    def test_tiers_can_be_chosen(self, shop: Caller) -> None:
        (mug,) = self.offers(shop, "MUG", fulfillmentConfiguration=tiers("EXPEDITED", "PRIORITY"))
        assert tiers_of(mug["offers"]) == ["EXPEDITED"]
        assert [one["code"] for one in mug["constraints"]] == ["DeliverySLAUnavailable"]

    def test_what_is_malformed_is_refused(self, shop: Caller) -> None:
        item = {"productIdentifier": {"amazonSku": "MUG"}}
        for sent in (
            {"items": [item]},
            {"origin": {"countryCode": "US"}, "items": []},
            {"origin": {"countryCode": "DE"}, "items": [item]},
        ):
            assert shop("POST", f"{BASE}/offers", sent, judged=False).status == 400
