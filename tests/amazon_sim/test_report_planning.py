"""The planning report: ages, first in, first out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stockpool_amazon_sim.records import DAY
from stockpool_amazon_sim.reports.report_planning import EACH_ONCE, Layers


def test_units_leave_first_in_first_out() -> None:
    layers = Layers()
    for day, quantity in ((0, 10), (100, 5), (101, -12), (200, 4)):
        layers.add(day * DAY, quantity)
    assert list(layers.units) == [(100 * DAY, 3), (200 * DAY, 4)]


@given(days=st.lists(st.integers(0, 2_000), max_size=30))
def test_every_unit_has_one_age_and_one_in_each_finer_table(days: list[int]) -> None:
    layers = Layers()
    for day in sorted(days, reverse=True):
        layers.add(-day * DAY, 1)
    ages = layers.ages(0)
    assert sum(ages[name] for name in EACH_ONCE) == len(days)
    assert ages["0-to-30"] + ages["31-to-60"] + ages["61-to-90"] == ages["0-to-90"]
    assert ages["181-to-330"] + ages["331-to-365"] == ages["181-to-270"] + ages["271-to-365"]
    assert ages["91-to-180"] == sum(91 <= day <= 180 for day in days)
