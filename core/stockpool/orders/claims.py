"""What an order wants of the stock, and how what routing gives it becomes fulfillment orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stockpool.order_request import Feature, FulfillmentPolicy, Speed
from stockpool.routing.values import Allocation, Plan, PlannedShipment

ITEMS_MOST = 100
UNITS_MOST = 250
"""A fulfillment order's limits (Fulfillment Outbound API); what exceeds them becomes several."""


@dataclass(slots=True)
class WantedUnits:
    """Units of one seller SKU that an order line still wants, and what it got."""

    line_id: str
    sku: str
    stock_sku: str
    count: int
    each: int
    held: int = 0
    unfulfillable: int = 0


@dataclass(slots=True)
class Claim:
    """One order that wants stock."""

    order_id: str
    channel: str
    channel_order_id: str
    country: str
    speed: Speed
    policy: FulfillmentPolicy
    backorder: bool
    features: tuple[Feature, ...]
    priority: int
    wanted: list[WantedUnits]
    number: int = 1
    """The number of its next decision, and of its next fulfillment order."""
    plan: Plan | None = None
    failed: frozenset[tuple[str, str]] = frozenset()
    """Pools and stock SKUs that have failed this order, and are not asked again."""


def note_shortfalls(claim: Claim, plan: Plan) -> None:
    """Note in the claim what is not allocated and does not wait."""
    for shortfall in plan.shortfalls:
        if shortfall.waits:
            continue
        short = shortfall.quantity
        for wanted in claim.wanted:
            if wanted.line_id == shortfall.line_id and wanted.stock_sku == shortfall.sku:
                part = min(short, wanted.count * wanted.each - wanted.unfulfillable)
                wanted.unfulfillable += part
                short -= part


def planned_parts(
    claim: Claim, plan: Plan
) -> Iterator[tuple[PlannedShipment, list[tuple[WantedUnits, int]]]]:
    """The fulfillment orders that a plan becomes, each within Amazon's limits; noted as held."""
    for shipment in plan.shipments:
        parts = [
            part
            for allocation in plan.allocations
            if allocation.pool == shipment.pool
            for part in _hand_out(claim, allocation, plan.allocations)
        ]
        for chunk in _chunks(parts):
            yield shipment, chunk


def _hand_out(
    claim: Claim, allocation: Allocation, allocations: Sequence[Allocation]
) -> Iterator[tuple[WantedUnits, int]]:
    """Give the units of `allocation` to the rows of its line that want this stock SKU.

    A kit may have two such rows (seller SKUs of one physical pool). They get equal numbers of
    items out of all that the line is allocated.
    """
    line_id, stock_sku, units = allocation.line_id, allocation.sku, allocation.quantity
    rows = [w for w in claim.wanted if w.line_id == line_id and w.stock_sku == stock_sku]
    if len(rows) == 1:
        rows[0].held += units
        yield rows[0], units
        return
    total = sum([a.quantity for a in allocations if (a.line_id, a.sku) == (line_id, stock_sku)])
    items = total // sum([row.each for row in rows])
    for whole in (True, False):
        for row in rows:
            most = row.count * row.each - row.unfulfillable
            if whole:
                most = min(most, items * row.each)
            part = min(units, most - row.held)
            if part > 0:
                row.held += part
                units -= part
                yield row, part


def _chunks(
    parts: Sequence[tuple[WantedUnits, int]],
) -> Iterator[list[tuple[WantedUnits, int]]]:
    """Split into fulfillment orders that keep Amazon's limits."""
    chunk: list[tuple[WantedUnits, int]] = []
    units = 0
    for wanted, quantity in parts:
        while quantity > 0:
            if len(chunk) == ITEMS_MOST or units == UNITS_MOST:
                yield chunk
                chunk, units = [], 0
            part = min(quantity, UNITS_MOST - units)
            chunk.append((wanted, part))
            units += part
            quantity -= part
    if chunk:
        yield chunk
