"""Set-based statements: many rows for the price of one statement, on both databases.

These run on the driver's own cursor of the SQLAlchemy connection, inside its transaction. On
PostgreSQL rows travel as arrays or by COPY, on SQLite as one JSON parameter or by executemany;
SQLAlchemy's expression language would cost four times as much on these paths.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

_COPY_FROM_ROWS = 24
"""From this many rows on COPY is cheaper than pipelined INSERTs (measured)."""


@dataclass(frozen=True, slots=True)
class Sql:
    """One statement in both dialects.

    PostgreSQL takes one array per column (`unnest(%s::text[], ...)`); SQLite takes the same rows
    as one JSON parameter (`json_each(?)`, members by `value ->> n`).
    """

    postgresql: str
    sqlite: str


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _cursor(connection: Connection) -> Any:
    connection.info["statements"] = connection.info.get("statements", 0) + 1
    return connection.connection.cursor()


def statements(connection: Connection) -> int:
    """How many statements of this module the connection has run since it was opened."""
    return int(connection.info.get("statements", 0))


def fetch(
    connection: Connection, sql: Sql, *columns: Sequence[Any], scalars: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Run a query over the rows given as `columns`; `scalars` are further parameters after them."""
    cursor = _cursor(connection)
    try:
        if _is_sqlite(connection):
            cursor.execute(sql.sqlite, (_as_json(columns), *scalars))
        else:
            cursor.execute(sql.postgresql, (*(list(column) for column in columns), *scalars))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
    finally:
        cursor.close()


def _as_json(columns: Sequence[Sequence[Any]]) -> str:
    return json.dumps(list(zip(*columns, strict=True)), separators=(",", ":"))


def execute(connection: Connection, sql: Sql, rows: Sequence[tuple[Any, ...]]) -> int:
    """Run a changing statement once for all `rows`; returns the number of rows it changed.

    On PostgreSQL the statement takes arrays; on SQLite it is repeated by the driver.
    """
    if not rows:
        return 0
    cursor = _cursor(connection)
    try:
        if _is_sqlite(connection):
            cursor.executemany(sql.sqlite, rows)
        else:
            cursor.execute(sql.postgresql, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)
    finally:
        cursor.close()


@contextmanager
def pipeline(connection: Connection) -> Iterator[None]:
    """Send the statements of the block without waiting for each answer, where that exists.

    Errors surface at the end of the block.
    """
    if _is_sqlite(connection):
        yield
    else:
        driver: Any = connection.connection.driver_connection
        with driver.pipeline():
            yield


class Inserter:
    """Inserts rows into one table: by COPY, pipelined INSERT or executemany."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        names = ", ".join(columns)
        marks = ", ".join(["%s"] * len(columns))
        self.table = table
        self.columns = tuple(columns)
        self._insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        self._copy = f"COPY {table} ({names}) FROM STDIN"
        self._sqlite = self._insert.replace("%s", "?")

    def insert(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert all `rows`; a broken constraint raises and changes nothing."""
        if not rows:
            return
        cursor = _cursor(connection)
        try:
            if _is_sqlite(connection):
                cursor.executemany(self._sqlite, rows)
            elif len(rows) < _COPY_FROM_ROWS:
                cursor.executemany(self._insert, rows)
            else:
                with cursor.copy(self._copy) as copy:
                    for row in rows:
                        copy.write_row(row)
        finally:
            cursor.close()


def insert_all(
    connection: Connection, batches: Sequence[tuple[Inserter, Sequence[tuple[Any, ...]]]]
) -> None:
    """Insert into several tables, parents first. Small batches go in one round trip."""
    small = all(len(rows) < _COPY_FROM_ROWS for _, rows in batches)
    with pipeline(connection) if small else nullcontext():
        for inserter, rows in batches:
            inserter.insert(connection, rows)
