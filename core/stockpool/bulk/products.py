"""Files of products as bulk work: each SKU is an item, to be added or given a new title."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from stockpool.catalog.products import Catalog, Product
from stockpool.catalog.tables import products
from stockpool.errors import ConflictError, NotFoundError
from stockpool.flatfiles.cells import Cells
from stockpool.flatfiles.layout import Column, Layout
from stockpool.flatfiles.reader import FlatFile, FlatRow
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.problems import Problem
from stockpool.storage.database import Database

_CHUNK = 500

Known = dict[str, tuple[str, str]]
"""SKU → its title, and the SKU under which its units are kept."""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A row. `title` is None where the file has no such column: a known one stays."""

    sku: str
    title: str | None
    shares_pool_with: str
    line: int


class ProductFiles:
    """The kind `products`. It has no options."""

    name = "products"
    layout = Layout(
        "product file",
        (Column("sku", required=True), Column("title"), Column("shares-pool-with")),
    )
    batch = 1_000

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    def checked_options(self, given: Options) -> Options:
        """None."""
        return {}

    def read(self, file: FlatFile) -> Iterator[ProductRow | RefusedRows]:
        """The rows; each SKU once."""
        seen: set[str] = set()
        titled = "title" in file.columns
        for row in file.rows():
            yield _row(row, seen, titled=titled)

    def planner(self, options: Options) -> Planner:
        """Plans rows; one may share the pool of a SKU that an earlier row adds."""
        planned_so_far: Known = {}

        def plan(connection: Connection, rows: Sequence[ProductRow]) -> list[PlannedItem]:
            names = {row.sku for row in rows} | {row.shares_pool_with for row in rows}
            known = {**_known(connection, sorted(names)), **planned_so_far}
            planned = []
            for row in rows:
                planned.append(planned_product(row, known))
                if planned[-1].action is Action.ADD:
                    planned_so_far[row.sku] = known[row.sku]
            return planned

        return plan

    def apply(self, items: Sequence[StoredItem], options: Options) -> list[ItemOutcome]:
        """Add or retitle those that are as they were when they were planned."""
        with self._database.read() as connection:
            known = _known(connection, [item.key for item in items])
        outcomes: dict[int, ItemOutcome] = {}
        wanted: list[StoredItem] = []
        for item in items:
            now = _world(known.get(item.key))
            if now == item.content["world"]:
                outcomes[item.position] = ItemOutcome(item, OutcomeState.APPLIED, item.key)
            elif now != item.world:
                what = f"{item.key} was added or changed meanwhile"
                outcomes[item.position] = refusal(item, changed_since_plan(what, item.line))
            else:
                wanted.append(item)
        for outcome in self._add(wanted):
            outcomes[outcome.item.position] = outcome
        return [outcomes[item.position] for item in items]

    def _add(self, items: Sequence[StoredItem]) -> list[ItemOutcome]:
        try:
            self._catalog.add(*map(_product, items))
        except (ConflictError, NotFoundError) as error:
            if len(items) == 1:
                return [refusal(items[0], changed_since_plan(str(error), items[0].line))]
            # One of them stands in the way of all: nothing was added, so each goes by itself.
            return [outcome for item in items for outcome in self._add([item])]
        return [ItemOutcome(item, OutcomeState.APPLIED, item.key) for item in items]


def _row(row: FlatRow, seen: set[str], *, titled: bool) -> ProductRow | RefusedRows:
    cells = Cells(row)
    sku = cells.text("sku", most=50, required=True)
    if sku and sku in seen:
        cells.refuse("repeated_sku", "the SKU stands in the file twice", "sku", fix="delete a row")
    seen.add(sku)
    title = cells.text("title", most=1_000)
    partner = cells.text("shares-pool-with", most=50)
    if cells.problems:
        return RefusedRows(row.line, 1, sku, tuple(cells.problems))
    return ProductRow(sku, title if titled else None, partner, row.line)


def planned_product(row: ProductRow, known: Known) -> PlannedItem:
    """What a row means to the catalog `known`, which learns of it."""
    before = known.get(row.sku)
    partner = known.get(row.shares_pool_with)
    problem = None
    if row.shares_pool_with and partner is None:
        problem = Problem(
            "unknown_sku",
            f"no product has the SKU {row.shares_pool_with}",
            "shares-pool-with",
            fix="add it first, or in an earlier row",
            source=f"line {row.line}",
        )
    elif partner is not None and before is not None and before[1] != partner[1]:
        problem = Problem(
            "other_pool",
            f"the units of {row.sku} are kept under {before[1]}",
            "shares-pool-with",
            fix="leave it empty; the pool of a SKU can't be changed",
            source=f"line {row.line}",
        )
    if problem is not None:
        return PlannedItem(row.line, 1, row.sku, Action.REFUSED, problems=(problem,))
    title = row.title if row.title is not None else before[0] if before else ""
    stock_sku = before[1] if before else partner[1] if partner else row.sku
    after = known[row.sku] = (title, stock_sku)
    if after == before:
        return PlannedItem(row.line, 1, row.sku, Action.UNCHANGED)
    content = {"title": title, "partner": row.shares_pool_with, "world": _world(after)}
    action = Action.CHANGE if before else Action.ADD
    return PlannedItem(row.line, 1, row.sku, action, content, _world(before))


def _known(connection: Connection, skus: Sequence[str]) -> Known:
    found: Known = {}
    for start in range(0, len(skus), _CHUNK):
        rows = connection.execute(
            select(products.c.sku, products.c.title, products.c.stock_sku).where(
                products.c.sku.in_(skus[start : start + _CHUNK])
            )
        )
        found |= {row.sku: (row.title, row.stock_sku) for row in rows}
    return found


def _world(product: tuple[str, str] | None) -> str:
    return json.dumps(product) if product else ""


def _product(item: StoredItem) -> Product:
    content: Mapping[str, str] = item.content
    return Product(item.key, content["title"], content["partner"] or None)
