"""An order's status, derived from its counts. No status is stored; the rule is written once.

Each predicate works on numbers and on database columns alike (it uses only arithmetic,
comparison and `&`), so that the same list answers for one order in memory and filters a million.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, case


class OrderStatus(StrEnum):
    """What a merchant wants to know about an order at first glance."""

    PARKED = "parked"
    """It could not be accepted; the reason is in the attention queue."""
    ON_HOLD = "on_hold"
    """Accepted, and not to be routed before it is released."""
    CANCELLED = "cancelled"
    """Every unit was cancelled."""
    UNFULFILLABLE = "unfulfillable"
    """Nothing was shipped, and nothing will be."""
    DELIVERED = "delivered"
    """Everything that was shipped has arrived, and nothing is open."""
    SHIPPED = "shipped"
    """Everything that will be shipped is on its way."""
    PARTLY_SHIPPED = "partly_shipped"
    """Some units are on their way, others still open."""
    PROCESSING = "processing"
    """The network has accepted some of it; nothing is shipped."""
    RESERVED = "reserved"
    """Stock is held; the network has not accepted it yet."""
    WAITING = "waiting"
    """It waits for stock."""


class Counts(Protocol):
    """Sums over an order's lines; numbers or column expressions."""

    @property
    def ordered(self) -> Any: ...

    @property
    def held(self) -> Any: ...

    @property
    def committed(self) -> Any: ...

    @property
    def shipped(self) -> Any: ...

    @property
    def delivered(self) -> Any: ...

    @property
    def cancelled(self) -> Any: ...

    @property
    def unfulfillable(self) -> Any: ...

    @property
    def waiting(self) -> Any: ...

    @property
    def on_hold(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Units of an order (or of one line) by what became of them."""

    ordered: int = 0
    held: int = 0
    committed: int = 0
    shipped: int = 0
    delivered: int = 0
    cancelled: int = 0
    unfulfillable: int = 0
    waiting: int = 0
    returned: int = 0
    refunded: int = 0
    on_hold: int = 0


def _open(c: Counts) -> Any:
    return c.held + c.committed + c.waiting


RULES: tuple[tuple[OrderStatus, Callable[[Counts], Any]], ...] = (
    (OrderStatus.ON_HOLD, lambda c: (c.on_hold > 0) & (c.waiting > 0)),
    (OrderStatus.CANCELLED, lambda c: c.cancelled == c.ordered),
    (
        OrderStatus.UNFULFILLABLE,
        lambda c: (_open(c) == 0) & (c.shipped == 0) & (c.unfulfillable > 0),
    ),
    (
        OrderStatus.DELIVERED,
        lambda c: (_open(c) == 0) & (c.shipped > 0) & (c.delivered == c.shipped),
    ),
    (OrderStatus.SHIPPED, lambda c: (_open(c) == 0) & (c.shipped > 0)),
    (OrderStatus.PARTLY_SHIPPED, lambda c: c.shipped > 0),
    (OrderStatus.PROCESSING, lambda c: c.committed > 0),
    (OrderStatus.RESERVED, lambda c: c.held > 0),
)
"""The first rule that holds gives the status; an order that none describes is waiting."""


def derive_status(counts: LineCounts) -> OrderStatus:
    """The status of an order with these counts."""
    for status, holds in RULES:
        if holds(counts):
            return status
    return OrderStatus.WAITING


def status_expression(counts: Counts) -> ColumnElement[str]:
    """The same rules as a SQL expression over aggregated columns."""
    return case(
        *((holds(counts), status.value) for status, holds in RULES),
        else_=OrderStatus.WAITING.value,
    )
