"""Shipments, how they travel and when they come, as this API writes them."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inbound.delivery_windows import editable_until
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    Appointment,
    ContentPreview,
    DeliveryWindow,
    PlanShipment,
    TransportOption,
)
from stockpool_amazon_sim.inbound.inbound_reading import ShipmentState
from stockpool_amazon_sim.inbound.inbound_transport import FREIGHT, PARTNER, voidable_until
from stockpool_amazon_sim.inbound.plan_shipments import validation_status
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.sp_api.inbound_2024.content_json import incentive, minute, money
from stockpool_amazon_sim.sp_api.inbound_2024.plan_json import DISCOUNT
from stockpool_amazon_sim.sp_api.inbound_documents import amazon_reference
from stockpool_amazon_sim.sp_api.writing import present, timestamp


def shipment_json(state: ShipmentState) -> dict[str, Any]:
    """`Shipment`. The name on labels is told once the carrier is confirmed."""
    shipment = state.shipment
    option, window = shipment.chosen_transport, shipment.chosen_window
    by_freight_partner = (
        option is not None and option.solution == PARTNER and option.mode in FREIGHT
    )
    ready = shipment.ready_at
    return present(
        amazonReferenceId=amazon_reference(shipment.shipment_id) if by_freight_partner else None,
        contactInformation=shipment.contact or None,
        dates={"readyToShipWindow": {"start": minute(ready[0]), "end": minute(ready[1])}}
        if ready
        else None,
        destination=_destination(shipment),
        freightInformation=shipment.freight or None,
        name=shipment.name,
        placementOptionId=shipment.placement_option_id,
        selectedDeliveryWindow=None if window is None else _selected(window),
        selectedTransportationOptionId=shipment.transport_id,
        selfShipAppointmentDetails=[appointment_json(one) for one in shipment.appointments] or None,
        shipmentConfirmationId=None if shipment.confirmed_at is None else shipment.inbound_id,
        shipmentId=shipment.shipment_id,
        source={"address": shipment.source, "sourceType": "SELLER_FACILITY"},
        status=state.status,
        trackingDetails=_tracking(shipment, state.now),
    )


def transport_json(option: TransportOption, shipment: PlanShipment) -> dict[str, Any]:
    """`TransportationOption`."""
    quote: dict[str, Any] | None = None
    if option.cost is not None:
        chosen = option.option_id == shipment.transport_id
        voidable = voidable_until(shipment) if chosen else None
        quote = present(
            cost=money(option.cost, shipment.country),
            expiration=None if option.expires_at is None else timestamp(option.expires_at),
            voidableUntil=None if voidable is None else timestamp(voidable),
        )
    fetched = option.appointment
    return present(
        carrier={"alphaCode": option.carrier_code, "name": option.carrier_name},
        carrierAppointment={"startTime": timestamp(fetched[0]), "endTime": timestamp(fetched[1])}
        if fetched
        else None,
        preconditions=option.preconditions,
        quote=quote,
        shipmentId=shipment.shipment_id,
        shippingMode=option.mode,
        shippingSolution=option.solution,
        transportationOptionId=option.option_id,
    )


def window_json(window: DeliveryWindow, code: str) -> dict[str, Any]:
    """`DeliveryWindowOption`."""
    discounts = incentive(window.discount, code, "DISCOUNT", DISCOUNT, "A day with few deliveries")
    return present(
        availabilityType=window.availability,
        deliveryWindowOptionId=window.window_id,
        discounts=discounts or None,
        endDate=minute(window.end),
        startDate=minute(window.start),
        validUntil=minute(window.valid_until),
    )


def preview_json(preview: ContentPreview, shipment: PlanShipment) -> dict[str, Any]:
    """`ContentUpdatePreview`."""
    return {
        "contentUpdatePreviewId": preview.preview_id,
        "expiration": timestamp(preview.expires_at),
        "requestedUpdates": preview.requested,
        "transportationOption": transport_json(preview.transport, shipment),
    }


def appointment_json(appointment: Appointment) -> dict[str, Any]:
    """`SelfShipAppointmentDetails`."""
    return {
        "appointmentId": appointment.number,
        "appointmentSlotTime": {
            "startTime": timestamp(appointment.start),
            "endTime": timestamp(appointment.end),
        },
        "appointmentStatus": appointment.status,
    }


def _destination(shipment: PlanShipment) -> dict[str, Any]:
    center = country(shipment.country).centers[shipment.center]
    address = present(
        name=f"Amazon {shipment.center}",
        addressLine1=f"{shipment.center} fulfillment center",
        city=center.city,
        stateOrProvinceCode=center.state or None,
        postalCode="00000",
        countryCode=shipment.country,
    )
    return {
        "address": address,
        "destinationType": "AMAZON_WAREHOUSE",
        "warehouseId": shipment.center,
    }


def _selected(window: DeliveryWindow) -> dict[str, Any]:
    return {
        "availabilityType": window.availability,
        "deliveryWindowOptionId": window.window_id,
        "editableUntil": minute(editable_until(window)),
        "endDate": minute(window.end),
        "startDate": minute(window.start),
    }


def _tracking(shipment: PlanShipment, now: Micros) -> dict[str, Any] | None:
    if shipment.tracking:
        items = [
            {
                "boxId": box_id,
                "trackingId": number,
                "trackingNumberValidationStatus": validation_status(number, told_at, now),
            }
            for box_id, number, told_at in shipment.tracking
        ]
        return {"spdTrackingDetail": {"spdTrackingItems": items}}
    if shipment.freight_bills:
        freight = present(
            billOfLadingNumber=shipment.bill_of_lading, freightBillNumber=shipment.freight_bills
        )
        return {"ltlTrackingDetail": freight}
    return None
