"""Removal orders that nobody asked for here: the network's own, and those made in Seller Central.

They are told by the removal order report. A snapshot has taken their units out of the books, into
`adjustment`; here it is said where these went (returned, disposed of, liquidated), each unit once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.catalog.tables import products
from stockpool.ids import IdSource
from stockpool.ledger.buckets import Account
from stockpool.ledger.posting import StockMove, lock, post
from stockpool.problems import Problem
from stockpool.removals.tables import foreign_removals, removal_orders
from stockpool.reports.reading import Cells, instant, read_on
from stockpool.storage.database import Database

REPORT_TYPE = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"

_TARGETS: Mapping[str, Account] = {
    "return": Account.RETURNED_TO_SELLER,
    "disposal": Account.DISPOSED,
    "liquidations": Account.LIQUIDATED,
}


def take_foreign_removals(database: Database, ids: IdSource) -> int:
    """Take in removal orders of others; returns how many rows were news."""
    return read_on(
        database,
        "removals",
        REPORT_TYPE,
        lambda connection, pool, cells: _store(connection, pool, cells, ids, database.clock.now()),
    )


def _store(
    connection: Connection, pool: str, rows: Sequence[Cells], ids: IdSource, at: datetime
) -> int:
    order_ids = sorted({row["order-id"] for row in rows})
    ours = set(
        connection.execute(
            select(removal_orders.c.id).where(removal_orders.c.id.in_(order_ids))
        ).scalars()
    )
    skus = sorted({row["sku"] for row in rows})
    stock_skus = {
        row.sku: row.stock_sku
        for row in connection.execute(select(products).where(products.c.sku.in_(skus)))
    }
    wanted = [row for row in rows if row["order-id"] not in ours and row["sku"] in stock_skus]
    lock(connection, [(pool, stock_skus[row["sku"]]) for row in wanted])
    news = [_one(connection, pool, row, stock_skus[row["sku"]], at) for row in wanted]
    post(connection, [move for move, _ in news if move is not None], at=at)
    fresh = {row["order-id"]: row for row, (_, is_new) in zip(wanted, news, strict=True) if is_new}
    concerns = [_concern(pool, row, wanted) for _, row in sorted(fresh.items())]
    raise_concerns(connection, concerns, at=at, new_ids=ids.new_ids(at, len(concerns)))
    return sum(move is not None or is_new for move, is_new in news)


def _one(
    connection: Connection, pool: str, cells: Cells, stock_sku: str, at: datetime
) -> tuple[StockMove | None, bool]:
    """Keep one row; returns the move of the units that went out since, and whether it is new."""
    key = {
        "pool": pool,
        "order_id": cells["order-id"],
        "sku": cells["sku"],
        "disposition": cells.get("disposition", ""),
    }
    place = [foreign_removals.c[name] == value for name, value in key.items()]
    known = connection.execute(select(foreign_removals).where(*place)).one_or_none()
    gone = _whole(cells, "shipped-quantity") + _whole(cells, "disposed-quantity")
    values: dict[str, Any] = {
        "order_type": cells.get("order-type", ""),
        "status": cells.get("order-status", ""),
        "requested": _whole(cells, "requested-quantity"),
        "cancelled": _whole(cells, "cancelled-quantity"),
        "gone": gone,
        "requested_at": instant(cells.get("request-date")),
    }
    if known is None:
        connection.execute(insert(foreign_removals).values(**key, stock_sku=stock_sku, **values))
    else:
        connection.execute(
            update(foreign_removals).where(*place).values(changes=known.changes + 1, **values)
        )
    before, number = (0, 0) if known is None else (known.gone, known.changes + 1)
    if gone == before:
        return None, known is None
    way = (Account.ADJUSTMENT, _TARGETS.get(values["order_type"].lower(), Account.WRITTEN_OFF))
    source, target = way if gone > before else way[::-1]
    move = StockMove(
        pool,
        stock_sku,
        source,
        target,
        abs(gone - before),
        "foreign_removal",
        key["order_id"],
        f"foreign-removal:{':'.join(key.values())}:{number}",
    )
    return move, known is None


def _concern(pool: str, cells: Cells, rows: Sequence[Cells]) -> Concern:
    order_id = cells["order-id"]
    of_it = [row for row in rows if row["order-id"] == order_id]
    units = sum(_whole(row, "requested-quantity") for row in of_it)
    problem = Problem(
        "foreign_removal",
        f"{units} units are taken out of {pool} by the removal order {order_id} "
        f"({cells.get('order-type', '?')}), which was not asked for here",
        fix="if it is Amazon's own, look why in Seller Central (stranded, expired, or settings); "
        "then drop this",
    )
    return Concern(f"removal:{pool}:{order_id}", "stock", order_id, (problem,))


def _whole(cells: Cells, name: str) -> int:
    try:
        return max(int(cells.get(name) or 0), 0)
    except ValueError:
        return 0
