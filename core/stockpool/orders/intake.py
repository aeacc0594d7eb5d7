"""Intake: the one way in for orders, one at a time or thousands, from wherever they come.

In one transaction a batch of requests is

1. compared with what is known under the same `(channel, channel_order_id)`;
2. mapped from channel SKUs to seller SKUs;
3. stored, which claims the identity against everyone else who may be storing it right now;
4. routed and reserved (`orders.reservation`).

A handful of orders has the first three done at once (`orders.opening`).

What can't be accepted is parked with its reason, and the rest of the batch goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.catalog.products import resolve
from stockpool.crashpoints import reached
from stockpool.orders import parking
from stockpool.orders.claims import Claim
from stockpool.orders.opening import (
    Listed,
    channel_skus,
    claim,
    claim_ahead,
    look_up,
    may_be_claimed_ahead,
)
from stockpool.orders.preparation import (
    ERASED,
    Identity,
    IntakeSettings,
    Prepared,
    unknown_sku,
)
from stockpool.orders.receipts import Receipt
from stockpool.orders.reservation import lock_claimed
from stockpool.orders.status import OrderStatus
from stockpool.orders.storing import claims_of, new_orders, rows_of_orders, store
from stockpool.orders.views import order_statuses
from stockpool.problems import Problem
from stockpool.storage.pipelines import leave_pipeline, open_pipeline


@dataclass(slots=True)
class _Batch:
    at: datetime
    settings: IntakeSettings
    new: list[Prepared] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    edits: list[tuple[Prepared, str]] = field(default_factory=list)
    parked: frozenset[Identity] = frozenset()
    changed: set[Identity] = field(default_factory=set)
    """Known orders that an earlier request of the batch edits."""

    @property
    def is_plain(self) -> bool:
        """Whether every order is stored, and there is nothing to say about any."""
        return not self.parked and not any(
            wanted.unfulfillable for routed in self.claims for wanted in routed.wanted
        )

    def edit(self, entry: Prepared, order_id: str) -> None:
        """Apply `entry` to a known order, after the batch."""
        self.edits.append((entry, order_id))
        self.changed.add(entry.identity)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What an intake did: receipts in order of the requests, and edits still to be applied."""

    receipts: list[Receipt | None]
    edits: list[tuple[int, Prepared, str]]
    """Position, request and order id of known orders that came with other content."""


def take_in(
    connection: Connection,
    prepared: Sequence[Prepared],
    settings: IntakeSettings,
    *,
    at: datetime,
    ahead: bool = True,
) -> TakenIn:
    """Take in a batch within the caller's unit of work, which may end with a pipeline open.

    Args:
        ahead: try to claim a handful of orders before it is known whether they are to be stored.

    Raises:
        ClaimedInVain: they were not. Only with `ahead`; nothing of the unit of work may be kept.
    """
    for entry in prepared:
        entry.receipt = None
    batch = _Batch(at, settings)
    first: dict[Identity, Prepared] = {}
    pools = _shipping_pools(prepared, settings) if ahead else frozenset()
    if may_be_claimed_ahead(connection, prepared, pools):
        raced = _store_ahead(connection, prepared, pools, batch)
        if not raced and batch.is_plain:
            reached("intake.before_commit")
            return TakenIn([entry.receipt for entry in prepared], [])
        leave_pipeline(connection)
    else:
        known = look_up(connection, [entry.identity for entry in prepared])
        batch.parked = known.parked
        listed = resolve(connection, channel_skus(prepared))
        for entry in prepared:
            _sort_in(entry, known.orders, first, listed, batch)
        raced = _store(connection, batch, listed)
    if raced:
        # Somebody stored them before our insert; now they are known.
        there = look_up(connection, [entry.identity for entry in raced]).orders
        for entry in raced:
            _compare(entry, *there[entry.identity], batch)
    _answer_repeats(connection, prepared, first, batch)
    _park(connection, batch, prepared)
    reached("intake.before_commit")
    positions = {id(entry): index for index, entry in enumerate(prepared)}
    return TakenIn(
        [entry.receipt for entry in prepared],
        [(positions[id(entry)], entry, order_id) for entry, order_id in batch.edits],
    )


def _shipping_pools(prepared: Sequence[Prepared], settings: IntakeSettings) -> frozenset[str]:
    countries = {entry.request.ship_to.country for entry in prepared}
    return frozenset().union(*settings.desk.shipping_pools(countries).values())


def _store_ahead(
    connection: Connection, prepared: Sequence[Prepared], pools: frozenset[str], batch: _Batch
) -> list[Prepared]:
    """Store what is new in two round trips; returns what somebody else has stored."""
    settings, at = batch.settings, batch.at
    open_pipeline(connection)
    new = new_orders(prepared, settings, at=at)
    rows = rows_of_orders(new, at=at, sqlite=False)
    claimed = claim_ahead(connection, prepared, rows, pools)
    batch.parked = claimed.parked
    mine = [order for order in new if order.entry.identity in claimed.mine]
    batch.new = [order.entry for order in mine]
    batch.claims = store(
        connection, mine, claims_of(mine, claimed.listed), claimed.locked, settings, at=at
    )
    return [entry for entry in prepared if entry.identity not in claimed.mine]


def _store(connection: Connection, batch: _Batch, listed: Listed) -> list[Prepared]:
    """Store what is new, step by step; returns what somebody else stored meanwhile."""
    if not batch.new:
        return []
    settings, at = batch.settings, batch.at
    sqlite = connection.dialect.name == "sqlite"
    new = new_orders(batch.new, settings, at=at)
    mine = claim(connection, rows_of_orders(new, at=at, sqlite=sqlite), sqlite)
    raced = [entry for entry in batch.new if entry.identity not in mine]
    if raced:
        new = [order for order in new if order.entry.identity in mine]
        batch.new = [order.entry for order in new]
    claims = claims_of(new, listed)
    routed = [c for c, entry in zip(claims, batch.new, strict=True) if entry.request.hold is None]
    locked = lock_claimed(connection, settings.desk, routed)
    batch.claims = store(connection, new, claims, locked, settings, at=at)
    return raced


def _sort_in(
    entry: Prepared,
    known: Mapping[Identity, tuple[str, str]],
    first: dict[Identity, Prepared],
    listed: Listed,
    batch: _Batch,
) -> None:
    identity = entry.identity
    stored = known.get(identity)
    if stored is not None:
        _compare(entry, *stored, batch)
        return
    earlier = first.get(identity)
    if earlier is not None and (
        earlier.receipt is None or earlier.fingerprint == entry.fingerprint
    ):
        return
    # The first of this id, or another content after one that could not be accepted.
    request = entry.request
    problems = list(entry.problems)
    for index, line in enumerate(request.lines):
        if (request.channel, line.channel_sku) not in listed:
            problems.append(unknown_sku(request, index, line))
    if problems:
        entry.receipt = _parked(entry, problems)
    else:
        batch.new.append(entry)
    first[identity] = entry


def _compare(entry: Prepared, order_id: str, stored_fingerprint: str, batch: _Batch) -> None:
    """A known identity: the same content is a repeat, other content may be an edit.

    After an edit in the same batch everything is: what came last is what counts.
    """
    same = stored_fingerprint == entry.fingerprint and entry.identity not in batch.changed
    if same or stored_fingerprint == ERASED:
        request = entry.request
        entry.receipt = Receipt(
            request.channel,
            request.channel_order_id,
            order_id,
            OrderStatus.WAITING,
            duplicate=True,
        )
    else:
        batch.edit(entry, order_id)


def _parked(entry: Prepared, problems: Sequence[Problem]) -> Receipt:
    request = entry.request
    return Receipt(
        request.channel,
        request.channel_order_id,
        None,
        OrderStatus.PARKED,
        problems=tuple(problems),
    )


def _answer_repeats(
    connection: Connection,
    prepared: Sequence[Prepared],
    first: Mapping[Identity, Prepared],
    batch: _Batch,
) -> None:
    """Answer requests that repeat an earlier one of the same batch, and look up known ones."""
    edited = {id(entry) for entry, _ in batch.edits}
    for entry in prepared:
        if entry.receipt is not None or id(entry) in edited:
            continue
        earlier = first[entry.identity]
        receipt = earlier.receipt
        if receipt is not None and receipt.order_id and entry.identity in batch.changed:
            batch.edit(entry, receipt.order_id)
        elif receipt is None or earlier.fingerprint == entry.fingerprint:
            entry.receipt = receipt and Receipt(
                receipt.channel,
                receipt.channel_order_id,
                receipt.order_id,
                receipt.status,
                duplicate=True,
                problems=receipt.problems,
            )
            if receipt is None:
                _repeat_edit(entry, earlier, batch)
        elif receipt.order_id is not None:
            batch.edit(entry, receipt.order_id)
        else:
            entry.receipt = _parked(entry, entry.problems or receipt.problems)
    repeats = [e for e in prepared if e.receipt is not None and e.receipt.duplicate]
    if repeats:
        statuses = order_statuses(
            connection, [e.receipt.order_id for e in repeats if e.receipt and e.receipt.order_id]
        )
        for entry in repeats:
            receipt = entry.receipt
            if receipt is not None and receipt.order_id in statuses:
                entry.receipt = Receipt(
                    receipt.channel,
                    receipt.channel_order_id,
                    receipt.order_id,
                    statuses[receipt.order_id],
                    duplicate=True,
                )


def _repeat_edit(entry: Prepared, earlier: Prepared, batch: _Batch) -> None:
    """The earlier request of the batch is itself an edit; this one follows it."""
    for other, order_id in batch.edits:
        if other is earlier:
            batch.edit(entry, order_id)
            return


def _park(connection: Connection, batch: _Batch, prepared: Sequence[Prepared]) -> None:
    """Keep what could not be accepted, and close the case of what now could be."""
    accepted = {entry.identity for entry in batch.new}
    parked: dict[Identity, Prepared] = {
        e.identity: e
        for e in prepared
        if e.receipt is not None
        and e.receipt.status is OrderStatus.PARKED
        and e.identity not in accepted
    }
    concerns = []
    for identity in sorted(parked):
        receipt = parked[identity].receipt
        if receipt is not None:
            concerns.append(
                Concern(parking.concern_key(*identity), "intake", identity[1], receipt.problems)
            )
    for routed in batch.claims:
        if any(wanted.unfulfillable for wanted in routed.wanted):
            concerns.append(parking.unfulfillable_concern(routed))
    if concerns:
        raise_concerns(
            connection,
            concerns,
            at=batch.at,
            new_ids=batch.settings.ids.new_ids(batch.at, len(concerns)),
        )
    if parked:
        parking.park(connection, list(parked.values()), at=batch.at)
    settled = sorted(batch.parked.intersection(accepted))
    if settled:
        parking.unpark(connection, settled)
        close_concerns(
            connection,
            [parking.concern_key(*identity) for identity in settled],
            at=batch.at,
            by="intake",
        )
