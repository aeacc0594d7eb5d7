"""Sharing an order's fees out over its shipments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stockpool_amazon_sim.inbound.planned_shipments import share


def test_shares_are_in_proportion() -> None:
    assert share(100, [1, 1, 2]) == [25, 25, 50]
    assert share(100, [1, 1, 1]) == [33, 33, 34]
    assert share(100, [0, 5]) == [0, 100]
    assert share(100, [0, 0]) == [100, 0]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_nothing_is_lost_or_added(amount: int, parts: list[int]) -> None:
    shares = share(amount, parts)
    assert sum(shares) == amount
    assert len(shares) == len(parts)
    assert min(shares) >= 0
