"""Published rates as of a day: storage, aged stock, removals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from stockpool.money import Money
from stockpool.warehousing.rates import aged_rates, monthly_rate, removal_fee
from stockpool.warehousing.sizes import POUND_IN_GRAMS, StorageType, UnitSize


@pytest.mark.parametrize(
    ("on", "kind", "rate"),
    [
        (date(2024, 3, 31), StorageType.STANDARD, "0.87"),
        (date(2024, 4, 1), StorageType.STANDARD, "0.78"),
        (date(2026, 11, 30), StorageType.STANDARD, "2.40"),
        (date(2026, 11, 30), StorageType.EXTRA_LARGE, "1.40"),
        (date(2026, 1, 1), StorageType.FLAMMABLE, "0.99"),
    ],
)
def test_a_cubic_foot_costs_what_the_day_and_the_type_say(
    on: date, kind: StorageType, rate: str
) -> None:
    assert monthly_rate("US", on, kind) == (Decimal(rate), "USD")


def test_a_country_without_published_rates_has_none() -> None:
    size = UnitSize("MUG", 1_000, 400)
    assert monthly_rate("MX", date(2026, 1, 1), StorageType.STANDARD) is None
    assert aged_rates("MX", date(2026, 1, 1)) is None
    assert removal_fee("MX", date(2026, 1, 1), size) is None


def test_aged_stock_is_charged_by_bands_of_which_some_are_spared() -> None:
    rates = aged_rates("US", date(2025, 1, 1))
    assert rates is not None
    assert rates.band(180, StorageType.STANDARD) is None
    band = rates.band(181, StorageType.STANDARD)
    assert band is not None
    assert band.cubic_foot == Decimal("0.50")
    assert rates.band(181, StorageType.APPAREL) is None
    assert rates.band(271, StorageType.APPAREL) is not None
    last = rates.band(4_000, StorageType.STANDARD)
    assert last is not None
    assert (last.cubic_foot, last.unit) == (Decimal("6.90"), Decimal("0.15"))


@pytest.mark.parametrize(
    ("pounds", "kind", "on", "fee"),
    [
        ("0.5", StorageType.STANDARD, date(2025, 1, 1), "1.04"),
        ("0.5", StorageType.STANDARD, date(2026, 2, 1), "0.84"),
        ("0.6", StorageType.STANDARD, date(2026, 2, 1), "1.53"),
        ("4", StorageType.STANDARD, date(2026, 2, 1), "5.01"),
        ("0.9", StorageType.OVERSIZE, date(2026, 2, 1), "3.12"),
        ("12", StorageType.OVERSIZE, date(2026, 2, 1), "16.44"),
    ],
)
def test_taking_a_unit_out_costs_by_its_weight(
    pounds: str, kind: StorageType, on: date, fee: str
) -> None:
    grams = int(Decimal(pounds) * POUND_IN_GRAMS)
    found = removal_fee("US", on, UnitSize("MUG", 1_000, grams, kind))
    assert found is not None
    assert abs(found.minor - Money.parse(fee, "USD").minor) <= 1, "grams are whole"
