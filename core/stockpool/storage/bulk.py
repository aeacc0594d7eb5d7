"""Set-based statements: many rows for the price of one statement, on both databases.

These run on the driver's own cursor of the SQLAlchemy connection, inside its transaction. On
PostgreSQL rows travel as arrays or by COPY, on SQLite as one JSON parameter or by executemany;
SQLAlchemy's expression language would cost four times as much on these paths.

A handful of rows is different: there round trips and planning cost more than the rows.
`storage.pipelines` saves the first; for the second, rows go as values, because PostgreSQL plans a
statement with arrays anew each time (it can't know how long they are), and one with values once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, count
from typing import Any, Protocol

from sqlalchemy import Connection

from stockpool.storage.pipelines import is_pipelined

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
    _count(connection)
    return _raw_cursors()(connection.connection.driver_connection)


@cache
def _raw_cursors() -> Callable[[Any], Any]:
    from psycopg import RawCursor

    return RawCursor


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

    `scalars` are further parameters after the columns. Within a pipeline it is sent together
    with what follows.
    """
    if _is_sqlite(connection):
        cursor = _cursor(connection)
        cursor.execute(sql.sqlite, (_as_json(columns), *scalars))
    else:
        cursor = _send(connection, sql.postgresql, columns, scalars)
    return _rows_of(cursor)


def _rows_of(cursor: Any) -> Callable[[], list[Row]]:
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
    pipeline the number is not known yet (-1).
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
        values = _as_values(chain.from_iterable(zip(*columns, strict=True)))
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
    values = _marks(numbers, kinds, rows)
    rest = re.sub("%s", lambda _: f"${next(numbers)}", sql[place.end() :])
    return f"{sql[: place.start()]}(VALUES {values}){rest}".encode()


class FewRowsQuery:
    """A query for PostgreSQL over a few rows of several kinds, sent as values.

    Args:
        sql: has `{name}` where the rows of each kind stand, as a list of VALUES.
        kinds: by name, in their order in `sql`, the types of the values.
    """

    def __init__(self, sql: str, **kinds: Sequence[str]) -> None:
        self._sql = sql
        self._kinds = kinds
        self._statements: dict[tuple[int, ...], bytes] = {}

    def ask(self, connection: Connection, *rows: Sequence[Row]) -> Callable[[], list[Row]]:
        """Send it with the rows of each kind; what is returned gives the answer's rows, once."""
        counts = tuple(map(len, rows))
        statement = self._statements.get(counts)
        if statement is None:
            statement = self._statements[counts] = self._for(counts)
        values = _as_values(chain.from_iterable(chain.from_iterable(rows)))
        return _rows_of(_raw_cursor(connection).execute(statement, values))

    def _for(self, counts: tuple[int, ...]) -> bytes:
        numbers = count(1)
        lists = {
            name: _marks(numbers, kinds, rows)
            for (name, kinds), rows in zip(self._kinds.items(), counts, strict=True)
        }
        return self._sql.format(**lists).encode()


def _marks(numbers: Iterator[int], kinds: Sequence[str], rows: int) -> str:
    """`($1::text, $2::int), ($3::text, $4::int)`; a kind may be empty."""
    casts = [kind and f"::{kind}" for kind in kinds]
    marked = [", ".join([f"${next(numbers)}{cast}" for cast in casts]) for _ in range(rows)]
    return ", ".join([f"({row})" for row in marked])


class Writer(Protocol):
    """Writes rows into one table, by itself or within a statement that writes several tables."""

    @property
    def types(self) -> tuple[str, ...]:
        """PostgreSQL's type of each value, where it doesn't follow from the statement; or ""."""

    def clause(self, rows: str) -> str:
        """The part of a statement that writes `rows`: `($1, $2), ($3, $4) ...`."""

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write many rows."""


class Inserter:
    """Inserts rows into one table: by COPY, by an INSERT with all values, or by executemany."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self.table = table
        self.columns = tuple(columns)
        self.types = ("",) * len(self.columns)
        self.head = f"INSERT INTO {table} ({', '.join(columns)})"
        self._copy = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        self._sqlite = f"{self.head} VALUES ({', '.join('?' * len(columns))})"

    def clause(self, rows: str) -> str:
        """An INSERT of `rows`."""
        return f"{self.head} VALUES {rows}"

    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert all `rows`; a broken constraint raises and changes nothing."""
        write_all(connection, [(self, rows)])

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert many rows: by COPY, or by executemany on SQLite."""
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


Batches = Sequence[tuple[Writer, Sequence[Row]]]


def write_all(connection: Connection, batches: Batches) -> None:
    """Write into several tables, parents first. A handful of rows goes in one statement."""
    filled = [(writer, rows) for writer, rows in batches if rows]
    if not filled:
        return
    if _is_sqlite(connection) or not (
        is_pipelined(connection) or all(len(rows) < _COPY_FROM_ROWS for _, rows in filled)
    ):
        for writer, rows in filled:
            writer.write(connection, rows)
        return
    for part in _parts(filled):
        _write_values(connection, part)


def _write_values(connection: Connection, batches: Batches) -> None:
    statement = _values_statement(tuple([(writer, len(rows)) for writer, rows in batches]))
    values = _as_values(value for _, rows in batches for row in rows for value in row)
    _raw_cursor(connection).execute(statement, values).close()


def _as_values(values: Iterable[Any]) -> list[str | None]:
    # The driver would give each magnitude of a number a type of its own, and with it the
    # statement another plan; as text it takes the type of the column.
    return [value if value is None or type(value) is str else str(value) for value in values]


def _parts(filled: Batches) -> Iterator[list[tuple[Writer, Sequence[Row]]]]:
    """`filled` in as few statements as the limit on parameters allows."""
    part: list[tuple[Writer, Sequence[Row]]] = []
    values = 0
    for writer, rows in filled:
        width = len(writer.types)
        for start in range(0, len(rows), _VALUES_MOST // width):
            chunk = rows[start : start + _VALUES_MOST // width]
            if values + width * len(chunk) > _VALUES_MOST:
                yield part
                part, values = [], 0
            part.append((writer, chunk))
            values += width * len(chunk)
    yield part


@lru_cache(maxsize=256)
def _values_statement(shape: tuple[tuple[Writer, int], ...]) -> bytes:
    """One statement for so many rows of several tables."""
    numbers = count(1)
    clauses = []
    for writer, rows in shape:
        clauses.append(writer.clause(_marks(numbers, writer.types, rows)))
    *firsts, last = clauses
    if not firsts:
        return last.encode()
    named = [f"t{number} AS ({text})" for number, text in enumerate(firsts)]
    return f"WITH {', '.join(named)} {last}".encode()
