"""A cancellation under way: what is still to be cancelled, and what was done so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stockpool.ids import IdSource
from stockpool.orders.cancellation_requests import CancellationState
from stockpool.orders.views import OrderView
from stockpool.orders.whole_items import Part, PartCount, newly_gone
from stockpool.plugins.channel import ChannelCapability


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What cancelling needs besides the database.

    Attributes:
        capabilities: what each channel can be told.
        lowering: networks that can lower quantities.
    """

    ids: IdSource
    capabilities: Mapping[str, frozenset[ChannelCapability]]
    lowering: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AskedByChannel:
    """A cancellation that a channel has asked for.

    Attributes:
        cancellation_id: the channel's id of it, by which it is answered.
        done: the channel counts it as cancelled already, and is not told so again.
    """

    cancellation_id: str
    done: bool = False


@dataclass(slots=True)
class Case:
    """Units still to be cancelled, by line and seller SKU, and what was done so far."""

    order: OrderView
    reason: str
    asked: AskedByChannel | None
    left: dict[tuple[str, str], int]
    cancelled: dict[tuple[str, str], int] = field(default_factory=dict)
    requested: int = 0

    def take(self, key: tuple[str, str], units: int) -> int:
        """Up to `units` of a part are cancelled now; returns how many."""
        part = min(units, self.left.get(key, 0))
        if part:
            self.left[key] -= part
            self.cancelled[key] = self.cancelled.get(key, 0) + part
        return part


def request_row(
    case: Case, cancellation_id: str, units: Mapping[Part, int], at: datetime
) -> dict[str, Any]:
    """A row of the cancellations that is not decided yet."""
    return {
        "id": cancellation_id,
        "order_id": case.order.order_id,
        "state": CancellationState.REQUESTED.value,
        "reason": case.reason,
        "quantities": json.dumps(items_with(case, units)),
        "requested_at": at,
        "asked_by": case.asked.cancellation_id if case.asked else None,
        "done": case.asked is not None and case.asked.done,
    }


def items_with(case: Case, units: Mapping[Part, int]) -> dict[str, int]:
    """The items of the lines that go with `units`."""
    parts = {
        (line.line_id, line.sku): PartCount(
            line.each, line.counts.cancelled + line.counts.unfulfillable
        )
        for line in case.order.lines
    }
    gone = {
        part: PartCount(count.each, count.gone + units.get(part, 0))
        for part, count in parts.items()
    }
    return newly_gone(gone, units, {})
