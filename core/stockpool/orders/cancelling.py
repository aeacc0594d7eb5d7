"""Cancelling: what was not submitted is cancelled at once, what was has to be asked for.

A line's units are taken first from those that wait, then from those held, then from those that
the network has. A fulfillment order that it has can only be cancelled whole (Fulfillment Outbound
API). If less is asked for, its quantities are lowered where the network can do that: at least one
unit of each item stays, and a kit of several SKUs stays whole. What is left over is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from stockpool.crashpoints import reached
from stockpool.errors import NotFoundError
from stockpool.orders.announcements import NotShipped, announce
from stockpool.orders.answering import conclude
from stockpool.orders.asking_network import ask_network
from stockpool.orders.cancellation_case import (
    AskedByChannel,
    Case,
    Surroundings,
    items_with,
    request_row,
)
from stockpool.orders.cancellation_requests import CancellationState, Decided, Verdict
from stockpool.orders.counting import ItemChange, Step, add_to_lines, apply
from stockpool.orders.fulfillment_rows import FulfillmentRow
from stockpool.orders.status import OrderStatus
from stockpool.orders.tables import cancellations
from stockpool.orders.views import OrderView, read_order
from stockpool.orders.whole_items import Part
from stockpool.orders.withdrawal import (
    active_fulfillment_orders,
    lock_order,
    unsubmitted,
    withdraw_whole,
)
from stockpool.plugins.channel import ChannelCapability
from stockpool.problems import Problem


@dataclass(frozen=True, slots=True)
class CancelReceipt:
    """What became of a cancellation, in units.

    Attributes:
        cancelled: units that are cancelled for good now.
        requested: units for which the network was asked; sync will tell.
        problems: what can't be cancelled, and why.
    """

    order_id: str
    status: OrderStatus
    cancelled: int
    requested: int
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "order_id": self.order_id,
            "status": self.status.value,
            "cancelled": self.cancelled,
            "requested": self.requested,
            "problems": [problem.as_dict() for problem in self.problems],
        }


def cancel(
    connection: Connection,
    order_id: str,
    *,
    reason: str,
    lines: Mapping[str, int] | None,
    surroundings: Surroundings,
    at: datetime,
    asked: AskedByChannel | None = None,
) -> CancelReceipt:
    """Cancel an order, or quantities of its lines (in the lines' own units: kits, not parts).

    What can't be cancelled is in the receipt; a channel that has asked is answered.

    Raises:
        NotFoundError: the order or a line is unknown.
    """
    if not lock_order(connection, order_id):
        raise NotFoundError(f"there is no order {order_id}")
    order = read_order(connection, order_id)
    case = Case(order, reason, asked, _wanted(order, lines))
    rows = active_fulfillment_orders(connection, order_id)
    free = unsubmitted(connection, rows)
    _cancel_waiting(connection, case)
    _cancel_held(connection, case, free, at)
    submitted = [row for row in rows if row not in free]
    ask_network(connection, case, submitted, surroundings, at)
    left = {part: units for part, units in case.left.items() if units}
    _note(connection, case, surroundings, at)
    _refuse(connection, case, left, surroundings, at)
    _tell_channel(connection, case, surroundings.capabilities, at)
    reached("cancel.before_commit")
    return CancelReceipt(
        order_id,
        read_order(connection, order_id).status,
        sum(case.cancelled.values()),
        case.requested,
        tuple(_too_late(line_id, sku, units) for (line_id, sku), units in left.items()),
    )


def _wanted(order: OrderView, lines: Mapping[str, int] | None) -> dict[tuple[str, str], int]:
    known = {line.line_id for line in order.lines}
    for line_id, quantity in (lines or {}).items():
        if line_id not in known:
            raise NotFoundError(f"order {order.order_id} has no line {line_id}")
        if quantity < 1:
            raise ValueError(f"line {line_id}: cancel at least one, not {quantity}")
    wanted: dict[tuple[str, str], int] = {}
    for line in order.lines:
        count = line.count if lines is None else lines.get(line.line_id, 0)
        c = line.counts
        still_open = c.ordered - c.cancelled - c.unfulfillable
        wanted[(line.line_id, line.sku)] = min(count * line.each, still_open)
    return {key: units for key, units in wanted.items() if units}


def _cancel_waiting(connection: Connection, case: Case) -> None:
    changes: dict[tuple[str, ...], dict[str, int]] = {}
    for line in case.order.lines:
        units = case.take((line.line_id, line.sku), line.counts.waiting)
        if units:
            changes[(case.order.order_id, line.line_id, line.sku)] = {"cancelled": units}
    add_to_lines(connection, changes)


def _cancel_held(
    connection: Connection, case: Case, free: Sequence[FulfillmentRow], at: datetime
) -> None:
    """Give held units back: the whole fulfillment order, or single items of it."""
    for row in free:
        held = [item for item in row.items if item.held]
        if all(case.left.get((i.line_id, i.sku), 0) >= i.held for i in held):
            for item in held:
                case.take((item.line_id, item.sku), item.held)
            withdraw_whole(connection, [row], step=Step.GIVEN_UP, reason=case.reason, at=at)
            continue
        changes = []
        for item in held:
            units = case.take((item.line_id, item.sku), item.held)
            if units:
                key = f"give-up:{row.id}:{item.item_id}:{item.cancelled + units}"
                changes.append(ItemChange(item, Step.GIVEN_UP, units, key))
        apply(connection, changes, at=at)


def _too_late(line_id: str, sku: str, units: int) -> Problem:
    return Problem(
        "too_late",
        f"{units} of {sku} on line {line_id} are with the network already, or have shipped",
        f"lines[{line_id}]",
        fix="cancel all of its parcel's units, or take the goods back as a return",
    )


def _note(connection: Connection, case: Case, surroundings: Surroundings, at: datetime) -> None:
    """Keep what was cancelled at once."""
    if case.cancelled:
        state = CancellationState.CONFIRMED
        _decide_now(connection, case, case.cancelled, state, surroundings, at)


def _refuse(
    connection: Connection,
    case: Case,
    left: Mapping[Part, int],
    surroundings: Surroundings,
    at: datetime,
) -> None:
    """Keep what can't be cancelled, where nobody reads the receipt."""
    if left and case.asked is not None:
        state = CancellationState.REFUSED
        _decide_now(connection, case, left, state, surroundings, at)


def _decide_now(
    connection: Connection,
    case: Case,
    units: Mapping[Part, int],
    state: CancellationState,
    surroundings: Surroundings,
    at: datetime,
) -> None:
    values = request_row(case, surroundings.ids.new_id(at), units, at)
    connection.execute(insert(cancellations).values(**values))
    request = connection.execute(
        select(cancellations).where(cancellations.c.id == values["id"])
    ).one()
    decided = [Decided(request, Verdict(state))]
    conclude(connection, decided, surroundings.capabilities, surroundings.ids, at=at)


def _tell_channel(
    connection: Connection,
    case: Case,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    at: datetime,
) -> None:
    order = case.order
    quantities = items_with(case, case.cancelled)
    if not quantities:
        return
    total = order.counts.cancelled + sum(case.cancelled.values())
    news = NotShipped(
        order.channel,
        order.channel_order_id,
        order.order_id,
        f"{order.order_id}-{total}",
        case.reason,
        quantities,
        tell=case.asked is None or not case.asked.done,
    )
    announce(connection, [news], capabilities, at=at)
