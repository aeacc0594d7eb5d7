"""Storing new orders with all that follows: their rows, reservation, effects and news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from stockpool.care import due
from stockpool.ledger.posting import LockedLevels
from stockpool.order_request import OrderRequest
from stockpool.orders.announcements import (
    can_be_told,
    cancellation_effect,
    due_of,
    unfulfillable_news,
)
from stockpool.orders.claims import Claim
from stockpool.orders.opening import Listed
from stockpool.orders.order_rows import (
    claim_counts,
    claim_of,
    line_rows,
    lines,
    order_row,
    recipient_row,
    recipients,
)
from stockpool.orders.preparation import ChannelFacts, IntakeSettings, Prepared
from stockpool.orders.receipts import Receipt
from stockpool.orders.reservation import reserve
from stockpool.orders.status import derive_status
from stockpool.outbox.effects import effect_rows, inserter
from stockpool.problems import Problem
from stockpool.storage.bulk import Row, write_all
from stockpool.storage.metadata import sortable_text

_FACTS = ChannelFacts()


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A request that becomes an order under `order_id`."""

    entry: Prepared
    order_id: str
    facts: ChannelFacts


def new_orders(
    entries: Sequence[Prepared], settings: IntakeSettings, *, at: datetime
) -> list[NewOrder]:
    """Give each an id."""
    return [
        NewOrder(entry, order_id, settings.channels.get(entry.request.channel, _FACTS))
        for entry, order_id in zip(entries, settings.ids.new_ids(at, len(entries)), strict=True)
    ]


def rows_of_orders(new: Sequence[NewOrder], *, at: datetime, sqlite: bool) -> list[Row]:
    """Rows of `orders`, by identity: one order for everybody, so that no two batches that store
    the same orders can wait for each other in a circle."""
    now: Any = sortable_text(at) if sqlite else at
    return [
        order_row(order.entry, order.order_id, order.facts, now, sqlite)
        for order in sorted(new, key=lambda order: order.entry.identity)
    ]


def claims_of(new: Sequence[NewOrder], listed: Listed) -> list[Claim]:
    """What each wants of the stock."""
    return [claim_of(o.entry.request, o.order_id, o.facts, listed) for o in new]


def store(
    connection: Connection,
    new: Sequence[NewOrder],
    claims: Sequence[Claim],
    locked: LockedLevels,
    settings: IntakeSettings,
    *,
    at: datetime,
) -> list[Claim]:
    """Reserve for orders whose row is stored, and write all else; returns the claims that routing
    was asked about. Each request gets its receipt."""
    sqlite = connection.dialect.name == "sqlite"
    routed = [c for c, o in zip(claims, new, strict=True) if o.entry.request.hold is None]
    reservation = reserve(connection, routed, settings.desk, locked, at=at)
    recipient_rows: list[Row] = []
    line_entries: list[Row] = []
    ended = []
    for order, claim in zip(new, claims, strict=True):
        recipient_rows.append(recipient_row(order.entry.request, claim.order_id))
        line_entries += line_rows(order.entry.request, claim)
        if (news := unfulfillable_news(claim)) is not None:
            ended.append((news, order.facts))
    told = [cancellation_effect(news) for news, f in ended if can_be_told(f.capabilities)]
    write_all(
        connection,
        [
            (recipients, recipient_rows),
            (lines, line_entries),
            *reservation.batches,
            (inserter(), effect_rows(told, at=at, sqlite=sqlite)),
            (due.inserter(), due.due_rows([due_of(n) for n, _ in ended], at=at, sqlite=sqlite)),
        ],
    )
    for order, claim in zip(new, claims, strict=True):
        order.entry.receipt = _accepted(order.entry.request, claim)
    return routed


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
