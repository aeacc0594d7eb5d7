"""What is wrong with a parcel, by what is known of its way, and what to do. Pure.

The network's own status decides first, then the latest of the events that say something is wrong
and were not followed by one that says it goes on, then the calendar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from stockpool.plugins.network import PackageEvent, PackageStatus

LATE_AFTER = timedelta(days=3)
"""A parcel is late when it was not delivered so long after it was last estimated to arrive."""

STUCK_AFTER = timedelta(days=5)
"""A parcel of which events are told is stuck when there was none for so long."""


class Trouble(StrEnum):
    """What is wrong."""

    UNDELIVERABLE = "undeliverable"
    RETURNING = "returning"
    HELD = "held"
    WAITS_FOR_BUYER = "waits_for_buyer"
    STUCK = "stuck"
    LATE = "late"


FIX: Mapping[Trouble, str] = {
    Trouble.UNDELIVERABLE: "send a replacement or refund it; the loss is claimed by itself, or "
    "with `stockpool claims`",
    Trouble.RETURNING: "ask the buyer for a right address and send a replacement, or refund it; "
    "what comes back is counted as a return",
    Trouble.HELD: "ask the carrier by its tracking number what is missing, and tell the buyer",
    Trouble.WAITS_FOR_BUYER: "tell the buyer, who has to fetch it or to be at home",
    Trouble.STUCK: "ask the carrier by its tracking number; tell the buyer that it takes longer",
    Trouble.LATE: "tell the buyer; thirty days after the estimate it is claimed as lost",
}
"""What to do, by what is wrong."""

_BY_STATUS: Mapping[PackageStatus, Trouble | None] = {
    PackageStatus.DELIVERED: None,
    PackageStatus.RETURNED: None,
    PackageStatus.UNDELIVERABLE: Trouble.UNDELIVERABLE,
    PackageStatus.RETURNING: Trouble.RETURNING,
    PackageStatus.AVAILABLE_FOR_PICKUP: Trouble.WAITS_FOR_BUYER,
    PackageStatus.CUSTOMER_ACTION: Trouble.WAITS_FOR_BUYER,
    PackageStatus.DELIVERY_ATTEMPTED: Trouble.WAITS_FOR_BUYER,
}
"""A parcel that was brought back is a return, and no delivery any more."""

_BY_EVENT: Mapping[str, Trouble] = {
    "EVENT_304": Trouble.WAITS_FOR_BUYER,  # delivery attempted
    "EVENT_308": Trouble.WAITS_FOR_BUYER,  # ready for pickup
    "EVENT_309": Trouble.RETURNING,
    "EVENT_401": Trouble.HELD,  # wrong address
    "EVENT_402": Trouble.HELD,  # customs
    "EVENT_403": Trouble.HELD,  # the customer has moved
    "EVENT_405": Trouble.UNDELIVERABLE,  # damaged
    "EVENT_406": Trouble.HELD,  # by the carrier
    "EVENT_407": Trouble.RETURNING,  # refused
    "EVENT_408": Trouble.RETURNING,
    "EVENT_409": Trouble.UNDELIVERABLE,  # lost by the carrier
    "EVENT_413": Trouble.HELD,  # the charge of the customs was refused
    "EVENT_416": Trouble.UNDELIVERABLE,
}
"""Event codes of getPackageTrackingDetails (Fulfillment Outbound API 2020-07-01). Those that are
not here say that a parcel goes on, or nothing of where it is."""

_SILENT = frozenset({"EVENT_306", "EVENT_307", "EVENT_404", "EVENT_418", "EVENT_419"})
"""The customer was contacted, an appointment, a delay, an address corrected: no scan of a parcel
that goes on, so what was wrong before stays so."""


@dataclass(frozen=True, slots=True)
class ParcelWay:
    """What is known of a parcel that has left.

    Attributes:
        estimated_arrival: the latest estimate of the network.
    """

    status: PackageStatus
    shipped_at: datetime | None = None
    estimated_arrival: datetime | None = None
    events: Sequence[PackageEvent] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a parcel.

    Attributes:
        since: when it began, as far as is known.
    """

    trouble: Trouble
    since: datetime | None
    message: str

    @property
    def fix(self) -> str:
        """What to do."""
        return FIX[self.trouble]


def trouble_of(parcel: ParcelWay, now: datetime) -> Finding | None:
    """What is wrong with it at `now`; None if it is on its way, delivered, or brought back."""
    known = sorted((e for e in parcel.events if e.occurred_at <= now), key=_in_order)
    telling = [event for event in known if event.code not in _SILENT]
    latest = telling[-1] if telling else None
    if parcel.status in _BY_STATUS:
        trouble = _BY_STATUS[parcel.status]
        if trouble is None:
            return None
        cause = next((e for e in reversed(telling) if e.code in _BY_EVENT), None)
        words = cause.description if cause else ""
        since = cause.occurred_at if cause else None
        return Finding(trouble, since, words or parcel.status.value)
    if latest is not None and latest.code in _BY_EVENT:
        words = latest.description or latest.code
        return Finding(_BY_EVENT[latest.code], latest.occurred_at, words)
    expected = parcel.estimated_arrival
    if expected is not None and now > expected + LATE_AFTER:
        return Finding(Trouble.LATE, expected, f"was to arrive on {expected:%Y-%m-%d}")
    if known and now - known[-1].occurred_at > STUCK_AFTER:
        last = known[-1].occurred_at
        return Finding(Trouble.STUCK, last, f"no news since {last:%Y-%m-%d}")
    return None


def _in_order(event: PackageEvent) -> tuple[datetime, str]:
    return event.occurred_at, event.code
