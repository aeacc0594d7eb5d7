"""Edits: other content under a known identity, as long as nothing was submitted yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.catalog.products import resolve
from stockpool.errors import ConflictError
from stockpool.ids import IdSource
from stockpool.ledger.money_posting import read_balances
from stockpool.orders import order_rows, parking
from stockpool.orders.counting import Step
from stockpool.orders.preparation import (
    ERASED,
    ChannelFacts,
    IntakeSettings,
    Prepared,
    unknown_sku,
)
from stockpool.orders.receipts import Receipt
from stockpool.orders.reservation import lock_wanted, reserve
from stockpool.orders.shortfalls import tell_shortfalls
from stockpool.orders.status import derive_status
from stockpool.orders.storing import shortfall_problems
from stockpool.orders.tables import order_lines, orders, recipients
from stockpool.orders.views import order_statuses, read_order
from stockpool.orders.waiting import next_number
from stockpool.orders.withdrawal import (
    active_fulfillment_orders,
    lock_order,
    unsubmitted,
    withdraw_whole,
)
from stockpool.problems import Problem
from stockpool.storage.bulk import Batches, write_all


def edit(
    connection: Connection,
    order_id: str,
    entry: Prepared,
    settings: IntakeSettings,
    *,
    at: datetime,
) -> Receipt:
    """Replace the content of an order: its reservation is given back, and it is routed anew.

    Content that can't be accepted is parked, and the order stays as it is.

    Raises:
        ConflictError: a part of it was submitted to the network, given up or refunded already.
    """
    request = entry.request
    lock_order(connection, order_id)
    before = read_order(connection, order_id)
    if _content(connection, order_id) in (entry.fingerprint, ERASED):
        # Somebody else has applied the same edit, a later one has taken it back, or the buyer was
        # erased.
        parking.settle(connection, entry.identity, at=at)
        return Receipt(
            request.channel, request.channel_order_id, order_id, before.status, duplicate=True
        )
    rows = active_fulfillment_orders(connection, order_id)
    free = unsubmitted(connection, rows)
    paid_back = before.refunds or read_balances(connection, [order_id])
    # What was given up was announced, line by line, so the lines must stay what they were.
    given_up = before.counts.cancelled + before.counts.unfulfillable
    if len(free) < len(rows) or given_up or paid_back:
        raise ConflictError(
            f"{request.channel} order {request.channel_order_id} came again with other content, "
            f"but it is {before.status.value} already; cancel it, or send a new order"
        )
    components = resolve(
        connection, sorted({(request.channel, line.channel_sku) for line in request.lines})
    )
    problems = list(entry.problems) + [
        unknown_sku(request, index, line)
        for index, line in enumerate(request.lines)
        if (request.channel, line.channel_sku) not in components
    ]
    if problems:
        parking.park(connection, [entry], at=at)
        key = parking.concern_key(*entry.identity)
        raise_concerns(
            connection,
            [Concern(key, "intake", request.channel_order_id, tuple(problems))],
            at=at,
            new_ids=[settings.ids.new_id(at)],
        )
        return Receipt(
            request.channel,
            request.channel_order_id,
            order_id,
            before.status,
            problems=tuple(problems),
        )
    withdraw_whole(connection, free, step=Step.RELEASED, reason="edited", at=at)
    connection.execute(delete(order_lines).where(order_lines.c.order_id == order_id))
    facts = settings.channels.get(request.channel, ChannelFacts())
    content = order_rows.order_content(entry, facts)
    connection.execute(update(orders).where(orders.c.id == order_id).values(**content))
    connection.execute(
        update(recipients)
        .where(recipients.c.order_id == order_id)
        .values(address=request.ship_to.model_dump_json())
    )
    parking.settle(connection, entry.identity, at=at)
    claim = order_rows.claim_of(request, order_id, facts, components)
    claim.number = next_number(connection, order_id)
    batches: Batches = []
    if request.hold is None:
        locked = lock_wanted(connection, settings.desk, {w.stock_sku for w in claim.wanted})
        batches = reserve(connection, [claim], settings.desk, locked, at=at).batches
    tell_shortfalls(connection, [claim], settings, at=at)
    write_all(connection, [(order_rows.lines, order_rows.line_rows(request, claim)), *batches])
    return Receipt(
        request.channel,
        request.channel_order_id,
        order_id,
        derive_status(order_rows.claim_counts(claim, request.hold is not None)),
        edited=True,
        problems=shortfall_problems(request, claim),
    )


def _content(connection: Connection, order_id: str) -> str:
    return str(
        connection.execute(select(orders.c.fingerprint).where(orders.c.id == order_id)).scalar_one()
    )


def refuse_edit(
    connection: Connection,
    order_id: str,
    entry: Prepared,
    why: str,
    *,
    ids: IdSource,
    at: datetime,
) -> Receipt:
    """The answer to an edit that came too late; a person must see that the contents differ."""
    request = entry.request
    problem = Problem(
        "conflict",
        why,
        "channel_order_id",
        fix="cancel the order, or send the new content under a new id",
        source=request.source,
    )
    raise_concerns(
        connection,
        [Concern(f"order:{order_id}:conflict", "order", order_id, (problem,))],
        at=at,
        new_ids=[ids.new_id(at)],
    )
    return Receipt(
        request.channel,
        request.channel_order_id,
        order_id,
        order_statuses(connection, [order_id])[order_id],
        problems=(problem,),
    )
