"""What was written into the outbox, by the key of each update.

A batch is noted, with all its keys, when its file is complete on disk and before the file gets
its name in the outbox. From then on its keys are never written again, and whoever finds the file
still under its private name gives it its name. Looking a key up costs the same after years.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from stockpool_csv_channel.database import sortable, transaction

SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS batches (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,            -- of the file in the outbox
        published INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX IF NOT EXISTS batches_open ON batches (id) WHERE published = 0;
    CREATE TABLE IF NOT EXISTS keys (
        kind TEXT NOT NULL, key TEXT NOT NULL, batch INTEGER NOT NULL REFERENCES batches (id),
        PRIMARY KEY (kind, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS availability (
        sku TEXT PRIMARY KEY, quantity INTEGER NOT NULL, as_of TEXT NOT NULL
    ) WITHOUT ROWID;
"""

_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """A file of the outbox. Its private name is its number."""

    id: int
    name: str


class Journal:
    """The journal of one outbox. Used under the outbox lock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def known(self, kind: str, keys: Sequence[str]) -> set[str]:
        """Those of `keys` that were written before."""
        found: set[str] = set()
        for start in range(0, len(keys), _ASKED_AT_ONCE):
            part = keys[start : start + _ASKED_AT_ONCE]
            marks = ", ".join("?" * len(part))
            rows = self._connection.execute(
                f"SELECT key FROM keys WHERE kind = ? AND key IN ({marks})",  # noqa: S608
                (kind, *part),
            )
            found.update(row["key"] for row in rows)
        return found

    def next_id(self) -> int:
        """The number of the next batch."""
        row = self._connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'batches'"
        ).fetchone()
        return 1 if row is None else int(row["seq"]) + 1

    def note(self, batch: Batch, kind: str, keys: Iterable[str]) -> None:
        """The file is complete on disk; from now on its keys count as written."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO batches (id, name) VALUES (?, ?)", (batch.id, batch.name)
            )
            self._connection.executemany(
                "INSERT INTO keys (kind, key, batch) VALUES (?, ?, ?)",
                [(kind, key, batch.id) for key in keys],
            )

    def unpublished(self) -> Sequence[Batch]:
        """Batches whose file may still have its private name."""
        rows = self._connection.execute(
            "SELECT id, name FROM batches WHERE published = 0 ORDER BY id"
        )
        return [Batch(row["id"], row["name"]) for row in rows]

    def mark_published(self, batch: Batch) -> None:
        """The file has its name in the outbox."""
        self._connection.execute("UPDATE batches SET published = 1 WHERE id = ?", (batch.id,))

    def set_availability(self, levels: Iterable[tuple[str, int, datetime]]) -> None:
        """Remember levels, unless a newer one of the same SKU is known."""
        with transaction(self._connection):
            self._connection.executemany(
                """INSERT INTO availability VALUES (?, ?, ?)
                   ON CONFLICT (sku) DO UPDATE
                     SET quantity = excluded.quantity, as_of = excluded.as_of
                     WHERE excluded.as_of > availability.as_of""",
                [(sku, quantity, sortable(at)) for sku, quantity, at in levels],
            )

    def availability(self) -> Iterable[tuple[str, int, str]]:
        """All levels, by SKU."""
        for row in self._connection.execute("SELECT * FROM availability ORDER BY sku"):
            yield row["sku"], row["quantity"], row["as_of"]
