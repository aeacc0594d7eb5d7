"""What the network tells of units in returns, stored; late news turn nothing back.

A unit that was received counts on its order's line, and its items are noted to be refunded. In the
books it moves from the customers to the account of adjustments: the network's stock figures bring
the unit into its bucket, from that account, whenever they come. So it is counted once, and what
customers have is right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.care.due import Due, RefundCause, note_due
from stockpool.care.refunding import Surroundings
from stockpool.ledger.buckets import Account
from stockpool.ledger.posting import StockMove, post
from stockpool.orders.tables import fulfillment_orders, order_lines
from stockpool.orders.whole_items import PartCount, newly_gone
from stockpool.plugins.network_returns import (
    ReturnAuthorization,
    ReturnItemState,
    ReturnItemStatus,
)
from stockpool.problems import Problem
from stockpool.returns.tables import order_returns, return_units
from stockpool.returns.telling import Turned, tell


@dataclass(frozen=True, slots=True)
class UnitNews:
    """A unit as the network tells it, with what the customer needs to send it."""

    item: ReturnItemState
    authorization: ReturnAuthorization | None = None


def take_news(
    connection: Connection,
    return_id: str,
    news: Sequence[UnitNews],
    surroundings: Surroundings,
    *,
    at: datetime,
) -> int:
    """Store news of a return whose order is held; returns how many units have changed."""
    told = {one.item.return_item_id: one for one in news}
    rows = connection.execute(
        select(return_units, fulfillment_orders.c.pool)
        .join(fulfillment_orders, fulfillment_orders.c.id == return_units.c.fulfillment_order_id)
        .where(return_units.c.return_id == return_id)
        .order_by(return_units.c.id)
    ).all()
    granted: list[str] = []
    received: list[Any] = []
    changed = 0
    for row in rows:
        one = told.get(row.id)
        if one is None or row.state == "received":
            continue
        done = one.item.status is ReturnItemStatus.PROCESSED
        state = "received" if done else "authorised"
        if state == row.state:
            continue
        changed += 1
        connection.execute(
            update(return_units)
            .where(return_units.c.id == row.id)
            .values(
                state=state,
                problem=None,
                authorization=_written(one.authorization) or row.authorization,
                received_condition=one.item.received_condition,
                decided_at=row.decided_at or at,
                received_at=one.item.status_changed_at if done else None,
            )
        )
        if row.state != "authorised":
            granted.append(row.id)
        if done:
            received.append(row)
    if received:
        come_back(connection, return_id, received, at=at)
    turned = (
        Turned("authorised", granted),
        Turned("received", [row.id for row in received]),
    )
    tell(connection, return_id, turned, surroundings, at=at)
    _set_asking(connection, return_id, at)
    return changed


def refuse_units(
    connection: Connection,
    return_id: str,
    refusals: Mapping[str, str],
    surroundings: Surroundings,
    *,
    at: datetime,
) -> None:
    """Units that the network does not take back; a person sees why."""
    if not refusals:
        return
    for return_item_id, why in sorted(refusals.items()):
        connection.execute(
            update(return_units)
            .where(return_units.c.id == return_item_id, return_units.c.state == "asked")
            .values(state="refused", problem=why, decided_at=at)
        )
    order_id = connection.execute(
        select(order_returns.c.order_id).where(order_returns.c.id == return_id)
    ).scalar_one()
    count = Counter(refusals.values())
    problems = tuple(
        Problem(
            "return_refused",
            f"return {return_id}: {units} of its units are not taken back: {why}",
            fix="have them sent to an address of your own, or refund them without a return",
        )
        for why, units in sorted(count.items())
    )
    concern = Concern(f"return:{return_id}", "order", order_id, problems)
    raise_concerns(connection, [concern], at=at, new_ids=[surroundings.ids.new_id(at)])
    turned = [
        Turned("refused", sorted(unit for unit, told in refusals.items() if told == why), why)
        for why in sorted(count)
    ]
    tell(connection, return_id, turned, surroundings, at=at)


def _written(authorization: ReturnAuthorization | None) -> str | None:
    if authorization is None:
        return None
    to = authorization.return_to
    lines = (to.name, to.line1, to.line2, to.line3, to.city, to.region, to.postal_code, to.country)
    return json.dumps(
        {
            "return_authorization_id": authorization.return_authorization_id,
            "fulfillment_center_id": authorization.fulfillment_center_id,
            "amazon_rma_id": authorization.amazon_rma_id,
            "rma_page_url": authorization.rma_page_url,
            "return_to": [line for line in lines if line],
        }
    )


def come_back(connection: Connection, return_id: str, rows: Sequence[Any], *, at: datetime) -> None:
    """Units have left the customers: count them, and note that they may have to be refunded.

    Args:
        rows: of `return_units`, with the pool.
    """
    order_id = rows[0].order_id
    post(
        connection,
        [
            StockMove(
                row.pool,
                row.stock_sku,
                Account.CUSTOMER,
                Account.ADJUSTMENT,
                1,
                "return",
                return_id,
                f"return:{row.id}",
            )
            for row in rows
        ],
        at=at,
    )
    units = Counter((row.line_id, row.sku) for row in rows)
    for (line_id, sku), count in sorted(units.items()):
        connection.execute(
            update(order_lines)
            .where(
                order_lines.c.order_id == order_id,
                order_lines.c.line_id == line_id,
                order_lines.c.sku == sku,
            )
            .values(returned=order_lines.c.returned + count)
        )
    parts = {
        (line.line_id, line.sku): PartCount(
            line.each, line.cancelled + line.unfulfillable + line.returned
        )
        for line in connection.execute(
            select(order_lines).where(order_lines.c.order_id == order_id)
        )
    }
    items = newly_gone(parts, units, {})
    if items:
        key = f"return:{return_id}:{min(row.id for row in rows)}"
        due = Due(key, order_id, RefundCause.RETURN, "returned", items)
        note_due(connection, [due], at=at)


def _set_asking(connection: Connection, return_id: str, at: datetime) -> None:
    """Go on asking while a unit is on its way."""
    on_the_way = (
        connection.execute(
            select(return_units.c.id)
            .where(return_units.c.return_id == return_id, return_units.c.state == "authorised")
            .limit(1)
        ).one_or_none()
        is not None
    )
    connection.execute(
        update(order_returns)
        .where(order_returns.c.id == return_id)
        .values(ask_at=at if on_the_way else None)
    )
