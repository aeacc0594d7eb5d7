"""The yardstick: the bare driver writes the rows that the engine wrote, and does nothing else.

The rows of a sample of orders are read back from the database; copies under fresh ids are made
before the clock starts. What is timed is a list of tuples per table going into the same tables,
with all their indexes and checks, and one addition to each stock level: by COPY and one UPDATE
over arrays on PostgreSQL (one order at a time: all in one prepared statement), by executemany on
SQLite. Nothing is read, looked up, compared or locked beforehand.
"""

# ruff: noqa: S608  (statements are made of constant names of tables and columns)

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

Row = tuple[Any, ...]

# Parents first. The columns that the database fills in by itself are left out.
TABLES = {
    "orders": "id",
    "recipients": "order_id",
    "order_lines": "order_id",
    "decisions": "order_id",
    "fulfillment_orders": "order_id",
    "fulfillment_items": "order_id",
    "stock_moves": "reference",
    "effects": "aggregate",
}
"""The tables that an order is written to, and the column that holds its id."""

_LEFT_OUT = {
    "order_lines": {"waiting", "committed", "shipped", "cancelled"}
    | {"delivered", "returned", "refunded"},
    "fulfillment_orders": {"status", "status_reason", "granted_features", "received_at"}
    | {"updated_at", "withdrawn_at"},
    "fulfillment_items": {"committed", "shipped", "cancelled", "unfulfillable", "delivered"},
    "stock_moves": {"id"},
    "effects": {"id", "sent_at", "attempts", "fence", "leased_until", "leased_by"}
    | {"last_error", "result", "finished_at"},
}
"""What the engine doesn't write either when it takes in an order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction writes: rows by table, and (pool, SKU, units) that become held."""

    rows: dict[str, list[Row]]
    levels: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of some orders, order by order."""

    columns: dict[str, tuple[str, ...]]
    orders: list[tuple[str, str, dict[str, list[Row]]]]
    """An order's id, its id in the channel, and its rows by table."""

    def texts(self, table: str) -> set[str]:
        """The columns of a table in which an order's id may stand."""
        order_id, _, tables = self.orders[0]
        return {
            column
            for row in tables[table]
            for column, value in zip(self.columns[table], row, strict=True)
            if isinstance(value, str) and order_id in value
        }

    def copies(self, count: int, size: int, name: str) -> list[Batch]:
        """`count` orders in transactions of `size`, under ids that nobody has used."""
        batches = []
        for start in range(0, count, size):
            rows: dict[str, list[Row]] = {table: [] for table in TABLES}
            units: dict[tuple[str, str], int] = defaultdict(int)
            for number in range(start, min(start + size, count)):
                order_id, channel_order_id, tables = self.orders[number % len(self.orders)]
                fresh, fresh_channel_id = _fresh(order_id, name, number)
                for table, originals in tables.items():
                    rows[table] += [
                        tuple(
                            fresh_channel_id
                            if value == channel_order_id
                            else value.replace(order_id, fresh)
                            if isinstance(value, str)
                            else value
                            for value in row
                        )
                        for row in originals
                    ]
                moved = self.columns["stock_moves"]
                pool, sku, quantity = (moved.index(c) for c in ("pool", "sku", "quantity"))
                for row in tables["stock_moves"]:
                    units[(row[pool], row[sku])] += row[quantity]
            levels = [(*key, by) for key, by in sorted(units.items())]
            batches.append(Batch(rows, levels))
        return batches


def _fresh(order_id: str, name: str, number: int) -> tuple[str, str]:
    # Of the engine's own length, and ascending as the engine's are.
    series = sha256(name.encode()).hexdigest()[:8].upper()
    return f"{order_id[:10]}{series}{number:08d}", f"{name}-{number:07d}"


class Driver(Protocol):
    """A bare connection."""

    def read(self, statement: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[Row]]:
        """The names of the columns, and the rows."""

    def write(self, batch: Batch, columns: dict[str, tuple[str, ...]]) -> None:
        """Write a batch in a transaction of its own."""

    def close(self) -> None: ...


class SQLiteDriver:
    """The sqlite3 module; the connection is set up as the engine's are."""

    mark = "?"

    def __init__(self, url: str, synchronous: str = "FULL") -> None:
        self._connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
        for setting in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "cache_size=-65536",
            "temp_store=MEMORY",
        ):
            self._connection.execute(f"PRAGMA {setting}")

    def read(self, statement: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[Row]]:
        with closing(self._connection.execute(statement, parameters)) as cursor:
            return [column[0] for column in cursor.description], cursor.fetchall()

    def write(self, batch: Batch, columns: dict[str, tuple[str, ...]]) -> None:
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for table, rows in batch.rows.items():
            cursor.executemany(_insert(table, columns[table], "?"), rows)
        cursor.executemany(
            "UPDATE stock_levels SET fulfillable = fulfillable - ?3, held = held + ?3"
            " WHERE pool = ?1 AND sku = ?2",
            batch.levels,
        )
        cursor.execute("COMMIT")
        cursor.close()

    def close(self) -> None:
        self._connection.close()


class PostgresDriver:
    """psycopg: COPY for batches; one prepared statement for all rows of a single order."""

    mark = "%s"

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        self._connection = psycopg.connect(
            parts.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
        )
        self._statements: dict[tuple[int, ...], bytes] = {}
        # The usual cursor looks for marks in a statement of so many values anew each time.
        self._raw = psycopg.RawCursor(self._connection)

    def read(self, statement: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[Row]]:
        cursor = self._connection.execute(statement, parameters)
        return [column.name for column in cursor.description or ()], cursor.fetchall()

    def write(self, batch: Batch, columns: dict[str, tuple[str, ...]]) -> None:
        if len(batch.rows["orders"]) == 1:
            self._write_one(batch, columns)
            return
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for table, rows in batch.rows.items():
                with cursor.copy(
                    f"COPY {table} ({', '.join(_quoted(columns[table]))}) FROM STDIN"
                ) as copy:
                    for row in rows:
                        copy.write_row(row)
            cursor.execute(
                "UPDATE stock_levels l SET fulfillable = l.fulfillable - d.by, held = l.held + d.by"
                " FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS d (pool, sku, by)"
                " WHERE l.pool = d.pool AND l.sku = d.sku",
                [list(column) for column in zip(*batch.levels, strict=True)],
            )

    def _write_one(self, batch: Batch, columns: dict[str, tuple[str, ...]]) -> None:
        shape = (*(len(rows) for rows in batch.rows.values()), len(batch.levels))
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = _one_statement(batch, columns)
        values = [v for rows in batch.rows.values() for row in rows for v in row]
        values += [v for level in batch.levels for v in level]
        self._raw.execute(statement, values, prepare=True)

    def close(self) -> None:
        self._connection.close()


def _one_statement(batch: Batch, columns: dict[str, tuple[str, ...]]) -> bytes:
    numbers = count(1)

    def marks(names: Sequence[str]) -> str:
        return f"({', '.join([f'${next(numbers)}{kind}' for kind in names])})"

    parts = []
    for table, rows in batch.rows.items():
        values = [marks([""] * len(columns[table])) for _ in rows]
        parts.append(
            f"w_{table} AS (INSERT INTO {table} ({', '.join(_quoted(columns[table]))})"
            f" VALUES {', '.join(values)})"
        )
    levels = [marks(["::text", "::text", "::bigint"]) for _ in batch.levels]
    return (
        f"WITH {', '.join(parts)} UPDATE stock_levels l SET fulfillable = l.fulfillable - d.by,"
        f" held = l.held + d.by FROM (VALUES {', '.join(levels)}) AS d (pool, sku, by)"
        " WHERE l.pool = d.pool AND l.sku = d.sku"
    ).encode()


def _insert(table: str, columns: Sequence[str], mark: str) -> str:
    return (
        f"INSERT INTO {table} ({', '.join(_quoted(columns))})"
        f" VALUES ({', '.join([mark] * len(columns))})"
    )


def _quoted(columns: Sequence[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


def connect(url: str, synchronous: str = "FULL") -> SQLiteDriver | PostgresDriver:
    """A bare connection to the database that the engine uses."""
    if url.startswith("sqlite"):
        return SQLiteDriver(url, synchronous)
    return PostgresDriver(url)


def sample(driver: SQLiteDriver | PostgresDriver, name: str, count: int) -> Sample:
    """The rows of `count` orders whose ids in the channel begin with `name`."""
    mark = driver.mark
    _, heads = driver.read(
        f"SELECT id, channel_order_id FROM orders WHERE channel_order_id LIKE {mark}"
        f" ORDER BY id LIMIT {count}",
        (f"{name}-%",),
    )
    if len(heads) < count:
        raise RuntimeError(f"there are only {len(heads)} orders to copy")
    columns: dict[str, tuple[str, ...]] = {}
    orders = []
    for order_id, channel_order_id in heads:
        tables: dict[str, list[Row]] = {}
        for table, key in TABLES.items():
            names, rows = driver.read(f"SELECT * FROM {table} WHERE {key} = {mark}", (order_id,))
            kept = [
                index
                for index, column in enumerate(names)
                if column not in _LEFT_OUT.get(table, ())
            ]
            columns[table] = tuple(names[index] for index in kept)
            tables[table] = [tuple(row[index] for index in kept) for row in rows]
        orders.append((order_id, channel_order_id, tables))
    random.Random(1).shuffle(orders)
    return Sample(columns, orders)
