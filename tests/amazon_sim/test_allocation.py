"""Choosing centers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stockpool_amazon_sim.inventory.allocation import allocate

CENTERS = ["NEAR", "MID", "FAR"]


def test_the_nearest_center_that_has_all_ships() -> None:
    available = {"X": {"FAR": 9, "MID": 5, "NEAR": 1}}
    assert allocate([("X", 3)], available, CENTERS) == [(0, "MID", 3)]


def test_one_far_center_is_better_than_two_near_ones() -> None:
    available = {"X": {"NEAR": 2, "MID": 2, "FAR": 3}}
    assert allocate([("X", 3)], available, CENTERS) == [(0, "FAR", 3)]


def test_an_order_is_split_when_no_center_has_all() -> None:
    available = {"X": {"NEAR": 2, "MID": 2, "FAR": 2}}
    assert allocate([("X", 3)], available, CENTERS) == [(0, "NEAR", 2), (0, "MID", 1)]


def test_lines_of_one_pool_are_summed_before_choosing() -> None:
    available = {"X": {"NEAR": 3, "MID": 4}}
    assert allocate([("X", 2), ("X", 2)], available, CENTERS) == [(0, "MID", 2), (1, "MID", 2)]


def test_what_is_not_there_is_not_picked() -> None:
    assert allocate([("X", 5), ("Y", 1)], {"X": {"MID": 2}}, CENTERS) == [(0, "MID", 2)]


@given(
    st.lists(st.tuples(st.sampled_from("XY"), st.integers(1, 9)), min_size=1, max_size=5),
    st.dictionaries(
        st.sampled_from("XY"), st.dictionaries(st.sampled_from(CENTERS), st.integers(0, 9))
    ),
)
def test_never_more_than_is_wanted_or_there(
    demands: list[tuple[str, int]], available: dict[str, dict[str, int]]
) -> None:
    picks = allocate(demands, available, CENTERS)
    for place, (_, wanted) in enumerate(demands):
        assert sum(units for index, _, units in picks if index == place) <= wanted
    for fnsku in "XY":
        there = available.get(fnsku, {})
        for center in CENTERS:
            taken = sum(
                units
                for place, name, units in picks
                if name == center and demands[place][0] == fnsku
            )
            assert taken <= there.get(center, 0)
        wanted = sum(units for name, units in demands if name == fnsku)
        picked = sum(units for place, _, units in picks if demands[place][0] == fnsku)
        assert picked == min(wanted, sum(there.values()))
