"""Refunds left to a person: decided by that person, or by what was refunded since."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection

from stockpool.care import due
from stockpool.care.due import DueState
from stockpool.care.order_money import open_books
from stockpool.care.refund_records import keep
from stockpool.care.refunding import Surroundings, have_made
from stockpool.care.settling import PAGE, items_owed, planned_refund
from stockpool.errors import NotFoundError, RefusedError


def decide(
    connection: Connection, key: str, surroundings: Surroundings, *, refund: bool, at: datetime
) -> DueState:
    """Settle what a person decides on: refund the items as far as they are owed and paid, or
    nothing. Decided again in the same way, nothing happens.

    Raises:
        NotFoundError: nothing is due under that key.
        RefusedError: it is settled otherwise, or the order came without prices.
    """
    row = due.find(connection, key)
    if row is None:
        raise NotFoundError(f"nothing is due under {key}; `stockpool refunds due` lists what is")
    order = open_books(connection, [row.order_id], at=at)[row.order_id]
    row = due.find(connection, key)
    settled = (DueState.MADE, DueState.NOTHING_LEFT) if refund else (DueState.NOTHING_LEFT,)
    if row.state in settled:
        return DueState(row.state)
    if row.state != DueState.BY_HAND:
        raise RefusedError(f"{key} is {row.state}; a person decides only on what is by_hand")
    made = planned_refund(row, order, surroundings, at) if refund else None
    if made is None:
        due.settle(connection, {key: (DueState.NOTHING_LEFT, None)}, at=at)
        return DueState.NOTHING_LEFT
    keep(connection, [made], at=at)
    have_made(connection, [made], surroundings, at=at)
    due.settle(connection, {key: (DueState.MADE, made.id)}, at=at)
    return DueState.MADE


def close_refunded(connection: Connection, *, at: datetime) -> int:
    """Settle what was left to a person and has been refunded since; returns how many.

    Items that are still owed are those that were noted last.
    """
    wanted = due.orders_refunded_since(connection, most=PAGE)
    if not wanted:
        return 0
    orders = open_books(connection, wanted, at=at)
    looked_at: dict[str, tuple[DueState, str | None]] = {}
    for order_id, rows in due.by_hand_of(connection, wanted).items():
        owed = items_owed(orders[order_id])
        for row in rows:
            items = json.loads(row.quantities)
            waits = any(owed.get(line_id, 0) > 0 for line_id in items)
            state = DueState.BY_HAND if waits else DueState.NOTHING_LEFT
            looked_at[row.key] = (state, None)
            for line_id, count in items.items():
                owed[line_id] = owed.get(line_id, 0) - count
    due.settle(connection, looked_at, at=at)
    return sum(state is not DueState.BY_HAND for state, _ in looked_at.values())
