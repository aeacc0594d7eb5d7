"""An order as the Fulfillment Outbound API 2020-07-01 shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.estimates import item_times, shipment_times, shipping_notes
from stockpool_amazon_sim.outbound.proof_of_delivery import Proof, proof_of
from stockpool_amazon_sim.outbound.returns import RECIPIENT, dock, rma_page_url
from stockpool_amazon_sim.records import Micros, Order, Package, ReturnItem, Shipment
from stockpool_amazon_sim.sp_api.addresses import address_json, center_address
from stockpool_amazon_sim.sp_api.outbound_2020.bodies import SPEEDS, DropOffType
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp

MARKETPLACE = "marketplaceId"
"""Under this name an order keeps the marketplace it was placed against, if it is not that of the
country it ships from."""

_SPEED_NAMES = {ours: amazons for amazons, ours in SPEEDS.items()}


_PAYMENT = 3
"""Members of `PaymentInformation`, all of them required."""


def order_json(order: Order) -> dict[str, Any]:
    """The payload of getFulfillmentOrder."""
    payload = {
        "fulfillmentOrder": header_json(order),
        "fulfillmentOrderItems": [_item(order, place) for place in range(len(order.items))],
        "fulfillmentShipments": [_shipment(order, shipment) for shipment in order.shipments],
        "returnItems": [return_item_json(order, item) for item in order.returns],
        "returnAuthorizations": [authorization_json(order, item) for item in order.returns],
    }
    # The newer version's payments may lack what this one requires.
    payments = [one for one in order.sent.get("paymentInformation", ()) if len(one) == _PAYMENT]
    if payments:
        payload["paymentInformation"] = payments
    return payload


def header_json(order: Order) -> dict[str, Any]:
    """`FulfillmentOrder`: all but items and shipments."""
    sent = order.sent
    return present(
        sellerFulfillmentOrderId=order.order_id,
        marketplaceId=sent.get(MARKETPLACE) or country(order.country).marketplace_id,
        displayableOrderId=order.displayable_order_id,
        displayableOrderDate=timestamp(order.displayable_order_date),
        displayableOrderComment=order.displayable_order_comment,
        shippingSpeedCategory=_SPEED_NAMES[order.speed],
        deliveryWindow=window_json(order.window) if order.window else None,
        destinationAddress=address_json(order.address),
        fulfillmentAction=order.action,
        fulfillmentPolicy=order.policy,
        codSettings=sent.get("codSettings"),
        receivedDate=timestamp(order.received_at),
        fulfillmentOrderStatus=order.status,
        statusUpdatedDate=timestamp(order.updated_at),
        notificationEmails=sent.get("notificationEmails"),
        featureConstraints=[
            {"featureName": feature, "featureFulfillmentPolicy": policy}
            for feature, policy in order.features
            if policy != "Required" or feature in order.granted
        ],
    )


def authorization_json(order: Order, item: ReturnItem) -> dict[str, Any]:
    """`ReturnAuthorization`: where a returned unit is to be sent."""
    center = country(order.country).centers[item.center]
    return {
        "returnAuthorizationId": item.authorization_id,
        "fulfillmentCenterId": item.center,
        "returnToAddress": center_address(center, order.country, RECIPIENT, dock(item)),
        "amazonRmaId": item.authorization_id,
        "rmaPageURL": rma_page_url(item),
    }


def window_json(window: Sequence[Micros]) -> dict[str, str]:
    """`DeliveryWindow`."""
    start, end = window
    return {"startDate": timestamp(start), "endDate": timestamp(end)}


def _item(order: Order, place: int) -> dict[str, Any]:
    item = order.items[place]
    leaves, arrives = item_times(order, place)
    return present(
        sellerSku=item.sku,
        sellerFulfillmentOrderItemId=item.item_id,
        quantity=item.quantity,
        giftMessage=item.gift_message,
        displayableComment=item.comment,
        fulfillmentNetworkSku=item.fnsku,
        orderItemDisposition="Sellable",
        cancelledQuantity=item.cancelled,
        unfulfillableQuantity=item.unfulfillable,
        estimatedShipDate=_time(leaves),
        estimatedArrivalDate=_time(arrives),
        perUnitPrice=item.sent.get("perUnitPrice"),
        perUnitTax=item.sent.get("perUnitTax"),
        perUnitDeclaredValue=_money(item.unit_value),
    )


def _money(value: list[Any] | None) -> dict[str, str] | None:
    if value is None:
        return None
    minor, currency = value
    return {"currencyCode": currency, "value": decimal(minor, currency)}


def _shipment(order: Order, shipment: Shipment) -> dict[str, Any]:
    leaves, arrives = shipment_times(shipment)
    return present(
        amazonShipmentId=shipment.shipment_id,
        fulfillmentCenterId=shipment.center,
        fulfillmentShipmentStatus=shipment.status,
        shippingDate=_time(leaves),
        estimatedArrivalDate=_time(arrives),
        shippingNotes=shipping_notes(order, shipment) or None,
        fulfillmentShipmentItem=[
            present(
                sellerSku=order.items[index].sku,
                sellerFulfillmentOrderItemId=order.items[index].item_id,
                quantity=units,
                packageNumber=number or None,
            )
            for index, units, number in shipment.lines
        ],
        fulfillmentShipmentPackage=[_package(order, package) for package in shipment.packages],
    )


def _time(at: Micros | None) -> str | None:
    return None if at is None else timestamp(at)


def _package(order: Order, package: Package) -> dict[str, Any]:
    return present(
        packageNumber=package.number,
        carrierCode=package.carrier,
        trackingNumber=package.tracking_number,
        amazonFulfillmentTrackingNumber=package.tracking_number,
        estimatedArrivalDate=_time(package.estimated_arrival),
        deliveryInformation=_delivery(proof_of(order, package)),
    )


def _delivery(proof: Proof) -> dict[str, Any] | None:
    """`DeliveryInformation`, of a parcel that has arrived."""
    photo = proof.photo_url
    place = (
        proof.place if proof.place and proof.place.get("type") in get_args(DropOffType) else None
    )
    known = present(
        deliveryDocumentList=None
        if photo is None
        else [{"documentType": "DELIVERY_IMAGE", "url": photo}],
        dropOffLocation=None
        if place is None
        else present(
            type=place["type"],
            attributes={name: str(value) for name, value in place["attributes"].items()}
            if place.get("attributes")
            else None,
        ),
    )
    return known or None


def return_item_json(order: Order, item: ReturnItem) -> dict[str, Any]:
    return present(
        sellerReturnItemId=item.return_item_id,
        sellerFulfillmentOrderItemId=order.items[item.item_index].item_id,
        amazonShipmentId=item.shipment_id,
        sellerReturnReasonCode=item.reason_code,
        amazonReturnReasonCode=item.reason_code,
        status=item.status,
        statusChangedDate=timestamp(item.received_at or order.updated_at),
        returnAuthorizationId=item.authorization_id,
        returnReceivedCondition=item.disposition,
        fulfillmentCenterId=item.center,
    )
