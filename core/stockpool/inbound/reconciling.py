"""What is missing of a shipment, and where the clock of its investigation stands. Pure.

    missing = expected - received - not shipped            (never below zero)

Units that turn up, are paid for or given up are the claim's. A received count may go down again
when a scan is corrected, and up after the shipment was closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from stockpool.plugins.network_inbound import InboundShipmentStatus

AT_REST = timedelta(days=30)
"""After so long since delivery what is not received counts as missing, closed or not."""

OVER = frozenset(
    {
        InboundShipmentStatus.CLOSED,
        InboundShipmentStatus.CANCELLED,
        InboundShipmentStatus.DELETED,
        InboundShipmentStatus.ABANDONED,
    }
)
"""Nothing more is expected, although a closed one may gain units."""

_NEVER_SENT = frozenset({InboundShipmentStatus.CANCELLED, InboundShipmentStatus.DELETED})


@dataclass(frozen=True, slots=True)
class ItemCount:
    """Units of one SKU in one shipment."""

    expected: int
    received: int
    not_shipped: int = 0

    @property
    def short(self) -> int:
        """Sent, and not received until now."""
        return max(self.expected - self.received - self.not_shipped, 0)

    @property
    def over(self) -> int:
        """Received beyond what was announced."""
        return max(self.received - self.expected, 0)


@dataclass(frozen=True, slots=True)
class ShipmentDates:
    """When a shipment was first seen to have come so far."""

    left_at: datetime | None = None
    delivered_at: datetime | None = None
    closed_at: datetime | None = None


def missing(
    item: ItemCount, status: InboundShipmentStatus, dates: ShipmentDates, at: datetime
) -> int:
    """Units that count as missing: none while they may simply be on their way."""
    if status in _NEVER_SENT:
        return 0
    late = dates.delivered_at is not None and at - dates.delivered_at >= AT_REST
    return item.short if status in OVER or late else 0


def counted_from(dates: ShipmentDates, at: datetime) -> datetime:
    """What the days of the claim window are counted from: delivery, or the first sign after it."""
    return dates.delivered_at or dates.closed_at or dates.left_at or at


def state_of(item: ItemCount, owed: int, settled: int, over: bool) -> str:
    """Where an item stands, in a word.

    Args:
        owed: units that are claimed and open; settled: paid, replaced or written off.
        over: nothing more is expected of the shipment.
    """
    if item.over:
        return "overage"
    if owed:
        return "missing"
    if settled and settled >= item.short:
        return "settled"
    if not item.short:
        return "complete"
    return "short" if over else "receiving"
