"""The simulator's records in the words of the engine's Network contract."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from stockpool.money import Money
from stockpool.order_request import Address, Feature, Speed
from stockpool.plugins.network import (
    FulfillmentAccepted,
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
    StockFigures,
)
from stockpool.plugins.network_removals import (
    RemovalItemState,
    RemovalRequest,
    RemovalState,
)
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.inventory import CONDITION, Summary
from stockpool_amazon_sim.outbound.previews import Preview
from stockpool_amazon_sim.outbound.requests import (
    Destination,
    FulfillmentOrderRequest,
    ItemRequest,
    RemovalOrderRequest,
    RemovalRequestItem,
)
from stockpool_amazon_sim.outbound.tracking import scans
from stockpool_amazon_sim.records import Micros, Order, Package, Removal, Shipment
from stockpool_amazon_sim.simulated_time import to_datetime, to_micros

_RemovalStatus = Literal["Pending", "Planning", "Processing", "Completed", "Cancelled"]


def order_request(request: FulfillmentRequest) -> FulfillmentOrderRequest:
    """A create or update request; every feature is asked for as Required."""
    return FulfillmentOrderRequest(
        seller_fulfillment_order_id=request.fulfillment_order_id,
        country=request.country,
        displayable_order_id=request.displayable_order_id,
        displayable_order_date=request.displayable_order_date,
        displayable_order_comment=request.displayable_order_comment,
        shipping_speed_category=request.speed,
        destination=destination(request.ship_to),
        items=[
            ItemRequest(
                item.item_id,
                item.sku,
                item.quantity,
                item.gift_message,
                item.comment,
                (item.unit_value.minor, item.unit_value.currency) if item.unit_value else None,
            )
            for item in request.items
        ],
        fulfillment_action=request.action,
        fulfillment_policy=request.policy,
        feature_constraints=[(feature, "Required") for feature in request.features],
    )


def destination(address: Address) -> Destination:
    """An address as `destinationAddress`."""
    return Destination(
        address.name,
        address.line1,
        address.country,
        address.postal_code,
        address.city,
        address.region,
        address.line2,
        address.line3,
        address.district,
        address.phone,
    )


def accepted(order: Order) -> FulfillmentAccepted:
    """The answer to a create."""
    return FulfillmentAccepted(order.order_id, to_datetime(order.received_at), _granted(order))


def state(order: Order, now: datetime) -> FulfillmentState:
    """All of an order, as it is now."""
    return FulfillmentState(
        order.order_id,
        order.country,
        FulfillmentOrderStatus(order.status),
        to_datetime(order.received_at),
        to_datetime(order.updated_at),
        tuple(
            FulfillmentItemState(
                item.item_id, item.sku, item.quantity, item.cancelled, item.unfulfillable
            )
            for item in order.items
        ),
        tuple(_shipment(order, shipment, to_micros(now)) for shipment in order.shipments),
        _granted(order),
        order.reason,
    )


def figures(summary: Summary) -> StockFigures:
    """One SKU's units; the buckets have the contract's names."""
    return StockFigures(summary.sku, summary.fnsku, condition=CONDITION, **summary.buckets)


def preview_option(preview: Preview, code: str) -> PreviewOption:
    """One speed of a preview."""
    currency = country(code).currency
    return PreviewOption(
        cast(Speed, preview.shipping_speed_category),
        preview.is_fulfillable,
        {name: Money(fee, currency) for name, fee in preview.estimated_fees.items()},
        _optional(preview.earliest_arrival),
        _optional(preview.latest_arrival),
        preview.shipments,
        preview.order_unfulfillable_reasons,
    )


def removal_request(request: RemovalRequest) -> RemovalOrderRequest:
    """A removal order to be placed."""
    return RemovalOrderRequest(
        request.removal_order_id,
        request.country,
        request.disposition,
        [RemovalRequestItem(item.sku, item.sellable, item.unsellable) for item in request.items],
        None if request.ship_to is None else destination(request.ship_to),
    )


def removal_state(removal: Removal) -> RemovalState:
    """All of a removal order."""
    return RemovalState(
        removal.removal_order_id,
        removal.country,
        cast(_RemovalStatus, removal.status),
        to_datetime(removal.updated_at),
        tuple(
            RemovalItemState(
                item.sku,
                item.sellable,
                item.requested,
                item.cancelled,
                item.disposed,
                item.shipped,
            )
            for item in removal.items
        ),
        tuple(removal.tracking_numbers),
    )


def _shipment(order: Order, shipment: Shipment, now: Micros) -> ShipmentState:
    return ShipmentState(
        shipment.shipment_id,
        shipment.center,
        ShipmentStatus(shipment.status),
        _optional(shipment.shipped_at),
        _optional(shipment.estimated_arrival),
        tuple(
            ShipmentItemState(
                order.items[index].item_id, order.items[index].sku, units, number or None
            )
            for index, units, number in shipment.lines
        ),
        tuple(_package(order, shipment, package, now) for package in shipment.packages),
    )


def _package(order: Order, shipment: Shipment, package: Package, now: Micros) -> PackageState:
    return PackageState(
        package.number,
        package.carrier,
        package.tracking_number,
        PackageStatus(package.status),
        _optional(package.estimated_arrival),
        _optional(package.delivered_at),
        [
            PackageEvent(
                to_datetime(scan.at),
                scan.code,
                scan.description,
                ", ".join(part for part in (scan.city, scan.state, scan.country) if part),
            )
            for scan in scans(order, shipment, package, now)
        ],
    )


def _granted(order: Order) -> tuple[Feature, ...]:
    return cast("tuple[Feature, ...]", tuple(order.granted))


def _optional(at: Micros | None) -> datetime | None:
    return None if at is None else to_datetime(at)
