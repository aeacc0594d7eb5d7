"""Pipelines: errors that surface late undo as much as errors that surface at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from stockpool.storage.bulk import Inserter, Sql, fetch
from stockpool.storage.database import Database
from stockpool.storage.pipelines import leave_pipeline, open_pipeline

PEOPLE = Inserter("people", ("id", "name"))
_NAMES = Sql(
    postgresql="SELECT name FROM people WHERE id IN (SELECT k FROM unnest(%s::bigint[]) AS d (k))",
    sqlite="""
        SELECT name FROM people
        WHERE id IN (SELECT json_extract(value, '$[0]') FROM json_each(?))""",
)


@pytest.fixture
def database(blank_database_url: str) -> Iterator[Database]:
    opened = Database(blank_database_url)
    with opened.write() as connection:
        connection.execute(text("CREATE TABLE people (id BIGINT PRIMARY KEY, name TEXT NOT NULL)"))
    yield opened
    opened.close()


def everyone(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(text("SELECT name FROM people ORDER BY id")).scalars())


def test_the_commit_goes_along_with_what_is_in_the_pipeline(database: Database) -> None:
    with database.write() as connection:
        open_pipeline(connection)
        PEOPLE.insert(connection, [(1, "Pat")])
        assert fetch(connection, _NAMES, [1]) == [("Pat",)]
        PEOPLE.insert(connection, [(2, "Robin")])
    assert everyone(database) == ["Pat", "Robin"]


def test_a_statement_that_fails_unnoticed_fails_the_unit_of_work(database: Database) -> None:
    done = False
    with pytest.raises(Exception, match=r"(?i)null"), database.write() as connection:  # noqa: PT012
        open_pipeline(connection)
        PEOPLE.insert(connection, [(1, "Pat")])
        PEOPLE.insert(connection, [(2, None)])
        done = True
    assert done is not database.is_sqlite
    assert everyone(database) == []


def test_an_error_in_the_midst_undoes_what_was_sent(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:  # noqa: PT012
        open_pipeline(connection)
        PEOPLE.insert(connection, [(1, "Pat")])
        raise ZeroDivisionError
    assert everyone(database) == []


def test_an_error_in_the_midst_counts_more_than_a_statement_that_failed(
    database: Database,
) -> None:
    with pytest.raises(Exception) as raised, database.write() as connection:  # noqa: PT011, PT012
        open_pipeline(connection)
        PEOPLE.insert(connection, [(1, "Pat"), (1, "Pat")])
        raise ZeroDivisionError
    assert isinstance(raised.value, ZeroDivisionError) is not database.is_sqlite
    assert everyone(database) == []


def test_work_goes_on_after_a_pipeline_was_left(database: Database) -> None:
    with database.write() as connection:
        open_pipeline(connection)
        PEOPLE.insert(connection, [(1, "Pat")])
        leave_pipeline(connection)
        connection.execute(text("INSERT INTO people VALUES (2, 'Robin')"))
    assert everyone(database) == ["Pat", "Robin"]


def test_what_was_sent_before_a_pipeline_was_left_is_undone_with_the_rest(
    database: Database,
) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:  # noqa: PT012
        open_pipeline(connection)
        PEOPLE.insert(connection, [(1, "Pat")])
        leave_pipeline(connection)
        connection.execute(text("INSERT INTO people VALUES (2, 'Robin')"))
        if not database.is_sqlite:
            assert everyone(database) == []
        raise ZeroDivisionError
    assert everyone(database) == []


def test_a_pipeline_is_opened_before_anything_is_sent(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(Exception, match="autocommit"), database.write() as connection:  # noqa: PT012
        connection.execute(text("SELECT 1"))
        open_pipeline(connection)
    database.close()


def test_after_a_pipeline_the_connection_has_usual_transactions(database: Database) -> None:
    with database.write() as connection:
        open_pipeline(connection)
        PEOPLE.insert(connection, [(1, "Pat")])
    with pytest.raises(ZeroDivisionError), database.write() as connection:  # noqa: PT012
        connection.execute(text("INSERT INTO people VALUES (2, 'Robin')"))
        raise ZeroDivisionError
    assert everyone(database) == ["Pat"]


def test_a_connection_is_as_good_as_new_after_a_failure(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(Exception, match=r"(?i)null"), database.write() as connection:  # noqa: PT012
            open_pipeline(connection)
            PEOPLE.insert(connection, [(2, None)])
        with database.write() as connection:
            connection.execute(text("DELETE FROM people"))
            PEOPLE.insert(connection, [(1, "Pat")])
    assert everyone(database) == ["Pat"]


def test_a_repeat_that_the_server_asks_for_at_the_end_is_made(postgres_url: str) -> None:
    database = Database(postgres_url)
    attempts = []

    def work(connection: Connection) -> None:
        attempts.append(connection)
        open_pipeline(connection)
        if len(attempts) == 1:
            driver: Any = connection.connection.driver_connection
            driver.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")

    database.run(work)
    assert (len(attempts), database.retries) == (2, 1)
    database.close()
