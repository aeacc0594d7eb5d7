"""What storage will cost if units go on leaving as they did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.ledger.levels import AgeLayer
from stockpool.money import Money
from stockpool.warehousing.forecasting import (
    StockToStore,
    aged_fees,
    average_units,
    left_of,
    monthly_fee,
    next_snapshot,
)
from stockpool.warehousing.sizes import CUBIC_FOOT_IN_CM3, UnitSize

TODAY = date(2026, 4, 1)
FOOT = UnitSize("BOX", int(CUBIC_FOOT_IN_CM3) + 1, 2_000)


def layer(days: int, units: int) -> AgeLayer:
    return AgeLayer(datetime(2026, 4, 1, tzinfo=UTC) - timedelta(days=days), units, f"r{days}")


def test_a_month_is_charged_by_the_average_volume() -> None:
    stock = StockToStore(FOOT, [layer(10, 100)], 0.0)
    fee = monthly_fee("US", stock, TODAY, TODAY)
    assert (fee.average_units, fee.fee) == (Decimal(100), Money(7800, "USD"))
    october = monthly_fee("US", stock, date(2026, 10, 5), TODAY)
    assert october.fee == Money(24000, "USD")
    assert monthly_fee("MX", stock, TODAY, TODAY).fee is None


def test_of_the_month_that_is_under_way_the_rest_is_charged() -> None:
    stock = StockToStore(FOOT, [layer(10, 100)], 0.0)
    fee = monthly_fee("US", stock, TODAY, date(2026, 4, 16))
    assert fee.fee == Money(3900, "USD")


def test_units_that_leave_are_not_stored() -> None:
    assert average_units(10, 1.0, date(2026, 4, 1), date(2026, 4, 4), TODAY) == Decimal("8.5")
    assert average_units(2, 1.0, date(2026, 4, 1), date(2026, 4, 4), TODAY) == Decimal("0.75")
    assert average_units(2, 1.0, date(2026, 5, 1), date(2026, 5, 31), TODAY) == 0


def test_old_units_are_charged_on_the_day_of_the_snapshot() -> None:
    stock = StockToStore(FOOT, [layer(400, 3), layer(290, 2), layer(20, 50)], 0.0)
    snapshot = next_snapshot("US", TODAY)
    assert snapshot == date(2026, 4, 15)
    found = list(aged_fees("US", stock, snapshot, TODAY))
    assert [(fee.days, fee.units, fee.fee) for fee in found] == [
        (414, 3, Money(2070, "USD")),
        (304, 2, Money(800, "USD")),
    ]
    assert next_snapshot("US", date(2026, 4, 16)) == date(2026, 5, 15)
    assert next_snapshot("US", date(2026, 12, 16)) == date(2027, 1, 15)
    assert next_snapshot("MX", TODAY) is None


def test_the_oldest_units_leave_first() -> None:
    stock = StockToStore(FOOT, [layer(400, 5), layer(20, 50)], 0.25)
    (fee,) = aged_fees("US", stock, date(2026, 4, 15), TODAY)
    assert (fee.days, fee.units) == (414, 2), "three of the five are sold by then"


@given(st.lists(st.integers(1, 20), max_size=6), st.integers(0, 80))
def test_what_left_is_taken_from_the_oldest_and_nothing_is_lost(
    quantities: list[int], gone: int
) -> None:
    layers = [layer(100 - place, units) for place, units in enumerate(quantities)]
    left = list(left_of(layers, gone))
    assert sum(one.quantity for one in left) == max(sum(quantities) - gone, 0)
    assert [one.receipt for one in left] == [one.receipt for one in layers][
        len(layers) - len(left) :
    ]


@pytest.mark.parametrize("sold", [0.0, 0.3, 5.0])
def test_selling_more_never_costs_more(sold: float) -> None:
    kept = StockToStore(FOOT, [layer(10, 100)], 0.0)
    sells = StockToStore(FOOT, [layer(10, 100)], sold)
    one = monthly_fee("US", kept, date(2026, 6, 1), TODAY)
    other = monthly_fee("US", sells, date(2026, 6, 1), TODAY)
    assert other.average_units <= one.average_units
