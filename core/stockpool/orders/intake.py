"""Intake: the one way in for orders, one at a time or thousands, from wherever they come.

In one transaction a batch of requests is

1. compared with what is known under the same `(channel, channel_order_id)`;
2. mapped from channel SKUs to seller SKUs;
3. stored, which claims the identity against everyone else who may be storing it right now;
4. routed and reserved (`orders.reservation`).

What can't be accepted is parked with its reason, and the rest of the batch goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.care import due
from stockpool.catalog.products import Component, resolve
from stockpool.crashpoints import reached
from stockpool.order_request import OrderRequest
from stockpool.orders import parking
from stockpool.orders.announcements import (
    can_be_told,
    cancellation_effect,
    due_of,
    unfulfillable_news,
)
from stockpool.orders.claims import Claim
from stockpool.orders.order_rows import (
    ORDER_TYPES,
    claim_counts,
    claim_of,
    line_rows,
    lines,
    order_row,
    orders,
    recipient_row,
    recipients,
)
from stockpool.orders.preparation import (
    ChannelFacts,
    Identity,
    IntakeSettings,
    Prepared,
    unknown_sku,
)
from stockpool.orders.receipts import Receipt
from stockpool.orders.reservation import lock_claimed, reserve
from stockpool.orders.status import OrderStatus, derive_status
from stockpool.orders.views import order_statuses
from stockpool.outbox.effects import effect_rows, inserter
from stockpool.problems import Problem
from stockpool.storage.bulk import Row, Sql, ask, insert_all, pipeline
from stockpool.storage.metadata import sortable_text

_known = Sql(
    postgresql="""
        WITH k AS (SELECT * FROM unnest(%s::text[], %s::text[]) AS k (channel, channel_order_id))
        SELECT o.channel, o.channel_order_id, o.id, o.fingerprint
        FROM k JOIN orders o USING (channel, channel_order_id)
        UNION ALL
        SELECT p.channel, p.channel_order_id, NULL, p.fingerprint
        FROM k JOIN parked_requests p USING (channel, channel_order_id)""",
    sqlite="""
        WITH k AS (SELECT json_extract(value, '$[0]') AS channel,
                          json_extract(value, '$[1]') AS channel_order_id FROM json_each(?))
        SELECT o.channel, o.channel_order_id, o.id, o.fingerprint
        FROM k JOIN orders o ON o.channel = k.channel
         AND o.channel_order_id = k.channel_order_id
        UNION ALL
        SELECT p.channel, p.channel_order_id, NULL, p.fingerprint
        FROM k JOIN parked_requests p ON p.channel = k.channel
         AND p.channel_order_id = k.channel_order_id""",
)

_claim = Sql(
    postgresql=f"""
        {orders.head}
        SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in ORDER_TYPES)}) AS new
        ON CONFLICT (channel, channel_order_id) DO NOTHING
        RETURNING channel, channel_order_id""",  # noqa: S608  (a constant list of columns)
    # Nobody else writes while a SQLite unit of work does, so there is nobody to lose against.
    sqlite="",
)

_PIPELINED_LINES = 12
"""Up to so many order lines the round trips cost more than the rows."""


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
) -> TakenIn:
    """Take in a batch within the caller's unit of work."""
    for entry in prepared:
        entry.receipt = None
    batch = _Batch(at, settings)
    identities = [entry.identity for entry in prepared]
    wanted = sorted(
        {(e.request.channel, line.channel_sku) for e in prepared for line in e.request.lines}
    )
    first: dict[Identity, Prepared] = {}
    small = sum([len(entry.request.lines) for entry in prepared]) <= _PIPELINED_LINES
    with pipeline(connection) if small else nullcontext():
        answer = _look_up(connection, identities)
        components = resolve(connection, wanted)
        known, batch.parked = _known_requests(answer())
        for entry in prepared:
            _sort_in(entry, known, first, components, batch)
        raced = _store(connection, batch, components)
    if raced:
        # Somebody stored them between our look and our insert; now they are known.
        known |= _known_requests(_look_up(connection, [entry.identity for entry in raced])())[0]
        for entry in raced:
            _compare(entry, *known[entry.identity], batch)
    _answer_repeats(connection, prepared, first, batch)
    _park(connection, batch, prepared)
    reached("intake.before_commit")
    positions = {id(entry): index for index, entry in enumerate(prepared)}
    return TakenIn(
        [entry.receipt for entry in prepared],
        [(positions[id(entry)], entry, order_id) for entry, order_id in batch.edits],
    )


def _look_up(connection: Connection, identities: Sequence[Identity]) -> Callable[[], list[Row]]:
    return ask(connection, _known, [c for c, _ in identities], [o for _, o in identities])


def _known_requests(
    rows: Sequence[Row],
) -> tuple[dict[Identity, tuple[str, str]], frozenset[Identity]]:
    """Orders with id and fingerprint, and the identities of parked requests."""
    known = {(row[0], row[1]): (row[2], row[3]) for row in rows if row[2] is not None}
    return known, frozenset((row[0], row[1]) for row in rows if row[2] is None)


def _sort_in(
    entry: Prepared,
    known: Mapping[Identity, tuple[str, str]],
    first: dict[Identity, Prepared],
    components: Mapping[tuple[str, str], tuple[Component, ...]],
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
        if (request.channel, line.channel_sku) not in components:
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
    if stored_fingerprint == entry.fingerprint and entry.identity not in batch.changed:
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


def _store(
    connection: Connection,
    batch: _Batch,
    components: Mapping[tuple[str, str], tuple[Component, ...]],
) -> list[Prepared]:
    """Store the new orders with all that follows; returns those that somebody else stored."""
    if not batch.new:
        return []
    settings, at = batch.settings, batch.at
    sqlite = connection.dialect.name == "sqlite"
    now: Any = sortable_text(at) if sqlite else at
    order_ids = settings.ids.new_ids(at, len(batch.new))
    facts = [settings.channels.get(e.request.channel, _FACTS) for e in batch.new]
    order_rows = [
        order_row(entry, order_id, fact, now, sqlite)
        for entry, order_id, fact in zip(batch.new, order_ids, facts, strict=True)
    ]
    claims = [
        claim_of(entry.request, order_id, fact, components)
        for entry, order_id, fact in zip(batch.new, order_ids, facts, strict=True)
    ]
    to_route = [c for c, e in zip(claims, batch.new, strict=True) if e.request.hold is None]
    # One order of insertion for everybody, so that two batches can't wait for each other.
    claimed = _insert_orders(connection, sorted(order_rows, key=_identity_of_row), sqlite)
    locked = lock_claimed(connection, settings.desk, to_route)
    mine = claimed()
    raced: list[Prepared] = []
    if len(mine) < len(batch.new):
        raced = [entry for entry in batch.new if entry.identity not in mine]
        kept = [i for i, entry in enumerate(batch.new) if entry.identity in mine]
        batch.new = [batch.new[i] for i in kept]
        claims = [claims[i] for i in kept]
        facts = [facts[i] for i in kept]
        to_route = [c for c, e in zip(claims, batch.new, strict=True) if e.request.hold is None]
    batch.claims = to_route
    reservation = reserve(connection, to_route, settings.desk, locked, at=at)
    recipient_rows = []
    line_entries: list[tuple[Any, ...]] = []
    for entry, claim in zip(batch.new, claims, strict=True):
        recipient_rows.append(recipient_row(entry.request, claim.order_id))
        line_entries += line_rows(entry.request, claim)
    ended = [
        (news, fact)
        for claim, fact in zip(claims, facts, strict=True)
        if (news := unfulfillable_news(claim)) is not None
    ]
    told = [cancellation_effect(news) for news, f in ended if can_be_told(f.capabilities)]
    insert_all(
        connection,
        [
            (recipients, recipient_rows),
            (lines, line_entries),
            *reservation.batches,
            (inserter(), effect_rows(told, at=at, sqlite=sqlite)),
            (due.inserter(), due.due_rows([due_of(n) for n, _ in ended], at=at, sqlite=sqlite)),
        ],
    )
    for entry, claim in zip(batch.new, claims, strict=True):
        entry.receipt = _accepted(entry.request, claim)
    return raced


_FACTS = ChannelFacts()


def _identity_of_row(row: tuple[Any, ...]) -> Identity:
    return (row[1], row[2])


def _insert_orders(
    connection: Connection, rows: Sequence[Row], sqlite: bool
) -> Callable[[], set[Identity]]:
    """Store the orders that nobody else has; what is returned tells which."""
    if sqlite:
        orders.insert(connection, rows)
        return lambda: {(row[1], row[2]) for row in rows}
    answer = ask(connection, _claim, *zip(*rows, strict=True))
    return lambda: {(row[0], row[1]) for row in answer()}


def _accepted(request: OrderRequest, claim: Claim) -> Receipt:
    problems: tuple[Problem, ...] = ()
    if claim.plan is not None and claim.plan.shortfalls:
        problems = shortfall_problems(request, claim)
    return Receipt(
        request.channel,
        request.channel_order_id,
        claim.order_id,
        derive_status(claim_counts(claim, request.hold is not None)),
        problems=problems,
    )


def shortfall_problems(request: OrderRequest, claim: Claim) -> tuple[Problem, ...]:
    """Why parts of the order are not reserved, line by line."""
    if claim.plan is None:
        return ()
    index = {line.line_id: i for i, line in enumerate(request.lines)}
    return tuple(
        Problem(
            shortfall.code,
            shortfall.reason,
            f"lines[{index[shortfall.line_id]}]",
            fix="nothing to do: it is filled when stock arrives"
            if shortfall.waits
            else "it will not be shipped; tell the buyer, or send it in another way",
            source=request.source,
        )
        for shortfall in claim.plan.shortfalls
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
    for claim in batch.claims:
        if any(wanted.unfulfillable for wanted in claim.wanted):
            concerns.append(parking.unfulfillable_concern(claim))
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
