"""Identifiers: unique, short, in the order of time, and repeatable from a seed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from at_once import in_threads
from stockpool.ids import IdSource

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001  (the strategy adds the zone)
    max_value=datetime(2500, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(moments)
def test_an_identifier_is_26_characters_that_cannot_be_misread(at: datetime) -> None:
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", IdSource().new_id(at))


@given(moments, st.integers(1, 10**9))
@example(datetime(2245, 1, 1, tzinfo=UTC), 1)
def test_identifiers_sort_by_time(at: datetime, milliseconds: int) -> None:
    ids = IdSource()
    later = ids.new_id(at + timedelta(milliseconds=milliseconds))
    assert ids.new_id(at) < later


@given(st.integers(0, 500))
def test_a_batch_is_ascending_and_unique(count: int) -> None:
    made = IdSource().new_ids(NOON, count)
    assert len(made) == count
    assert made == sorted(set(made))


def test_a_seed_repeats_everything() -> None:
    one, other = IdSource(7), IdSource(7)
    assert [one.new_id(NOON) for _ in range(5)] == [other.new_id(NOON) for _ in range(5)]
    assert one.random.random() == other.random.random()
    assert one.new_id(NOON) != IdSource(8).new_id(NOON)


def test_without_a_seed_nothing_repeats() -> None:
    assert IdSource().new_id(NOON) != IdSource().new_id(NOON)


def test_threads_share_a_source_without_making_an_identifier_twice() -> None:
    ids = IdSource(1)
    made = in_threads(8, lambda _: [i for _ in range(50) for i in ids.new_ids(NOON, 3)])
    every = [identifier for some in made for identifier in some]
    assert len(every) == len(set(every)) == 1_200
