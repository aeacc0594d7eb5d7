"""Token buckets: never more than the rate, shared by all workers, closed when told so."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from at_once import in_threads
from stockpool.clock import ManualClock
from stockpool.outbox.rate_limits import close_until, take
from stockpool.plugins.network import RateLimit
from stockpool.storage.database import Database

TWO_A_SECOND = RateLimit(rate=2, burst=30)
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
_accounts = itertools.count()


def taken(
    database: Database,
    wanted: int,
    at: datetime,
    *,
    limit: RateLimit = TWO_A_SECOND,
    party: str = "amazon-na",
    operation: str = "create",
) -> int:
    return database.run(
        lambda connection: take(connection, party, operation, limit, wanted=wanted, at=at)
    )


def closed(database: Database, at: datetime, seconds: float) -> None:
    database.run(
        lambda connection: close_until(connection, "amazon-na", "create", at=at, seconds=seconds)
    )


def test_a_bucket_is_full_at_first_and_gives_no_more_than_it_holds(database: Database) -> None:
    assert taken(database, 20, START) == 20
    assert taken(database, 20, START) == 10
    assert taken(database, 20, START) == 0


def test_it_fills_at_its_rate_and_not_above_its_brim(database: Database) -> None:
    taken(database, 30, START)
    assert taken(database, 100, START + timedelta(seconds=3)) == 6
    assert taken(database, 100, START + timedelta(hours=1)) == 30


def test_parts_of_tokens_are_not_lost(database: Database) -> None:
    taken(database, 30, START)
    got = sum(taken(database, 9, START + timedelta(seconds=n * 0.25)) for n in range(1, 101))
    assert got == 50


def test_operations_and_accounts_have_buckets_of_their_own(database: Database) -> None:
    taken(database, 30, START)
    assert taken(database, 5, START, operation="cancel") == 5
    assert taken(database, 5, START, party="amazon-eu") == 5


def test_a_clock_that_goes_back_gives_nothing_away(database: Database) -> None:
    taken(database, 30, START)
    assert taken(database, 1, START - timedelta(hours=1)) == 0
    assert taken(database, 9, START + timedelta(seconds=1)) == 2


def test_a_closed_bucket_gives_nothing_before_its_time(database: Database) -> None:
    taken(database, 1, START)
    closed(database, START, 10)
    assert taken(database, 1, START + timedelta(seconds=10)) == 0
    assert taken(database, 9, START + timedelta(seconds=11)) == 2


def test_of_two_closures_the_longer_one_counts(database: Database) -> None:
    taken(database, 1, START)
    closed(database, START, 60)
    closed(database, START, 1)
    assert taken(database, 1, START + timedelta(seconds=30)) == 0


def test_closing_a_bucket_that_is_not_there_does_no_harm(database: Database) -> None:
    closed(database, START, 60)
    assert taken(database, 1, START) == 1


def test_8_threads_share_one_bucket_from_its_first_moment(database: Database) -> None:
    assert sum(in_threads(8, lambda _: taken(database, 10, START))) == 30


@given(
    rate=st.floats(0.1, 50),
    burst=st.integers(1, 40),
    steps=st.lists(st.tuples(st.floats(0, 20), st.integers(1, 60)), max_size=25),
)
def test_over_any_stretch_no_more_is_granted_than_burst_and_rate_allow(
    database: Database, rate: float, burst: int, steps: list[tuple[float, int]]
) -> None:
    party = f"account-{next(_accounts)}"
    clock = ManualClock(START)
    grants: list[tuple[datetime, int]] = []

    def all_of_them(connection: Any) -> None:
        for wait, wanted in steps:
            clock.advance(wait)
            limit = RateLimit(rate, burst)
            granted = take(connection, party, "create", limit, wanted=wanted, at=clock.now())
            assert 0 <= granted <= wanted
            grants.append((clock.now(), granted))

    database.run(all_of_them)
    for first in range(len(grants)):
        total = 0
        for at, granted in grants[first:]:
            total += granted
            seconds = (at - grants[first][0]).total_seconds()
            assert total <= burst + rate * seconds + 1e-6
