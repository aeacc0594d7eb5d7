"""A quantity of a line, as channels count."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineQuantity:
    """A quantity of one line of the channel's order, in the line's own units (kits, not parts)."""

    line_id: str
    channel_sku: str
    quantity: int
