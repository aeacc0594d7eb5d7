"""Set-based statements: many rows for the price of one statement, on both databases.

These run on the driver's own cursor of the SQLAlchemy connection, inside its transaction. On
PostgreSQL rows travel as arrays or by COPY, on SQLite as one JSON parameter or by executemany;
SQLAlchemy's expression language would cost four times as much on these paths.

A handful of rows is different: there round trips and planning cost more than the rows. `pipeline`
saves the first; for the second, rows go as values, because PostgreSQL plans a statement with
arrays anew each time (it can't know how long they are), and one with values only once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import Connection

_COPY_FROM_ROWS = 24
"""From this many rows on COPY is cheaper than an INSERT with all values (measured)."""

_VALUES_MOST = 30_000
"""Parameters of one INSERT; PostgreSQL takes 65,535."""

_FEW_ROWS = 12
"""Up to so many rows a statement gets values instead of arrays; each number is a plan to keep."""

Row = tuple[Any, ...]


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
    _count(connection)
    return connection.connection.cursor()


def _raw_cursor(connection: Connection) -> Any:
    """psycopg's cursor for statements with $1: it does not look for marks in long ones anew."""
    from psycopg import RawCursor

    _count(connection)
    return RawCursor(connection.connection.driver_connection)  # type: ignore[arg-type]


def _count(connection: Connection) -> None:
    info = connection.info
    info["statements"] = info.get("statements", 0) + 1


def statements(connection: Connection) -> int:
    """How many statements of this module the connection has run since it was opened."""
    return int(connection.info.get("statements", 0))


def ask(
    connection: Connection, sql: Sql, *columns: Sequence[Any], scalars: Sequence[Any] = ()
) -> Callable[[], list[Row]]:
    """Send a query over the rows given as `columns`; what is returned gives its rows, once.

    `scalars` are further parameters after the columns. Within a `pipeline` it is sent together
    with what follows.
    """
    if _is_sqlite(connection):
        cursor = _cursor(connection)
        cursor.execute(sql.sqlite, (_as_json(columns), *scalars))
    else:
        cursor = _send(connection, sql.postgresql, columns, scalars)

    def rows() -> list[Row]:
        try:
            answer: list[Row] = cursor.fetchall()
            return answer
        finally:
            cursor.close()

    return rows


def fetch(
    connection: Connection, sql: Sql, *columns: Sequence[Any], scalars: Sequence[Any] = ()
) -> list[Row]:
    """Run a query over the rows given as `columns`; `scalars` are further parameters after them."""
    return ask(connection, sql, *columns, scalars=scalars)()


def _as_json(columns: Sequence[Sequence[Any]]) -> str:
    return json.dumps(list(zip(*columns, strict=True)), separators=(",", ":"))


def _as_array(values: Sequence[Any]) -> str:
    """PostgreSQL's text for an array. The driver would go through Python for each element."""
    if not values:
        return "{}"
    try:
        joined = '","'.join(values)
    except TypeError:
        return f"{{{','.join([_as_element(value) for value in values])}}}"
    if "\\" in joined or joined.count('"') != 2 * (len(values) - 1):
        return f"{{{','.join([_as_element(value) for value in values])}}}"
    return f'{{"{joined}"}}'


def _as_element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def execute(connection: Connection, sql: Sql, rows: Sequence[Row]) -> int:
    """Run a changing statement once for all `rows`; returns the number of rows it changed.

    On PostgreSQL the statement takes arrays; on SQLite it is repeated by the driver. Within a
    `pipeline` the number is not known yet (-1).
    """
    if not rows:
        return 0
    if _is_sqlite(connection):
        cursor = _cursor(connection)
        cursor.executemany(sql.sqlite, rows)
    else:
        cursor = _send(connection, sql.postgresql, list(zip(*rows, strict=True)))
    changed = int(cursor.rowcount)
    cursor.close()
    return changed


def _send(
    connection: Connection,
    sql: str,
    columns: Sequence[Sequence[Any]],
    scalars: Sequence[Any] = (),
) -> Any:
    rows = len(columns[0]) if columns else 0
    if 0 < rows <= _FEW_ROWS and (few := _with_values(sql, rows)) is not None:
        values = [_as_text(value) for row in zip(*columns, strict=True) for value in row]
        return _raw_cursor(connection).execute(few, [*values, *scalars])
    return _cursor(connection).execute(sql, (*map(_as_array, columns), *scalars))


_UNNEST = re.compile(r"unnest\(((?:%s::\w+\[\](?:, )?)+)\)")


@lru_cache(maxsize=512)
def _with_values(sql: str, rows: int) -> bytes | None:
    """`sql` for so many rows as values in place of its arrays; None if it has no such place."""
    place = _UNNEST.search(sql)
    if place is None or "%s" in sql[: place.start()]:
        return None
    kinds = re.findall(r"%s::(\w+)\[\]", place[1])
    numbers = count(1)
    values = [
        f"({', '.join([f'${next(numbers)}::{kind}' for kind in kinds])})" for _ in range(rows)
    ]
    rest = re.sub("%s", lambda _: f"${next(numbers)}", sql[place.end() :])
    return f"{sql[: place.start()]}(VALUES {', '.join(values)}){rest}".encode()


@contextmanager
def pipeline(connection: Connection) -> Iterator[None]:
    """Send the statements of the block without waiting for each answer, where that exists.

    Reading the answer of one waits for all before it. An error of a statement whose answer is not
    read surfaces at the end of the block. Meant for a handful of rows: there is no COPY inside.
    """
    if _is_sqlite(connection) or _pipelined(connection):
        yield
        return
    driver: Any = connection.connection.driver_connection
    connection.info["pipelined"] = True
    try:
        with driver.pipeline():
            yield
    finally:
        connection.info["pipelined"] = False


def _pipelined(connection: Connection) -> bool:
    return bool(connection.info.get("pipelined"))


class Inserter:
    """Inserts rows into one table: by COPY, by an INSERT with all values, or by executemany."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self.table = table
        self.columns = tuple(columns)
        self.head = f"INSERT INTO {table} ({', '.join(columns)})"
        self._copy = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        self._sqlite = f"{self.head} VALUES ({', '.join('?' * len(columns))})"

    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert all `rows`; a broken constraint raises and changes nothing."""
        insert_all(connection, [(self, rows)])

    def copy(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert all `rows` by COPY, or by executemany on SQLite."""
        cursor = _cursor(connection)
        try:
            if _is_sqlite(connection):
                cursor.executemany(self._sqlite, rows)
                return
            with cursor.copy(self._copy) as copy:
                write_row = copy.write_row
                for row in rows:
                    write_row(row)
        finally:
            cursor.close()


Batches = Sequence[tuple[Inserter, Sequence[Row]]]


def insert_all(connection: Connection, batches: Batches) -> None:
    """Insert into several tables, parents first. A handful of rows goes in one statement."""
    filled = [(inserter, rows) for inserter, rows in batches if rows]
    if not filled:
        return
    if _is_sqlite(connection) or not (
        _pipelined(connection) or all(len(rows) < _COPY_FROM_ROWS for _, rows in filled)
    ):
        for inserter, rows in filled:
            inserter.copy(connection, rows)
        return
    for part in _parts(filled):
        _insert_values(connection, part)


def _insert_values(connection: Connection, batches: Batches) -> None:
    statement = _values_statement(
        tuple([(inserter.head, len(inserter.columns), len(rows)) for inserter, rows in batches])
    )
    values = [_as_text(value) for _, rows in batches for row in rows for value in row]
    _raw_cursor(connection).execute(statement, values).close()


def _as_text(value: Any) -> str | None:
    # The driver would give each magnitude of a number a type of its own, and with it the
    # statement another plan; as text it takes the type of the column.
    return value if value is None or type(value) is str else str(value)


def _parts(filled: Batches) -> Iterator[list[tuple[Inserter, Sequence[Row]]]]:
    """`filled` in as few statements as the limit on parameters allows."""
    part: list[tuple[Inserter, Sequence[Row]]] = []
    values = 0
    for inserter, rows in filled:
        width = len(inserter.columns)
        for start in range(0, len(rows), _VALUES_MOST // width):
            chunk = rows[start : start + _VALUES_MOST // width]
            if values + width * len(chunk) > _VALUES_MOST:
                yield part
                part, values = [], 0
            part.append((inserter, chunk))
            values += width * len(chunk)
    yield part


@lru_cache(maxsize=256)
def _values_statement(shape: tuple[tuple[str, int, int], ...]) -> bytes:
    """One statement for some rows of several tables: how each begins, its columns, its rows."""
    numbers = count(1)
    inserts = []
    for head, columns, rows in shape:
        marks = [", ".join([f"${next(numbers)}" for _ in range(columns)]) for _ in range(rows)]
        inserts.append(f"{head} VALUES {', '.join([f'({row})' for row in marks])}")
    *firsts, last = inserts
    if not firsts:
        return last.encode()
    named = [f"t{number} AS ({text})" for number, text in enumerate(firsts)]
    return f"WITH {', '.join(named)} {last}".encode()
