"""The network's news of removal orders: units on their way out, or back on the shelf."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.ids import IdSource
from stockpool.ledger.buckets import Account, Bucket, Place
from stockpool.ledger.posting import StockMove, post
from stockpool.plugins.network_removals import (
    RemovalItemState,
    RemovalState,
)
from stockpool.problems import Problem
from stockpool.removals.tables import SUBMITTED, removal_items, removal_orders

FINAL = ("Completed", "Cancelled", "Refused")
"""Statuses after which nothing changes any more; `Refused` is ours."""

_ORDER = (SUBMITTED, "Pending", "Planning", "Processing", "Cancelled", "Completed")

_OUTCOMES: Mapping[str, Mapping[str, Account]] = {
    "Return": {"shipped": Account.RETURNED_TO_SELLER, "disposed": Account.DISPOSED},
    "Disposal": {"shipped": Account.RETURNED_TO_SELLER, "disposed": Account.DISPOSED},
    "Liquidations": {"shipped": Account.LIQUIDATED, "disposed": Account.LIQUIDATED},
}


def apply_state(connection: Connection, state: RemovalState, *, ids: IdSource, at: datetime) -> int:
    """Take the network's news of a removal order; returns 1 if they changed anything.

    Counts only grow; cancelled units go back to the bucket they were taken from. The order is over
    when the network says so and every unit is accounted for: before that it is asked about again.
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
    problems: list[Problem] = []
    open_units = 0
    for row in connection.execute(
        select(removal_items).where(removal_items.c.removal_order_id == head.id)
    ).all():
        counts = _grown(row, told.get((row.sku, row.sellable)))
        if sum(counts.values()) > row.requested:
            problems.append(_contradiction(head, row, counts))
            open_units += row.requested
            continue
        open_units += row.requested - sum(counts.values())
        moves += item_news(connection, head, row, counts)
    post(connection, moves, at=state.updated_at)
    status = _later(head.status, state.status)
    if status in FINAL and open_units:
        if not problems:
            problems.append(_incomplete(head, status, open_units))
        status = "Processing"
    connection.execute(
        update(removal_orders)
        .where(removal_orders.c.id == head.id)
        .values(
            status=status,
            updated_at=state.updated_at,
            tracking_numbers=json.dumps(_together(head.tracking_numbers, state.tracking_numbers)),
        )
    )
    key = f"removal:{head.id}"
    if problems:
        concern = Concern(key, "stock", head.id, tuple(problems))
        raise_concerns(connection, [concern], at=at, new_ids=[ids.new_id(at)])
    else:
        close_concerns(connection, [key], at=at, by="network")
    return int(bool(moves) or head.status != status)


def _later(known: str | None, told: str) -> str:
    """The status to keep: late news turn nothing back."""
    return max(known or _ORDER[0], told, key=_ORDER.index)


def _together(known: str, told: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*json.loads(known), *told)))


def _grown(row: Any, news: RemovalItemState | None) -> dict[str, int]:
    return {
        name: max(getattr(row, name), getattr(news, name) if news else 0)
        for name in ("shipped", "disposed", "cancelled")
    }


def _contradiction(head: Any, row: Any, counts: Mapping[str, int]) -> Problem:
    kind = "sellable" if row.sellable else "unsellable"
    told = ", ".join(f"{units} {name}" for name, units in counts.items())
    return Problem(
        "contradictory_state",
        f"removal order {head.id}: the network tells of {told} of {kind} {row.sku}, "
        f"but only {row.requested} were asked for",
        fix="compare with Seller Central; the next state that makes sense is taken",
    )


def _incomplete(head: Any, status: str, units: int) -> Problem:
    return Problem(
        "incomplete_removal",
        f"removal order {head.id} is {status}, but of {units} units nothing is known",
        fix="compare with Seller Central; it is asked about again until every unit is told of",
    )


def give_back(connection: Connection, removal_id: str, *, at: datetime) -> bool:
    """A removal order that the network does not have comes to nothing; its units are free again.

    Does nothing to one that the network has taken, or that came to nothing before; returns whether
    it did something.
    """
    head = connection.execute(
        select(removal_orders).where(removal_orders.c.id == removal_id).with_for_update()
    ).one()
    if head.status not in (None, SUBMITTED):
        return False
    items = connection.execute(
        select(removal_items).where(removal_items.c.removal_order_id == removal_id)
    ).all()
    moves: list[StockMove] = []
    for row in items:
        counts = {"shipped": 0, "disposed": 0, "cancelled": row.requested}
        moves += item_news(connection, head, row, counts)
    post(connection, moves, at=at)
    connection.execute(
        update(removal_orders)
        .where(removal_orders.c.id == removal_id)
        .values(status="Refused", updated_at=at)
    )
    return True


def item_news(
    connection: Connection, head: Any, row: Any, counts: Mapping[str, int]
) -> list[StockMove]:
    """Store the counts that one item has now; returns the moves that follow."""
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
