"""What every plan must keep to, whoever made it."""

from __future__ import annotations

from typing import NoReturn

from stockpool.errors import InvariantViolation
from stockpool.routing.values import Plan, RoutingInput


def check(question: RoutingInput, plan: Plan) -> None:
    """Raise `InvariantViolation` unless `plan` is an answer to `question`.

    1. For each line and SKU, allocations + shortfalls = demand, and every quantity is positive.
    2. No pool gives more units than it has available.
    3. Each pool with allocations has exactly one shipment, and no other pool has any.
    4. A line is filled in whole items: all parts of a kit in equal numbers.
    5. FillOrKill fills everything or nothing.
    6. Units wait only if the order may: FillAll, or FillOrKill with backorder.
    """
    open_units: dict[tuple[str, str], int] = {}
    for demand in question.demands:
        if demand.count < 0 or demand.each < 0:
            _violated(f"line {demand.line_id} demands less than nothing of {demand.sku}")
        key = (demand.line_id, demand.sku)
        open_units[key] = open_units.get(key, 0) + demand.count * demand.each
    drawn: dict[tuple[str, str], int] = {}
    pools: set[str] = set()
    for allocation in plan.allocations:
        quantity = allocation.quantity
        key = (allocation.line_id, allocation.sku)
        if quantity <= 0 or key not in open_units:
            _violated(f"{allocation} answers no demand")
        open_units[key] -= quantity
        pool = allocation.pool
        pools.add(pool)
        source = (pool, allocation.sku)
        drawn[source] = drawn.get(source, 0) + quantity
    short = plan.shortfalls
    if short:
        _check_shortfalls(question, plan, open_units)
    for key, units in open_units.items():
        if units:
            _violated(f"line {key[0]} is off by {units} units of {key[1]}")
    available = question.available
    for (pool, sku), units in drawn.items():
        there = available.get(pool, {}).get(sku, 0)
        if units > there:
            _violated(f"{pool} has {there} units of {sku}, and {units} are allocated")
    shipping = [shipment.pool for shipment in plan.shipments]
    if len(shipping) != len(pools) or pools.difference(shipping):
        _violated(f"shipments are planned from {shipping}, allocations from {sorted(pools)}")


def _check_shortfalls(
    question: RoutingInput, plan: Plan, open_units: dict[tuple[str, str], int]
) -> None:
    may_wait = question.policy == "FillAll" or (
        question.policy == "FillOrKill" and question.backorder
    )
    missing: dict[tuple[str, str], int] = {}
    for shortfall in plan.shortfalls:
        key = (shortfall.line_id, shortfall.sku)
        if shortfall.quantity <= 0 or key not in open_units:
            _violated(f"{shortfall} answers no demand")
        if shortfall.waits and not may_wait:
            _violated(f"line {shortfall.line_id} waits, which the order does not allow")
        open_units[key] -= shortfall.quantity
        missing[key] = missing.get(key, 0) + shortfall.quantity
    if question.policy == "FillOrKill" and plan.allocations:
        _violated("a FillOrKill order is filled in part")
    _check_whole_items(question, missing)


def _check_whole_items(question: RoutingInput, missing: dict[tuple[str, str], int]) -> None:
    """Some number of items of each line accounts for all that its parts are given."""
    lines: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for demand in question.demands:
        if demand.units:
            parts = lines.setdefault(demand.line_id, {})
            parts.setdefault(demand.sku, []).append((demand.count, demand.each))
    for line_id, parts in lines.items():
        most = max(count for demands in parts.values() for count, _ in demands)
        fewest, largest = 0, most
        for sku, demands in parts.items():
            wanted = sum(count * each for count, each in demands)
            filled = wanted - missing.get((line_id, sku), 0)
            items = _items(demands, filled)
            if items is None:
                _violated(f"line {line_id} gets {filled} units of {sku}: not whole items")
            own_most = max(count for count, _ in demands)
            fewest = max(fewest, items)
            largest = min(largest, items if items < own_most else most)
        if fewest > largest:
            _violated(f"line {line_id} gets unequal numbers of its parts")


def _items(demands: list[tuple[int, int]], filled: int) -> int | None:
    """How many items `filled` units of one SKU make; None if it is no whole number."""
    low, high = 0, max(count for count, _ in demands)
    while low <= high:
        items = (low + high) // 2
        units = sum(min(items, count) * each for count, each in demands)
        if units == filled:
            return items
        if units < filled:
            low = items + 1
        else:
            high = items - 1
    return None


def _violated(what: str) -> NoReturn:
    raise InvariantViolation(f"the plan can't be carried out: {what}")
