"""A plan's shipments: what is in them, where from, how and when they travel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from stockpool_amazon_sim.inbound.inbound_reading import ShipmentState
from stockpool_amazon_sim.sp_api.inbound_2024 import shipment_bodies as bodies
from stockpool_amazon_sim.sp_api.inbound_2024.content_json import (
    box_json,
    item_json,
    pallet_json,
    region_json,
)
from stockpool_amazon_sim.sp_api.inbound_2024.paging import page
from stockpool_amazon_sim.sp_api.inbound_2024.plans import accepted, path_id, plan_id
from stockpool_amazon_sim.sp_api.inbound_2024.shipment_json import (
    appointment_json,
    preview_json,
    shipment_json,
    transport_json,
    window_json,
)
from stockpool_amazon_sim.sp_api.messages import Answer, Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.reading import read_body, text
from stockpool_amazon_sim.sp_api.writing import timestamp

T = TypeVar("T")


def shipment_id(call: Call) -> str:
    """The shipment in the path."""
    return path_id(call, "shipmentId")


def get(call: Call) -> Json:
    """getShipment; shipments of offered placements are UNCONFIRMED."""
    return call.simulator.get_plan_shipment(plan_id(call), shipment_id(call), shipment_json)


def rename(call: Call) -> Answer:
    """updateShipmentName: 204."""
    name = read_body(call, bodies.ShipmentName).name
    call.simulator.update_shipment_name(plan_id(call), shipment_id(call), name)
    return Answer(204, {})


def change_source(call: Call) -> Answer:
    """updateShipmentSourceAddress."""
    address = read_body(call, bodies.SourceAddress).address.as_told()
    return accepted(
        call.simulator.update_shipment_source_address(plan_id(call), shipment_id(call), address)
    )


def track(call: Call) -> Answer:
    """updateShipmentTrackingDetails."""
    details = read_body(call, bodies.UpdateTracking).tracking_details
    parcels, freight = details.spd_tracking_detail, details.ltl_tracking_detail
    items = [] if parcels is None else parcels.spd_tracking_items
    return accepted(
        call.simulator.update_shipment_tracking_details(
            plan_id(call),
            shipment_id(call),
            parcels=[(one.box_id, one.tracking_id) for one in items],
            freight_bills=[] if freight is None else freight.freight_bill_number,
            bill_of_lading=None if freight is None else freight.bill_of_lading_number,
        )
    )


def list_items(call: Call) -> Json:
    """listShipmentItems."""
    operation = "listShipmentItems"
    return _of_shipment(
        call,
        operation,
        lambda state: page(call, operation, "items", state.shipment.items, item_json, 1000),
    )


def list_boxes(call: Call) -> Json:
    """listShipmentBoxes."""
    operation = "listShipmentBoxes"

    def view(state: ShipmentState) -> Json:
        region = region_json(state.shipment.country, state.shipment.center)
        boxes = state.shipment.boxes
        return page(call, operation, "boxes", boxes, lambda box: box_json(box, region), 1000)

    return _of_shipment(call, operation, view)


def list_pallets(call: Call) -> Json:
    """listShipmentPallets."""
    operation = "listShipmentPallets"
    return _of_shipment(
        call,
        operation,
        lambda state: page(call, operation, "pallets", state.shipment.pallets, pallet_json, 1000),
    )


def generate_transport(call: Call) -> Answer:
    """generateTransportationOptions."""
    body = read_body(call, bodies.GenerateTransportationOptions)
    shipments = [one.readiness() for one in body.shipment_transportation_configurations]
    return accepted(
        call.simulator.generate_transportation_options(
            plan_id(call), body.placement_option_id, shipments
        )
    )


def list_transport(call: Call) -> Json:
    """listTransportationOptions."""
    operation = "listTransportationOptions"
    found = call.simulator.list_transport_shipments(
        plan_id(call),
        text(call, "placementOptionId"),
        text(call, "shipmentId"),
        lambda state: [transport_json(one, state.shipment) for one in state.shipment.transport],
    )
    options = [option for shipment in found for option in shipment]
    return page(call, operation, "transportationOptions", options, lambda option: option, 20)


def confirm_transport(call: Call) -> Answer:
    """confirmTransportationOptions: for all shipments of the plan."""
    chosen = read_body(call, bodies.ConfirmTransportationOptions).transportation_selections
    selections = {one.shipment_id: one.transportation_option_id for one in chosen}
    if len(selections) != len(chosen):
        raise invalid_input("transportationSelections: a shipment is there twice.")
    contacts = {
        one.shipment_id: one.contact_information.as_told()
        for one in chosen
        if one.contact_information is not None
    }
    return accepted(
        call.simulator.confirm_transportation_options(plan_id(call), selections, contacts)
    )


def generate_windows(call: Call) -> Answer:
    """generateDeliveryWindowOptions."""
    return accepted(
        call.simulator.generate_delivery_window_options(plan_id(call), shipment_id(call))
    )


def list_windows(call: Call) -> Json:
    """listDeliveryWindowOptions."""
    operation = "listDeliveryWindowOptions"

    def view(state: ShipmentState) -> Json:
        shipment = state.shipment
        return page(
            call,
            operation,
            "deliveryWindowOptions",
            shipment.windows,
            lambda window: window_json(window, shipment.country),
            100,
        )

    return _of_shipment(call, operation, view)


def confirm_window(call: Call) -> Answer:
    """confirmDeliveryWindowOptions."""
    window = path_id(call, "deliveryWindowOptionId", 36)
    return accepted(
        call.simulator.confirm_delivery_window_options(plan_id(call), shipment_id(call), window)
    )


def generate_previews(call: Call) -> Answer:
    """generateShipmentContentUpdatePreviews."""
    body = read_body(call, bodies.ContentUpdate)
    return accepted(
        call.simulator.generate_shipment_content_update_previews(
            plan_id(call),
            shipment_id(call),
            [item.item() for item in body.items],
            [box.boxes() for box in body.boxes],
            body.as_told(),
        )
    )


def list_previews(call: Call) -> Json:
    """listShipmentContentUpdatePreviews."""
    operation = "listShipmentContentUpdatePreviews"

    def view(state: ShipmentState) -> Json:
        shipment = state.shipment
        return page(
            call,
            operation,
            "contentUpdatePreviews",
            shipment.previews,
            lambda preview: preview_json(preview, shipment),
            20,
        )

    return _of_shipment(call, operation, view)


def get_preview(call: Call) -> Json:
    """getShipmentContentUpdatePreview."""
    preview = path_id(call, "contentUpdatePreviewId")
    return call.simulator.get_shipment_content_update_preview(
        plan_id(call), shipment_id(call), preview, preview_json
    )


def confirm_preview(call: Call) -> Answer:
    """confirmShipmentContentUpdatePreview."""
    preview = path_id(call, "contentUpdatePreviewId")
    return accepted(
        call.simulator.confirm_shipment_content_update_preview(
            plan_id(call), shipment_id(call), preview
        )
    )


def generate_slots(call: Call) -> Answer:
    """generateSelfShipAppointmentSlots: 201, though it too is carried out later."""
    body = read_body(call, bodies.GenerateSlots)
    start, end = (
        None if at is None else bodies.WindowInput(start=at).minute()
        for at in (body.desired_start_date, body.desired_end_date)
    )
    operation = call.simulator.generate_self_ship_appointment_slots(
        plan_id(call), shipment_id(call), start, end
    )
    return Answer(201, {"operationId": operation})


def get_slots(call: Call) -> Json:
    """getSelfShipAppointmentSlots: those that can still be taken."""
    operation = "getSelfShipAppointmentSlots"

    def view(state: ShipmentState) -> Json:
        shipment = state.shipment
        good = shipment.slots_until > state.now
        slots = [slot for slot in shipment.slots if good and slot[1] > state.now]
        answer: dict[str, Any] = page(call, operation, "slots", slots, _slot_json, 100)
        availability: dict[str, Any] = {"slots": answer.pop("slots")}
        if shipment.slots:
            availability["expiresAt"] = timestamp(shipment.slots_until)
        return {**answer, "selfShipAppointmentSlotsAvailability": availability}

    return call.simulator.get_self_ship_appointment_slots(plan_id(call), shipment_id(call), view)


def schedule_appointment(call: Call) -> Json:
    """scheduleSelfShipAppointment: at once."""
    reason = read_body(call, bodies.AppointmentReason).reason_comment
    details = call.simulator.schedule_self_ship_appointment(
        plan_id(call), shipment_id(call), path_id(call, "slotId"), reason, appointment_json
    )
    return {"selfShipAppointmentDetails": details}


def cancel_appointment(call: Call) -> Answer:
    """cancelSelfShipAppointment."""
    read_body(call, bodies.AppointmentReason)
    return accepted(call.simulator.cancel_self_ship_appointment(plan_id(call), shipment_id(call)))


def get_delivery_challan(call: Call) -> Json:
    """getDeliveryChallanDocument: in India only, where nothing is simulated; so it is refused."""
    call.simulator.only_in_india("getDeliveryChallanDocument", plan_id(call), shipment_id(call))
    return {}


def _slot_json(slot: list[Any]) -> dict[str, Any]:
    slot_id, start, end = slot
    times = {"startTime": timestamp(start), "endTime": timestamp(end)}
    return {"slotId": slot_id, "slotTime": times}


def _of_shipment(call: Call, operation: str, view: Callable[[ShipmentState], T]) -> T:
    return call.simulator.get_plan_shipment(
        plan_id(call), shipment_id(call), view, operation=operation
    )
