"""The network's news of removal orders: units on their way out, or back on the shelf."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.ledger.buckets import Account, Bucket, Place
from stockpool.ledger.posting import StockMove, post
from stockpool.plugins.network import RemovalItemState, RemovalState
from stockpool.removals.tables import removal_items, removal_orders

FINAL = ("Completed", "Cancelled", "Refused")
"""Statuses after which nothing changes any more; `Refused` is ours."""

_OUTCOMES: Mapping[str, Mapping[str, Account]] = {
    "Return": {"shipped": Account.RETURNED_TO_SELLER, "disposed": Account.DISPOSED},
    "Disposal": {"shipped": Account.RETURNED_TO_SELLER, "disposed": Account.DISPOSED},
    "Liquidations": {"shipped": Account.LIQUIDATED, "disposed": Account.LIQUIDATED},
}


def apply_state(connection: Connection, state: RemovalState) -> int:
    """Take the network's news of a removal order; returns 1 if they changed anything.

    Counts only grow; cancelled units go back to the bucket they were taken from.
    """
    head = connection.execute(
        select(removal_orders)
        .where(removal_orders.c.id == state.removal_order_id)
        .with_for_update()
    ).one_or_none()
    if head is None or head.status in FINAL:
        return 0
    told = {(item.sku, item.sellable): item for item in state.items}
    moves: list[StockMove] = []
    for row in connection.execute(
        select(removal_items).where(removal_items.c.removal_order_id == head.id)
    ).all():
        news = told.get((row.sku, row.sellable))
        if news is not None:
            moves += item_news(connection, head, row, news)
    post(connection, moves, at=state.updated_at)
    connection.execute(
        update(removal_orders)
        .where(removal_orders.c.id == head.id)
        .values(
            status=state.status,
            updated_at=state.updated_at,
            tracking_numbers=json.dumps(list(state.tracking_numbers)),
        )
    )
    return int(bool(moves) or head.status != state.status)


def item_news(
    connection: Connection, head: Any, row: Any, news: RemovalItemState
) -> list[StockMove]:
    """Store what is new of one item; returns the moves that follow."""
    counts = {
        name: max(getattr(row, name), getattr(news, name))
        for name in ("shipped", "disposed", "cancelled")
    }
    moves = []
    for name, account in _OUTCOMES[head.disposition].items():
        grown = counts[name] - getattr(row, name)
        if grown:
            moves.append(
                removal_move(
                    head.pool,
                    row.stock_sku,
                    Bucket.PENDING_REMOVAL,
                    account,
                    grown,
                    head.id,
                    f"{row.sku}:{row.sellable}:{name}:{counts[name]}",
                )
            )
    back = counts["cancelled"] - row.cancelled
    taken = json.loads(row.taken_from)
    already = row.cancelled
    for bucket in reversed(list(taken)):
        # Units come back in the reverse order in which the buckets were emptied.
        here = max(taken[bucket] - already, 0)
        already = max(already - taken[bucket], 0)
        part = min(back, here)
        if part:
            back -= part
            moves.append(
                removal_move(
                    head.pool,
                    row.stock_sku,
                    Bucket.PENDING_REMOVAL,
                    Bucket(bucket),
                    part,
                    head.id,
                    f"{row.sku}:{row.sellable}:back:{counts['cancelled']}",
                )
            )
    connection.execute(
        update(removal_items)
        .where(
            removal_items.c.removal_order_id == head.id,
            removal_items.c.sku == row.sku,
            removal_items.c.sellable == row.sellable,
        )
        .values(**counts)
    )
    return moves


def removal_move(
    pool: str, sku: str, source: Place, target: Place, units: int, removal_id: str, what: str
) -> StockMove:
    """A stock move of a removal order; `what` tells its moves apart."""
    key = f"removal:{removal_id}:{sku}:{what}:{source}:{target}"
    return StockMove(pool, sku, source, target, units, "removal", removal_id, key)
