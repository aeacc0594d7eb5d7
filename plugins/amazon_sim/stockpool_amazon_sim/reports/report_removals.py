"""Reports on removal orders and their shipments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stockpool.errors import InvariantViolation
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.ledger import UNFULFILLABLE, EventType
from stockpool_amazon_sim.records import Movement, Removal, RemovalItem
from stockpool_amazon_sim.reports.report_tables import Cells, Query, ReportType, amount, moment
from stockpool_amazon_sim.world import World

_CARRIER = "UPS_GROUND"


def _orders(world: World, query: Query) -> Iterator[Cells]:
    for removal in _removals(world, query):
        if not (query.covers(removal.created_at) or query.covers(removal.updated_at)):
            continue
        gone = sum(item.disposed + item.shipped for item in removal.items)
        for item in removal.items:
            left = item.disposed + item.shipped
            # The fee is charged by unit, at one rate for all units of a SKU.
            fee = removal.fee * left // gone if gone else 0
            yield {
                **_head(removal),
                "service-speed": "Standard",
                "order-status": removal.status,
                "last-updated-date": moment(removal.updated_at),
                "sku": item.sku,
                "fnsku": item.fnsku,
                "disposition": _disposition(item),
                "requested-quantity": item.requested,
                "cancelled-quantity": item.cancelled,
                "disposed-quantity": item.disposed,
                "shipped-quantity": item.shipped,
                "in-process-quantity": item.requested - item.cancelled - left,
                "removal-fee": amount(fee, country(removal.country).currency) if left else None,
                "currency": country(removal.country).currency if left else None,
            }


def _shipments(world: World, query: Query) -> Iterator[Cells]:
    removals = {one.removal_order_id: _Parcels(one) for one in _removals(world, query)}
    for movement in world.store.movements_after(0):
        parcels = removals.get(movement.reference)
        if parcels is None or movement.event_type != EventType.VENDOR_RETURNS:
            continue
        cells = parcels.next(movement)
        if query.covers(movement.at):
            yield cells


class _Parcels:
    """What left for a removal order, unit by unit in the order of its lines."""

    def __init__(self, removal: Removal) -> None:
        self._removal = removal
        self._open = [item.shipped for item in removal.items]
        self._waves: list[int] = []

    def next(self, movement: Movement) -> Cells:
        """The row of the units that left next. All that leaves at one moment is one parcel."""
        if movement.at not in self._waves:
            self._waves.append(movement.at)
        wave = self._waves.index(movement.at)
        numbers = self._removal.tracking_numbers
        item = self._line(movement)
        return {
            **_head(self._removal),
            "shipment-date": moment(movement.at),
            "sku": item.sku,
            "fnsku": item.fnsku,
            "disposition": _disposition(item),
            "shipped-quantity": movement.quantity,
            "carrier": _CARRIER,
            "tracking-number": numbers[wave] if wave < len(numbers) else None,
            "removal-order-type": self._removal.disposition,
        }

    def _line(self, movement: Movement) -> RemovalItem:
        sellable = movement.from_bucket not in UNFULFILLABLE
        for place, item in enumerate(self._removal.items):
            same = item.fnsku == movement.fnsku and item.sellable == sellable
            if same and self._open[place] >= movement.quantity:
                self._open[place] -= movement.quantity
                return item
        raise InvariantViolation(
            f"removal {self._removal.removal_order_id}: {movement.quantity} of {movement.fnsku} "
            "left, which no line asked for"
        )


def _removals(world: World, query: Query) -> Iterator[Removal]:
    for _, removal in world.store.removals.all():
        if removal.country in query.countries:
            yield removal


def _head(removal: Removal) -> dict[str, object]:
    return {
        "request-date": moment(removal.created_at),
        "order-id": removal.removal_order_id,
        "order-type": removal.disposition,
    }


def _disposition(item: RemovalItem) -> str:
    return "Sellable" if item.sellable else "Unsellable"


TYPES: Mapping[str, ReportType] = {
    "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA": ReportType(
        (
            *("request-date", "order-id", "order-type", "service-speed", "order-status"),
            *("last-updated-date", "sku", "fnsku", "disposition", "requested-quantity"),
            *("cancelled-quantity", "disposed-quantity", "shipped-quantity"),
            *("in-process-quantity", "removal-fee", "currency"),
        ),
        _orders,
    ),
    "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA": ReportType(
        (
            *("request-date", "order-id", "shipment-date", "sku", "fnsku", "disposition"),
            *("shipped-quantity", "carrier", "tracking-number", "removal-order-type"),
        ),
        _shipments,
    ),
}
