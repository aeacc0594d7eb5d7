"""What only Japan has: deliveries by appointment, cash on delivery, addresses without a city."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

import outbound_2026
from sp_api_caller import Answer, Caller, order

BASE = "/fba/outbound/2020-07-01"
ORDERS = f"{BASE}/fulfillmentOrders"
JP = "A1VC38T7YXB528"
YEN = "JPY"


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"countries": ["JP", "US"]}


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    sp_api.control("stock", country="JP", sku="MUG", quantity=100)
    sp_api.control("stock", country="US", sku="MUG", quantity=100)
    return sp_api


def address(**changes: Any) -> dict[str, Any]:
    return {
        "name": "山田太郎",
        "addressLine1": "千代田1-1",
        "stateOrRegion": "東京都",
        "postalCode": "100-0001",
        "countryCode": "JP",
    } | changes


def item(**changes: Any) -> dict[str, Any]:
    return {"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 2} | changes


def yen(value: str) -> dict[str, str]:
    return {"currencyCode": YEN, "value": value}


def create(shop: Caller, **changes: Any) -> Answer:
    body = order(marketplaceId=JP, destinationAddress=address(), items=[item()])
    return shop("POST", ORDERS, body | changes)


def get(shop: Caller) -> dict[str, Any]:
    payload: dict[str, Any] = shop("GET", f"{ORDERS}/F-1").payload
    return payload


def previews(shop: Caller, **changes: Any) -> list[dict[str, Any]]:
    body = {"marketplaceId": JP, "address": address(), "items": [item()]}
    found: list[dict[str, Any]]
    found = shop("POST", f"{ORDERS}/preview", body | changes).payload["fulfillmentPreviews"]
    return found


def windows(shop: Caller) -> list[dict[str, str]]:
    (preview,) = previews(
        shop, shippingSpeedCategories=["ScheduledDelivery"], includeDeliveryWindows=True
    )
    found: list[dict[str, str]] = preview["scheduledDeliveryInfo"]["deliveryWindows"]
    return found


class TestAddresses:
    def test_a_city_must_be_left_out(self, shop: Caller) -> None:
        refused = create(shop, destinationAddress=address(city="東京"))
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        assert create(shop).status == 200
        assert get(shop)["fulfillmentOrder"]["destinationAddress"] == address()

    def test_elsewhere_it_must_not(self, shop: Caller) -> None:
        no_city = address(countryCode="US", postalCode="98101")
        refused = shop("POST", ORDERS, order(destinationAddress=no_city))
        assert "city" in refused.error["message"]

    @pytest.mark.parametrize("code", ["100-0001", "1000001"])
    def test_a_postal_code_may_have_its_dash_or_not(self, shop: Caller, code: str) -> None:
        create(shop, destinationAddress=address(postalCode=code))
        shop.clock.advance(minutes=10)
        assert get(shop)["fulfillmentOrder"]["fulfillmentOrderStatus"] == "Received"

    def test_a_center_s_address_has_no_city_either(self, shop: Caller) -> None:
        create(shop)
        shop("PUT", f"{ORDERS}/F-1/status", {"fulfillmentOrderStatus": "Complete"})
        (shipment,) = outbound_2026.get(shop)["shipments"]
        facility = shipment["amazonFacility"]["address"]
        assert "city" not in facility
        assert facility["addressLine2"] in ("Kawagoe", "Osaka")


class TestScheduledDelivery:
    def test_a_preview_offers_windows_by_local_hours(self, shop: Caller) -> None:
        (preview,) = previews(
            shop, shippingSpeedCategories=["ScheduledDelivery"], includeDeliveryWindows=True
        )
        info = preview["scheduledDeliveryInfo"]
        assert info["deliveryTimeZone"] == "Asia/Tokyo"
        # At 18:00 in Tokyo, the first that is three days away is the evening's.
        assert info["deliveryWindows"][0] == {
            "startDate": "2026-03-05T09:00:00Z",
            "endDate": "2026-03-05T11:00:00Z",
        }
        assert len(info["deliveryWindows"]) == 7 * 6
        assert info["deliveryWindows"] == sorted(
            info["deliveryWindows"], key=lambda window: window["startDate"]
        )

    def test_windows_come_only_when_asked_and_only_with_that_speed(self, shop: Caller) -> None:
        asked = {one["shippingSpeedCategory"]: one for one in previews(shop)}
        assert list(asked) == ["Standard", "Expedited", "ScheduledDelivery"]
        assert all("scheduledDeliveryInfo" not in one for one in asked.values())
        (standard,) = previews(
            shop, shippingSpeedCategories=["Standard"], includeDeliveryWindows=True
        )
        assert "scheduledDeliveryInfo" not in standard

    @pytest.mark.parametrize("place", [0, 20, -1])
    def test_the_parcel_comes_in_its_window(self, shop: Caller, place: int) -> None:
        window = windows(shop)[place]
        create(shop, shippingSpeedCategory="ScheduledDelivery", deliveryWindow=window)
        payload = get(shop)
        assert payload["fulfillmentOrder"]["deliveryWindow"] == window
        assert payload["fulfillmentOrderItems"][0]["estimatedArrivalDate"] == window["endDate"]
        shop.control("advance", hours=24 * 14)
        (shipment,) = get(shop)["fulfillmentShipments"]
        (package,) = shipment["fulfillmentShipmentPackage"]
        assert package["estimatedArrivalDate"] == window["endDate"]
        number = str(package["packageNumber"])
        details = shop("GET", f"{BASE}/tracking", packageNumber=number).payload
        assert details["currentStatus"] == "DELIVERED"
        assert details["deliveryWindow"] == {
            "earliest": window["startDate"],
            "latest": window["endDate"],
        }
        assert details["shipToAddress"] == {"city": "", "state": "東京都", "country": "JP"}
        arrived = details["trackingEvents"][0]["eventDate"]
        assert window["startDate"] <= arrived <= window["endDate"]
        began = datetime.fromisoformat(window["startDate"])
        left = datetime.fromisoformat(shipment["shippingDate"])
        assert timedelta(days=1) <= began - left <= timedelta(days=3)

    @pytest.mark.parametrize(
        "change",
        [
            {},
            {"deliveryWindow": {"startDate": "2026-03-05T09:00:00Z"}},
            {
                "deliveryWindow": {
                    "startDate": "2026-03-03T09:00:00Z",
                    "endDate": "2026-03-03T11:00:00Z",
                }
            },
            {
                "deliveryWindow": {
                    "startDate": "2026-03-05T09:00:00Z",
                    "endDate": "2026-03-05T11:00:00Z",
                },
                "fulfillmentAction": "Hold",
            },
        ],
        ids=["no window", "half a window", "too soon", "held"],
    )
    def test_what_cannot_be_kept_is_refused(self, shop: Caller, change: dict[str, Any]) -> None:
        body = order(marketplaceId=JP, destinationAddress=address(), items=[item()])
        sent = body | {"shippingSpeedCategory": "ScheduledDelivery"} | change
        refused = shop("POST", ORDERS, sent, judged=False)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")

    def test_no_other_country_has_it(self, shop: Caller) -> None:
        window = windows(shop)[0]
        sent = order(shippingSpeedCategory="ScheduledDelivery", deliveryWindow=window)
        assert shop("POST", ORDERS, sent).status == 400

    def test_a_window_is_nothing_to_another_speed(self, shop: Caller) -> None:
        assert create(shop, deliveryWindow=windows(shop)[0]).status == 200
        assert "deliveryWindow" not in get(shop)["fulfillmentOrder"]

    def test_the_newer_version_offers_each_window(self, shop: Caller) -> None:
        tiers = {"serviceLevel": {"serviceTiers": ["SCHEDULED"]}}
        sent = {
            "lineItems": [
                {key: value for key, value in outbound_2026.line().items() if key != "lineItemId"}
            ],
            "destination": {"deliveryAddress": address()},
            "fulfillmentConfiguration": tiers,
        }
        planned = shop("POST", f"{outbound_2026.BASE}/previews", sent).json["plannedShipments"]
        levels = [
            offer["fulfillmentConfiguration"]["serviceLevel"] for offer in planned[0]["offers"]
        ]
        interval = levels[3]["deliveryInterval"]
        assert len(levels) == 7 * 6
        level = {"serviceTiers": ["SCHEDULED"], "deliveryInterval": interval}
        configuration = {"serviceLevel": level}
        here = {"origin": {"countryCode": "JP"}, "destination": {"deliveryAddress": address()}}
        made = outbound_2026.create(shop, **here, configuration=configuration)
        assert made.json["order"]["fulfillmentConfiguration"]["serviceLevel"] == level
        header = get(shop)["fulfillmentOrder"]
        assert header["shippingSpeedCategory"] == "ScheduledDelivery"
        assert header["deliveryWindow"]["startDate"] == interval["startTime"]
        refused = outbound_2026.create(shop, "F-2", **here, configuration=tiers)
        assert "deliveryInterval" in refused.error["message"]


class TestCashOnDelivery:
    PRICED = item(perUnitPrice=yen("1000"), perUnitTax=yen("100"))

    def test_a_preview_has_both_if_asked(self, shop: Caller) -> None:
        plain = previews(shop, shippingSpeedCategories=["Standard"])
        assert [one["isCODCapable"] for one in plain] == [False]
        without, with_cash = previews(
            shop, shippingSpeedCategories=["Standard"], includeCODFulfillmentPreview=True
        )
        assert (without["isCODCapable"], with_cash["isCODCapable"]) == (False, True)
        fees = {one["name"]: one["amount"] for one in with_cash["estimatedFees"]}
        assert fees.pop("FBAFulfillmentCODFee") == yen("330")
        assert fees == {one["name"]: one["amount"] for one in without["estimatedFees"]}

    def test_where_there_is_none_no_preview_has_it(self, shop: Caller) -> None:
        there = {"countryCode": "US", "postalCode": "98101", "city": "Seattle"}
        found = previews(
            shop,
            marketplaceId="ATVPDKIKX0DER",
            address=address(**there),
            includeCODFulfillmentPreview=True,
        )
        assert [one["isCODCapable"] for one in found] == [False] * 3

    def test_the_newer_version_offers_both_ways_to_pay(self, shop: Caller) -> None:
        sent = {
            "lineItems": [
                {key: value for key, value in outbound_2026.line().items() if key != "lineItemId"}
            ],
            "destination": {"deliveryAddress": address()},
            "fulfillmentConfiguration": {"serviceLevel": {"serviceTiers": ["STANDARD"]}},
            "includePaymentOnDelivery": True,
        }
        (shipment,) = shop("POST", f"{outbound_2026.BASE}/previews", sent).json["plannedShipments"]
        payments = {
            offer["fulfillmentConfiguration"]["services"]["delivery"]["paymentOnDelivery"]: offer
            for offer in shipment["offers"]
        }
        assert list(payments) == ["DISABLED", "ENABLED"]
        totals = {
            name: int(offer["estimatedPrice"]["totalPrice"]["amount"])
            for name, offer in payments.items()
        }
        assert totals["ENABLED"] - totals["DISABLED"] == 330

    def test_what_the_recipient_pays_is_prices_taxes_and_charges(self, shop: Caller) -> None:
        cod = {"isCodRequired": True, "codCharge": yen("300"), "shippingCharge": yen("500")}
        assert create(shop, items=[self.PRICED], codSettings=cod).status == 200
        assert get(shop)["fulfillmentOrder"]["codSettings"] == cod
        found = shop.simulator.get_fulfillment_order("F-1", lambda known: known.to_collect)
        assert found == 2 * 1100 + 800

    @pytest.mark.parametrize(
        ("items", "cod", "named"),
        [
            ([item()], {"isCodRequired": True}, "perUnitPrice"),
            (
                [item(perUnitPrice={"currencyCode": "USD", "value": "9.50"})],
                {"isCodRequired": True},
                YEN,
            ),
            ([item(perUnitPrice=yen("150001"))], {"isCodRequired": True}, "300000"),
            ([item(perUnitPrice=yen("0"))], {"isCodRequired": True}, "more than 0"),
            ([item(perUnitPrice=yen("-5"))], {"isCodRequired": True}, "negative"),
            ([item(perUnitPrice=yen("0.5"))], {"isCodRequired": True}, "decimal places"),
            ([item(perUnitPrice=yen("many"))], {"isCodRequired": False}, "amount of money"),
        ],
    )
    def test_what_cannot_be_collected_is_refused(
        self, shop: Caller, items: list[dict[str, Any]], cod: dict[str, Any], named: str
    ) -> None:
        refused = create(shop, items=items, codSettings=cod)
        assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        assert named in refused.error["message"]

    def test_elsewhere_nothing_is_collected(self, shop: Caller) -> None:
        dollars = {"currencyCode": "USD", "value": "9.50"}
        sent = order(items=[item(perUnitPrice=dollars)])
        assert shop("POST", ORDERS, sent | {"codSettings": {"isCodRequired": True}}).status == 400
        assert shop("POST", ORDERS, sent | {"codSettings": {"isCodRequired": False}}).status == 200


class TestDeliveryPreferences:
    def test_the_parcel_is_left_where_it_shall_be(self, shop: Caller) -> None:
        wished = {"type": "FALLBACK_NEIGHBOR_DELIVERY"}
        neighbor = {"neighborName": "鈴木", "houseNumber": "2"}
        refused = create(shop, deliveryPreferences={"dropOffLocation": wished})
        assert refused.status == 400
        wished["attributes"] = neighbor  # type: ignore[assignment]
        create(shop, deliveryPreferences={"dropOffLocation": wished})
        shop.control("advance", hours=24 * 10)
        (shipment,) = get(shop)["fulfillmentShipments"]
        (package,) = shipment["fulfillmentShipmentPackage"]
        assert package["deliveryInformation"]["dropOffLocation"] == wished

    @pytest.mark.parametrize(
        "preferences",
        [{"deliveryInstructions": "x" * 251}, {"dropOffLocation": {"type": "ROOF"}}],
    )
    def test_they_have_bounds(self, shop: Caller, preferences: dict[str, Any]) -> None:
        body = order(marketplaceId=JP, destinationAddress=address(), items=[item()])
        sent = body | {"deliveryPreferences": preferences}
        assert shop("POST", ORDERS, sent, judged=False).status == 400
