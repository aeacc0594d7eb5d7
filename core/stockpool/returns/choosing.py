"""Which units of an order are meant when a customer wants to send items back. Pure.

A customer counts in items of the order; the network takes back single units of a shipment. A kit
comes back with all of its parts. Units of the earliest shipments are taken first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockpool.problems import Problem


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an order line: a seller SKU, and its units in one item of the line."""

    line_id: str
    sku: str
    each: int


@dataclass(frozen=True, slots=True)
class ShippedUnits:
    """Units of one part in one shipment that are not in a return yet."""

    line_id: str
    sku: str
    stock_sku: str
    fulfillment_order_id: str
    item_id: str
    shipment_id: str
    units: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Units of a shipment that are to come back; or why they can't."""

    chosen: Sequence[ShippedUnits] = ()
    problems: Sequence[Problem] = ()


def choose(
    wanted: Mapping[str, int], parts: Sequence[Part], shipped: Sequence[ShippedUnits]
) -> Choice:
    """The units for so many items by line.

    Args:
        shipped: in the order in which they are to be taken.
    """
    chosen: list[ShippedUnits] = []
    problems: list[Problem] = []
    for line_id, items in wanted.items():
        of_line = [part for part in parts if part.line_id == line_id]
        if not of_line:
            problems.append(_unknown_line(line_id))
            continue
        there = min(_units(shipped, part) // part.each for part in of_line)
        if not 1 <= items <= there:
            problems.append(_not_there(line_id, items, there))
            continue
        for part in of_line:
            chosen += _take(shipped, part, items * part.each)
    return Choice((), problems) if problems else Choice(chosen)


def whole_items(parts: Sequence[Part], shipped: Sequence[ShippedUnits]) -> dict[str, int]:
    """Whole items by line of what is there; lines of which there is none are left out."""
    items: dict[str, int] = {}
    for part in parts:
        there = _units(shipped, part) // part.each
        items[part.line_id] = min(items.get(part.line_id, there), there)
    return {line_id: n for line_id, n in items.items() if n}


def _units(shipped: Sequence[ShippedUnits], part: Part) -> int:
    return sum(one.units for one in shipped if (one.line_id, one.sku) == (part.line_id, part.sku))


def _take(shipped: Sequence[ShippedUnits], part: Part, units: int) -> list[ShippedUnits]:
    taken = []
    for one in shipped:
        if (one.line_id, one.sku) == (part.line_id, part.sku) and units:
            here = min(one.units, units)
            units -= here
            taken.append(
                ShippedUnits(
                    one.line_id,
                    one.sku,
                    one.stock_sku,
                    one.fulfillment_order_id,
                    one.item_id,
                    one.shipment_id,
                    here,
                )
            )
    return taken


def _unknown_line(line_id: str) -> Problem:
    return Problem(
        "unknown_line",
        f"the order has no line {line_id}",
        f"lines[{line_id}]",
        fix="see the order's lines",
    )


def _not_there(line_id: str, items: int, there: int) -> Problem:
    if items < 1:
        return Problem("invalid_quantity", "at least one item comes back", f"lines[{line_id}]", "1")
    return Problem(
        "not_returnable",
        f"{items} items of line {line_id} are to come back; {there} were shipped and are in no "
        "return",
        f"lines[{line_id}]",
        str(there),
        "ask for fewer, or wait until they are shipped",
    )
