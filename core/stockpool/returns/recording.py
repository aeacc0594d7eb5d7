"""Recording a return: its units, and the effects that ask the network for them.

Everything happens in the caller's unit of work, which holds the order.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, func, insert, select

from stockpool.errors import ConflictError, RefusedError
from stockpool.ids import IdSource
from stockpool.orders.preparation import ERASED
from stockpool.orders.tables import (
    fulfillment_items,
    fulfillment_orders,
    order_lines,
    shipment_items,
    shipments,
)
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.network_returns import RETURN_COMMENT_MOST
from stockpool.problems import Problem
from stockpool.returns.choosing import Part, ShippedUnits, choose, whole_items
from stockpool.returns.tables import order_returns, return_units


@dataclass(frozen=True, slots=True)
class ReturnWish:
    """A return that is asked for.

    Attributes:
        key: names it; the same key again is the same return.
        lines: items by line; empty: everything that was shipped and is in no return.
        asked_by: the channel's id of it, if a channel asks.
    """

    order_id: str
    key: str
    lines: Mapping[str, int]
    reason_code: str
    comment: str = ""
    asked_by: str | None = None

    def digest(self) -> str:
        """What a repeat under the same key must ask too.

        A digest: a customer's words stand in one place only, where they can be erased.
        """
        content = [self.order_id, sorted(self.lines.items()), self.reason_code, self.comment]
        return sha256(json.dumps(content).encode()).hexdigest()


def record_return(
    connection: Connection,
    wish: ReturnWish,
    takes_back: Callable[[str], bool],
    ids: IdSource,
    *,
    at: datetime,
) -> str:
    """Record a return whose order is held; returns its id. The same key again changes nothing.

    Args:
        takes_back: whether the network of that name has returns.

    Raises:
        RefusedError: more than was shipped and is in no return, an unknown line, or a network
            that takes no returns.
        ConflictError: the key was used for another return.
    """
    known = connection.execute(
        select(order_returns.c.id, order_returns.c.asked).where(order_returns.c.key == wish.key)
    ).one_or_none()
    if known is not None:
        if known.asked not in (wish.digest(), ERASED):
            raise ConflictError(f"the key {wish.key} was used for another return")
        return str(known.id)
    parts, there = order_parts(connection, wish.order_id), returnable(connection, wish.order_id)
    lines = wish.lines
    if not lines and wish.asked_by is not None:
        lines = whole_items(parts, there)
    choice = choose(lines, parts, there)
    problems = [*choice.problems, *_word_problems(lines, wish.reason_code, wish.comment)]
    pools = pools_of(connection, [one.fulfillment_order_id for one in choice.chosen])
    for pool in sorted(set(pools.values())):
        if not takes_back(pool.partition(":")[0]):
            problems.append(no_returns(pool))
    if problems:
        raise RefusedError(f"return of {wish.order_id} refused: {problems[0]}", problems)
    return_id = ids.new_id(at)
    origin = "merchant" if wish.asked_by is None else "channel"
    insert_return(connection, return_id, wish, choice.chosen, origin=origin, state="asked", at=at)
    effects = [
        NewEffect(
            kind=EffectKind.CREATE_RETURN,
            key=f"{return_id}:{fulfillment_order_id}",
            party=pools[fulfillment_order_id].partition(":")[0],
            aggregate=return_id,
            payload={"return_id": return_id, "fulfillment_order_id": fulfillment_order_id},
        )
        for fulfillment_order_id in sorted({one.fulfillment_order_id for one in choice.chosen})
    ]
    record(connection, effects, at=at)
    return return_id


def insert_return(
    connection: Connection,
    return_id: str,
    wish: ReturnWish,
    chosen: Sequence[ShippedUnits],
    *,
    origin: str,
    state: str,
    at: datetime,
) -> None:
    """Store a return, a row for each of its units."""
    connection.execute(
        insert(order_returns).values(
            id=return_id,
            key=wish.key,
            order_id=wish.order_id,
            asked=wish.digest(),
            reason_code=wish.reason_code,
            comment=wish.comment,
            requested_at=at,
            origin=origin,
            asked_by=wish.asked_by,
        )
    )
    rows = [
        {
            "return_id": return_id,
            "order_id": wish.order_id,
            "fulfillment_order_id": one.fulfillment_order_id,
            "item_id": one.item_id,
            "shipment_id": one.shipment_id,
            "line_id": one.line_id,
            "sku": one.sku,
            "stock_sku": one.stock_sku,
            "state": state,
        }
        for one in chosen
        for _ in range(one.units)
    ]
    connection.execute(
        insert(return_units),
        [{"id": f"{return_id}-{n}", **row} for n, row in enumerate(rows, start=1)],
    )


def no_returns(pool: str) -> Problem:
    """A network takes no returns."""
    return Problem(
        "no_returns",
        f"{pool} takes nothing back",
        "order_id",
        fix="have it sent to an address of your own, and refund it by hand",
    )


def _word_problems(lines: Mapping[str, int], reason_code: str, comment: str) -> list[Problem]:
    found = []
    if not lines:
        found.append(Problem("no_units", "nothing is to come back", "lines", fix="name items"))
    if not reason_code:
        found.append(
            Problem("missing_reason", "a return needs a reason", "reason_code", fix="see `reasons`")
        )
    if len(comment) > RETURN_COMMENT_MOST:
        limit = str(RETURN_COMMENT_MOST)
        found.append(Problem("too_long", "the comment is too long", "comment", limit, "shorten it"))
    return found


def order_parts(connection: Connection, order_id: str) -> list[Part]:
    """The parts of an order's lines."""
    rows = connection.execute(
        select(order_lines.c.line_id, order_lines.c.sku, order_lines.c.each)
        .where(order_lines.c.order_id == order_id)
        .order_by(order_lines.c.position, order_lines.c.sku)
    )
    return [Part(row.line_id, row.sku, row.each) for row in rows]


def returnable(connection: Connection, order_id: str) -> list[ShippedUnits]:
    """What was shipped and is in no return, the earliest shipments first."""
    f, s, i = fulfillment_items.c, shipments.c, shipment_items.c
    rows = connection.execute(
        select(
            f.line_id,
            f.sku,
            f.stock_sku,
            f.fulfillment_order_id,
            f.item_id,
            s.shipment_id,
            func.min(s.shipped_at).label("shipped_at"),
            func.sum(i.quantity).label("units"),
        )
        .join(
            shipment_items,
            (i.fulfillment_order_id == f.fulfillment_order_id) & (i.item_id == f.item_id),
        )
        .join(
            shipments,
            (s.fulfillment_order_id == i.fulfillment_order_id) & (s.shipment_id == i.shipment_id),
        )
        .where(f.order_id == order_id, s.status == "SHIPPED")
        .group_by(f.line_id, f.sku, f.stock_sku, f.fulfillment_order_id, f.item_id, s.shipment_id)
        .order_by("shipped_at", f.fulfillment_order_id, s.shipment_id, f.item_id)
    ).all()
    taken: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in connection.execute(
        select(return_units).where(
            return_units.c.order_id == order_id, return_units.c.state != "refused"
        )
    ):
        taken[row.fulfillment_order_id, row.item_id, row.shipment_id] += 1
    return [
        ShippedUnits(
            row.line_id,
            row.sku,
            row.stock_sku,
            row.fulfillment_order_id,
            row.item_id,
            row.shipment_id,
            left,
        )
        for row in rows
        if (left := row.units - taken[row.fulfillment_order_id, row.item_id, row.shipment_id]) > 0
    ]


def pools_of(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The pool of each fulfillment order."""
    rows = connection.execute(
        select(fulfillment_orders.c.id, fulfillment_orders.c.pool).where(
            fulfillment_orders.c.id.in_(sorted(set(ids)))
        )
    )
    return {row.id: row.pool for row in rows}
