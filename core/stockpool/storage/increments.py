"""Adding to counters: many rows of a table, by their keys, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import Connection

from stockpool.storage.bulk import Row, Sql, Writer, execute

K = TypeVar("K", bound=tuple[str, ...])


class Counters:
    """The counters of a table whose primary key is text.

    The caller holds the rows, or the database's own checks decide.
    """

    def __init__(self, table: str, key: tuple[str, ...]) -> None:
        self.table = table
        self.key = key

    def add(self, connection: Connection, changes: Mapping[K, Mapping[str, int]]) -> None:
        """Add `changes` (key → column → amount) in the order of the keys."""
        writer, rows = self.additions(changes)
        writer.write(connection, rows)

    def additions(self, changes: Mapping[K, Mapping[str, int]]) -> tuple[Writer, Sequence[Row]]:
        """The same, to be written together with other rows (`bulk.write_all`)."""
        names = tuple(sorted({n for row in changes.values() for n, by in row.items() if by}))
        rows: list[Row] = [
            (*key, *[row.get(name, 0) for name in names])
            for key, row in sorted(changes.items())
            if any(row.values())
        ]
        return _adder(self.table, self.key, names), rows


class _Adder:
    """Adds to some counters of a table."""

    def __init__(self, table: str, key: tuple[str, ...], names: tuple[str, ...]) -> None:
        self.types = (*["text"] * len(key), *["bigint"] * len(names))
        added = ", ".join(f"{name} = t.{name} + d.{name}" for name in names)
        matched = " AND ".join(f"t.{name} = d.{name}" for name in key)
        placed = ", ".join(
            f"{name} = {name} + ?{position}" for position, name in enumerate(names, len(key) + 1)
        )
        keyed = " AND ".join(f"{name} = ?{position}" for position, name in enumerate(key, 1))
        self._head = f"UPDATE {table} t SET {added} FROM"  # noqa: S608  (names of columns)
        self._tail = f"AS d ({', '.join((*key, *names))}) WHERE {matched}"
        arrays = ", ".join([f"%s::{kind}[]" for kind in self.types])
        self._sql = Sql(
            postgresql=f"{self._head} unnest({arrays}) {self._tail}",
            sqlite=f"UPDATE {table} SET {placed} WHERE {keyed}",  # noqa: S608
        )

    def clause(self, rows: str) -> str:
        """An UPDATE that joins `rows`."""
        return f"{self._head} (VALUES {rows}) {self._tail}"

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Add all `rows` by one statement."""
        execute(connection, self._sql, rows)


@lru_cache(maxsize=256)
def _adder(table: str, key: tuple[str, ...], names: tuple[str, ...]) -> _Adder:
    return _Adder(table, key, names)
