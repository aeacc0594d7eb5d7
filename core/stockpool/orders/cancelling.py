"""Cancelling: what was not submitted is cancelled at once, what was has to be asked for.

A line's units are taken first from those that wait, then from those held, then from those that
the network has accepted. An accepted fulfillment order can only be cancelled whole (the
Fulfillment Outbound API knows no other way); if less is asked for, that part is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from stockpool.clock import Clock
from stockpool.crashpoints import reached
from stockpool.errors import NotFoundError, RejectedError
from stockpool.ids import IdSource
from stockpool.orders import cancellation_requests
from stockpool.orders.announcements import NotShipped, announce
from stockpool.orders.counting import ItemChange, Step, add_to_lines, apply
from stockpool.orders.fulfillment_rows import FulfillmentRow, lock_fulfillment_orders
from stockpool.orders.progress import apply_states
from stockpool.orders.status import OrderStatus
from stockpool.orders.tables import cancellations
from stockpool.orders.views import OrderView, read_order
from stockpool.orders.whole_items import Part, PartCount, newly_gone
from stockpool.orders.withdrawal import (
    active_fulfillment_orders,
    lock_order,
    unsubmitted,
    withdraw_whole,
)
from stockpool.outbox.carrier import outcome_of
from stockpool.outbox.effects import (
    Done,
    EffectKind,
    LeasedEffect,
    NewEffect,
    Outcome,
    Refused,
    record,
)
from stockpool.plugins.channel import ChannelCapability
from stockpool.plugins.network import FulfillmentState, Network
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


@dataclass(slots=True)
class _Case:
    """Units still to be cancelled, by line and seller SKU, and what was done so far."""

    order: OrderView
    reason: str
    left: dict[tuple[str, str], int]
    cancelled: dict[tuple[str, str], int] = field(default_factory=dict)
    requested: int = 0

    def take(self, key: tuple[str, str], units: int) -> int:
        part = min(units, self.left.get(key, 0))
        if part:
            self.left[key] -= part
            self.cancelled[key] = self.cancelled.get(key, 0) + part
        return part


def cancel(
    connection: Connection,
    order_id: str,
    *,
    reason: str,
    lines: Mapping[str, int] | None,
    ids: IdSource,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    at: datetime,
) -> CancelReceipt:
    """Cancel an order, or quantities of its lines (in the lines' own units: kits, not parts).

    Raises:
        NotFoundError: the order or a line is unknown.
    """
    if not lock_order(connection, order_id):
        raise NotFoundError(f"there is no order {order_id}")
    order = read_order(connection, order_id)
    case = _Case(order, reason, _wanted(order, lines))
    rows = active_fulfillment_orders(connection, order_id)
    free = unsubmitted(connection, rows)
    _cancel_waiting(connection, case)
    _cancel_held(connection, case, free, at)
    submitted = [row for row in rows if row not in free]
    problems = _ask_network(connection, case, submitted, ids, at)
    _note(connection, case, ids, at)
    _tell_channel(connection, case, capabilities, at)
    reached("cancel.before_commit")
    return CancelReceipt(
        order_id,
        read_order(connection, order_id).status,
        sum(case.cancelled.values()),
        case.requested,
        problems,
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


def _cancel_waiting(connection: Connection, case: _Case) -> None:
    changes: dict[tuple[str, ...], dict[str, int]] = {}
    for line in case.order.lines:
        units = case.take((line.line_id, line.sku), line.counts.waiting)
        if units:
            changes[(case.order.order_id, line.line_id, line.sku)] = {"cancelled": units}
    add_to_lines(connection, changes)


def _cancel_held(
    connection: Connection, case: _Case, free: Sequence[FulfillmentRow], at: datetime
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


def _ask_network(
    connection: Connection,
    case: _Case,
    submitted: Sequence[FulfillmentRow],
    ids: IdSource,
    at: datetime,
) -> tuple[Problem, ...]:
    for row in submitted:
        stoppable = [item for item in row.items if item.held + item.committed]
        whole = stoppable and all(
            case.left.get((i.line_id, i.sku), 0) >= i.held + i.committed for i in stoppable
        )
        if not whole:
            continue
        units = sum(item.held + item.committed for item in stoppable)
        for item in stoppable:
            case.left[(item.line_id, item.sku)] -= item.held + item.committed
        case.requested += units
        _request(connection, case, row, ids, at)
    return tuple(
        _too_late(line_id, sku, units) for (line_id, sku), units in case.left.items() if units
    )


def _request(
    connection: Connection, case: _Case, row: FulfillmentRow, ids: IdSource, at: datetime
) -> None:
    """Ask once: a second request while one is open joins it."""
    if cancellation_requests.open_request(connection, row.id) is not None:
        return
    cancellation_id = ids.new_id(at)
    connection.execute(
        insert(cancellations).values(
            id=cancellation_id,
            order_id=row.order_id,
            fulfillment_order_id=row.id,
            state="requested",
            reason=case.reason,
            quantities=json.dumps(_whole_items(case, _stoppable(row))),
            requested_at=at,
        )
    )
    record(
        connection,
        [
            NewEffect(
                kind=EffectKind.CANCEL_FULFILLMENT,
                key=f"cancel-{cancellation_id}",
                party=row.pool.partition(":")[0],
                aggregate=row.order_id,
                payload={"fulfillment_order_id": row.id, "cancellation_id": cancellation_id},
                share=row.channel,
                priority=1_000,
            )
        ],
        at=at,
    )


def _too_late(line_id: str, sku: str, units: int) -> Problem:
    return Problem(
        "too_late",
        f"{units} of {sku} on line {line_id} are with the network already, or have shipped",
        f"lines[{line_id}]",
        fix="cancel all of its parcel's units, or take the goods back as a return",
    )


def _note(connection: Connection, case: _Case, ids: IdSource, at: datetime) -> None:
    if case.cancelled:
        connection.execute(
            insert(cancellations).values(
                id=ids.new_id(at),
                order_id=case.order.order_id,
                fulfillment_order_id=None,
                state="confirmed",
                reason=case.reason,
                quantities=json.dumps(_whole_items(case, case.cancelled)),
                requested_at=at,
                decided_at=at,
            )
        )


def _stoppable(row: FulfillmentRow) -> dict[Part, int]:
    units: dict[Part, int] = {}
    for item in row.items:
        part = (item.line_id, item.sku)
        units[part] = units.get(part, 0) + item.held + item.committed
    return units


def _whole_items(case: _Case, units: Mapping[Part, int]) -> dict[str, int]:
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


def _tell_channel(
    connection: Connection,
    case: _Case,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    at: datetime,
) -> None:
    order = case.order
    quantities = _whole_items(case, case.cancelled)
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
    )
    announce(connection, [news], capabilities, at=at)


class RequestCancellation:
    """The effect `fulfillment.cancel`: asks the network, then reads back what came of it."""

    def __init__(
        self,
        clock: Clock,
        ids: IdSource,
        networks: Mapping[str, Network],
        capabilities: Mapping[str, frozenset[ChannelCapability]],
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._networks = networks
        self._capabilities = capabilities

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Ask for each; the state read afterwards is the answer that counts."""
        network = self._networks[effects[0].party]
        return [self._ask(network, effect) for effect in effects]

    def _ask(self, network: Network, effect: LeasedEffect) -> Outcome:
        fulfillment_order_id = effect.payload["fulfillment_order_id"]
        refusal = ""
        try:
            try:
                network.cancel_fulfillment(fulfillment_order_id)
            except RejectedError as error:
                refusal = f"{error.code}: {error.reason}"
            state = network.get_fulfillment(fulfillment_order_id)
        except Exception as error:
            # Contained: one order's failure must not hide what became of those before it.
            return outcome_of(effect, error)
        if refusal and effect.may_have_happened and state is not None and not state.status.final:
            # Maybe refused because an earlier call arrived; the network's news will tell.
            return Done(effect, {"in_doubt": refusal}, state)
        return Done(effect, {"refused": refusal} if refusal else {}, state)

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the fulfillment orders."""
        lock_fulfillment_orders(connection, [e.payload["fulfillment_order_id"] for e in effects])

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Merge the states read back; a request that was turned down at once is refused."""
        done = [o for o in outcomes if isinstance(o, Done)]
        apply_states(
            connection,
            [o.answer for o in done if isinstance(o.answer, FulfillmentState)],
            at=at,
            ids=self._ids,
            capabilities=self._capabilities,
        )
        for outcome in done:
            if outcome.result.get("refused"):
                cancellation_requests.settle(
                    connection, outcome.effect.payload["cancellation_id"], "refused", at=at
                )
