"""Fulfillment Outbound API 2020-07-01: its JSON and the engine's values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from stockpool.money import Money
from stockpool.order_request import Feature, Speed
from stockpool.plugins.network import (
    FulfillmentItem,
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PackageEvent,
    PackageState,
    PackageStatus,
    PreviewOption,
    ShipmentItemState,
    ShipmentState,
    ShipmentStatus,
)
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pool, Pools
from stockpool_amazon.wire import address, present, timestamp

FEATURES: frozenset[Feature] = frozenset(get_args(Feature))
"""What can be asked for: `featureConstraints` takes all that the engine knows."""

_SPEEDS: Mapping[Speed, str] = {
    "standard": "Standard",
    "expedited": "Expedited",
    "priority": "Priority",
}
_SPEED_OF = {name: speed for speed, name in _SPEEDS.items()}

_PACKAGE_STATUSES = {status.value: status for status in PackageStatus} | {
    "RETURN_RECEIVED_IN_FC": PackageStatus.RETURNED
}
"""Pick-ups and refunds that Amazon lists besides are about a customer's return: UNKNOWN here."""

_DELIVERED_EVENT = "EVENT_301"


@dataclass(frozen=True, slots=True)
class Tracking:
    """What getPackageTrackingDetails tells of a package."""

    status: PackageStatus
    estimated_arrival: datetime | None = None
    delivered_at: datetime | None = None
    events: Sequence[PackageEvent] = ()


def create_body(request: FulfillmentRequest, pool: Pool) -> dict[str, Any]:
    """CreateFulfillmentOrderRequest; every feature is asked for as Required."""
    order_id = {"sellerFulfillmentOrderId": request.fulfillment_order_id}
    return order_id | update_body(request, pool)


def update_body(request: FulfillmentRequest, pool: Pool) -> dict[str, Any]:
    """UpdateFulfillmentOrderRequest: the whole order as it shall be."""
    return {
        "marketplaceId": pool.marketplace_id,
        "displayableOrderId": request.displayable_order_id,
        "displayableOrderDate": timestamp(request.displayable_order_date),
        "displayableOrderComment": request.displayable_order_comment,
        "shippingSpeedCategory": _SPEEDS[request.speed],
        "destinationAddress": address(request.ship_to),
        "fulfillmentAction": request.action,
        "fulfillmentPolicy": request.policy,
        "items": [_item(item) for item in request.items],
    } | _choices(request, pool)


def preview_body(request: FulfillmentRequest, pool: Pool) -> dict[str, Any]:
    """GetFulfillmentPreviewRequest, for every speed of the pool."""
    choices = _choices(request, pool)
    choices.pop("shipFromCountryCode", None)
    return {
        "marketplaceId": pool.marketplace_id,
        "address": address(request.ship_to),
        "items": [
            {
                "sellerSku": item.sku,
                "sellerFulfillmentOrderItemId": item.item_id,
                "quantity": item.quantity,
            }
            | present(perUnitDeclaredValue=_money(item.unit_value))
            for item in request.items
        ],
        "shippingSpeedCategories": [_SPEEDS[speed] for speed in pool.speeds],
    } | choices


def preview_options(payload: Fields, pool: Pool) -> list[PreviewOption]:
    """GetFulfillmentPreviewResult; speeds that the engine does not know are left out."""
    return [
        _preview_option(preview, _SPEED_OF[speed])
        for preview in payload.objects("fulfillmentPreviews")
        if (speed := preview.text("shippingSpeedCategory")) in _SPEED_OF
        and _SPEED_OF[speed] in pool.speeds
    ]


def state(payload: Fields, pools: Pools, tracking: Mapping[int, Tracking]) -> FulfillmentState:
    """GetFulfillmentOrderResult as the engine's state.

    `updated_at` is when the order's status changed; shipments and parcels change without it.

    Args:
        tracking: by package number; a package that left and has none is IN_TRANSIT.
    """
    order = payload.object("fulfillmentOrder")
    return FulfillmentState(
        fulfillment_order_id=order.text("sellerFulfillmentOrderId"),
        country=pools.country_of(order.text("marketplaceId")) or "",
        status=_status(order),
        received_at=order.time("receivedDate"),
        updated_at=order.time("statusUpdatedDate"),
        items=[
            FulfillmentItemState(
                item.text("sellerFulfillmentOrderItemId"),
                item.text("sellerSku"),
                item.whole("quantity"),
                cancelled=item.whole("cancelledQuantity"),
                unfulfillable=item.whole("unfulfillableQuantity"),
            )
            for item in payload.objects("fulfillmentOrderItems", required=True)
        ],
        shipments=[
            _shipment(shipment, tracking) for shipment in payload.objects("fulfillmentShipments")
        ],
        granted_features=granted(order),
    )


def granted(order: Fields) -> tuple[Feature, ...]:
    """The features that an order has as Required: Amazon refuses what it can't keep to."""
    required = {
        entry.optional_text("featureName")
        for entry in order.objects("featureConstraints")
        if entry.optional_text("featureFulfillmentPolicy") == "Required"
    }
    return tuple(name for name in get_args(Feature) if name in required)


def packages_to_track(payload: Fields) -> list[int]:
    """The numbers of the packages that have left."""
    return [
        package.whole("packageNumber")
        for shipment in payload.objects("fulfillmentShipments")
        if _shipment_status(shipment) is ShipmentStatus.SHIPPED
        for package in shipment.objects("fulfillmentShipmentPackage")
    ]


def tracking_of(payload: Fields) -> Tracking:
    """PackageTrackingDetails; a status that is not known is UNKNOWN."""
    told = payload.optional_text("currentStatus")
    status = _PACKAGE_STATUSES.get(told or "", PackageStatus.UNKNOWN)
    events = [_event(event) for event in payload.objects("trackingEvents")]
    delivered = [event.occurred_at for event in events if event.code == _DELIVERED_EVENT]
    return Tracking(
        status,
        payload.optional_time("estimatedArrivalDate"),
        max(delivered) if delivered and status is PackageStatus.DELIVERED else None,
        events,
    )


def _event(event: Fields) -> PackageEvent:
    address = event.optional_object("eventAddress")
    parts = (
        [address.optional_text(name) for name in ("city", "state", "country")] if address else []
    )
    return PackageEvent(
        event.time("eventDate"),
        event.text("eventCode"),
        event.optional_text("eventDescription") or "",
        ", ".join(part for part in parts if part),
    )


def _choices(request: FulfillmentRequest, pool: Pool) -> dict[str, Any]:
    features = [
        {"featureName": name, "featureFulfillmentPolicy": "Required"} for name in request.features
    ]
    return present(shipFromCountryCode=pool.ship_from, featureConstraints=features or None)


def _item(item: FulfillmentItem) -> dict[str, Any]:
    return {
        "sellerSku": item.sku,
        "sellerFulfillmentOrderItemId": item.item_id,
        "quantity": item.quantity,
    } | present(
        giftMessage=item.gift_message,
        displayableComment=item.comment,
        perUnitDeclaredValue=_money(item.unit_value),
    )


def _money(money: Money | None) -> dict[str, str] | None:
    return None if money is None else {"currencyCode": money.currency, "value": str(money.amount)}


def _status(order: Fields) -> FulfillmentOrderStatus:
    told = order.text("fulfillmentOrderStatus")
    try:
        return FulfillmentOrderStatus(told)
    except ValueError:
        raise order.unreadable("fulfillmentOrderStatus", f"{told[:40]!r} is not known") from None


def _shipment_status(shipment: Fields) -> ShipmentStatus:
    told = shipment.text("fulfillmentShipmentStatus")
    try:
        return ShipmentStatus(told)
    except ValueError:
        name = "fulfillmentShipmentStatus"
        raise shipment.unreadable(name, f"{told[:40]!r} is not known") from None


def _shipment(shipment: Fields, tracking: Mapping[int, Tracking]) -> ShipmentState:
    status = _shipment_status(shipment)
    left = status is ShipmentStatus.SHIPPED
    return ShipmentState(
        shipment_id=shipment.text("amazonShipmentId"),
        fulfillment_center_id=shipment.text("fulfillmentCenterId"),
        status=status,
        # Before it has left, the date is an estimate.
        shipped_at=shipment.optional_time("shippingDate") if left else None,
        estimated_arrival=shipment.optional_time("estimatedArrivalDate"),
        items=[
            ShipmentItemState(
                item.text("sellerFulfillmentOrderItemId"),
                item.text("sellerSku"),
                item.whole("quantity"),
                item.optional_whole("packageNumber"),
            )
            for item in shipment.objects("fulfillmentShipmentItem")
        ],
        packages=[
            _package(package, left, tracking)
            for package in shipment.objects("fulfillmentShipmentPackage")
        ],
    )


def _package(package: Fields, left: bool, tracking: Mapping[int, Tracking]) -> PackageState:
    number = package.whole("packageNumber")
    default = Tracking(PackageStatus.IN_TRANSIT if left else PackageStatus.UNKNOWN)
    known = tracking.get(number, default)
    return PackageState(
        package_number=number,
        carrier_code=package.text("carrierCode"),
        tracking_number=package.optional_text("trackingNumber"),
        status=known.status,
        estimated_arrival=known.estimated_arrival or package.optional_time("estimatedArrivalDate"),
        delivered_at=known.delivered_at,
        events=known.events,
    )


def _preview_option(preview: Fields, speed: Speed) -> PreviewOption:
    shipments = preview.objects("fulfillmentPreviewShipments")
    earliest = [at for s in shipments if (at := s.optional_time("earliestArrivalDate"))]
    latest = [at for s in shipments if (at := s.optional_time("latestArrivalDate"))]
    fees: dict[str, Money] = {}
    for fee in preview.objects("estimatedFees"):
        name, amount = fee.text("name"), fee.object("amount").money("value")
        fees[name] = fees[name] + amount if name in fees else amount
    reasons = list(preview.texts("orderUnfulfillableReasons"))
    for item in preview.objects("unfulfillablePreviewItems"):
        sku = item.text("sellerSku")
        reasons += [f"{sku}: {reason}" for reason in item.texts("itemUnfulfillableReasons")]
    return PreviewOption(
        speed,
        preview.flag("isFulfillable"),
        fees,
        min(earliest, default=None),
        max(latest, default=None),
        len(shipments),
        tuple(reasons),
    )
