"""Step 5: which line gets which units from which pool."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.routing.allocation import Allotment
from stockpool.routing.candidates import Candidate
from stockpool.routing.values import Allocation, Demand, PlannedShipment


def distribute(
    demands: Sequence[Demand], filled: Sequence[int], allotments: Sequence[Allotment]
) -> tuple[Allocation, ...]:
    """Give the lines, in their order, `filled` units out of the pools, in theirs."""
    left = [(allotment.candidate.pool, dict(allotment.units)) for allotment in allotments]
    allocations: list[Allocation] = []
    for demand, quantity in zip(demands, filled, strict=True):
        sku = demand.sku
        for pool, units in left:
            if quantity <= 0:
                break
            taken = min(quantity, units.get(sku, 0))
            if taken:
                units[sku] -= taken
                quantity -= taken
                allocations.append(Allocation(pool, demand.line_id, sku, taken))
    return tuple(allocations)


def shipment(candidate: Candidate, units: int) -> PlannedShipment:
    """What `candidate` asks and promises for shipping `units`."""
    return PlannedShipment(
        candidate.pool,
        candidate.order_fee + candidate.unit_fee * units,
        candidate.transit_days,
        candidate.cross_border,
    )
