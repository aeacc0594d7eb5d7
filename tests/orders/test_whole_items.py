"""Units of parts, counted as the channel counts: in whole items of a line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stockpool.orders.whole_items import PartCount, items_gone, newly_gone

MUG, TEE = ("1", "MUG-1"), ("1", "TEE-1")


def test_a_kit_is_gone_with_the_first_of_its_parts() -> None:
    parts = {MUG: PartCount(1, 1), TEE: PartCount(2, 0)}
    assert items_gone(parts, {}) == {"1": 1}


def test_a_part_of_a_kits_units_is_the_whole_kit() -> None:
    assert items_gone({TEE: PartCount(2, 3)}, {}) == {"1": 2}


def test_the_other_part_of_the_same_kits_adds_nothing() -> None:
    parts = {MUG: PartCount(1, 3), TEE: PartCount(2, 6)}
    assert newly_gone(parts, {MUG: 3}, {TEE: 6}) == {"1": 3}
    assert newly_gone(parts, {TEE: 6}, {}) == {}


@given(st.lists(st.tuples(st.sampled_from([MUG, TEE]), st.integers(1, 4)), max_size=12))
def test_what_is_told_step_by_step_adds_up(steps: list[tuple[tuple[str, str], int]]) -> None:
    gone = {MUG: 0, TEE: 0}
    told = 0
    for part, units in steps:
        gone[part] += units
        parts = {MUG: PartCount(1, gone[MUG]), TEE: PartCount(2, gone[TEE])}
        told += newly_gone(parts, {part: units}, {}).get("1", 0)
    assert told == max(gone[MUG], -(-gone[TEE] // 2))
