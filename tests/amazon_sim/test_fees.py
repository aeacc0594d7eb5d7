"""Dated fee tables."""

from __future__ import annotations

from datetime import date

import pytest

from stockpool_amazon_sim.countries import country, known_countries
from stockpool_amazon_sim.fees.fees import (
    ORDER_FEE,
    TRANSPORTATION_FEE,
    UNIT_FEE,
    fulfillment_fees,
    referral_fee,
    removal_fee,
    shop_fulfillment_fee,
    unit_and_order_fee,
)


def test_more_units_cost_less_each() -> None:
    one = fulfillment_fees("US", date(2026, 3, 1), "standard", [("small_standard", 200, 1)])
    five = fulfillment_fees("US", date(2026, 3, 1), "standard", [("small_standard", 200, 5)])
    assert one[UNIT_FEE] == 565
    assert five[UNIT_FEE] == 5 * 285


def test_the_table_of_the_day_counts() -> None:
    before = unit_and_order_fee("US", date(2026, 1, 14), "expedited")
    after = unit_and_order_fee("US", date(2026, 1, 15), "expedited")
    assert (before, after) == ((569, 100), (765, 100))


def test_blocking_amazon_logistics_costs_five_percent() -> None:
    plain = fulfillment_fees("US", date(2026, 3, 1), "expedited", [("small_standard", 3000, 1)])
    blocked = fulfillment_fees(
        "US", date(2026, 3, 1), "expedited", [("small_standard", 3000, 1)], block_amzl=True
    )
    assert plain == {UNIT_FEE: 765, ORDER_FEE: 100, TRANSPORTATION_FEE: 230}
    assert blocked == {UNIT_FEE: 804, ORDER_FEE: 105, TRANSPORTATION_FEE: 242}


@pytest.mark.parametrize(
    ("grams", "fee"), [(100, 84), (227, 84), (228, 153), (907, 227), (1000, 395)]
)
def test_removal_fees_follow_the_weight(grams: int, fee: int) -> None:
    assert removal_fee("US", date(2026, 3, 1), grams) == fee


@pytest.mark.parametrize(("price", "fee"), [(2000, 300), (1001, 151), (100, 30)])
def test_the_shop_takes_a_share_rounded_up_and_no_less_than_a_least(price: int, fee: int) -> None:
    assert referral_fee("US", date(2026, 3, 1), price) == fee


@pytest.mark.parametrize(
    ("tier", "grams", "fee"),
    [
        ("small_standard", 113, 306),
        ("small_standard", 114, 320),
        ("small_standard", 1361, 500),
        ("small_standard", 1362, 538),
        ("small_standard", 2300, 614),
        ("large_standard", 113, 475),
    ],
)
def test_what_amazon_takes_to_ship_for_its_shop(tier: str, grams: int, fee: int) -> None:
    assert shop_fulfillment_fee("US", date(2026, 3, 1), tier, grams) == fee


@pytest.mark.parametrize("code", known_countries())
def test_every_country_has_fees_for_what_its_shop_sells(code: str) -> None:
    today = date(2026, 3, 1)
    by_weight = [shop_fulfillment_fee(code, today, "small_standard", g) for g in (100, 900, 3000)]
    assert 0 < by_weight[0] < by_weight[1] < by_weight[2]
    assert referral_fee(code, today, 1) > 1


@pytest.mark.parametrize("code", known_countries())
def test_every_country_has_fees_for_every_speed(code: str) -> None:
    assert {"standard", "expedited"} <= country(code).speeds.keys()
    for speed in country(code).speeds:
        unit_fee, order_fee = unit_and_order_fee(code, date(2026, 3, 1), speed)
        assert unit_fee > 0
        assert order_fee >= 0
        assert fulfillment_fees(code, date(2026, 3, 1), speed, [("large_standard", 900, 2)])
    assert removal_fee(code, date(2026, 3, 1), 500) > 0
    assert len(country(code).centers) >= 2
    for region in country(code).states.values():
        assert set(country(code).nearest[region]) == {
            center.region for center in country(code).centers.values()
        }
