"""python-amazon-sp-api: Fulfillment Inbound API 2024-03-20, from the plan to units on the shelf."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sp_api.api import (
    FbaInboundEligibility,
    FulfillmentInboundV0,
    FulfillmentInboundV20240320,
)
from sp_api.base import SellingApiBadRequestException

import inbound_bodies as bodies
from sp_api_caller import US
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def api(library: Any, simulator: Simulator) -> FulfillmentInboundV20240320:
    api = library(FulfillmentInboundV20240320, version="2024-03-20")
    for marketplace in (US, bodies.MX):
        set_prep(api, simulator, marketplace)
    return api


@pytest.fixture(scope="module")
def old(library: Any) -> FulfillmentInboundV0:
    return library(FulfillmentInboundV0, version="v0")


@pytest.fixture(scope="module")
def eligibility(library: Any) -> FbaInboundEligibility:
    return library(FbaInboundEligibility)


def set_prep(api: FulfillmentInboundV20240320, simulator: Simulator, marketplace: str) -> None:
    detail = {"msku": "MUG", "prepCategory": "NONE", "prepTypes": ["ITEM_NO_PREP"]}
    begun = api.set_prep_details(marketplaceId=marketplace, mskuPrepDetails=[detail])
    done(api, simulator, begun)


def done(api: FulfillmentInboundV20240320, simulator: Simulator, begun: Any) -> dict[str, Any]:
    """Wait for an operation's success."""
    simulator.advance_to(simulator.now() + timedelta(minutes=10))
    status = api.get_inbound_operation_status(begun.payload["operationId"]).payload
    assert status["operationStatus"] == "SUCCESS", status
    return begun.payload


def make_plan(
    api: FulfillmentInboundV20240320, simulator: Simulator, name: str, marketplace: str = US
) -> str:
    begun = api.create_inbound_plan(**bodies.plan(name, marketplace))
    return str(done(api, simulator, begun)["inboundPlanId"])


def pack(api: FulfillmentInboundV20240320, simulator: Simulator, plan_id: str) -> str:
    """Boxes are told before placement; returns the packing group."""
    done(api, simulator, api.generate_packing_options(plan_id))
    option = api.list_packing_options(plan_id).payload["packingOptions"][0]
    done(api, simulator, api.confirm_packing_option(plan_id, option["packingOptionId"]))
    (group,) = option["packingGroups"]
    (line,) = api.list_packing_group_items(plan_id, group).payload["items"]
    assert (line["msku"], line["quantity"]) == ("MUG", 10)
    packing = bodies.packing(packingGroupId=group)
    done(api, simulator, api.set_packing_information(plan_id, **packing))
    return str(group)


def place(api: FulfillmentInboundV20240320, simulator: Simulator, plan_id: str) -> tuple[str, str]:
    """The first placement with one shipment; returns its option and shipment."""
    done(api, simulator, api.generate_placement_options(plan_id))
    option = next(
        one
        for one in api.list_placement_options(plan_id).payload["placementOptions"]
        if len(one["shipmentIds"]) == 1
    )
    done(api, simulator, api.confirm_placement_option(plan_id, option["placementOptionId"]))
    return option["placementOptionId"], option["shipmentIds"][0]


def book(
    api: FulfillmentInboundV20240320,
    simulator: Simulator,
    plan_id: str,
    placement_id: str,
    shipment_id: str,
) -> None:
    """By the seller's own carrier, in the first window."""
    ready = (simulator.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%MZ")
    shipment = {
        "shipmentId": shipment_id,
        "readyToShipWindow": {"start": ready},
        "contactInformation": bodies.CONTACT,
    }
    begun = api.generate_transportation_options(
        plan_id,
        placementOptionId=placement_id,
        shipmentTransportationConfigurations=[shipment],
    )
    done(api, simulator, begun)
    listed = api.list_transportation_options(
        plan_id, placementOptionId=placement_id, pageSize=20
    ).payload["transportationOptions"]
    option = next(
        one
        for one in listed
        if one["shippingSolution"] == "USE_YOUR_OWN_CARRIER"
        and one["shippingMode"] == "GROUND_SMALL_PARCEL"
    )
    done(api, simulator, api.generate_delivery_window_options(plan_id, shipment_id))
    windows = api.list_delivery_window_options(plan_id, shipment_id).payload
    window_id = windows["deliveryWindowOptions"][0]["deliveryWindowOptionId"]
    done(api, simulator, api.confirm_delivery_window_options(plan_id, shipment_id, window_id))
    chosen = {
        "shipmentId": shipment_id,
        "transportationOptionId": option["transportationOptionId"],
        "contactInformation": bodies.CONTACT,
    }
    begun = api.confirm_transportation_options(plan_id, transportationSelections=[chosen])
    done(api, simulator, begun)


def test_from_the_plan_to_the_shelf(
    api: FulfillmentInboundV20240320, old: FulfillmentInboundV0, simulator: Simulator
) -> None:
    before = simulator.buckets("US", "MUG")["fulfillable"]
    plan_id = make_plan(api, simulator, "Journey")
    group = pack(api, simulator, plan_id)
    assert api.list_packing_group_boxes(plan_id, group).payload["boxes"]
    placement_id, shipment_id = place(api, simulator, plan_id)
    book(api, simulator, plan_id, placement_id, shipment_id)
    shipment = api.get_shipment(plan_id, shipment_id).payload
    confirmation = shipment["shipmentConfirmationId"]
    (line,) = api.list_shipment_items(plan_id, shipment_id).payload["items"]
    assert (line["msku"], line["quantity"]) == ("MUG", 10)
    boxes = api.list_shipment_boxes(plan_id, shipment_id).payload["boxes"]
    labels = old.get_labels(
        confirmation, PageType="PackageLabel_Letter_2", LabelType="UNIQUE", PageSize=10
    )
    assert labels.payload["DownloadURL"]
    tracked = {
        "spdTrackingDetail": {
            "spdTrackingItems": [
                {"boxId": box["boxId"], "trackingId": f"1Z{place}"}
                for place, box in enumerate(boxes)
            ]
        }
    }
    begun = api.update_shipment_tracking_details(plan_id, shipment_id, trackingDetails=tracked)
    done(api, simulator, begun)
    simulator.advance_to(simulator.now() + timedelta(days=90))
    assert api.get_shipment(plan_id, shipment_id).payload["status"] == "CLOSED"
    (received,) = old.shipment_items_by_shipment(confirmation, MarketplaceId=US).payload["ItemData"]
    assert (received["QuantityShipped"], received["QuantityReceived"]) == (10, 10)
    assert simulator.buckets("US", "MUG")["fulfillable"] == before + 10


def test_a_plan_is_listed_renamed_and_cancelled(
    api: FulfillmentInboundV20240320, simulator: Simulator
) -> None:
    plan_id = make_plan(api, simulator, "First name")
    api.update_inbound_plan_name(plan_id, name="Second name")
    assert api.get_inbound_plan(plan_id).payload["name"] == "Second name"
    listed = api.list_inbound_plans(status="ACTIVE", pageSize=30).payload["inboundPlans"]
    assert plan_id in [one["inboundPlanId"] for one in listed]
    assert len(api.list_inbound_plan_items(plan_id).payload["items"]) == 1
    pack(api, simulator, plan_id)
    assert len(api.list_inbound_plan_boxes(plan_id).payload["boxes"]) == 2
    assert api.list_inbound_plan_pallets(plan_id).payload["pallets"] == []
    done(api, simulator, api.cancel_inbound_plan(plan_id))
    assert api.get_inbound_plan(plan_id).payload["status"] == "VOIDED"


def test_a_shipment_is_changed(api: FulfillmentInboundV20240320, simulator: Simulator) -> None:
    plan_id = make_plan(api, simulator, "Changed")
    pack(api, simulator, plan_id)
    placement_id, shipment_id = place(api, simulator, plan_id)
    api.update_shipment_name(plan_id, shipment_id, name="Spring")
    moved = {**bodies.SOURCE, "addressLine1": "10 Mill Rd"}
    done(api, simulator, api.update_shipment_source_address(plan_id, shipment_id, address=moved))
    shipment = api.get_shipment(plan_id, shipment_id).payload
    assert shipment["name"] == "Spring"
    assert shipment["source"]["address"]["addressLine1"] == "10 Mill Rd"
    assert api.list_shipment_pallets(plan_id, shipment_id).payload["pallets"] == []
    book(api, simulator, plan_id, placement_id, shipment_id)
    begun = api.generate_shipment_content_update_previews(
        plan_id, shipment_id, boxes=bodies.boxes(5, 2), items=[bodies.item(10)]
    )
    done(api, simulator, begun)
    listed = api.list_shipment_content_update_previews(plan_id, shipment_id).payload
    preview_id = listed["contentUpdatePreviews"][0]["contentUpdatePreviewId"]
    preview = api.get_shipment_content_update_preview(plan_id, shipment_id, preview_id).payload
    assert preview["requestedUpdates"]["items"][0]["quantity"] == 10
    begun = api.confirm_shipment_content_update_preview(plan_id, shipment_id, preview_id)
    done(api, simulator, begun)


def test_prep_and_labels(api: FulfillmentInboundV20240320) -> None:
    answer = api.list_prep_details(marketplaceId=US, mskus="MUG").payload
    assert answer["mskuPrepDetails"][0]["prepCategory"] == "NONE"
    labels = api.create_marketplace_item_labels(
        labelType="STANDARD_FORMAT",
        pageType="A4_27",
        marketplaceId=US,
        mskuQuantities=[{"msku": "MUG", "quantity": 3}],
    ).payload
    assert labels["documentDownloads"][0]["uri"]


def test_a_seller_who_drives_there_himself_has_an_appointment(
    api: FulfillmentInboundV20240320, simulator: Simulator
) -> None:
    plan_id = make_plan(api, simulator, "By myself", bodies.MX)
    pack(api, simulator, plan_id)
    placement_id, shipment_id = place(api, simulator, plan_id)
    book(api, simulator, plan_id, placement_id, shipment_id)
    begun = api.generate_self_ship_appointment_slots_post(plan_id, shipment_id)
    done(api, simulator, begun)
    offered = api.get_self_ship_appointment_slots_get(plan_id, shipment_id).payload
    slot = offered["selfShipAppointmentSlotsAvailability"]["slots"][0]
    reason = {"reasonComment": "VEHICLE_DELAY"}
    made = api.schedule_self_ship_appointment_post(plan_id, shipment_id, slot["slotId"], **reason)
    details = made.payload["selfShipAppointmentDetails"]
    assert details["appointmentStatus"] == "ARRIVAL_SCHEDULED"
    begun = api.cancel_self_ship_appointment_put(plan_id, shipment_id, **reason)
    done(api, simulator, begun)
    shipment = api.get_shipment(plan_id, shipment_id).payload
    (appointment,) = shipment["selfShipAppointmentDetails"]
    assert appointment["appointmentStatus"] == "CANCELLED"


def test_what_only_india_has_is_refused(
    api: FulfillmentInboundV20240320, simulator: Simulator
) -> None:
    plan_id = make_plan(api, simulator, "Refused")
    pack(api, simulator, plan_id)
    _, shipment_id = place(api, simulator, plan_id)
    with pytest.raises(SellingApiBadRequestException, match="India"):
        api.get_delivery_challan_document_get(plan_id, shipment_id)
    with pytest.raises(SellingApiBadRequestException, match="India"):
        api.list_item_compliance_details(mskus="MUG", marketplaceId=US)


def test_compliance_needs_a_parameter_that_the_library_puts_elsewhere(
    api: FulfillmentInboundV20240320,
) -> None:
    with pytest.raises(SellingApiBadRequestException, match="marketplaceId"):
        api.update_item_compliance_details(
            marketplaceId=US, msku="MUG", taxDetails={"hsnCode": "69120010"}
        )


def test_eligibility(eligibility: FbaInboundEligibility, simulator: Simulator) -> None:
    simulator.register("US", "CAN", asin="B000000001")
    asked = {"asin": "B000000001", "program": "INBOUND"}
    assert eligibility.get_item_eligibility_preview(**asked).payload["isEligibleForProgram"]
    assert eligibility.get_item_eligibility_preview_extended(**asked).payload


def test_shipments_of_the_older_version(old: FulfillmentInboundV0, simulator: Simulator) -> None:
    shipment_id = simulator.announce_inbound("US", {"MUG": 4})
    listed = old.get_shipments(
        QueryType="SHIPMENT", MarketplaceId=US, ShipmentIdList=shipment_id
    ).payload["ShipmentData"]
    assert [one["ShipmentId"] for one in listed] == [shipment_id]
    items = old.shipment_items(
        QueryType="DATE_RANGE",
        MarketplaceId=US,
        LastUpdatedAfter=(simulator.now() - timedelta(days=1)).isoformat(),
        LastUpdatedBefore=(simulator.now() + timedelta(days=1)).isoformat(),
    ).payload["ItemData"]
    assert shipment_id in [one["ShipmentId"] for one in items]
    prep = old.prep_instruction({"ShipToCountryCode": "US", "SellerSKUList": "MUG"}).payload
    assert prep["SKUPrepInstructionsList"][0]["SellerSKU"] == "MUG"
    with pytest.raises(SellingApiBadRequestException):
        old.bill_of_lading(shipment_id)
