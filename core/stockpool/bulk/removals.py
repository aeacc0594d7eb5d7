"""Removal files as bulk work: each removal order is an item.

A row that asks for more than is free, or for an unknown SKU, is refused in planning and again in
applying; the other rows of its order go on, as Amazon does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from stockpool.bulk.items import (
    Action,
    ItemOutcome,
    Options,
    OutcomeState,
    PlannedItem,
    Planner,
    StoredItem,
    changed_since_plan,
    refusal,
)
from stockpool.catalog.tables import products
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.flatfiles import removal_orders as files
from stockpool.flatfiles.layout import Layout
from stockpool.flatfiles.reader import FlatFile
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.flatfiles.removal_orders import RemovalOrder, RemovalOrderItem
from stockpool.ledger.buckets import UNSELLABLE
from stockpool.ledger.tables import stock_levels
from stockpool.order_request import Address
from stockpool.plugins.network_removals import (
    RemovalItem,
)
from stockpool.problems import Problem
from stockpool.removals.service import Removals, RemovalView, check_removal_id
from stockpool.removals.tables import removal_orders
from stockpool.storage.database import Database

_CHUNK = 500

Free = dict[str, list[int]]
"""Stock SKU → free units, sellable and unsellable."""


class RemovalFiles:
    """The kind `removals`. Its option is `pool`."""

    name = "removals"
    layout: Layout = files.LAYOUT
    batch = 20
    """Few, since an order can have 10,000 SKUs."""

    def __init__(self, database: Database, removals: Removals) -> None:
        self._database = database
        self._removals = removals

    def checked_options(self, given: Options) -> Options:
        """The pool must be one of a network that takes removals."""
        pool = given.get("pool", "")
        if not pool:
            raise RefusedError(
                "a removal file needs a pool",
                [Problem("missing_option", "no pool is given", "pool", fix="name it")],
            )
        self._removals.check_pool(pool)
        return {"pool": pool}

    def read(self, file: FlatFile) -> Iterator[RemovalOrder | RefusedRows]:
        """The orders, and the rows that are refused."""
        return files.read_removal_orders(file)

    def planner(self, options: Options) -> Planner:
        """Plans orders; what an earlier order of the file asks for is not free for the next one."""
        pool = options["pool"]
        free: Free = {}

        def plan(connection: Connection, orders: Sequence[RemovalOrder]) -> list[PlannedItem]:
            stock_skus = _load(connection, pool, orders, free)
            known = _known_ids(connection, [order.order_id for order in orders])
            planned: list[PlannedItem] = []
            for order in orders:
                there = self._removals.get(order.order_id) if order.order_id in known else None
                planned += _plan(pool, order, there, stock_skus, free)
            return planned

        return plan

    def apply(self, items: Sequence[StoredItem], options: Options) -> list[ItemOutcome]:
        """Record each order, without the rows for which units are missing by now."""
        return [self._apply(item, options["pool"]) for item in items]

    def _apply(self, item: StoredItem, pool: str) -> ItemOutcome:
        order = _decoded(item)
        free: Free = {}
        with self._database.read() as connection:
            known = _known_ids(connection, [order.order_id])
            stock_skus = _load(connection, pool, [order], free)
        if known:
            return _compared(item, order, pool, self._removals.get(order.order_id))
        wanted, short = affordable(pool, order, stock_skus, free)
        if not wanted:
            return refusal(item, *short)
        try:
            self._removals.create(
                pool,
                [RemovalItem(one.sku, one.sellable, one.unsellable) for one in wanted],
                disposition=order.disposition,
                ship_to=order.address,
                removal_order_id=order.order_id,
            )
        except RefusedError as error:
            return refusal(item, *error.problems)
        except (ConflictError, NotFoundError) as error:
            return refusal(item, changed_since_plan(str(error), item.line))
        return _applied(item, order, short)


def _plan(
    pool: str,
    order: RemovalOrder,
    known: RemovalView | None,
    stock_skus: Mapping[str, str],
    free: Free,
) -> Iterator[PlannedItem]:
    problem = check_removal_id(order.order_id, f"line {order.line}")
    if known is not None:
        if _same(known, pool, order):
            yield PlannedItem(order.line, len(order.items), order.order_id, Action.UNCHANGED)
            return
        problem = Problem(
            "known_removal_order",
            f"{order.order_id} is a removal order with other content already",
            files.ORDER_ID,
            fix="give it another id",
            source=f"line {order.line}",
        )
    if problem is not None:
        yield PlannedItem(
            order.line, len(order.items), order.order_id, Action.REFUSED, problems=(problem,)
        )
        return
    wanted, short = affordable(pool, order, stock_skus, free)
    lines = {str(one.line): one for one in order.items}
    for refused in short:
        row = lines[(refused.source or "").removeprefix("line ")]
        yield PlannedItem(row.line, 1, row.sku, Action.REFUSED, problems=(refused,))
    if wanted:
        yield PlannedItem(
            min(order.line, wanted[0].line),
            len(wanted),
            order.order_id,
            Action.ADD,
            _encoded(order, wanted),
        )


def affordable(
    pool: str, order: RemovalOrder, stock_skus: Mapping[str, str], free: Free
) -> tuple[list[RemovalOrderItem], tuple[Problem, ...]]:
    """The rows whose units are free, which are taken from `free`; and why the others can't be had.

    Args:
        stock_skus: by seller SKU; several may stand for the same units.
        free: has every stock SKU of these.
    """
    wanted: list[RemovalOrderItem] = []
    short: list[Problem] = []
    for item in order.items:
        stock_sku = stock_skus.get(item.sku)
        if stock_sku is None:
            short.append(
                Problem(
                    "unknown_sku",
                    f"no product has the SKU {item.sku}",
                    "MerchantSKU",
                    fix="add it with `stockpool catalog add`",
                    source=f"line {item.line}",
                )
            )
            continue
        units = free[stock_sku]
        if item.sellable > units[0] or item.unsellable > units[1]:
            sellable = item.sellable > units[0]
            there, kind = units[0 if sellable else 1], "sellable" if sellable else "unsellable"
            short.append(
                Problem(
                    "not_enough_units",
                    f"{there} {kind} units of {item.sku} are free in {pool}",
                    f"{kind.capitalize()}Quantity",
                    str(there),
                    "ask for fewer, or cancel orders that hold them",
                    f"line {item.line}",
                )
            )
            continue
        units[0] -= item.sellable
        units[1] -= item.unsellable
        wanted.append(item)
    return wanted, tuple(short)


def _load(
    connection: Connection, pool: str, orders: Sequence[RemovalOrder], free: Free
) -> dict[str, str]:
    """The stock SKUs of all that is asked for; `free` gets those that it does not have yet."""
    stock_skus = _stock_skus(connection, sorted({i.sku for order in orders for i in order.items}))
    missing = sorted(set(stock_skus.values()) - free.keys())
    free.update({sku: [0, 0] for sku in missing})
    free.update(_free_units(connection, pool, missing))
    return stock_skus


def _known_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), _CHUNK):
        query = select(removal_orders.c.id).where(
            removal_orders.c.id.in_(ids[start : start + _CHUNK])
        )
        found |= set(connection.execute(query).scalars())
    return found


def _stock_skus(connection: Connection, skus: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(skus), _CHUNK):
        rows = connection.execute(
            select(products.c.sku, products.c.stock_sku).where(
                products.c.sku.in_(skus[start : start + _CHUNK])
            )
        )
        found |= {row.sku: row.stock_sku for row in rows}
    return found


def _free_units(connection: Connection, pool: str, skus: Sequence[str]) -> Free:
    unsellable = sum(
        (stock_levels.c[bucket.value] for bucket in UNSELLABLE[1:]),
        start=stock_levels.c[UNSELLABLE[0].value],
    )
    found: Free = {}
    for start in range(0, len(skus), _CHUNK):
        rows = connection.execute(
            select(
                stock_levels.c.sku, stock_levels.c.fulfillable, unsellable.label("unsellable")
            ).where(
                stock_levels.c.pool == pool, stock_levels.c.sku.in_(skus[start : start + _CHUNK])
            )
        )
        found |= {row.sku: [row.fulfillable, row.unsellable] for row in rows}
    return found


def _asked(known: RemovalView) -> dict[tuple[str, bool], int]:
    return {(item["sku"], item["sellable"]): item["requested"] for item in known.items}


def _units(item: RemovalOrderItem) -> dict[tuple[str, bool], int]:
    both = {(item.sku, True): item.sellable, (item.sku, False): item.unsellable}
    return {key: units for key, units in both.items() if units}


def _same(known: RemovalView, pool: str, order: RemovalOrder) -> bool:
    asked = {key: units for item in order.items for key, units in _units(item).items()}
    return (known.pool, known.disposition, _asked(known)) == (pool, order.disposition, asked)


def _compared(item: StoredItem, order: RemovalOrder, pool: str, known: RemovalView) -> ItemOutcome:
    """What an order that is there already says of the item: it is ours if all of it is in ours.

    A process that died after recording it may have left rows out, for which no units were free.
    """
    asked = _asked(known)
    rows = [row for row in order.items if all(asked.get(k) == n for k, n in _units(row).items())]
    units = sum(sum(_units(row).values()) for row in rows)
    ours = (known.pool, known.disposition) == (pool, order.disposition)
    if not ours or not rows or units != sum(asked.values()):
        what = f"{order.order_id} was created with other content meanwhile"
        return refusal(item, changed_since_plan(what, item.line))
    missing = [
        Problem(
            "not_enough_units",
            f"units of {row.sku} were not free in {pool} when the order was created",
            "MerchantSKU",
            fix="ask for them in another order",
            source=f"line {row.line}",
        )
        for row in order.items
        if row not in rows
    ]
    return _applied(item, order, missing)


def _applied(item: StoredItem, order: RemovalOrder, short: Sequence[Problem]) -> ItemOutcome:
    return ItemOutcome(item, OutcomeState.APPLIED, order.order_id, len(short), tuple(short))


def _encoded(order: RemovalOrder, wanted: Sequence[RemovalOrderItem]) -> dict[str, Any]:
    return {
        "disposition": order.disposition,
        "address": order.address.model_dump(mode="json") if order.address else None,
        "notes": order.shipping_notes,
        "items": [[one.sku, one.sellable, one.unsellable, one.line] for one in wanted],
    }


def _decoded(item: StoredItem) -> RemovalOrder:
    content = item.content
    return RemovalOrder(
        item.key,
        content["disposition"],
        Address.model_validate(content["address"]) if content["address"] else None,
        tuple(RemovalOrderItem(*one) for one in content["items"]),
        content["notes"],
        item.line,
    )
