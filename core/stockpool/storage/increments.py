"""Adding to counters: many rows of one table, each by its own amounts, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection

from stockpool.storage.bulk import Sql, execute

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
        names = tuple(sorted({n for row in changes.values() for n, by in row.items() if by}))
        if not names:
            return
        rows: list[tuple[Any, ...]] = [
            (*key, *(row.get(name, 0) for name in names))
            for key, row in sorted(changes.items())
            if any(row.values())
        ]
        execute(connection, _statement(self.table, self.key, names), rows)


@lru_cache(maxsize=256)
def _statement(table: str, key: tuple[str, ...], names: tuple[str, ...]) -> Sql:
    arrays = ", ".join([*("%s::text[]" for _ in key), *("%s::bigint[]" for _ in names)])
    added = ", ".join(f"{name} = t.{name} + d.{name}" for name in names)
    matched = " AND ".join(f"t.{name} = d.{name}" for name in key)
    placed = ", ".join(
        f"{name} = {name} + ?{position}" for position, name in enumerate(names, len(key) + 1)
    )
    keyed = " AND ".join(f"{name} = ?{position}" for position, name in enumerate(key, 1))
    return Sql(
        postgresql=f"""
            UPDATE {table} t SET {added}
            FROM unnest({arrays}) AS d ({", ".join((*key, *names))}) WHERE {matched}""",  # noqa: S608
        sqlite=f"UPDATE {table} SET {placed} WHERE {keyed}",  # noqa: S608
    )
