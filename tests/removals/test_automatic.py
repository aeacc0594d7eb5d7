"""Unsellable and aged stock is taken out by itself, on the days of the schedule, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_network import FakeNetwork
from sample_orders import SEATTLE
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import ConfigurationError
from stockpool.ids import IdSource
from stockpool.ledger.buckets import Bucket
from stockpool.removals.automatic import due_on

US = "amazon-na:US"
UNSELLABLE = {
    "pool": US,
    "stock": "unsellable",
    "disposition": "Disposal",
    "days_of_month": [8, 22],
}
AGED = {
    "pool": US,
    "stock": "aged",
    "days_of_month": [20],
    "older_than_days": 100,
    "ship_to": SEATTLE.model_dump(),
}


@pytest.fixture
def shop(database_url: str, clock: ManualClock) -> Iterator[Engine]:
    """Ten mugs and two broken ones, on the fifth of January."""
    network = FakeNetwork(clock=clock)
    with Engine.open(
        database_url,
        config={"plugins": [], "removals": {"automatic": [UNSELLABLE, AGED]}},
        clock=clock,
        ids=IdSource(1),
        networks={"amazon-na": network},
    ) as engine:
        engine.catalog.add(Product("MUG"))
        engine.inventory.receive(US, "MUG", 10, key="r")
        engine.inventory.receive(US, "MUG", 2, key="d", bucket=Bucket.DEFECTIVE)
        yield engine


def asked(shop: Engine) -> list[tuple[str, int]]:
    return [
        (one.removal_order_id, sum(item["requested"] for item in one.items))
        for one in reversed(shop.removals.list())
    ]


def test_unsellable_units_go_on_the_next_day_of_the_schedule(
    shop: Engine, clock: ManualClock
) -> None:
    assert shop.duties.remove_automatically() == 0, "the schedule has begun before it was set"
    clock.advance(hours=24 * 3)
    assert shop.duties.remove_automatically() == 1
    assert shop.duties.remove_automatically() == 0
    assert asked(shop) == [("auto-unsellable-US-20260108", 2)]
    clock.advance(hours=24 * 14)
    assert shop.duties.remove_automatically() == 0, "nothing is unsellable any more"
    assert shop.verify().ok


def test_a_day_that_was_slept_through_is_made_up_for(shop: Engine, clock: ManualClock) -> None:
    shop.duties.remove_automatically()
    clock.advance(hours=24 * 5)
    assert shop.duties.remove_automatically() == 1
    assert asked(shop)[0][0] == "auto-unsellable-US-20260108"


def test_aged_units_go_as_far_as_they_are_free(shop: Engine, clock: ManualClock) -> None:
    shop.duties.remove_automatically()
    clock.advance(hours=24 * 90)
    shop.inventory.receive(US, "MUG", 5, key="new")
    clock.advance(hours=24 * 20)
    shop.duties.remove_automatically()
    assert ("auto-aged-US-20260420", 10) in asked(shop)
    assert shop.inventory.level(US, "MUG").fulfillable == 5


def test_a_return_needs_an_address() -> None:
    broken = {**AGED, "ship_to": None}
    with pytest.raises(ConfigurationError, match="ship_to"):
        Engine.open("sqlite://", config={"plugins": [], "removals": {"automatic": [broken]}})


@given(
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.lists(st.integers(1, 31), min_size=1, max_size=5),
)
def test_the_day_that_is_due_is_the_last_one_of_the_schedule(today: date, days: list[int]) -> None:
    due = due_on(days, today)
    assert due <= today
    assert today - due <= timedelta(days=31)
    is_last = (due + timedelta(days=1)).month != due.month
    assert due.day in days or (is_last and max(days) > due.day)
