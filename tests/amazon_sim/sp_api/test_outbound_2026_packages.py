"""Fulfillment Outbound API 2026-07-04: shipments, parcels, and updatePackage."""

from __future__ import annotations

from typing import Any

import pytest

from outbound_2026 import ORDERS, create, enter, get
from sp_api_caller import Answer, Caller, address

ALL = ("IN_TRANSIT", "DELAYED", "OUT_FOR_DELIVERY", "DELIVERED", "UNDELIVERABLE", "EXPIRED")
TRACKING_2020 = "/fba/outbound/2020-07-01/tracking"


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    """An account with mugs in one center of the United States."""
    sp_api.control("stock", country="US", sku="MUG", quantity=100, fulfillment_center_id="MDW2")
    return sp_api


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


def update(shop: Caller, status: str, order_id: str = "F-1", **changes: Any) -> Answer:
    number = the_package(shop)["packageId"]
    return shop(
        "PUT", f"{ORDERS}/{order_id}/packages/{number}", {"status": status, **changes}, judged=True
    )


class TestShipments:
    def test_one_that_is_planned_has_estimates_and_no_parcel(self, shop: Caller) -> None:
        create(shop)
        enter(shop, "PROCESSING")
        (shipment,) = get(shop)["shipments"]
        assert shipment["status"] == "PROCESSING"
        assert shipment["amazonFacility"]["facilityId"] == "MDW2"
        assert shipment["amazonFacility"]["address"]["city"] == "Joliet"
        assert shipment["shipTime"] > "2026-03-02T09:00:00Z"
        assert shipment["packages"] == []
        (item,) = shipment["items"]
        assert (item["lineItemId"], item["amount"]["value"]) == ("1", "2")
        assert "packageId" not in item

    def test_items_and_parcels_name_each_other(self, shop: Caller) -> None:
        shop.control("register", country="US", sku="VASE", units_per_box=1)
        shop.control("stock", country="US", sku="VASE", quantity=5)
        item = {"productIdentifier": {"amazonSku": "VASE"}}
        create(
            shop,
            lineItems=[
                {"lineItemId": "1", "product": item, "amount": {"unit": "EACHES", "value": "2"}}
            ],
        )
        enter(shop, "COMPLETE")
        (shipment,) = get(shop)["shipments"]
        assert (shipment["status"], shipment["serviceLevel"]) == (
            "SHIPPED",
            {"serviceTier": "STANDARD"},
        )
        assert len(shipment["packages"]) == 2
        for package, held in zip(shipment["packages"], shipment["items"], strict=True):
            assert package["shipmentItemIds"] == [held["shipmentItemId"]]
            assert held["packageId"] == package["packageId"]
            assert package["status"] == "IN_TRANSIT"
            assert package["tracking"]["carrier"]["trackingNumber"]
        assert shipment["deliveryTime"] == max(one["deliveryTime"] for one in shipment["packages"])

    def test_a_cancelled_one_has_no_times(self, shop: Caller) -> None:
        create(shop)
        enter(shop, "PROCESSING")
        shop("PUT", f"{ORDERS}/F-1/cancel")
        shop.control("advance", hours=1)
        (shipment,) = get(shop)["shipments"]
        assert shipment["status"] == "CANCELLED"
        assert not {"shipTime", "deliveryTime"} & shipment.keys()


class TestTheWay:
    def test_a_parcel_goes_from_the_center_to_the_door(self, shop: Caller) -> None:
        create(shop)
        assert until_packed(shop)["status"] == "PROCESSING"
        seen = []
        while not seen or seen[-1] != "DELIVERED":
            shop.control("advance", hours=1)
            status = the_package(shop)["status"]
            if seen[-1:] != [status]:
                seen.append(status)
        assert seen[-3:] == ["IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"]
        package = the_package(shop)
        assert package["deliveryTime"] <= shop.control("now")
        assert package["tracking"]["dropOffLocation"] == {"type": "FRONT_DOOR"}

    @pytest.mark.parametrize(
        ("fault", "status"),
        [("lost_parcel", "UNDELIVERABLE"), ("undeliverable_parcel", "UNDELIVERABLE")],
    )
    def test_one_that_never_comes_is_undeliverable(
        self, shop: Caller, fault: str, status: str
    ) -> None:
        shop.control("inject", fault=fault, order_id="F-1")
        create(shop)
        shop.control("advance", hours=24 * 60)
        assert the_package(shop)["status"] == status
        assert "dropOffLocation" not in the_package(shop)["tracking"]

    def test_a_late_tracking_number_is_left_out(self, shop: Caller) -> None:
        shop.control("inject", fault="late_tracking", order_id="F-1")
        create(shop)
        enter(shop, "COMPLETE")
        carrier = the_package(shop)["tracking"]["carrier"]
        assert carrier.keys() == {"carrierCode"}
        shop.control("advance", hours=13)
        assert the_package(shop)["tracking"]["carrier"]["trackingNumber"]

    def test_who_signs_is_told_and_where_it_lies_is_as_wished(self, shop: Caller) -> None:
        signed = {"services": {"additional": {"SIGNATURE_CONFIRMATION": "REQUIRED"}}}
        create(shop, configuration=signed)
        wished = {"type": "GARAGE", "attributes": {"door": "left"}}
        create(shop, "F-2", destination={"deliveryAddress": address(), "dropOffLocation": wished})
        shop.control("advance", hours=24 * 10)
        assert the_package(shop)["tracking"]["proofOfDelivery"] == {"receivedBy": "A. Buyer"}
        (shipment,) = get(shop, "F-2")["shipments"]
        assert shipment["packages"][0]["tracking"]["dropOffLocation"] == wished


class TestUpdating:
    @pytest.mark.parametrize("status", ALL)
    def test_a_parcel_comes_to_any_status(self, shop: Caller, status: str) -> None:
        create(shop)
        enter(shop, "COMPLETE")
        answer = update(shop, status)
        assert (answer.status, answer.json) == (204, None)
        assert the_package(shop)["status"] == status
        assert shop.control("audit") == []

    @pytest.mark.parametrize("status", ALL)
    def test_one_that_is_still_in_the_center_leaves_first(self, shop: Caller, status: str) -> None:
        create(shop)
        until_packed(shop)
        assert get(shop)["status"] == "PROCESSING"
        assert update(shop, status).status == 204
        order = get(shop)
        assert (order["status"], order["shipments"][0]["status"]) == ("COMPLETE", "SHIPPED")
        assert the_package(shop)["status"] == status
        shop.control("advance", hours=24 * 60)
        assert shop.control("audit") == []

    @pytest.mark.parametrize("status", ["IN_TRANSIT", "DELAYED", "OUT_FOR_DELIVERY"])
    def test_from_the_way_it_goes_on_to_the_door(self, shop: Caller, status: str) -> None:
        create(shop)
        enter(shop, "COMPLETE")
        update(shop, status)
        shop.control("advance", hours=24 * 10)
        assert the_package(shop)["status"] == "DELIVERED"
        assert shop.simulator.statistics()["parcels_delivered"] == 1

    @pytest.mark.parametrize("last", ["DELIVERED", "UNDELIVERABLE", "EXPIRED"])
    def test_after_the_end_nothing_happens(self, shop: Caller, last: str) -> None:
        create(shop)
        enter(shop, "COMPLETE")
        update(shop, last)
        told = the_package(shop)
        for status in ("PROCESSING", "IN_TRANSIT", "DELIVERED", "EXPIRED"):
            refused = update(shop, status)
            assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
        shop.control("advance", hours=24 * 60)
        assert the_package(shop) == told

    def test_what_is_told_of_it_is_changed_too(self, shop: Caller) -> None:
        create(shop)
        until_packed(shop)
        tracking = {
            "carrier": {
                "carrierCode": "OWN_VAN",
                "trackingNumber": "VAN-1",
                "trackingUrl": "https://van.invalid/1",
            },
            "amazon": {"trackingNumber": "TBA1", "trackingUrl": "https://amazon.invalid/1"},
            "dropOffLocation": {"type": "LOCKER", "attributes": {"id": "7"}},
            "proofOfDelivery": {"receivedBy": "A neighbour"},
        }
        at = "2026-03-09T12:00:00Z"
        update(shop, "OUT_FOR_DELIVERY", deliveryTime=at, tracking=tracking)
        package = the_package(shop)
        assert (package["deliveryTime"], package["tracking"]) == (at, tracking)
        assert get(shop)["shipments"][0]["deliveryTime"] == at
        details = shop("GET", TRACKING_2020, packageNumber=package["packageId"]).payload
        assert (details["carrierCode"], details["trackingNumber"]) == ("OWN_VAN", "VAN-1")
        assert details["currentStatus"] == "OUT_FOR_DELIVERY"

    def test_a_number_that_was_told_is_not_replaced(self, shop: Caller) -> None:
        shop.control("inject", fault="late_tracking", order_id="F-1")
        create(shop)
        enter(shop, "COMPLETE")
        carrier = {"carrierCode": "OWN_VAN", "trackingNumber": "VAN-1"}
        update(shop, "IN_TRANSIT", tracking={"carrier": carrier})
        shop.control("advance", hours=24 * 5)
        told = the_package(shop)["tracking"]["carrier"]
        assert (told["carrierCode"], told["trackingNumber"]) == ("OWN_VAN", "VAN-1")

    def test_a_carrier_before_the_parcel_leaves_gets_a_number_of_its_own(
        self, shop: Caller
    ) -> None:
        create(shop)
        until_packed(shop)
        update(shop, "PROCESSING", tracking={"carrier": {"carrierCode": "OWN_VAN"}})
        assert the_package(shop)["status"] == "PROCESSING"
        shop.control("advance", hours=24)
        told = the_package(shop)["tracking"]["carrier"]
        assert (told["carrierCode"], len(told["trackingNumber"])) == ("OWN_VAN", 12)

    def test_the_change_is_listed(self, shop: Caller) -> None:
        create(shop)
        enter(shop, "COMPLETE")
        shop.control("advance", hours=1)
        after = shop.control("now")
        shop.control("advance", hours=0.1)
        update(shop, "DELAYED")
        (order,) = shop("GET", ORDERS, updatedAfter=after).json["orders"]
        assert order["shipments"][0]["packages"][0]["status"] == "DELAYED"

    def test_what_there_is_not(self, shop: Caller) -> None:
        create(shop)
        create(shop, "F-2")
        enter(shop, "COMPLETE")
        number = the_package(shop)["packageId"]
        sent = {"status": "DELIVERED"}
        for path in ("F-1/packages/0", "F-1/packages/PKG-1", f"F-2/packages/{number}"):
            unknown = shop("PUT", f"{ORDERS}/{path}", sent)
            assert (unknown.status, unknown.error["code"]) == (404, "NotFound")
        assert update(shop, "ARRIVED").status == 400
        assert shop("PUT", f"{ORDERS}/F-1/packages/{number}", {}, judged=False).status == 400
