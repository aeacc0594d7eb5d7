"""Back-orders: orders that wait for stock are filled by priority and age when it arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select

from stockpool.attention.queue import close_concerns
from stockpool.crashpoints import reached
from stockpool.ledger.tables import stock_levels
from stockpool.orders.alarms import again_key
from stockpool.orders.claims import Claim, WantedUnits
from stockpool.orders.counting import add_to_lines
from stockpool.orders.preparation import IntakeSettings
from stockpool.orders.reservation import lock_wanted, reserve
from stockpool.orders.shortfalls import tell_shortfalls
from stockpool.orders.tables import decisions, fulfillment_orders, order_lines, orders
from stockpool.orders.unfulfillable import failed_pools
from stockpool.storage.bulk import write_all

PAGE = 200


@dataclass(frozen=True, slots=True)
class Filled:
    """One page of waiting orders was looked at."""

    looked_at: int
    filled: tuple[str, ...]
    last: tuple[int, datetime, str] | None
    """Where to go on; None at the end."""


def fill_page(
    connection: Connection,
    settings: IntakeSettings,
    *,
    at: datetime,
    after: tuple[int, datetime, str] | None = None,
    only: Sequence[str] = (),
) -> Filled:
    """Try the next `PAGE` waiting orders for which there is some stock somewhere.

    Args:
        after: the place where the page before ended.
        only: try just these orders.
    """
    candidates = connection.execute(_candidates(after, only)).all()
    if not candidates:
        return Filled(0, (), None)
    claims = claims_of(connection, [row.id for row in candidates])
    if not only:
        # Whoever releases an order by hand may have it sent from wherever there is stock.
        failed = failed_pools(connection, [claim.order_id for claim in claims])
        for claim in claims:
            claim.failed = failed.get(claim.order_id, frozenset())
    desk = settings.desk
    locked = lock_wanted(connection, desk, {w.stock_sku for c in claims for w in c.wanted})
    reservation = reserve(connection, claims, desk, locked, at=at, keep_failures=bool(only))
    served = [claim for claim in claims if claim.plan is not None and claim.plan.allocations]
    add_to_lines(
        connection,
        {
            (claim.order_id, wanted.line_id, wanted.sku): {
                "held": wanted.held,
                "unfulfillable": wanted.unfulfillable,
            }
            for claim in claims
            for wanted in claim.wanted
            if wanted.held or wanted.unfulfillable
        },
    )
    write_all(connection, reservation.batches)
    tell_shortfalls(connection, claims, settings, at=at)
    filled = [claim.order_id for claim in served if _is_filled(claim)]
    close_concerns(connection, list(map(again_key, filled)), at=at, by="routing")
    reached("waiting.before_commit")
    last = candidates[-1]
    return Filled(
        len(candidates),
        tuple(claim.order_id for claim in served),
        (last.priority, last.ordered_at, last.id) if len(candidates) == PAGE else None,
    )


def _is_filled(claim: Claim) -> bool:
    return all(w.held + w.unfulfillable == w.count * w.each for w in claim.wanted)


def _candidates(after: tuple[int, datetime, str] | None, only: Sequence[str]) -> Any:
    in_stock = exists().where(
        stock_levels.c.sku == order_lines.c.stock_sku, stock_levels.c.fulfillable > 0
    )
    fillable = select(order_lines.c.order_id).where(order_lines.c.waiting > 0, in_stock).distinct()
    query = (
        select(orders.c.id, orders.c.priority, orders.c.ordered_at)
        .where(orders.c.hold_reason.is_(None))
        .order_by(orders.c.priority.desc(), orders.c.ordered_at, orders.c.id)
        .limit(PAGE)
    )
    if only:
        return query.where(orders.c.id.in_(list(only)))
    query = query.where(orders.c.id.in_(fillable))
    if after is not None:
        priority, ordered_at, order_id = after
        query = query.where(
            or_(
                orders.c.priority < priority,
                and_(orders.c.priority == priority, orders.c.ordered_at > ordered_at),
                and_(
                    orders.c.priority == priority,
                    orders.c.ordered_at == ordered_at,
                    orders.c.id > order_id,
                ),
            )
        )
    return query


def claims_of(connection: Connection, order_ids: Sequence[str]) -> list[Claim]:
    """What these orders still want, in the order given; their rows are held."""
    heads = {
        row.id: row
        for row in connection.execute(
            select(orders)
            .where(orders.c.id.in_(list(order_ids)))
            .order_by(orders.c.id)
            .with_for_update(key_share=True)
        )
    }
    numbers = _next_numbers(connection, order_ids)
    wanted: dict[str, list[WantedUnits]] = {}
    for line in connection.execute(
        select(order_lines)
        .where(order_lines.c.order_id.in_(list(order_ids)), order_lines.c.waiting > 0)
        .order_by(order_lines.c.order_id, order_lines.c.position, order_lines.c.sku)
    ):
        wanted.setdefault(line.order_id, []).append(
            WantedUnits(
                line.line_id,
                line.sku,
                line.stock_sku,
                line.waiting // line.each if line.waiting % line.each == 0 else line.waiting,
                line.each if line.waiting % line.each == 0 else 1,
            )
        )
    return [
        Claim(
            order_id,
            head.channel,
            head.channel_order_id,
            head.country,
            head.speed,
            head.policy,
            head.backorder,
            tuple(head.features.split(",")) if head.features else (),
            head.priority,
            wanted[order_id],
            numbers[order_id],
        )
        for order_id in order_ids
        if (head := heads.get(order_id)) is not None
        and head.hold_reason is None
        and order_id in wanted
    ]


def _next_numbers(connection: Connection, order_ids: Sequence[str]) -> dict[str, int]:
    """A number for each order's next decision and fulfillment order, above all before."""
    numbers = dict.fromkeys(order_ids, 1)
    for table, column in (
        (decisions, decisions.c.order_id),
        (fulfillment_orders, fulfillment_orders.c.order_id),
    ):
        for order_id, count in connection.execute(
            select(column, func.count())
            .select_from(table)
            .where(column.in_(list(order_ids)))
            .group_by(column)
        ):
            numbers[order_id] += count
    return numbers


def next_number(connection: Connection, order_id: str) -> int:
    """`_next_numbers` of one order."""
    return _next_numbers(connection, [order_id])[order_id]
