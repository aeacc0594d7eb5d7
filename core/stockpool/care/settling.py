"""Settling what is due: refunds that are made by themselves, as each channel's policy says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from stockpool.care import due
from stockpool.care.due import DueState, RefundCause
from stockpool.care.order_money import OrderMoney, open_books
from stockpool.care.refund_records import NewRefund, RefundState, keep
from stockpool.care.refunding import Surroundings, have_made
from stockpool.care.sharing import SHIPPING, Wish, plan
from stockpool.care.tables import refunds
from stockpool.crashpoints import reached
from stockpool.orders.whole_items import PartCount, items_gone

PAGE = 200
"""Orders of one transaction."""

Policies = Mapping[str, frozenset[RefundCause]]
"""By channel, what is refunded by itself."""


def settle_due(
    connection: Connection, policies: Policies, surroundings: Surroundings, *, at: datetime
) -> int:
    """Settle what is due of up to `PAGE` orders, one cause of each; returns how many.

    A handful of statements, whatever their number.
    """
    wanted = due.orders_due(connection, most=PAGE)
    if not wanted:
        return 0
    orders = open_books(connection, wanted, at=at)
    rows = due.first_due(connection, wanted)
    unclear = _with_refunded_sums(connection, wanted)
    settled: dict[str, tuple[DueState, str | None]] = {}
    made: list[NewRefund] = []
    for order_id, row in rows.items():
        order = orders[order_id]
        state = _judged(row, order, policies, order_id in unclear)
        refund = None if state is not None else planned_refund(row, order, surroundings, at)
        if refund is not None:
            made.append(refund)
            settled[row.key] = (DueState.MADE, refund.id)
        else:
            settled[row.key] = (state or DueState.NOTHING_LEFT, None)
    keep(connection, made, at=at)
    have_made(connection, made, surroundings, at=at)
    due.settle(connection, settled, at=at)
    reached("care.before_commit")
    return len(rows)


def _judged(row: Any, order: OrderMoney, policies: Policies, unclear: bool) -> DueState | None:
    """Why it is not refunded by itself; None: it is."""
    if order.currency is None:
        return DueState.NO_PRICES
    if unclear or RefundCause(row.cause) not in policies.get(order.channel, frozenset()):
        return DueState.BY_HAND
    return None


def planned_refund(
    row: Any, order: OrderMoney, surroundings: Surroundings, at: datetime
) -> NewRefund | None:
    """The refund of a row's items, as far as they are owed and paid; None: nothing is."""
    owed = items_owed(order)
    items = {
        line_id: min(count, owed.get(line_id, 0))
        for line_id, count in json.loads(row.quantities).items()
    }
    items = {line_id: count for line_id, count in items.items() if count > 0}
    shipping = 0
    if row.cause == RefundCause.CANCELLATION and order.nothing_ships:
        shipping = sum(order.left.get(portion, 0) for portion in SHIPPING)
    shares = plan(Wish(items, shipping), order.left, order.items_left)
    if not shares:
        return None
    return NewRefund(
        surroundings.ids.new_id(at),
        f"due:{row.key}",
        order,
        RefundState.RECORDED,
        row.reason,
        shares,
        items,
        {"due": row.key},
    )


def items_owed(order: OrderMoney) -> dict[str, int]:
    """Items of each line that will not be shipped or came back, and are not refunded yet.

    Whoever has refunded items of the line before, it was for these.
    """
    parts = {
        (part.line_id, part.sku): PartCount(
            part.each, part.cancelled + part.unfulfillable + part.returned
        )
        for part in order.parts
    }
    refunded: dict[str, int] = {}
    for part in order.parts:
        items = -(-part.refunded // part.each)
        refunded[part.line_id] = max(refunded.get(part.line_id, 0), items)
    return {
        line_id: max(items - refunded[line_id], 0)
        for line_id, items in items_gone(parts, {}).items()
    }


def _with_refunded_sums(connection: Connection, order_ids: Sequence[str]) -> set[str]:
    """Orders of which the channel has refunded a sum without saying for which items."""
    return set(
        connection.execute(
            select(refunds.c.order_id).where(
                refunds.c.order_id.in_(order_ids),
                refunds.c.origin == "channel",
                refunds.c.state == RefundState.MADE.value,
                refunds.c.quantities == "{}",
            )
        ).scalars()
    )
