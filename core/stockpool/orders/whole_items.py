"""Units of a line's parts as whole items of the line: what the channel counts in. Pure.

A kit of which one part will not be shipped can't be sent as it was sold, so it counts as gone
with the first of its parts; the other parts then add nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Part = tuple[str, str]
"""A line and a seller SKU."""


@dataclass(frozen=True, slots=True)
class PartCount:
    """A part of a line: its units in one item, and its units that will not be shipped."""

    each: int
    gone: int


def items_gone(parts: Mapping[Part, PartCount], less: Mapping[Part, int]) -> dict[str, int]:
    """Items of each line that will not be shipped, as it was before the units `less` went."""
    items: dict[str, int] = {}
    for (line_id, sku), part in parts.items():
        units = part.gone - less.get((line_id, sku), 0)
        items[line_id] = max(items.get(line_id, 0), -(-units // part.each))
    return items


def newly_gone(
    parts: Mapping[Part, PartCount], units: Mapping[Part, int], later: Mapping[Part, int]
) -> dict[str, int]:
    """Items that went with `units`, of which `later` units went after them; none is left out."""
    after = items_gone(parts, later)
    before = items_gone(parts, added(units, later))
    return {line_id: n - before[line_id] for line_id, n in after.items() if n > before[line_id]}


def added(units: Mapping[Part, int], more: Mapping[Part, int]) -> dict[Part, int]:
    """The sums by part."""
    return {part: units.get(part, 0) + more.get(part, 0) for part in {**units, **more}}
