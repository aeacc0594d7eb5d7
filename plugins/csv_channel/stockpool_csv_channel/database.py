"""The channel's own small SQLite files. Each step is one transaction that survives a power cut."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from stockpool.errors import TransientError

_BUSY_SECONDS = 60


@contextlib.contextmanager
def opened(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """A connection for as long as the block runs; statements commit one by one.

    The rollback journal, not WAL, because the folder may be a network share.

    Raises:
        TransientError: if the file is in use for too long, or damaged.
    """
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise TransientError(f"{path}: {error}") from error
    try:
        with contextlib.closing(connection):
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(schema)
            yield connection
    except sqlite3.Error as error:
        raise TransientError(f"{path}: {error}") from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def sortable(at: datetime) -> str:
    """`at` as text that sorts by time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
