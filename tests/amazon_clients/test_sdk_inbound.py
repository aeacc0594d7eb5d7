"""Amazon's SDK: Fulfillment Inbound API 2024-03-20, from the plan to units on the shelf."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from spapi import ApiException, FbaInboundApi, FbaInboundEligibilityApi, FbaInboundV0Api

import inbound_bodies as bodies
from sp_api_caller import US
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def api(sdk: Any, simulator: Simulator) -> FbaInboundApi:
    api = sdk(FbaInboundApi)
    for marketplace in (US, bodies.MX):
        set_prep(api, simulator, marketplace)
    return api


@pytest.fixture(scope="module")
def old(sdk: Any) -> FbaInboundV0Api:
    return sdk(FbaInboundV0Api)


@pytest.fixture(scope="module")
def eligibility(sdk: Any) -> FbaInboundEligibilityApi:
    return sdk(FbaInboundEligibilityApi)


def set_prep(api: FbaInboundApi, simulator: Simulator, marketplace: str) -> None:
    detail = {"msku": "MUG", "prepCategory": "NONE", "prepTypes": ["ITEM_NO_PREP"]}
    body = {"marketplaceId": marketplace, "mskuPrepDetails": [detail]}
    done(api, simulator, api.set_prep_details(body))


def done(api: FbaInboundApi, simulator: Simulator, begun: Any) -> Any:
    """Wait for an operation's success."""
    simulator.advance_to(simulator.now() + timedelta(minutes=10))
    status = api.get_inbound_operation_status(begun.operation_id)
    assert status.operation_status == "SUCCESS", status
    return begun


def make_plan(api: FbaInboundApi, simulator: Simulator, name: str, marketplace: str = US) -> str:
    begun = api.create_inbound_plan(bodies.plan(name, marketplace))
    done(api, simulator, begun)
    return begun.inbound_plan_id


def pack(api: FbaInboundApi, simulator: Simulator, plan_id: str) -> str:
    """Boxes are told before placement; returns the packing group."""
    done(api, simulator, api.generate_packing_options(plan_id))
    option = api.list_packing_options(plan_id).packing_options[0]
    done(api, simulator, api.confirm_packing_option(plan_id, option.packing_option_id))
    (group,) = option.packing_groups
    (line,) = api.list_packing_group_items(plan_id, group).items
    assert (line.msku, line.quantity) == ("MUG", 10)
    packing = bodies.packing(packingGroupId=group)
    done(api, simulator, api.set_packing_information(plan_id, packing))
    return group


def place(api: FbaInboundApi, simulator: Simulator, plan_id: str) -> tuple[str, str]:
    """The first placement with one shipment; returns its option and shipment."""
    done(api, simulator, api.generate_placement_options(plan_id, {}))
    option = next(
        one
        for one in api.list_placement_options(plan_id).placement_options
        if len(one.shipment_ids) == 1
    )
    done(api, simulator, api.confirm_placement_option(plan_id, option.placement_option_id))
    return option.placement_option_id, option.shipment_ids[0]


def book(
    api: FbaInboundApi, simulator: Simulator, plan_id: str, placement_id: str, shipment_id: str
) -> None:
    """By the seller's own carrier, in the first window."""
    ready = (simulator.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%MZ")
    shipment = {"shipmentId": shipment_id, "readyToShipWindow": {"start": ready}}
    shipment["contactInformation"] = bodies.CONTACT
    body = {
        "placementOptionId": placement_id,
        "shipmentTransportationConfigurations": [shipment],
    }
    done(api, simulator, api.generate_transportation_options(plan_id, body))
    listed = api.list_transportation_options(
        plan_id, placement_option_id=placement_id, page_size=20
    )
    option = next(
        one
        for one in listed.transportation_options
        if one.shipping_solution == "USE_YOUR_OWN_CARRIER"
        and one.shipping_mode == "GROUND_SMALL_PARCEL"
    )
    done(api, simulator, api.generate_delivery_window_options(plan_id, shipment_id))
    windows = api.list_delivery_window_options(plan_id, shipment_id).delivery_window_options
    window_id = windows[0].delivery_window_option_id
    done(api, simulator, api.confirm_delivery_window_options(plan_id, shipment_id, window_id))
    chosen = {
        "shipmentId": shipment_id,
        "transportationOptionId": option.transportation_option_id,
        "contactInformation": bodies.CONTACT,
    }
    body = {"transportationSelections": [chosen]}
    done(api, simulator, api.confirm_transportation_options(plan_id, body))


def test_from_the_plan_to_the_shelf(
    api: FbaInboundApi, old: FbaInboundV0Api, simulator: Simulator
) -> None:
    before = simulator.buckets("US", "MUG")["fulfillable"]
    plan_id = make_plan(api, simulator, "Journey")
    group = pack(api, simulator, plan_id)
    assert api.list_packing_group_boxes(plan_id, group).boxes
    placement_id, shipment_id = place(api, simulator, plan_id)
    book(api, simulator, plan_id, placement_id, shipment_id)
    shipment = api.get_shipment(plan_id, shipment_id)
    confirmation = shipment.shipment_confirmation_id
    assert confirmation.startswith("FBA")
    (line,) = api.list_shipment_items(plan_id, shipment_id).items
    assert (line.msku, line.quantity) == ("MUG", 10)
    boxes = api.list_shipment_boxes(plan_id, shipment_id).boxes
    assert len(boxes) == 2
    labels = old.get_labels(confirmation, "PackageLabel_Letter_2", "UNIQUE", page_size=10)
    assert labels.payload.download_url
    tracked = {
        "trackingDetails": {
            "spdTrackingDetail": {
                "spdTrackingItems": [
                    {"boxId": box.box_id, "trackingId": f"1Z{place}"}
                    for place, box in enumerate(boxes)
                ]
            }
        }
    }
    done(api, simulator, api.update_shipment_tracking_details(plan_id, shipment_id, tracked))
    simulator.advance_to(simulator.now() + timedelta(days=90))
    assert api.get_shipment(plan_id, shipment_id).status == "CLOSED"
    (received,) = old.get_shipment_items_by_shipment_id(confirmation).payload.item_data
    assert (received.quantity_shipped, received.quantity_received) == (10, 10)
    assert simulator.buckets("US", "MUG")["fulfillable"] == before + 10
    assert simulator.audit() == []


def test_a_plan_is_listed_renamed_and_cancelled(api: FbaInboundApi, simulator: Simulator) -> None:
    plan_id = make_plan(api, simulator, "First name")
    api.update_inbound_plan_name(plan_id, {"name": "Second name"})
    assert api.get_inbound_plan(plan_id).name == "Second name"
    listed = api.list_inbound_plans(status="ACTIVE", page_size=30).inbound_plans
    assert plan_id in [one.inbound_plan_id for one in listed]
    (line,) = api.list_inbound_plan_items(plan_id).items
    assert (line.msku, line.quantity) == ("MUG", 10)
    pack(api, simulator, plan_id)
    assert len(api.list_inbound_plan_boxes(plan_id).boxes) == 2
    assert api.list_inbound_plan_pallets(plan_id).pallets == []
    done(api, simulator, api.cancel_inbound_plan(plan_id))
    assert api.get_inbound_plan(plan_id).status == "VOIDED"


def test_a_shipment_is_changed(api: FbaInboundApi, simulator: Simulator) -> None:
    plan_id = make_plan(api, simulator, "Changed")
    pack(api, simulator, plan_id)
    placement_id, shipment_id = place(api, simulator, plan_id)
    api.update_shipment_name(plan_id, shipment_id, {"name": "Spring"})
    moved = {"address": {**bodies.SOURCE, "addressLine1": "10 Mill Rd"}}
    done(api, simulator, api.update_shipment_source_address(plan_id, shipment_id, moved))
    shipment = api.get_shipment(plan_id, shipment_id)
    assert shipment.name == "Spring"
    assert shipment.source.address.address_line1 == "10 Mill Rd"
    assert api.list_shipment_pallets(plan_id, shipment_id).pallets == []
    book(api, simulator, plan_id, placement_id, shipment_id)
    changed = {"boxes": bodies.boxes(5, 2), "items": [bodies.item(10)]}
    done(
        api,
        simulator,
        api.generate_shipment_content_update_previews(plan_id, shipment_id, changed),
    )
    listed = api.list_shipment_content_update_previews(plan_id, shipment_id)
    preview_id = listed.content_update_previews[0].content_update_preview_id
    preview = api.get_shipment_content_update_preview(plan_id, shipment_id, preview_id)
    assert preview.requested_updates.items[0].quantity == 10
    done(
        api,
        simulator,
        api.confirm_shipment_content_update_preview(plan_id, shipment_id, preview_id),
    )


def test_prep_and_labels(api: FbaInboundApi) -> None:
    (detail,) = api.list_prep_details(US, ["MUG"]).msku_prep_details
    assert (detail.msku, detail.prep_category) == ("MUG", "NONE")
    labels = api.create_marketplace_item_labels(
        {
            "labelType": "STANDARD_FORMAT",
            "pageType": "A4_27",
            "marketplaceId": US,
            "mskuQuantities": [{"msku": "MUG", "quantity": 3}],
        }
    )
    assert labels.document_downloads[0].uri


def test_a_seller_who_drives_there_himself_has_an_appointment(
    api: FbaInboundApi, simulator: Simulator
) -> None:
    plan_id = make_plan(api, simulator, "By myself", bodies.MX)
    pack(api, simulator, plan_id)
    placement_id, shipment_id = place(api, simulator, plan_id)
    book(api, simulator, plan_id, placement_id, shipment_id)
    done(api, simulator, api.generate_self_ship_appointment_slots(plan_id, shipment_id, {}))
    offered = api.get_self_ship_appointment_slots(plan_id, shipment_id, page_size=5)
    slots = offered.self_ship_appointment_slots_availability.slots
    assert len(slots) == 5
    reason = {"reasonComment": "VEHICLE_DELAY"}
    made = api.schedule_self_ship_appointment(plan_id, shipment_id, slots[0].slot_id, reason)
    details = made.self_ship_appointment_details
    assert details.appointment_status == "ARRIVAL_SCHEDULED"
    assert details.appointment_slot_time.start_time == slots[0].slot_time.start_time
    done(api, simulator, api.cancel_self_ship_appointment(plan_id, shipment_id, reason))
    (appointment,) = api.get_shipment(plan_id, shipment_id).self_ship_appointment_details
    assert appointment.appointment_status == "CANCELLED"


def test_what_only_india_has_is_refused(api: FbaInboundApi, simulator: Simulator) -> None:
    plan_id = make_plan(api, simulator, "Refused")
    pack(api, simulator, plan_id)
    _, shipment_id = place(api, simulator, plan_id)
    with pytest.raises(ApiException, match="India"):
        api.get_delivery_challan_document(plan_id, shipment_id)
    with pytest.raises(ApiException, match="India"):
        api.list_item_compliance_details(["MUG"], US)
    tax = {"msku": "MUG", "taxDetails": {"hsnCode": "69120010"}}
    with pytest.raises(ApiException, match="India"):
        api.update_item_compliance_details(US, tax)


def test_eligibility(eligibility: FbaInboundEligibilityApi, simulator: Simulator) -> None:
    simulator.register("US", "CAN", asin="B000000001")
    preview = eligibility.get_item_eligibility_preview(
        "B000000001", "INBOUND", marketplace_ids=[US]
    ).payload
    assert preview.is_eligible_for_program


def test_shipments_of_the_older_version(old: FbaInboundV0Api, simulator: Simulator) -> None:
    shipment_id = simulator.announce_inbound("US", {"MUG": 4})
    listed = old.get_shipments("SHIPMENT", US, shipment_id_list=[shipment_id]).payload
    assert [one.shipment_id for one in listed.shipment_data] == [shipment_id]
    since, until = simulator.now() - timedelta(days=1), simulator.now() + timedelta(days=1)
    items = old.get_shipment_items(
        "DATE_RANGE", US, last_updated_after=since, last_updated_before=until
    ).payload
    assert shipment_id in [one.shipment_id for one in items.item_data]
    prep = old.get_prep_instructions("US", seller_sku_list=["MUG"]).payload
    assert prep.sku_prep_instructions_list[0].seller_sku == "MUG"
    with pytest.raises(ApiException):
        old.get_bill_of_lading(shipment_id)
