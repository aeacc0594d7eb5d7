"""Units into boxes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stockpool_amazon_sim.outbound.packing import pack


def test_a_box_is_filled_before_the_next_is_opened() -> None:
    assert pack([(0, 5, 2)]) == [[(0, 2)], [(0, 2)], [(0, 1)]]


def test_skus_share_a_box_in_proportion() -> None:
    assert pack([(0, 1, 2), (1, 3, 4)]) == [[(0, 1), (1, 2)], [(1, 1)]]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 30), st.integers(1, 12)), max_size=5))
def test_every_unit_is_in_one_box(lines: list[tuple[int, int, int]]) -> None:
    boxes = pack(lines)
    assert all(boxes)
    for index in range(4):
        packed = sum(units for box in boxes for place, units in box if place == index)
        assert packed == sum(units for place, units, _ in lines if place == index)
