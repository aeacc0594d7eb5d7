"""Instants: aware, in UTC, the same on both databases, and in text in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from stockpool.schema import complete_metadata
from stockpool.storage.database import Database
from stockpool.storage.metadata import UtcDateTime, sortable_text

MOMENTS = Table(
    "moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime)
)
TOKYO = timezone(timedelta(hours=9))
instants = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001  (the strategy adds the zone)
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, TOKYO, timezone(-timedelta(hours=7))]),
)


@pytest.fixture
def database(blank_database_url: str) -> Iterator[Database]:
    opened = Database(blank_database_url)
    with opened.write() as connection:
        MOMENTS.create(connection)
    yield opened
    opened.close()


def stored(database: Database, *moments: datetime | None) -> list[datetime | None]:
    """Write them, and read them back in the database's order."""
    with database.write() as connection:
        connection.execute(MOMENTS.delete())
        connection.execute(insert(MOMENTS), [{"at": moment} for moment in moments])
        return list(connection.execute(select(MOMENTS.c.at).order_by(MOMENTS.c.at)).scalars())


def test_an_instant_comes_back_as_it_was_in_utc(database: Database) -> None:
    moment = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=TOKYO)
    (back,) = stored(database, moment)
    assert back == moment
    assert back is not None
    assert back.tzinfo is UTC


def test_no_instant_is_none(database: Database) -> None:
    assert stored(database, None) == [None]


def test_a_naive_time_is_refused(database: Database) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(StatementError, match="must be aware"):
        stored(database, naive)


@given(moments=st.lists(instants, min_size=1, max_size=20))
def test_the_database_sorts_instants_by_time(database: Database, moments: list[datetime]) -> None:
    assert stored(database, *moments) == sorted(moments)


@given(instants, instants)
def test_text_of_instants_sorts_as_they_do(one: datetime, other: datetime) -> None:
    assert (sortable_text(one) < sortable_text(other)) == (one < other)
    assert len(sortable_text(one)) == len(sortable_text(other))
    assert datetime.fromisoformat(sortable_text(one)) == one


def test_an_instant_outside_the_expression_language_is_the_same_value(database: Database) -> None:
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=TOKYO)
    stored(database, moment)
    mark = "?" if database.is_sqlite else "%s"
    with database.read() as connection:
        found = connection.exec_driver_sql(
            f"SELECT COUNT(*) FROM moments WHERE at = {mark}",  # noqa: S608
            (database.instant(moment),),
        ).scalar_one()
    assert found == 1


def test_every_table_has_a_primary_key_and_every_constraint_a_name_of_ours() -> None:
    for table in complete_metadata().tables.values():
        assert table.primary_key.columns, table.name
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"
