"""Rankings: which figure is compared first."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from stockpool.routing.candidates import Candidate
from stockpool.routing.ranking import FEWEST_SHIPMENTS, Ranking

FIGURES = {"shipments": 2, "fee": 900, "transit_days": 5}


@pytest.mark.parametrize("criteria", list(permutations(FIGURES)))
def test_the_figures_stand_in_the_order_of_the_criteria(criteria: Any) -> None:
    ranking = Ranking(*criteria)
    assert ranking.criteria == criteria
    assert ranking.figures(**FIGURES) == tuple(FIGURES[name] for name in criteria)


def test_the_slowest_pool_makes_the_promise_and_pools_are_named_in_order() -> None:
    members = [Candidate("sim:B", 500, 100, 3, "to-us"), Candidate("sim:A", 500, 200, 5)]
    assert FEWEST_SHIPMENTS.rank(members, 1_300) == (
        2,
        1_300,
        5,
        ("sim:A", "sim:B"),
        ("", "to-us"),
    )
