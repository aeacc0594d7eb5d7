"""Which files were taken from the inbox, and how far each is.

    taken      moved out of the inbox, not yet interpreted
    reading    interpreted into a spool; pages are handed out from it
    finished   everything in it is stored by the engine, and the file is in `done` or `rejected`

`turn` is the order in which files began to be read. Pages are handed out by turn, so a position
in one turn proves that all earlier turns are stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from stockpool_csv_channel.database import sortable

SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS about (only INTEGER PRIMARY KEY CHECK (only = 1), state_id TEXT);
    CREATE TABLE IF NOT EXISTS files (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name BLOB NOT NULL,            -- in the inbox
        label TEXT NOT NULL UNIQUE,    -- from then on
        status TEXT NOT NULL CHECK (status IN ('taken', 'reading', 'finished')),
        taken_at TEXT NOT NULL,
        turn INTEGER UNIQUE,
        sha256 TEXT,
        orders INTEGER,                -- that were handed to the engine
        spool_bytes INTEGER,
        refused INTEGER NOT NULL DEFAULT 0,
        finished_at TEXT,
        removed INTEGER NOT NULL DEFAULT 0   -- from `done` and `rejected`, as it is old
    );
    CREATE INDEX IF NOT EXISTS files_sha256 ON files (sha256);
    CREATE INDEX IF NOT EXISTS files_open ON files (turn, id) WHERE status <> 'finished';
    CREATE INDEX IF NOT EXISTS files_kept ON files (finished_at)
      WHERE status = 'finished' AND removed = 0;
    CREATE TABLE IF NOT EXISTS sightings (
        name BLOB PRIMARY KEY, looks TEXT NOT NULL, seen_at TEXT NOT NULL
    ) WITHOUT ROWID;
"""


class Status(StrEnum):
    """How far a file is; see the module's text."""

    TAKEN = "taken"
    READING = "reading"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that was taken."""

    id: int
    name: str
    label: str
    status: Status
    turn: int | None
    sha256: str | None
    orders: int
    spool_bytes: int
    refused: bool


def _file(row: sqlite3.Row) -> TakenFile:
    return TakenFile(
        row["id"],
        _name(row["name"]),
        row["label"],
        Status(row["status"]),
        row["turn"],
        row["sha256"],
        row["orders"] or 0,
        row["spool_bytes"] or 0,
        bool(row["refused"]),
    )


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _name(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


class Takings:
    """The list of taken files. Used under the inbox lock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def state_id(self) -> str | None:
        """Names this list: another one (the state folder was deleted) has another name."""
        row = self._connection.execute("SELECT state_id FROM about").fetchone()
        return None if row is None else str(row["state_id"])

    def set_state_id(self, state_id: str) -> None:
        """Name a new list."""
        self._connection.execute("INSERT INTO about VALUES (1, ?)", (state_id,))

    def next_id(self) -> int:
        """The number of the next file that is taken."""
        row = self._connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'files'"
        ).fetchone()
        return 1 if row is None else int(row["seq"]) + 1

    def add(self, name: str, label: str, at: datetime) -> TakenFile:
        """Note that `name` is about to be taken."""
        cursor = self._connection.execute(
            "INSERT INTO files (name, label, status, taken_at) VALUES (?, ?, 'taken', ?)",
            (_bytes(name), label, at.isoformat()),
        )
        row = self._connection.execute("SELECT * FROM files WHERE id = ?", (cursor.lastrowid,))
        return _file(row.fetchone())

    def unfinished(self) -> Sequence[TakenFile]:
        """Files that are not finished: those being read by turn, then those only taken."""
        rows = self._connection.execute(
            "SELECT * FROM files WHERE status <> 'finished' ORDER BY status = 'taken', turn, id"
        )
        return [_file(row) for row in rows]

    def is_label_used(self, label: str) -> bool:
        """Was a file ever called so?"""
        row = self._connection.execute("SELECT 1 FROM files WHERE label = ?", (label,))
        return row.fetchone() is not None

    def earlier(self, file: TakenFile, sha256: str) -> TakenFile | None:
        """Another file with the same content, of which orders were handed out."""
        row = self._connection.execute(
            "SELECT * FROM files WHERE sha256 = ? AND id <> ? AND orders > 0 ORDER BY id",
            (sha256, file.id),
        ).fetchone()
        return None if row is None else _file(row)

    def start_reading(
        self, file: TakenFile, *, sha256: str, orders: int, spool_bytes: int, refused: bool
    ) -> None:
        """The spool is complete: give the file its turn."""
        self._connection.execute(
            """UPDATE files SET status = 'reading', sha256 = ?, orders = ?, spool_bytes = ?,
                 refused = ?, turn = (SELECT coalesce(max(turn), 0) + 1 FROM files)
               WHERE id = ?""",
            (sha256, orders, spool_bytes, refused, file.id),
        )

    def start_again(self, file: TakenFile) -> None:
        """The spool is lost, damaged or of another version: interpret the file again.

        It gets a new, later turn then, so that nothing of it counts as stored.
        """
        self._connection.execute("UPDATE files SET status = 'taken' WHERE id = ?", (file.id,))

    def finish(self, file: TakenFile, at: datetime) -> None:
        """Everything of the file is stored."""
        self._connection.execute(
            "UPDATE files SET status = 'finished', finished_at = ? WHERE id = ?",
            (sortable(at), file.id),
        )

    def finished_before(self, at: datetime) -> Sequence[TakenFile]:
        """Some files that were finished before `at` and are still kept."""
        rows = self._connection.execute(
            """SELECT * FROM files WHERE status = 'finished' AND removed = 0 AND finished_at < ?
               ORDER BY finished_at LIMIT 1000""",
            (sortable(at),),
        )
        return [_file(row) for row in rows]

    def mark_removed(self, file: TakenFile) -> None:
        """The file is no longer kept."""
        self._connection.execute("UPDATE files SET removed = 1 WHERE id = ?", (file.id,))

    def forget(self, file: TakenFile) -> None:
        """The file was never taken after all."""
        self._connection.execute("DELETE FROM files WHERE id = ?", (file.id,))

    def first_seen(self, name: str, looks: str, at: datetime) -> datetime:
        """Since when `name` has looked as it does now."""
        row = self._connection.execute(
            """INSERT INTO sightings VALUES (?, ?, ?)
               ON CONFLICT (name) DO UPDATE SET looks = excluded.looks,
                 seen_at = CASE WHEN looks = excluded.looks THEN seen_at ELSE excluded.seen_at END
               RETURNING seen_at""",
            (_bytes(name), looks, at.isoformat()),
        ).fetchone()
        return datetime.fromisoformat(row["seen_at"])

    def forget_sighting(self, name: str) -> None:
        """The file is gone from the inbox."""
        self._connection.execute("DELETE FROM sightings WHERE name = ?", (_bytes(name),))
