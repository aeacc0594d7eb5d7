"""`engine.deadlines`: one calendar of everything that closes, with reminders.

Nothing is kept here: each date is read from what it belongs to, so that the book can't be wrong
about something that was settled meanwhile.

    claims            until when a loss can be claimed, and from when it can
    stranded stock    when Amazon removes it by itself
    inbound           until when a shipment has to arrive (45 days after its placement, domestic)
    parcels           when they were to be delivered, and were not (`engine.delivery` reminds)
    FillAll           until when the network waits for the rest of an order's units
    refunds           what waits for a person to refund it
    holds             orders that somebody has put on hold
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, func, literal_column, select

from stockpool.attention.queue import Concern, close_others, raise_concerns
from stockpool.attention.tables import attention_items
from stockpool.care.due import DueState
from stockpool.care.tables import refunds_due
from stockpool.claims.tables import OWED_UNITS, claims
from stockpool.delivery.rules import LATE_AFTER
from stockpool.ids import IdSource
from stockpool.inbound.reconciling import OVER
from stockpool.inbound.tables import inbound_shipments
from stockpool.listings.tables import stranded_stock
from stockpool.orders.tables import fulfillment_items, fulfillment_orders, orders, packages
from stockpool.plugins.observer import Event
from stockpool.problems import Problem
from stockpool.storage.database import Database
from stockpool.storage.metadata import one_of

ARRIVES_WITHIN = timedelta(days=45)
"""A domestic shipment has to arrive so long after its placement (Amazon's inbound defects)."""

FILL_ALL_WAITS = timedelta(hours=24)
"""So long the network waits for the rest of an order with the policy FillAll, then gives it up
(createFulfillmentOrder, `fulfillmentPolicy`)."""

REFUND_WITHIN = timedelta(days=14)
"""A buyer who sends something back, or cancels, is refunded within this time (EU 2011/83)."""

HELD_AT_MOST = timedelta(days=14)
"""Amazon holds a fulfillment order no longer, and the merchant's own holds are told by it, too."""


class DeadlineKind(StrEnum):
    """What closes."""

    CLAIM = "claim"
    STRANDED = "stranded_removal"
    INBOUND = "inbound_arrival"
    PARCEL = "parcel_late"
    REFUND = "refund_due"
    HOLD = "hold_ends"
    FILL_ALL = "fill_all_ends"


REMINDED_ELSEWHERE = frozenset({DeadlineKind.PARCEL})
"""A late parcel has an item of its own, which says more."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that closes at a time.

    Attributes:
        subject: the claim, stock, shipment, order or fulfillment order.
        fix: what to do before.
    """

    kind: DeadlineKind
    subject: str
    closes_at: datetime
    message: str
    fix: str

    @property
    def key(self) -> str:
        """Of its reminder."""
        return f"deadline:{self.kind.value}:{self.subject}"


class Deadlines:
    """The book.

    Args:
        notify: tells the observers (`deadline.near`), once for each reminder.
    """

    def __init__(self, database: Database, ids: IdSource, notify: Callable[[Event], None]) -> None:
        self._database = database
        self._ids = ids
        self._notify = notify

    def list(
        self, *, within: timedelta | None = None, kind: DeadlineKind | None = None
    ) -> Sequence[Deadline]:
        """What closes, the next first; what is over and not settled, too.

        Args:
            within: only what closes so soon.
        """
        now = self._database.clock.now()
        with self._database.read(consistent=True) as connection:
            found = sorted(_all(connection, now), key=lambda one: (one.closes_at, one.key))
        return [
            one
            for one in found
            if (kind is None or one.kind is kind)
            and (within is None or one.closes_at <= now + within)
        ]

    def remind(self, *, within: timedelta) -> int:
        """Put what closes soon into the attention queue, and take out what was settled; returns how
        many reminders are new."""
        near = [one for one in self.list(within=within) if one.kind not in REMINDED_ELSEWHERE]
        now = self._database.clock.now()
        problems = {
            one.key: Problem(
                "deadline_near",
                f"{one.message}; it closes at {one.closes_at:%Y-%m-%d}",
                fix=one.fix,
            )
            for one in near
        }

        def work(connection: Connection) -> list[Deadline]:
            reminded = _reminded(connection)
            fresh = [one for one in near if one.key not in reminded]
            concerns = [
                Concern(one.key, "deadline", one.subject, (problems[one.key],), one.closes_at)
                for one in fresh
            ]
            new_ids = self._ids.new_ids(now, len(concerns))
            raise_concerns(connection, concerns, at=now, new_ids=new_ids)
            still = set(problems)
            close_others(
                connection, "deadline:", kind="deadline", still=still, at=now, by="recovery"
            )
            return fresh

        fresh = self._database.run(work)
        for one in fresh:
            facts = {"kind": one.kind.value, "subject": one.subject}
            self._notify(Event("deadline.near", now, {**facts, "closes_at": one.closes_at}))
        return len(fresh)


def _reminded(connection: Connection) -> set[str]:
    """Reminders that are open, or that a person has put away."""
    return set(
        connection.execute(
            select(attention_items.c.key).where(
                attention_items.c.kind == "deadline", attention_items.c.state != "resolved"
            )
        ).scalars()
    )


def _all(connection: Connection, now: datetime) -> Iterator[Deadline]:
    yield from _claims(connection)
    yield from _stranded(connection)
    yield from _shipments(connection)
    yield from _parcels(connection, now)
    yield from _refunds(connection)
    yield from _holds(connection)
    yield from _waiting_for_the_rest(connection)


def _claims(connection: Connection) -> Iterator[Deadline]:
    query = select(claims, literal_column(OWED_UNITS).label("owed")).where(
        literal_column(f"({OWED_UNITS})") > 0, claims.c.case_id.is_(None)
    )
    for row in connection.execute(query):
        yield Deadline(
            DeadlineKind.CLAIM,
            row.id,
            row.closes_at,
            f"{row.owed} units of {row.sku} ({row.kind}, {row.subject}) can be claimed from "
            f"{row.opens_at:%Y-%m-%d}",
            f"file it in Seller Central, then `stockpool claims file {row.id} CASE`; or "
            f"`stockpool claims write-off {row.id} --reason ...`",
        )


def _stranded(connection: Connection) -> Iterator[Deadline]:
    query = select(stranded_stock).where(stranded_stock.c.removed_at.is_not(None))
    for row in connection.execute(query):
        yield Deadline(
            DeadlineKind.STRANDED,
            f"{row.pool} {row.sku}",
            row.removed_at,
            f"{row.units} units of {row.sku} in {row.pool} have no live offer and are removed",
            "`stockpool stranded` says what helps",
        )


def _shipments(connection: Connection) -> Iterator[Deadline]:
    s = inbound_shipments.c
    over = [status.value for status in OVER]
    query = select(inbound_shipments).where(s.delivered_at.is_(None), s.status.not_in(over))
    for row in connection.execute(query):
        name = row.shipment_confirmation_id or row.id
        yield Deadline(
            DeadlineKind.INBOUND,
            name,
            row.first_seen_at + ARRIVES_WITHIN,
            f"shipment {name} to {row.pool} has not arrived",
            "send it, ask the carrier, or cancel the plan",
        )


def _parcels(connection: Connection, now: datetime) -> Iterator[Deadline]:
    p, f = packages.c, fulfillment_orders.c
    query = (
        select(p.fulfillment_order_id, p.package_number, p.estimated_arrival, f.order_id)
        .join(fulfillment_orders, f.id == p.fulfillment_order_id)
        .where(p.delivered_at.is_(None), p.estimated_arrival < now - LATE_AFTER)
        .order_by(p.estimated_arrival)
        .limit(_PARCELS_MOST)
    )
    for row in connection.execute(query):
        yield Deadline(
            DeadlineKind.PARCEL,
            f"{row.fulfillment_order_id}-{row.package_number}",
            row.estimated_arrival + LATE_AFTER,
            f"a parcel of order {row.order_id} was to arrive on {row.estimated_arrival:%Y-%m-%d}",
            f"`stockpool orders show {row.order_id}`; tell the buyer, and claim it as lost_parcel",
        )


_PARCELS_MOST = 1_000


def _refunds(connection: Connection) -> Iterator[Deadline]:
    waiting = one_of(refunds_due.c.state, (DueState.DUE.value, DueState.BY_HAND.value))
    query = select(refunds_due).where(waiting)
    for row in connection.execute(query):
        yield Deadline(
            DeadlineKind.REFUND,
            f"{row.order_id} {row.key}",
            row.noted_at + REFUND_WITHIN,
            f"items of order {row.order_id} may have to be refunded ({row.cause})",
            f"`stockpool refunds decide {row.key}`; `stockpool refunds due` says what and why",
        )


def _holds(connection: Connection) -> Iterator[Deadline]:
    query = select(orders).where(orders.c.hold_reason.is_not(None))
    for row in connection.execute(query):
        yield Deadline(
            DeadlineKind.HOLD,
            row.id,
            row.accepted_at + HELD_AT_MOST,
            f"order {row.channel_order_id} of {row.channel} is on hold: {row.hold_reason}",
            f"`stockpool orders release {row.id}`, or cancel it",
        )


def _waiting_for_the_rest(connection: Connection) -> Iterator[Deadline]:
    f, i = fulfillment_orders.c, fulfillment_items.c
    query = (
        select(f.id, f.order_id, f.received_at, func.sum(i.committed).label("units"))
        .join(fulfillment_items, i.fulfillment_order_id == f.id)
        .where(one_of(f.status, _NOT_PROCESSED), f.policy == "FillAll", i.committed > 0)
        .group_by(f.id, f.order_id, f.received_at)
    )
    for row in connection.execute(query):
        yield Deadline(
            DeadlineKind.FILL_ALL,
            row.id,
            row.received_at + FILL_ALL_WAITS,
            f"{row.units} units of {row.id} (order {row.order_id}, FillAll) are not being shipped",
            "what the network can't find by then it gives up; `on_unfulfillable` says what follows",
        )


_NOT_PROCESSED = ("New", "Received", "Planning")
