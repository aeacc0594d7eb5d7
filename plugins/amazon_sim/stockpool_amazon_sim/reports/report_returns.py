"""The report on what customers sent back, and on parcels that came back by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stockpool_amazon_sim.inventory.ledger import EventType
from stockpool_amazon_sim.records import Movement, Order, ReturnItem
from stockpool_amazon_sim.reports.report_movements import disposition_of
from stockpool_amazon_sim.reports.report_tables import Cells, Query, ReportType, moment
from stockpool_amazon_sim.shop.amazon_ids import amazon_id
from stockpool_amazon_sim.world import World

_BY_ITSELF = "UNDELIVERABLE_UNKNOWN"

_REASONS: Mapping[str, str] = {
    "CR-UNWANTED_ITEM": "UNWANTED_ITEM",
    "CR-DEFECTIVE": "DEFECTIVE",
    "AMZ-PG-BAD-DESC": "NOT_AS_DESCRIBED",
    "AMZ-PG-DAMAGED": "DAMAGED_BY_CARRIER",
    "AMZ-PG-MISORDERED": "MISORDERED",
}
"""The report's own words for the reasons of MCF returns."""


def _returns(world: World, query: Query) -> Iterator[Cells]:
    for movement in world.store.movements_after(0):
        returned = movement.event_type == EventType.CUSTOMER_RETURNS
        if not (returned and query.covers(movement.at) and movement.country in query.countries):
            continue
        order = world.store.orders.get(movement.reference)
        assert order is not None, movement
        yield _row(world, order, movement)


def _row(world: World, order: Order, movement: Movement) -> Cells:
    asked = _asked_for(order, movement)
    item = next(item for item in order.items if item.fnsku == movement.fnsku)
    sku = world.store.skus.get(f"{order.country}|{item.sku}")
    return {
        "return-date": moment(movement.at),
        "order-id": amazon_id(world.draws, order.order_id),
        "sku": item.sku,
        "asin": None if sku is None else sku.asin,
        "fnsku": item.fnsku,
        "product-name": item.sku if sku is None else sku.title,
        "quantity": movement.quantity,
        "fulfillment-center-id": movement.to_center,
        "detailed-disposition": disposition_of(movement.to_bucket),
        "reason": _BY_ITSELF if asked is None else _REASONS[asked.reason_code],
        "status": "Unit returned to inventory",
        "license-plate-number": "LPN" + world.draws.code(9, order.order_id, movement.at, "plate"),
    }


def _asked_for(order: Order, movement: Movement) -> ReturnItem | None:
    """The return that the customer had asked for; None for a parcel that came by itself."""
    for asked in order.returns:
        same = order.items[asked.item_index].fnsku == movement.fnsku
        if same and asked.received_at == movement.at:
            return asked
    return None


TYPES: Mapping[str, ReportType] = {
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": ReportType(
        (
            *("return-date", "order-id", "sku", "asin", "fnsku", "product-name", "quantity"),
            *("fulfillment-center-id", "detailed-disposition", "reason", "status"),
            *("license-plate-number", "customer-comments"),
        ),
        _returns,
    ),
}
