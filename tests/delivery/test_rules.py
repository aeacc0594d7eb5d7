"""What is wrong with a parcel, by its status, its events and the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.delivery.rules import FIX, Finding, ParcelWay, Trouble, trouble_of
from stockpool.plugins.network import PackageEvent, PackageStatus

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SHIPPED = NOW - timedelta(days=4)
SOON = NOW + timedelta(days=1)


def event(code: str, *, hours_ago: float = 1) -> PackageEvent:
    return PackageEvent(NOW - timedelta(hours=hours_ago), code, f"words of {code}")


def way(
    *events: PackageEvent,
    status: PackageStatus = PackageStatus.IN_TRANSIT,
    arrival: datetime | None = SOON,
) -> ParcelWay:
    return ParcelWay(status, SHIPPED, arrival, events)


def trouble(*events: PackageEvent, **known: PackageStatus | datetime | None) -> Trouble | None:
    found = trouble_of(way(*events, **known), NOW)  # type: ignore[arg-type]
    return None if found is None else found.trouble


def test_a_parcel_on_its_way_is_in_no_trouble() -> None:
    assert trouble() is None
    assert trouble(event("EVENT_101", hours_ago=90), event("EVENT_201", hours_ago=20)) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (PackageStatus.DELIVERED, None),
        (PackageStatus.RETURNED, None),
        (PackageStatus.RETURNING, Trouble.RETURNING),
        (PackageStatus.UNDELIVERABLE, Trouble.UNDELIVERABLE),
        (PackageStatus.DELIVERY_ATTEMPTED, Trouble.WAITS_FOR_BUYER),
        (PackageStatus.AVAILABLE_FOR_PICKUP, Trouble.WAITS_FOR_BUYER),
        (PackageStatus.CUSTOMER_ACTION, Trouble.WAITS_FOR_BUYER),
        (PackageStatus.OUT_FOR_DELIVERY, None),
        (PackageStatus.DELAYED, None),
        (PackageStatus.UNKNOWN, None),
    ],
)
def test_the_networks_own_status_decides_first(
    status: PackageStatus, expected: Trouble | None
) -> None:
    assert trouble(status=status) is expected
    ended = status in (PackageStatus.DELIVERED, PackageStatus.RETURNED)
    late = NOW - timedelta(days=20)
    assert (trouble(status=status, arrival=late) is None) == ended


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("EVENT_401", Trouble.HELD),
        ("EVENT_413", Trouble.HELD),
        ("EVENT_407", Trouble.RETURNING),
        ("EVENT_409", Trouble.UNDELIVERABLE),
        ("EVENT_405", Trouble.UNDELIVERABLE),
        ("EVENT_308", Trouble.WAITS_FOR_BUYER),
        ("EVENT_999", None),
    ],
)
def test_the_latest_event_decides_next(code: str, expected: Trouble | None) -> None:
    assert trouble(event("EVENT_201", hours_ago=30), event(code)) is expected


def test_a_parcel_that_was_held_and_goes_on_is_in_no_trouble() -> None:
    assert trouble(event("EVENT_402", hours_ago=30), event("EVENT_202")) is None


def test_that_a_customer_was_contacted_mends_nothing() -> None:
    held = event("EVENT_401", hours_ago=30)
    assert trouble(held, event("EVENT_306")) is Trouble.HELD


def test_a_parcel_is_late_three_days_after_its_latest_estimate() -> None:
    assert trouble(arrival=NOW - timedelta(days=3)) is None
    assert trouble(arrival=NOW - timedelta(days=3, minutes=1)) is Trouble.LATE
    assert trouble(arrival=None) is None


def test_a_parcel_is_stuck_five_days_after_its_last_scan_but_not_without_scans() -> None:
    assert trouble(event("EVENT_201", hours_ago=120)) is None
    assert trouble(event("EVENT_201", hours_ago=120.1)) is Trouble.STUCK
    assert trouble() is None


def test_an_event_of_the_future_is_not_believed() -> None:
    assert trouble(event("EVENT_409", hours_ago=-1)) is None


def test_it_is_told_since_when_and_what_to_do() -> None:
    found = trouble_of(way(event("EVENT_407", hours_ago=5)), NOW)
    at = NOW - timedelta(hours=5)
    assert found == Finding(Trouble.RETURNING, at, "words of EVENT_407")
    assert found.fix == FIX[Trouble.RETURNING]


CODES = ["EVENT_101", "EVENT_201", "EVENT_302", "EVENT_401", "EVENT_407", "EVENT_409", "EVENT_418"]
EVENTS = st.lists(
    st.tuples(st.sampled_from(CODES), st.integers(0, 300)), max_size=6, unique_by=lambda e: e[1]
)


@given(EVENTS, st.sampled_from(list(PackageStatus)), st.randoms())
def test_events_say_the_same_in_any_order_and_repeated(
    told: list[tuple[str, int]], status: PackageStatus, chance: object
) -> None:
    events = [event(code, hours_ago=hours) for code, hours in told]
    mixed = [*events, *events]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert trouble_of(way(*events, status=status), NOW) == trouble_of(
        way(*mixed, status=status), NOW
    )
