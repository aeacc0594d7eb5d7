"""Taking back what was reserved and not submitted yet: for edits, holds and cancellations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from stockpool.orders.counting import ItemChange, Step, apply
from stockpool.orders.fulfillment_rows import FulfillmentRow, lock_fulfillment_orders
from stockpool.orders.tables import fulfillment_orders, orders
from stockpool.outbox.effects import withdraw
from stockpool.outbox.tables import effects


def lock_order(connection: Connection, order_id: str) -> bool:
    """Hold the order's row; False if there is none."""
    return (
        connection.execute(
            select(orders.c.id).where(orders.c.id == order_id).with_for_update(key_share=True)
        ).one_or_none()
        is not None
    )


def lock_orders(connection: Connection, order_ids: Sequence[str]) -> None:
    """Hold these orders' rows."""
    connection.execute(
        select(orders.c.id)
        .where(orders.c.id.in_(sorted(set(order_ids))))
        .order_by(orders.c.id)
        .with_for_update(key_share=True)
    )


def active_fulfillment_orders(connection: Connection, order_id: str) -> list[FulfillmentRow]:
    """The order's fulfillment orders that were not withdrawn; their rows are held."""
    ids = connection.execute(
        select(fulfillment_orders.c.id).where(
            fulfillment_orders.c.order_id == order_id,
            fulfillment_orders.c.withdrawn_at.is_(None),
        )
    ).scalars()
    return list(lock_fulfillment_orders(connection, list(ids)).values())


def unsubmitted(connection: Connection, rows: Sequence[FulfillmentRow]) -> list[FulfillmentRow]:
    """Those that no worker has taken up yet; their effects are held, so that none will."""
    candidates = {row.id: row for row in rows if row.status is None}
    if not candidates:
        return []
    untouched = connection.execute(
        select(effects.c.key)
        .where(
            effects.c.key.in_(sorted(candidates)),
            effects.c.state == "pending",
            effects.c.attempts == 0,
        )
        .order_by(effects.c.id)
        .with_for_update()
    ).scalars()
    return [candidates[key] for key in untouched]


def withdraw_whole(
    connection: Connection,
    rows: Sequence[FulfillmentRow],
    *,
    step: Step,
    reason: str,
    at: datetime,
) -> None:
    """Withdraw unsubmitted fulfillment orders; `step` says what becomes of the lines' units."""
    if not rows:
        return
    withdraw(connection, [row.id for row in rows], reason=reason, at=at)
    apply(
        connection,
        [
            ItemChange(item, step, item.held, f"withdraw:{row.id}:{item.item_id}:{item.held}")
            for row in rows
            for item in row.items
            if item.held
        ],
        at=at,
    )
    connection.execute(
        update(fulfillment_orders)
        .where(fulfillment_orders.c.id.in_([row.id for row in rows]))
        .values(withdrawn_at=at, status_reason=reason)
    )
