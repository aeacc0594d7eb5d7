"""Step 2: how much of an order can be filled with what all candidate pools have together.

Demand is summed per SKU over the whole order before it is compared with stock: two lines of one
SKU, or two kits with a common component, draw on the same units.

* FillOrKill fills everything or nothing.
* FillAll and FillAllAvailable fill line by line, in the order's sequence, as many whole items
  as the units that are left allow. A kit is an item: its parts are filled in equal numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stockpool.routing.candidates import Served
from stockpool.routing.values import Demand, Rejection, RoutingInput, Shortfall

_REASONS_MOST = 3


@dataclass(frozen=True, slots=True)
class Fillable:
    """Units to ship for each demand (by its position), and the units that stay out."""

    filled: tuple[int, ...]
    shortfalls: tuple[Shortfall, ...]


def units_by_sku(demands: Iterable[Demand]) -> dict[str, int]:
    """Units wanted of each SKU by the whole order; SKUs that want nothing are left out."""
    units: dict[str, int] = {}
    for demand in demands:
        wanted = demand.count * demand.each
        if wanted > 0:
            sku = demand.sku
            units[sku] = units.get(sku, 0) + wanted
    return units


def everything(demands: Sequence[Demand]) -> Fillable:
    """Nothing stays out."""
    return Fillable(tuple([demand.units for demand in demands]), ())


def fillable(question: RoutingInput, served: Served) -> Fillable:
    """Share out what the pools of `served` have together."""
    demands = question.demands
    asked = units_by_sku(demands)
    there = _units_there(question, served, asked)
    scarce = [sku for sku, units in asked.items() if there[sku] < units]
    if not scarce:
        return everything(demands)
    if question.policy == "FillOrKill":
        waits = question.backorder
        reason = f"the order ships whole or not at all: {_figures(scarce, there, asked)}"
        return Fillable(
            (0,) * len(demands),
            tuple(
                _short(
                    demand,
                    demand.units,
                    waits,
                    _figures([demand.sku], there, asked) if demand.sku in scarce else reason,
                )
                for demand in demands
                if demand.units > 0
            ),
        )
    return _line_by_line(question, asked, there)


def no_pool(question: RoutingInput, rejections: Sequence[Rejection]) -> tuple[Shortfall, ...]:
    """Everything stays out, and no stock that may arrive can change that."""
    reasons = [rejection.reason for rejection in rejections[:_REASONS_MOST]]
    if len(rejections) > _REASONS_MOST:
        reasons.append(f"nor can {len(rejections) - _REASONS_MOST} other pools")
    why = "; ".join(reasons) if reasons else "none is configured"
    return tuple(
        Shortfall(
            demand.line_id,
            demand.sku,
            demand.units,
            waits=False,
            code="no_pool",
            reason=f"no pool can ship it: {why}",
        )
        for demand in question.demands
        if demand.units > 0
    )


def _units_there(question: RoutingInput, served: Served, skus: Iterable[str]) -> dict[str, int]:
    there = dict.fromkeys(skus, 0)
    for pool in served.pools:
        for sku, units in question.available.get(pool.pool, {}).items():
            if units > 0 and sku in there:
                there[sku] += units
    return there


def _line_by_line(
    question: RoutingInput, asked: Mapping[str, int], there: Mapping[str, int]
) -> Fillable:
    demands = question.demands
    waits = question.policy == "FillAll"
    lines: dict[str, list[int]] = {}
    for position, demand in enumerate(demands):
        lines.setdefault(demand.line_id, []).append(position)
    left = dict(there)
    filled = [0] * len(demands)
    shortfalls: list[tuple[int, Shortfall]] = []
    for positions in lines.values():
        parts = [demands[position] for position in positions]
        items = _whole_items(parts, left)
        lacking = _lacking(items + 1, parts, left)
        for position, part in zip(positions, parts, strict=True):
            units = max(0, min(items, part.count) * part.each)
            filled[position] = units
            if units < part.units:
                own = part.sku in lacking
                figures = _figures([part.sku] if own else lacking, there, asked)
                reason = figures if own else f"its item ships whole: {figures}"
                shortfalls.append((position, _short(part, part.units - units, waits, reason)))
        for sku, units in _units_for(items, parts).items():
            left[sku] -= units
    shortfalls.sort(key=lambda entry: entry[0])
    return Fillable(tuple(filled), tuple(shortfall for _, shortfall in shortfalls))


def _units_for(items: int, parts: Sequence[Demand]) -> dict[str, int]:
    units: dict[str, int] = {}
    for part in parts:
        wanted = min(items, part.count) * part.each
        if wanted > 0:
            units[part.sku] = units.get(part.sku, 0) + wanted
    return units


def _lacking(items: int, parts: Sequence[Demand], left: Mapping[str, int]) -> list[str]:
    return [sku for sku, units in _units_for(items, parts).items() if left[sku] < units]


def _whole_items(parts: Sequence[Demand], left: Mapping[str, int]) -> int:
    """The most items of a line that the units left allow."""

    def too_many(items: int) -> bool:
        return bool(_lacking(items, parts, left))

    items_most = max(part.count for part in parts)
    return bisect_right(range(1, items_most + 1), False, key=too_many)


def _short(demand: Demand, units: int, waits: bool, reason: str) -> Shortfall:
    return Shortfall(demand.line_id, demand.sku, units, waits, "out_of_stock", reason)


def _figures(skus: Sequence[str], there: Mapping[str, int], asked: Mapping[str, int]) -> str:
    said = [f"{there[sku]} available of {sku}, {asked[sku]} asked for" for sku in skus[:3]]
    if len(skus) > 3:
        said.append(f"and {len(skus) - 3} other SKUs are short")
    return "; ".join(said)
