"""An order as the Fulfillment Outbound API 2026-07-04 shows it, whichever version it came by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.estimates import shipment_times, shipping_notes
from stockpool_amazon_sim.outbound.package_updates import has_left
from stockpool_amazon_sim.records import Micros, Order, OrderItem, Package, Shipment
from stockpool_amazon_sim.sp_api.addresses import address_json, center_address
from stockpool_amazon_sim.sp_api.outbound_2026.bodies import OWN
from stockpool_amazon_sim.sp_api.outbound_2026.tracking_json import tracking_json
from stockpool_amazon_sim.sp_api.outbound_2026.vocabulary import (
    ACTIONS,
    ORDER_STATUSES,
    PACKAGE_STATUSES,
    PACKAGING_FEATURES,
    POLICIES,
    SHIPMENT_STATUSES,
    TIERS,
)
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp

_TIER_NAMES = {ours: amazons for amazons, ours in TIERS.items()}
_ACTION_NAMES = {ours: amazons for amazons, ours in ACTIONS.items()}
_POLICY_NAMES = {ours: amazons for amazons, ours in POLICIES.items()}


def order_json(order: Order, *, shipments: bool = True) -> dict[str, Any]:
    """`FulfillmentOrder`.

    Args:
        shipments: with what was and is being sent.
    """
    sent, own = order.sent, order.sent.get(OWN, {})
    document = present(
        orderId=order.order_id,
        channel=own.get("channel"),
        receiveTime=timestamp(order.received_at),
        status=ORDER_STATUSES[order.status],
        statusUpdateTime=timestamp(order.updated_at),
        fulfillmentConfiguration={
            "serviceLevel": present(
                serviceTiers=own.get("serviceTiers") or [_TIER_NAMES[order.speed]],
                deliveryInterval=_interval(order.window),
            ),
            "action": _ACTION_NAMES[order.action],
            "policy": _POLICY_NAMES[order.policy],
            "services": _services(order),
        },
        origin={"countryCode": order.country},
        destination=_destination(order),
        lineItems=[_line_item(item) for item in order.items],
        paymentInformation=_payments(sent.get("paymentInformation")),
    )
    if shipments:
        document["shipments"] = [_shipment(order, place) for place in range(len(order.shipments))]
    return document


def amount_json(units: int) -> dict[str, str]:
    """`Amount`."""
    return {"unit": "EACHES", "value": str(units)}


def product_json(sku: str) -> dict[str, str]:
    """`ProductIdentifier`."""
    return {"amazonSku": sku}


def _services(order: Order) -> dict[str, Any]:
    # What was asked for as required and silently not granted is not shown, as in 2020.
    kept = {
        name: "REQUIRED" if policy == "Required" else "NOT_REQUIRED"
        for name, policy in order.features
        if policy != "Required" or name in order.granted
    }
    additional = {
        name: need for name, need in kept.items() if name not in PACKAGING_FEATURES.values()
    }
    return present(
        packaging=present(
            packagingOption="UNBRANDED" if kept.get("BLANK_BOX") == "REQUIRED" else "ANY",
            overbox=kept.get("OVERBOX", "NOT_REQUIRED"),
            packingSlip=order.sent.get(OWN, {}).get("packingSlip")
            if "PACKING_SLIP" in kept
            else None,
        ),
        additional=additional or None,
    )


def _destination(order: Order) -> dict[str, Any]:
    address = address_json(order.address)
    email = order.sent.get(OWN, {}).get("email")
    preferences = order.sent.get("deliveryPreferences", {})
    return present(
        deliveryAddress=address if email is None else address | {"email": email},
        deliveryNotes=preferences.get("deliveryInstructions"),
        dropOffLocation=preferences.get("dropOffLocation"),
    )


def _line_item(item: OrderItem) -> dict[str, Any]:
    value = item.unit_value
    return present(
        lineItemId=item.item_id,
        product=present(
            productIdentifier=product_json(item.sku),
            perUnitDeclaredValue=None
            if value is None
            else {"currencyCode": value[1], "amount": decimal(value[0], value[1])},
        ),
        amount=amount_json(item.quantity),
        cancelledAmount=amount_json(item.cancelled),
        unfulfillableAmount=amount_json(item.unfulfillable),
        fulfillmentConfiguration=item.sent.get(OWN, {}).get("fulfillmentConfiguration"),
    )


def _interval(window: Sequence[Micros]) -> dict[str, str] | None:
    if not window:
        return None
    start, end = window
    return {"startTime": timestamp(start), "endTime": timestamp(end)}


def _payments(payments: list[Mapping[str, Any]] | None) -> dict[str, Any] | None:
    if payments is None:
        return None
    return {
        "payments": [
            present(
                paymentId=payment.get("paymentTransactionId"),
                paymentMethod=payment.get("paymentMode"),
                paymentTime=payment.get("paymentDate"),
            )
            for payment in payments
        ]
    }


def _shipment(order: Order, place: int) -> dict[str, Any]:
    shipment = order.shipments[place]
    status = SHIPMENT_STATUSES[shipment.status]
    leaves, arrives = shipment_times(shipment)
    items = [
        present(
            productIdentifier=product_json(order.items[index].sku),
            lineItemId=order.items[index].item_id,
            amount=amount_json(units),
            packageId=str(number) if number else None,
            shipmentItemId=f"{shipment.shipment_id}-{line}",
        )
        for line, (index, units, number) in enumerate(shipment.lines, 1)
    ]
    return present(
        amazonShipmentId=shipment.shipment_id,
        amazonFacility={
            "facilityId": shipment.center,
            "address": center_address(
                country(order.country).centers[shipment.center],
                order.country,
                "Amazon",
                f"{shipment.center} Outbound Dock",
            ),
        },
        status=status,
        shipTime=None if leaves is None else timestamp(leaves),
        deliveryTime=None if arrives is None else timestamp(arrives),
        shippingNotes=shipping_notes(order, shipment) or None,
        items=items,
        packages=[
            _package(
                order,
                shipment,
                package,
                [item["shipmentItemId"] for item in items if item.get("packageId") == package_id],
            )
            for package, package_id in ((one, str(one.number)) for one in shipment.packages)
        ],
        serviceLevel={"serviceTier": _TIER_NAMES[order.speed]},
    )


def _package(
    order: Order, shipment: Shipment, package: Package, item_ids: list[str]
) -> dict[str, Any]:
    # Amazon calls the time an estimate; here it is when the parcel came, once it has come.
    arrival = package.delivered_at or package.estimated_arrival
    return present(
        packageId=str(package.number),
        deliveryTime=None if arrival is None else timestamp(arrival),
        status=_package_status(shipment, package),
        tracking=tracking_json(order, package),
        shipmentItemIds=item_ids,
    )


def _package_status(shipment: Shipment, package: Package) -> str:
    if not has_left(shipment):
        return "PROCESSING"
    # Of a parcel that has left, nothing is known any more.
    return PACKAGE_STATUSES.get(package.status, "EXPIRED")
