"""`engine.fba_orders`: every order that FBA stock was used for, in one list.

what our channels have sold      fulfillment orders of the engine, one row each
what Amazon's own shop has sold  its reports; the rows that are ours are left out
what somebody else sent as MCF   the rest of the rows marked `Non-Amazon` in these reports
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, exists, func, literal, or_, select

from stockpool.errors import RefusedError
from stockpool.fba_orders.tables import amazon_parcels, amazon_sales
from stockpool.orders.tables import (
    fulfillment_items,
    fulfillment_orders,
    orders,
    packages,
)
from stockpool.problems import Problem
from stockpool.storage.database import Database

AMAZON = "amazon"
"""As a source: sold in the network's own shop."""

ELSEWHERE = "mcf"
"""As a source: an MCF order that this engine has not placed."""

_PAGE = 500


@dataclass(frozen=True, slots=True)
class FbaParcel:
    """A parcel of an order."""

    carrier: str | None
    tracking_number: str | None
    status: str | None
    shipped_at: datetime | None = None
    estimated_arrival: datetime | None = None


@dataclass(frozen=True, slots=True)
class FbaOrder:
    """An order that FBA stock was used for.

    Attributes:
        source: a channel's name, `amazon`, or `mcf` for one that this engine has not placed.
        order_id: the fulfillment order's id; of the network's own shop, its order's.
        channel_order_id: the order's number where it was taken.
        status: as the network calls it; `Waiting` while it has not taken it.
        units: by SKU.
    """

    source: str
    order_id: str
    channel_order_id: str
    pool: str
    status: str
    placed_at: datetime
    units: dict[str, int]
    parcels: Sequence[FbaParcel] = ()

    @property
    def quantity(self) -> int:
        """Units of all SKUs."""
        return sum(self.units.values())


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders are wanted; None is all of them.

    Attributes:
        search: an order's id of any kind, a SKU, or a tracking number, as a whole.
        since / until: by when it was placed; the end is not included.
    """

    source: str | None = None
    pool: str | None = None
    status: str | None = None
    search: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class FbaOrders:
    """Orders of all channels and of the network's own shop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, wanted: OrderFilter | None = None, *, limit: int = 100) -> Sequence[FbaOrder]:
        """Orders, the newest first."""
        found: list[FbaOrder] = []
        for order in self.iterate(wanted):
            if len(found) == limit:
                break
            found.append(order)
        return found

    def iterate(self, wanted: OrderFilter | None = None) -> Iterator[FbaOrder]:
        """All of them, the newest first, page by page: memory holds one page.

        Raises:
            RefusedError: the times contradict each other.
        """
        chosen = wanted or OrderFilter()
        if chosen.since and chosen.until and chosen.since >= chosen.until:
            raise RefusedError(
                "the orders end before they begin",
                [Problem("invalid_times", "`until` is not after `since`", "until")],
            )
        before: _Before = None
        while True:
            with self._database.read() as connection:
                page = _page(connection, chosen, before)
            yield from page
            if len(page) < _PAGE:
                return
            before = (page[-1].placed_at, page[-1].order_id)


_Before = tuple[datetime, str] | None


def _page(connection: Connection, wanted: OrderFilter, before: _Before) -> list[FbaOrder]:
    # As Python compares texts, in both databases: the two lists are merged by it.
    collation = "BINARY" if connection.dialect.name == "sqlite" else "C"
    rows: list[Any] = []
    if wanted.source not in (AMAZON, ELSEWHERE):
        rows += connection.execute(_ours(wanted, before, collation)).all()
    if wanted.source in (None, AMAZON, ELSEWHERE):
        rows += connection.execute(_sold_by_amazon(wanted, before, collation)).all()
    rows.sort(key=lambda row: (row.placed_at, row.order_id), reverse=True)
    rows = rows[:_PAGE]
    units = {**_our_units(connection, rows), **_their_units(connection, rows)}
    parcels = {**_our_parcels(connection, rows), **_their_parcels(connection, rows)}
    return [
        FbaOrder(
            row.source,
            row.order_id,
            row.channel_order_id,
            row.pool,
            row.status,
            row.placed_at,
            units.get((row.pool, row.order_id), {}),
            parcels.get((row.pool, row.order_id), ()),
        )
        for row in rows
    ]


def _ours(wanted: OrderFilter, before: _Before, collation: str) -> Select[Any]:
    f, o = fulfillment_orders.c, orders.c
    status = func.coalesce(f.status, "Waiting")
    query = (
        select(
            o.channel.label("source"),
            f.id.label("order_id"),
            o.channel_order_id,
            f.pool,
            status.label("status"),
            o.accepted_at.label("placed_at"),
        )
        .join(orders, o.id == f.order_id)
        .where(f.withdrawn_at.is_(None))
    )
    if wanted.source is not None:
        query = query.where(o.channel == wanted.source)
    if wanted.search is not None:
        items = select(fulfillment_items.c.item_id).where(
            fulfillment_items.c.fulfillment_order_id == f.id,
            fulfillment_items.c.sku == wanted.search,
        )
        tracked = select(packages.c.package_number).where(
            packages.c.fulfillment_order_id == f.id,
            packages.c.tracking_number == wanted.search,
        )
        query = query.where(
            or_(
                f.id == wanted.search,
                o.id == wanted.search,
                o.channel_order_id == wanted.search,
                exists(items),
                exists(tracked),
            )
        )
    columns = (f.pool, status, o.accepted_at, f.id.collate(collation))
    return _narrowed(query, wanted, before, columns)


def _sold_by_amazon(wanted: OrderFilter, before: _Before, collation: str) -> Select[Any]:
    s = amazon_sales.c
    known = select(fulfillment_orders.c.id).where(fulfillment_orders.c.id == s.merchant_order_id)
    query = (
        select(
            s.origin.label("source"),
            s.amazon_order_id.label("order_id"),
            s.amazon_order_id.label("channel_order_id"),
            s.pool,
            func.max(s.status).label("status"),
            s.purchased_at.label("placed_at"),
        )
        .where(~exists(known), s.fulfilled_by != "Merchant")
        .group_by(s.origin, s.pool, s.amazon_order_id)
    )
    if wanted.source is not None:
        query = query.where(s.origin == wanted.source)
    if wanted.search is not None:
        tracked = select(literal(1)).where(
            amazon_parcels.c.pool == s.pool,
            amazon_parcels.c.amazon_order_id == s.amazon_order_id,
            amazon_parcels.c.tracking_number == wanted.search,
        )
        same = amazon_sales.alias()
        named = select(literal(1)).where(
            same.c.pool == s.pool,
            same.c.amazon_order_id == s.amazon_order_id,
            same.c.sku == wanted.search,
        )
        query = query.where(or_(s.amazon_order_id == wanted.search, exists(named), exists(tracked)))
    # All rows of an order are bought at one time.
    columns = (s.pool, s.status, s.purchased_at, s.amazon_order_id.collate(collation))
    return _narrowed(query, wanted, before, columns).group_by(s.purchased_at)


def _narrowed(
    query: Select[Any],
    wanted: OrderFilter,
    before: _Before,
    columns: tuple[Any, Any, Any, Any],
) -> Select[Any]:
    pool, status, placed_at, order_id = columns
    if wanted.pool is not None:
        query = query.where(pool == wanted.pool)
    if wanted.status is not None:
        query = query.where(status == wanted.status)
    if wanted.since is not None:
        query = query.where(placed_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(placed_at < wanted.until)
    if before is not None:
        query = query.where(
            (placed_at < before[0]) | ((placed_at == before[0]) & (order_id < before[1]))
        )
    return query.order_by(placed_at.desc(), order_id.desc()).limit(_PAGE)


_Key = tuple[str, str]


def _our_units(connection: Connection, rows: Sequence[Any]) -> dict[_Key, dict[str, int]]:
    i, f = fulfillment_items.c, fulfillment_orders.c
    query = (
        select(f.pool, f.id.label("order_id"), i.sku, func.sum(i.quantity).label("units"))
        .join(fulfillment_orders, f.id == i.fulfillment_order_id)
        .where(f.id.in_([row.order_id for row in rows if row.source not in (AMAZON, ELSEWHERE)]))
        .group_by(f.pool, f.id, i.sku)
        .order_by(f.id, i.sku)
    )
    return _by_order(connection, query)


def _their_units(connection: Connection, rows: Sequence[Any]) -> dict[_Key, dict[str, int]]:
    s = amazon_sales.c
    query = (
        select(
            s.pool,
            s.amazon_order_id.label("order_id"),
            s.sku,
            func.sum(s.quantity).label("units"),
        )
        .where(
            s.amazon_order_id.in_(
                [row.order_id for row in rows if row.source in (AMAZON, ELSEWHERE)]
            )
        )
        .group_by(s.pool, s.amazon_order_id, s.sku)
        .order_by(s.amazon_order_id, s.sku)
    )
    return _by_order(connection, query)


def _by_order(connection: Connection, query: Select[Any]) -> dict[_Key, dict[str, int]]:
    found: dict[_Key, dict[str, int]] = {}
    for row in connection.execute(query):
        found.setdefault((row.pool, row.order_id), {})[row.sku] = int(row.units)
    return found


def _our_parcels(connection: Connection, rows: Sequence[Any]) -> dict[_Key, Sequence[FbaParcel]]:
    p, f = packages.c, fulfillment_orders.c
    query = (
        select(packages, f.pool)
        .join(fulfillment_orders, f.id == p.fulfillment_order_id)
        .where(f.id.in_([row.order_id for row in rows if row.source not in (AMAZON, ELSEWHERE)]))
        .order_by(p.fulfillment_order_id, p.package_number)
    )
    found = connection.execute(query).all()
    return {
        (some[0].pool, order_id): [
            FbaParcel(
                row.carrier_code, row.tracking_number, row.status, None, row.estimated_arrival
            )
            for row in some
        ]
        for order_id, group in groupby(found, key=lambda row: row.fulfillment_order_id)
        if (some := list(group))
    }


def _their_parcels(connection: Connection, rows: Sequence[Any]) -> dict[_Key, Sequence[FbaParcel]]:
    p = amazon_parcels.c
    query = (
        select(amazon_parcels)
        .where(
            p.amazon_order_id.in_(
                [row.order_id for row in rows if row.source in (AMAZON, ELSEWHERE)]
            )
        )
        .order_by(p.pool, p.amazon_order_id, p.shipment_id, p.shipment_item_id)
    )
    found: dict[_Key, dict[tuple[str | None, str | None], FbaParcel]] = {}
    for row in connection.execute(query):
        parcel = FbaParcel(
            row.carrier, row.tracking_number, None, row.shipped_at, row.estimated_arrival
        )
        parcels = found.setdefault((row.pool, row.amazon_order_id), {})
        parcels[(row.carrier, row.tracking_number)] = parcel
    return {key: list(parcels.values()) for key, parcels in found.items()}


def units_sold_by_amazon(
    connection: Connection, *, since: datetime, pool: str | None = None
) -> dict[_Key, int]:
    """Units that the network's own shop has sold of its stock, by pool and SKU; cancelled ones
    are not sold."""
    s = amazon_sales.c
    query = (
        select(s.pool, s.sku, func.sum(s.quantity))
        .where(
            s.origin == AMAZON,
            s.fulfilled_by != "Merchant",
            s.purchased_at >= since,
            s.status.not_in(["Cancelled", "Canceled"]),
        )
        .group_by(s.pool, s.sku)
    )
    if pool is not None:
        query = query.where(s.pool == pool)
    return {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}
