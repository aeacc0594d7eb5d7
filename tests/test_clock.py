"""Clocks: aware, in UTC, never backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from stockpool.clock import ManualClock, ScaledClock, SystemClock

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_every_clock_tells_aware_time_in_utc() -> None:
    for clock in (SystemClock(), ManualClock(NOON), ScaledClock(10), ScaledClock(10, NOON)):
        assert clock.now().utcoffset() == timedelta(0)


def test_the_machines_clock_goes_on() -> None:
    clock = SystemClock()
    first = clock.now()
    clock.sleep(0)
    assert clock.now() >= first


def test_a_manual_clock_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.advance(90, days=1)
    assert clock.now() == NOON + timedelta(days=1, seconds=90)


def test_sleeping_moves_a_manual_clock_at_once() -> None:
    clock = ManualClock(NOON)
    clock.sleep(3600)
    clock.sleep(-5)
    assert clock.now() == NOON + timedelta(hours=1)


def test_a_manual_clock_is_not_turned_back() -> None:
    clock = ManualClock(NOON)
    with pytest.raises(ValueError, match="never runs backwards"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="never runs backwards"):
        clock.advance(hours=1, days=-1)


def test_a_manual_clock_starts_at_an_aware_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2026, 1, 5))  # noqa: DTZ001
    tokyo = timezone(timedelta(hours=9))
    assert ManualClock(NOON.astimezone(tokyo)).now().tzinfo is UTC


def test_a_scaled_clock_starts_where_it_is_told_and_runs_faster() -> None:
    clock = ScaledClock(1_000_000, NOON)
    first = clock.now()
    assert first >= NOON
    clock.sleep(1_000)
    assert clock.now() >= first + timedelta(seconds=1_000)


@pytest.mark.parametrize("speed", [0, -1])
def test_a_scaled_clock_goes_forward(speed: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        ScaledClock(speed)
