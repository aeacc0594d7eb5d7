"""Databases of earlier revisions, with the rows that the engine of their time wrote.

`tests/storage/filled/NNNN.jsonl.gz` holds a shop of 40 orders as the engine left it when NNNN was
the newest revision: parcels, refunds, holds, cancellations, removals, parked requests, effects
still to be done. Whoever adds a revision adds the shop of the one before, made with the code as it
was:

    stockpool demo --orders 40 --seed 7 --folder shop
    python tests/support/filled_databases.py fill shop/stockpool.toml
    python tests/support/filled_databases.py keep shop/stockpool.db tests/storage/filled
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, DateTime, MetaData, Table, delete, func, insert, select
from sqlalchemy import text as sql

from stockpool import Address, Engine, OrderLine, OrderRequest
from stockpool.plugins.network_removals import (
    RemovalItem,
)
from stockpool.storage.database import Database

_REVISIONS = "alembic_version"


def fill(configuration: str) -> None:
    """Do in a demo's shop what a demo does not do."""
    with Engine.from_file(configuration) as engine:
        orders = [engine.orders.get(one.order_id) for one in engine.orders.list(limit=200)]
        for number, order in enumerate([one for one in orders if one.counts.shipped][:8]):
            engine.orders.refund(
                order.order_id, "1.00", "USD", reason="goodwill", key=f"kept-{number}"
            )
        listed = engine.catalog.listings("web")
        for number in range(6):
            engine.orders.submit(_late_order(number, listed[number].channel_sku))
        cancelled = engine.orders.find("web", "LATE-4")
        assert cancelled is not None
        engine.orders.cancel(cancelled.order_id, reason="buyer")
        (pool, *_) = engine.inventory.pools
        item = RemovalItem(listed[0].components[0].sku, sellable=1)
        engine.removals.create(pool, [item], disposition="Disposal")
        assert engine.verify().ok


def _late_order(number: int, channel_sku: str) -> OrderRequest:
    """One on hold, one of a SKU that is not listed, one of more than there is, and others."""
    return OrderRequest(
        channel="web",
        channel_order_id=f"LATE-{number}",
        currency="USD",
        ship_to=Address(
            name="Pat Example",
            line1="350 Fifth Avenue",
            city="New York",
            region="NY",
            postal_code="10118",
            country="US",
            phone="2125550100",
        ),
        shipping_price="4.00",
        hold="fraud check" if number == 0 else None,
        fulfillment_policy="FillAll" if number < 4 else "FillOrKill",
        lines=(
            OrderLine(
                line_id="1",
                channel_sku="NOBODY-HAS-THIS" if number == 1 else channel_sku,
                quantity=90_000 if number == 2 else 1,
                unit_price="9.50",
                tax="0.76",
                currency="USD",
            ),
        ),
    )


def keep(database: str, folder: str) -> Path:
    """Write all rows of an SQLite file into `folder`, under the name of its revision."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        (revision,) = connection.execute(f"SELECT version_num FROM {_REVISIONS}").fetchone()  # noqa: S608
        file = Path(folder) / f"{revision}.jsonl.gz"
        lines = [json.dumps(row, ensure_ascii=False) for row in _rows(connection)]
        # Without a time in its head the same rows are the same bytes.
        file.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    return file


def _rows(connection: sqlite3.Connection) -> Iterator[list[Any]]:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name <> ? ORDER BY name",
        (_REVISIONS,),
    )
    for (table,) in tables.fetchall():
        for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
            yield [table, dict(row)]


def load(database: Database, file: Path) -> dict[str, int]:
    """Fill a database of the file's revision; returns the number of rows by table."""
    by_table: dict[str, list[dict[str, Any]]] = {}
    for line in gzip.decompress(file.read_bytes()).decode().splitlines():
        name, row = json.loads(line)
        by_table.setdefault(name, []).append(row)
    metadata = MetaData()
    metadata.reflect(database.engine)
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != _REVISIONS:
                connection.execute(delete(table))
        for table in metadata.sorted_tables:
            rows = by_table.get(table.name)
            if rows:
                connection.execute(insert(table), [_typed(table, row) for row in rows])
                _go_on_counting(connection, table)
    return {name: len(rows) for name, rows in by_table.items()}


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The values as a database takes them that has types of its own, less what it computes."""
    typed = {}
    for name, value in row.items():
        column = table.c[name]
        if column.computed is not None:
            continue
        if value is not None and isinstance(column.type, Boolean):
            value = bool(value)
        elif value is not None and isinstance(column.type, DateTime):
            value = datetime.fromisoformat(value).replace(tzinfo=UTC)
        typed[name] = value
    return typed


def _go_on_counting(connection: Connection, table: Table) -> None:
    if connection.dialect.name == "sqlite":
        return
    for column in table.c:
        if column.identity is not None:
            highest = connection.execute(select(func.max(column))).scalar_one()
            connection.execute(
                sql("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
                {"table": table.name, "column": column.name, "highest": highest},
            )


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(sys.argv[2])
    else:
        keep(sys.argv[2], sys.argv[3])
