"""Units of work: begun as writers, rolled back whole, repeated when the database asks."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from at_once import at_once, in_threads
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import ConfigurationError
from stockpool.storage.database import Database, checked_url, is_retryable


@pytest.fixture
def database(blank_database_url: str) -> Iterator[Database]:
    opened = Database(blank_database_url)
    with opened.write() as connection:
        connection.execute(text("CREATE TABLE counter (name VARCHAR PRIMARY KEY, n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES ('a', 0), ('b', 0)"))
    yield opened
    opened.close()


def count(database: Database, name: str = "a") -> int:
    with database.read() as connection:
        return int(
            connection.execute(
                text("SELECT n FROM counter WHERE name = :name"), {"name": name}
            ).scalar_one()
        )


class Refusal(Exception):
    """What the driver raises when PostgreSQL asks for a repeat."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def asked_to_repeat(sqlstate: str) -> DBAPIError:
    return DBAPIError("UPDATE", None, Refusal(sqlstate))


# Writing ---------------------------------------------------------------------------------------


def test_commits_what_a_unit_of_work_has_done(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE counter SET n = 7 WHERE name = 'a'"))
    assert count(database) == 7


def test_rolls_back_all_of_it_on_any_exception(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("UPDATE counter SET n = 7 WHERE name = 'a'"))
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        database.run(work)
    assert count(database) == 0


def test_rolls_back_when_the_caller_is_interrupted(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("UPDATE counter SET n = 7 WHERE name = 'a'"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.run(work)
    assert count(database) == 0


def test_a_failed_unit_of_work_does_not_stand_in_the_way_of_the_next(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write():
        raise RuntimeError
    with database.write() as connection:
        connection.execute(text("UPDATE counter SET n = 1 WHERE name = 'a'"))
    assert count(database) == 1


def test_read_then_write_loses_no_update_in_8_threads(database: Database) -> None:
    """The probe that loses 347 of 400 increments under SQLAlchemy's own SQLite transactions."""
    on_postgresql = "" if database.is_sqlite else " FOR NO KEY UPDATE"

    def increment(connection: Connection) -> None:
        n = connection.execute(
            text(f"SELECT n FROM counter WHERE name = 'a'{on_postgresql}")  # noqa: S608
        ).scalar_one()
        connection.execute(text("UPDATE counter SET n = :n WHERE name = 'a'"), {"n": n + 1})

    def fifty_times(_thread: int) -> None:
        for _ in range(50):
            database.run(increment)

    in_threads(8, fifty_times)
    assert count(database) == 400
    assert database.retries == 0


@pytest.mark.parametrize("blank_database_url", ["sqlite"], indirect=True)
def test_read_then_write_loses_no_update_through_several_database_objects(
    blank_sqlite_url: str, database: Database
) -> None:
    """Two processes don't share the queue of writers inside one of them."""
    others = [Database(blank_sqlite_url) for _ in range(4)]

    def fifty_times(thread: int) -> None:
        def increment(connection: Connection) -> None:
            n = connection.execute(text("SELECT n FROM counter WHERE name = 'a'")).scalar_one()
            connection.execute(text("UPDATE counter SET n = :n WHERE name = 'a'"), {"n": n + 1})

        for _ in range(50):
            others[thread].run(increment)

    in_threads(4, fifty_times)
    assert count(database) == 200
    for other in others:
        other.close()


def test_a_writer_on_sqlite_holds_the_file_before_its_first_statement(
    blank_sqlite_url: str,
) -> None:
    first, second = Database(blank_sqlite_url), Database(blank_sqlite_url)
    with first.write():
        with second.read() as reader:
            reader.exec_driver_sql("PRAGMA busy_timeout=0")
        # A read beside it works, a second writer does not begin.
        with second.read() as reader:
            assert reader.execute(text("SELECT 1")).scalar_one() == 1
        with pytest.raises(OperationalError, match="locked"), second.write():
            pass
    first.close()
    second.close()


# Reading ---------------------------------------------------------------------------------------


def test_a_consistent_view_does_not_see_what_is_committed_meanwhile(database: Database) -> None:
    with database.read(consistent=True) as view:
        before = view.execute(text("SELECT SUM(n) FROM counter")).scalar_one()
        with database.write() as connection:
            connection.execute(text("UPDATE counter SET n = 5"))
        after = view.execute(text("SELECT SUM(n) FROM counter")).scalar_one()
    assert before == after == 0
    assert count(database) == 5


def test_the_consistent_view_is_not_left_behind_on_a_pooled_connection(database: Database) -> None:
    with database.read(consistent=True) as view:
        view.execute(text("SELECT 1"))
    if database.is_sqlite:
        return
    with database.read() as connection:
        level = connection.execute(text("SHOW transaction_isolation")).scalar_one()
    assert level == "read committed"


# Repeating -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03"])
def test_repeats_the_whole_unit_of_work_when_the_database_asks(
    blank_sqlite_url: str, sqlstate: str
) -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    database = Database(blank_sqlite_url, clock=clock)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
    tries = 0

    def work(connection: Connection) -> str:
        nonlocal tries
        tries += 1
        connection.execute(text("INSERT INTO counter VALUES (1)"))
        if tries < 4:
            raise asked_to_repeat(sqlstate)
        return "done"

    assert database.run(work) == "done"
    with database.read() as connection:
        rows = connection.execute(text("SELECT COUNT(*) FROM counter")).scalar_one()
    assert rows == 1, "the failed tries left nothing"
    assert database.retries == 3
    database.close()


def test_gives_up_repeating_after_8_tries_and_passes_the_error_on(blank_sqlite_url: str) -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    database = Database(blank_sqlite_url, clock=clock)
    tries = 0

    def work(_connection: Connection) -> None:
        nonlocal tries
        tries += 1
        raise asked_to_repeat("40P01")

    with pytest.raises(DBAPIError):
        database.run(work)
    assert tries == 8
    assert database.retries == 7
    waited = (clock.now() - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()
    assert 0.5 < waited < 10, "each pause is longer than the one before, and all are short"
    database.close()


def test_repeats_nothing_that_would_fail_again(database: Database) -> None:
    tries = 0

    def work(connection: Connection) -> None:
        nonlocal tries
        tries += 1
        connection.execute(text("INSERT INTO counter VALUES ('a', 0)"))

    with pytest.raises(IntegrityError):
        database.run(work)
    assert tries == 1


@pytest.mark.parametrize("blank_database_url", ["postgresql"], indirect=True)
def test_a_real_deadlock_is_repeated_and_reaches_no_caller(database: Database) -> None:
    """On SQLite there is one writer, who can't wait for himself."""
    met = threading.Barrier(2)

    def crosswise(first: str, second: str) -> None:
        meet = [True]

        def work(connection: Connection) -> None:
            update = text("UPDATE counter SET n = n + 1 WHERE name = :name")
            connection.execute(update, {"name": first})
            if meet.pop() if meet else False:
                met.wait(30)
            connection.execute(update, {"name": second})

        database.run(work)

    at_once(lambda: crosswise("a", "b"), lambda: crosswise("b", "a"))
    assert (count(database, "a"), count(database, "b")) == (2, 2)
    assert database.retries == 1


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (asked_to_repeat("40001"), True),
        (asked_to_repeat("23505"), False),
        (sqlite3.OperationalError("database is locked"), True),
        (sqlite3.OperationalError("no such table: orders"), False),
        (DBAPIError("SELECT", None, Exception(), connection_invalidated=True), True),
        (ValueError("locked"), False),
    ],
)
def test_knows_which_errors_a_repeat_may_not_meet_again(error: Exception, retryable: bool) -> None:
    assert is_retryable(error) is retryable


# SQLite's settings -----------------------------------------------------------------------------


def pragma(database: Database, name: str) -> Any:
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_sqlite_is_set_up_to_survive_power_loss_and_to_wait_for_others(
    blank_sqlite_url: str,
) -> None:
    database = Database(blank_sqlite_url)
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2, "FULL"
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "busy_timeout") >= 10_000
    database.close()


def test_sqlite_may_be_told_to_survive_crashes_only(blank_sqlite_url: str) -> None:
    database = Database(blank_sqlite_url, synchronous="NORMAL")
    assert pragma(database, "synchronous") == 1
    database.close()


def test_refuses_other_settings_of_synchronous(blank_sqlite_url: str) -> None:
    with pytest.raises(ConfigurationError, match="synchronous must be FULL or NORMAL"):
        Database(blank_sqlite_url, synchronous="OFF")


def test_makes_the_folder_of_a_sqlite_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/deeper/shop.db")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    database.close()
    assert (tmp_path / "new/deeper/shop.db").is_file()


# URLs ------------------------------------------------------------------------------------------


IN_MEMORY = [
    "sqlite://",
    "sqlite:///",
    "sqlite:///:memory:",
    "sqlite:///file::memory:?cache=shared&uri=true",
    "sqlite:///file:shop?mode=memory&cache=shared&uri=true",
]


@pytest.mark.parametrize("url", IN_MEMORY)
def test_an_in_memory_sqlite_is_refused_because_workers_could_not_share_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"in-memory SQLite .* sqlite:///stockpool.db"):
        checked_url(url)


@pytest.mark.parametrize("url", IN_MEMORY)
def test_no_file_with_a_strange_name_is_made_of_an_in_memory_sqlite(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="in-memory"):
        Engine.open(url, config={"plugins": []}, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_relative_sqlite_path_is_relative_to_the_configurations_folder(tmp_path: Path) -> None:
    Engine.open("sqlite:///shop.db", config={"plugins": []}, folder=tmp_path).close()
    assert (tmp_path / "shop.db").is_file()


@pytest.mark.parametrize(
    "url", ["postgresql://shop", "postgres://shop", "postgresql+psycopg2://shop"]
)
def test_postgresql_is_always_reached_through_psycopg(url: str) -> None:
    """Also under the name `postgres`, which hosting companies hand out."""
    assert checked_url(url).drivername == "postgresql+psycopg"


def test_a_missing_psycopg_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'stockpool\[postgres\]'"):
        checked_url("postgresql://shop")


def test_another_database_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="mysql is not supported"):
        checked_url("mysql://shop")


@pytest.mark.parametrize("url", ["stockpool.db", "", "sqlite:/", "postgresql//shop:secret@host"])
def test_what_is_no_url_is_refused_without_repeating_it(url: str) -> None:
    """A URL may hold a password."""
    with pytest.raises(ConfigurationError, match="database:") as refusal:
        checked_url(url)
    assert "secret" not in str(refusal.value)


def test_the_password_is_not_in_the_url_that_is_shown() -> None:
    assert "secret" not in str(checked_url("postgresql://shop:secret@host/stockpool"))
