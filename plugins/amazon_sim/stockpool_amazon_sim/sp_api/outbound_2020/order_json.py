"""An order as the Fulfillment Outbound API 2020-07-01 shows it."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.records import Order, OrderItem, Package, ReturnItem, Shipment
from stockpool_amazon_sim.sp_api.addresses import address_json, center_address
from stockpool_amazon_sim.sp_api.outbound_2020.bodies import SPEEDS
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp

_SPEED_NAMES = {ours: amazons for amazons, ours in SPEEDS.items()}


def order_json(order: Order) -> dict[str, Any]:
    """The payload of getFulfillmentOrder."""
    payload = {
        "fulfillmentOrder": header_json(order),
        "fulfillmentOrderItems": [_item(item) for item in order.items],
        "fulfillmentShipments": [_shipment(order, shipment) for shipment in order.shipments],
        "returnItems": [return_item_json(order, item) for item in order.returns],
        "returnAuthorizations": [authorization_json(order, item) for item in order.returns],
    }
    if "paymentInformation" in order.sent:
        payload["paymentInformation"] = order.sent["paymentInformation"]
    return payload


def header_json(order: Order) -> dict[str, Any]:
    """`FulfillmentOrder`: all but items and shipments."""
    sent = order.sent
    return present(
        sellerFulfillmentOrderId=order.order_id,
        marketplaceId=country(order.country).marketplace_id,
        displayableOrderId=order.displayable_order_id,
        displayableOrderDate=timestamp(order.displayable_order_date),
        displayableOrderComment=order.displayable_order_comment,
        shippingSpeedCategory=_SPEED_NAMES[order.speed],
        deliveryWindow=sent.get("deliveryWindow"),
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
        "returnToAddress": center_address(
            center, order.country, "Amazon Returns", f"{item.center} Returns Dock"
        ),
        "amazonRmaId": item.authorization_id,
        "rmaPageURL": f"https://returns.amazon.invalid/{item.authorization_id}",
    }


def _item(item: OrderItem) -> dict[str, Any]:
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
    arrival = shipment.estimated_arrival
    return present(
        amazonShipmentId=shipment.shipment_id,
        fulfillmentCenterId=shipment.center,
        fulfillmentShipmentStatus=shipment.status,
        shippingDate=timestamp(shipment.ship_at),
        estimatedArrivalDate=None if arrival is None else timestamp(arrival),
        fulfillmentShipmentItem=[
            present(
                sellerSku=order.items[index].sku,
                sellerFulfillmentOrderItemId=order.items[index].item_id,
                quantity=units,
                packageNumber=number or None,
            )
            for index, units, number in shipment.lines
        ],
        fulfillmentShipmentPackage=[_package(package) for package in shipment.packages],
    )


def _package(package: Package) -> dict[str, Any]:
    arrival = package.estimated_arrival
    return present(
        packageNumber=package.number,
        carrierCode=package.carrier,
        trackingNumber=package.tracking_number,
        amazonFulfillmentTrackingNumber=package.tracking_number,
        estimatedArrivalDate=None if arrival is None else timestamp(arrival),
    )


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
