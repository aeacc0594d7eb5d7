"""Opening a database, and the only place where transactions begin, commit and are retried.

Measured rules that hold here and nowhere else:

* pysqlite sends no BEGIN before a SELECT and so loses updates between threads without an error;
  a unit of work that may write therefore begins IMMEDIATE, by our own statement.
* Writers of one process queue on a lock instead of polling SQLite's file lock.
* PostgreSQL may answer 40001 or 40P01; the whole unit of work is repeated, a bounded number of
  times. That is safe because each starts from an idempotency key.

Lock order of the whole program: orders, then their fulfillment orders, then effects, then stock
levels by (pool, SKU), then the lines and items that count units; each sorted by its key.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine import Engine as SqlEngine
from sqlalchemy.exc import ArgumentError, DBAPIError

from stockpool.clock import Clock, SystemClock
from stockpool.errors import ConfigurationError
from stockpool.storage.metadata import sortable_text
from stockpool.storage.pipelines import (
    abandon_pipeline,
    commit_pipeline,
    end_implicit_transaction,
)
from stockpool.storage.quiet_errors import hide_values

T = TypeVar("T")

_RETRYABLE_SQLSTATES = frozenset({"40001", "40P01", "55P03"})
_ATTEMPTS = 8
_BUSY_SECONDS = 30


class Database:
    """A SQLite file or a PostgreSQL database.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://…`.
        synchronous: SQLite only. FULL survives power loss; NORMAL survives a crash of the
            process and commits faster.
        pool_size: connections kept open, at least the number of threads that work at once.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock | None = None,
        synchronous: str = "FULL",
        pool_size: int = 16,
    ) -> None:
        self.url = checked_url(url)
        self.clock = clock or SystemClock()
        self.retries = 0
        """Units of work that were repeated after a serialization failure or deadlock."""
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 16}
        if self.is_sqlite:
            options["connect_args"] = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
        # Parameters are buyers' data; an error of the database must not carry them into a log.
        self.engine: SqlEngine = create_engine(self.url, hide_parameters=True, **options)
        self._write_lock = threading.Lock()
        if self.is_sqlite:
            _configure_sqlite(self.engine, synchronous)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A unit of work that may write: commits at the end, rolls back on any exception."""
        guard = self._write_lock if self.is_sqlite else nullcontext()
        with guard, self.engine.connect() as connection:
            try:
                with connection.begin():
                    try:
                        yield connection
                        commit_pipeline(connection)
                    except BaseException as error:
                        abandon_pipeline(connection, error)
                        raise
            except BaseException as error:
                hide_values(error)
                raise
            finally:
                end_implicit_transaction(connection)

    @contextmanager
    def read(self, *, consistent: bool = False) -> Iterator[Connection]:
        """A view for reading: one for the whole block on SQLite, or with `consistent`.

        Without it PostgreSQL gives each statement the newest committed state.
        """
        with self.engine.connect() as connection:
            connection = connection.execution_options(stockpool_immediate=False)
            if consistent and not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            try:
                with connection.begin():
                    yield connection
            except DBAPIError as error:
                hide_values(error)
                raise

    def run(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work` in one transaction; repeat the whole of it if the database asks.

        `work` must be repeatable: it may change nothing but the database.
        """
        attempt = 1
        while True:
            try:
                with self.write() as connection:
                    return work(connection)
            except Exception as error:
                if attempt >= _ATTEMPTS or not is_retryable(error):
                    raise
                self.retries += 1
                self.clock.sleep(0.005 * 2**attempt)
                attempt += 1

    def instant(self, value: datetime) -> Any:
        """`value` as statements outside SQLAlchemy's expression language take it."""
        return sortable_text(value) if self.is_sqlite else value

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def is_retryable(error: BaseException) -> bool:
    """Whether the database rolled back for reasons that a repeat may not meet again."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if getattr(original, "sqlstate", None) in _RETRYABLE_SQLSTATES:
        return True
    if isinstance(original, sqlite3.OperationalError):
        return "locked" in str(original) or "busy" in str(original)
    return isinstance(error, DBAPIError) and error.connection_invalidated


def checked_url(text: str) -> URL:
    """`text` as a URL of a supported database, with its driver.

    Raises:
        ConfigurationError: it is not supported, or its driver is not installed.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Not repeated: it may hold a password.
        raise ConfigurationError(
            "database: this is no URL; write sqlite:///stockpool.db or "
            "postgresql://user@host/database"
        ) from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        if _in_memory(url):
            raise ConfigurationError(
                "database: an in-memory SQLite cannot be shared by workers; name a file, "
                "like sqlite:///stockpool.db"
            )
        Path(str(url.database)).absolute().parent.mkdir(parents=True, exist_ok=True)
        return url
    if backend in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
        try:
            import psycopg  # noqa: F401  (asked for here to name the extra)
        except ImportError as error:
            raise ConfigurationError(
                "database: PostgreSQL needs the extra: pip install 'stockpool[postgres]'"
            ) from error
        return url
    raise ConfigurationError(f"database: {backend} is not supported; use sqlite or postgresql")


def _in_memory(url: URL) -> bool:
    name = url.database or ""
    return name in ("", ":memory:", "file::memory:") or url.query.get("mode") == "memory"


def _configure_sqlite(engine: SqlEngine, synchronous: str) -> None:
    if synchronous not in ("FULL", "NORMAL"):
        raise ConfigurationError("synchronous must be FULL or NORMAL")

    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("stockpool_immediate", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
