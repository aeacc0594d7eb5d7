"""The store in a SQLite file: it survives the death of a process, and processes share it.

The file is the truth. A transaction begins IMMEDIATE, so that one process at a time decides; it
loads what it needs, keeps it until the commit, and writes what was put. WAL with
`synchronous = NORMAL`: a killed process loses nothing that was committed (a power cut may).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from stockpool.errors import PluginError, TransientError
from stockpool_amazon_sim.records import Micros, Movement, encode, row
from stockpool_amazon_sim.storage.interface import DECODERS, Change, Event, Store, Table

T = TypeVar("T")

LOCK_SECONDS = 30.0
"""How long a call waits for other processes before it fails as transient."""

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS documents (
           kind TEXT NOT NULL, key TEXT NOT NULL, document TEXT NOT NULL,
           PRIMARY KEY (kind, key)
       )""",
    """CREATE TABLE IF NOT EXISTS events (
           number INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, kind TEXT NOT NULL,
           subject TEXT NOT NULL, detail TEXT NOT NULL, quiet INTEGER NOT NULL
       )""",
    "CREATE INDEX IF NOT EXISTS events_due ON events (due, number)",
    "CREATE INDEX IF NOT EXISTS events_subject ON events (subject)",
    "CREATE INDEX IF NOT EXISTS events_loud ON events (due) WHERE quiet = 0",
    # AUTOINCREMENT: the last entry may be deleted, and its number must not come again.
    """CREATE TABLE IF NOT EXISTS changes (
           sequence INTEGER PRIMARY KEY AUTOINCREMENT, order_id TEXT NOT NULL,
           at INTEGER NOT NULL, document TEXT
       )""",
    "CREATE UNIQUE INDEX IF NOT EXISTS changes_order ON changes (order_id) WHERE document IS NULL",
    "CREATE INDEX IF NOT EXISTS changes_at ON changes (at)",
    """CREATE TABLE IF NOT EXISTS movements (
           sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, country TEXT NOT NULL,
           fnsku TEXT NOT NULL, from_center TEXT, from_bucket TEXT, to_center TEXT,
           to_bucket TEXT, quantity INTEGER NOT NULL, event_type TEXT NOT NULL,
           code TEXT NOT NULL, reference TEXT NOT NULL
       )""",
    "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
)


class SqliteTable(Table[T]):
    """The records of one kind; within a transaction each is read once and written once."""

    def __init__(self, store: SqliteStore, kind: str, decode: Callable[[str], T]) -> None:
        self._store = store
        self._kind = kind
        self._decode = decode
        self._loaded: dict[str, T | None] = {}
        self._changed: dict[str, T | None] = {}

    def get(self, key: str) -> T | None:
        if key in self._loaded:
            return self._loaded[key]
        found = self._store.execute(
            "SELECT document FROM documents WHERE kind = ? AND key = ?", (self._kind, key)
        ).fetchone()
        record = None if found is None else self._decode(found[0])
        self._loaded[key] = record
        return record

    def put(self, key: str, record: T) -> None:
        self._loaded[key] = record
        self._changed[key] = record

    def remove(self, key: str) -> None:
        self._loaded[key] = None
        self._changed[key] = None

    def scan(self, prefix: str = "", after: str = "", limit: int = 1000) -> list[tuple[str, T]]:
        self.flush()
        rows = self._store.execute(
            "SELECT key, document FROM documents"
            " WHERE kind = ? AND key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?",
            (self._kind, prefix, after, _after_prefix(prefix), limit),
        ).fetchall()
        found: list[tuple[str, T]] = []
        for key, document in rows:
            record = self._loaded.get(key)
            if record is None:
                record = self._loaded[key] = self._decode(document)
            found.append((key, record))
        return found

    def flush(self) -> None:
        """Write what was put and removed."""
        if not self._changed:
            return
        self._store.executemany(
            "INSERT INTO documents (kind, key, document) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET document = excluded.document",
            [
                (self._kind, key, encode(record))
                for key, record in self._changed.items()
                if record is not None
            ],
        )
        self._store.executemany(
            "DELETE FROM documents WHERE kind = ? AND key = ?",
            [(self._kind, key) for key, record in self._changed.items() if record is None],
        )
        self._changed = {}

    def clear(self) -> None:
        """Forget what was read: another process may change it."""
        self._loaded = {}
        self._changed = {}


class SqliteStore(Store):
    """See `Store`. Threads of one process share a connection under the simulator's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._process = 0
        self._connection: sqlite3.Connection | None = None
        self._tables: list[SqliteTable[Any]] = []
        for name, decode in DECODERS.items():
            table: SqliteTable[Any] = SqliteTable(self, name, decode)
            self._tables.append(table)
            setattr(self, name, table)
        self._movements: list[tuple[Any, ...]] = []
        self._counts: dict[str, int] = {}
        self._read_counts: dict[str, int] = {}
        with self.transaction():
            for statement in _SCHEMA:
                self.execute(statement)

    def execute(self, statement: str, parameters: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Run one statement in the present transaction."""
        assert self._connection is not None
        return self._connection.execute(statement, parameters)

    def executemany(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        """Run one statement for each row in the present transaction."""
        assert self._connection is not None
        if rows:
            self._connection.executemany(statement, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._begin()
        try:
            yield
        except PluginError:
            self._commit()
            raise
        except BaseException:
            self._roll_back()
            raise
        self._commit()

    @contextmanager
    def reading(self) -> Iterator[None]:
        self._connect_if_needed()
        self.execute("BEGIN")
        try:
            yield
        finally:
            self._roll_back()

    def checkpoint(self) -> None:
        self._commit()
        self._begin()

    def close(self) -> None:
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None

    def _begin(self) -> None:
        self._connect_if_needed()
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) and "busy" not in str(error):
                raise
            raise TransientError(f"{self.path.name}: other processes kept it locked") from error

    def _connect_if_needed(self) -> None:
        # A connection must not cross a fork: the child opens its own, and leaves the parent's
        # alone (closing it would drop the parent's locks).
        if self._connection is not None and self._process == os.getpid():
            return
        self._process = os.getpid()
        connection = sqlite3.connect(
            self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
        self._connection = connection

    def _commit(self) -> None:
        try:
            self._flush()
            self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self._clear()

    def _roll_back(self) -> None:
        self._clear()
        self._movements = []
        self._counts = {}
        assert self._connection is not None
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    def _clear(self) -> None:
        self._read_counts = {}
        for table in self._tables:
            table.clear()

    def _flush(self) -> None:
        for table in self._tables:
            table.flush()
        self._flush_movements()
        self._flush_counters()

    def _flush_movements(self) -> None:
        self.executemany(
            "INSERT INTO movements (at, country, fnsku, from_center, from_bucket, to_center,"
            " to_bucket, quantity, event_type, code, reference)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._movements,
        )
        self._movements = []

    def _flush_counters(self) -> None:
        self.executemany(
            "INSERT INTO counters (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            list(self._counts.items()),
        )
        self._counts = {}
        self._read_counts = {}

    def schedule(self, event: Event) -> None:
        self.execute(
            "INSERT INTO events (due, kind, subject, detail, quiet) VALUES (?, ?, ?, ?, ?)",
            (event.due, event.kind, event.subject, event.detail, event.quiet),
        )

    def has_due(self, now: Micros) -> bool:
        found = self.execute("SELECT 1 FROM events WHERE due <= ? LIMIT 1", (now,)).fetchone()
        return found is not None

    def take_due(self, now: Micros) -> Event | None:
        found = self.execute(
            "SELECT number, due, kind, subject, detail, quiet FROM events"
            " WHERE due <= ? ORDER BY due, number LIMIT 1",
            (now,),
        ).fetchone()
        if found is None:
            return None
        self.execute("DELETE FROM events WHERE number = ?", found[:1])
        return Event(found[1], found[2], found[3], found[4], bool(found[5]))

    def take_next(self, subject: str, kinds: Collection[str]) -> Event | None:
        rows = self.execute(
            "SELECT number, due, kind, subject, detail, quiet FROM events"
            " WHERE subject = ? ORDER BY due, number",
            (subject,),
        ).fetchall()
        found = next((row for row in rows if row[2] in kinds), None)
        if found is None:
            return None
        self.execute("DELETE FROM events WHERE number = ?", found[:1])
        return Event(found[1], found[2], found[3], found[4], bool(found[5]))

    def drop_events(self, subject: str, detail: str | None = None, kind: str | None = None) -> None:
        self.execute(
            "DELETE FROM events WHERE subject = ?1"
            " AND (?2 IS NULL OR detail = ?2) AND (?3 IS NULL OR kind = ?3)",
            (subject, detail, kind),
        )

    def next_due(self) -> Micros | None:
        found = self.execute("SELECT min(due) FROM events WHERE quiet = 0").fetchone()
        due: Micros | None = found[0]
        return due

    def touch(self, order_id: str, at: Micros, document: str | None = None) -> int:
        if document is None:
            self.execute("DELETE FROM changes WHERE order_id = ? AND document IS NULL", (order_id,))
        sequence = self.execute(
            "INSERT INTO changes (order_id, at, document) VALUES (?, ?, ?)",
            (order_id, at, document),
        ).lastrowid
        assert sequence is not None
        return sequence

    def changes_after(self, sequence: int, limit: int) -> list[Change]:
        rows = self.execute(
            "SELECT sequence, order_id, document FROM changes"
            " WHERE sequence > ? ORDER BY sequence LIMIT ?",
            (sequence, limit),
        )
        return [Change(*entry) for entry in rows]

    def changes_since(self, at: Micros) -> int:
        found = self.execute("SELECT max(sequence) FROM changes WHERE at < ?", (at,)).fetchone()
        return found[0] or 0

    def record(self, movement: Movement) -> None:
        self._movements.append(row(movement))

    def movement_sequence(self) -> int:
        self._flush_movements()
        found = self.execute("SELECT max(sequence) FROM movements").fetchone()
        return found[0] or 0

    def movements_after(self, sequence: int) -> Iterable[Movement]:
        self._flush_movements()
        rows = self.execute(
            "SELECT at, country, fnsku, from_center, from_bucket, to_center, to_bucket, quantity,"
            " event_type, code, reference FROM movements WHERE sequence > ? ORDER BY sequence",
            (sequence,),
        )
        return (Movement(*entry) for entry in rows)

    def count(self, name: str, by: int = 1) -> None:
        self._counts[name] = self._counts.get(name, 0) + by

    def counter(self, name: str) -> int:
        value = self._read_counts.get(name)
        if value is None:
            found = self.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
            value = self._read_counts[name] = int(found[0]) if found else 0
        return value + self._counts.get(name, 0)

    def counters(self) -> Mapping[str, int]:
        self._flush_counters()
        return dict(self.execute("SELECT name, value FROM counters").fetchall())


def _after_prefix(prefix: str) -> str:
    """The first text that sorts after everything that begins with `prefix`."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else "\U0010ffff"


def _use_wal(connection: sqlite3.Connection) -> None:
    # Switching the mode does not wait for other processes that are doing the same; a transaction
    # does, so one is used for waiting.
    for _ in range(10):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
    raise TransientError("the simulator's file is locked by other processes")
