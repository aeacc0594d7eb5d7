"""Makers of routing values: what a test does not say is harmless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from hypothesis import strategies as st

from stockpool.routing.values import (
    CandidatePool,
    CrossBorderRule,
    Demand,
    RoutingInput,
    RoutingRules,
    SpeedOffer,
)


def make_pool(
    name: str,
    *,
    to: Iterable[str] = ("US",),
    order_fee: int = 500,
    unit_fee: int = 100,
    days: int = 3,
    features: Iterable[str] = (),
    speeds: Mapping[str, SpeedOffer] | None = None,
) -> CandidatePool:
    offers: Any = speeds or {"standard": SpeedOffer(days, order_fee, unit_fee)}
    granted: Any = frozenset(features)
    return CandidatePool(name, name[-2:], frozenset(to), offers, granted)


def make_rules(*pools: CandidatePool, cross_border: Iterable[CrossBorderRule] = ()) -> RoutingRules:
    return RoutingRules(pools, tuple(cross_border))


def make_crossing(name: str, pool: str, *, to: Iterable[str], **extras: Any) -> CrossBorderRule:
    speeds: Any = frozenset(extras.pop("speeds", ("standard",)))
    return CrossBorderRule(name, pool, frozenset(to), speeds, **extras)


def make_question(
    demands: Iterable[Demand], available: Mapping[str, Mapping[str, int]], **changes: Any
) -> RoutingInput:
    return RoutingInput(
        destination=changes.get("to", "US"),
        speed=changes.get("speed", "standard"),
        policy=changes.get("policy", "FillOrKill"),
        backorder=changes.get("backorder", False),
        features=tuple(changes.get("features", ())),
        demands=tuple(demands),
        available=available,
    )


@pytest.fixture
def pool() -> Callable[..., CandidatePool]:
    """`pool("sim:US", to=["US"], order_fee=..., unit_fee=..., days=..., features=...)`."""
    return make_pool


@pytest.fixture
def rules() -> Callable[..., RoutingRules]:
    """`rules(pool(...), ..., cross_border=[crossing(...)])`."""
    return make_rules


@pytest.fixture
def crossing() -> Callable[..., CrossBorderRule]:
    """`crossing("to-ca", "sim:US", to=["CA"], extra_order_fee=...)`."""
    return make_crossing


@pytest.fixture
def question() -> Callable[..., RoutingInput]:
    """`question([Demand(...)], {"sim:US": {"MUG": 2}}, to=..., policy=..., backorder=...)`."""
    return make_question


Situation = tuple[RoutingRules, RoutingInput]


@st.composite
def _situations(draw: st.DrawFn) -> Situation:
    """Up to 4 pools, 3 SKUs and 3 lines: few enough for every assignment to be tried."""
    pools = [f"sim:{letter}" for letter in "ABCD"[: draw(st.integers(1, 4))]]
    # Few different fees and days, so that there are ties.
    fee, days = st.integers(0, 3), st.integers(1, 3)
    places = st.sampled_from([["US"], ["US"], ["US", "CA"], ["CA"]])
    rules = make_rules(
        *(
            make_pool(
                name,
                to=draw(places),
                order_fee=draw(fee),
                unit_fee=draw(fee),
                days=draw(days),
                features=draw(st.sampled_from([["BLANK_BOX"], ["BLANK_BOX"], []])),
            )
            for name in draw(st.permutations(pools))
        ),
        cross_border=[
            make_crossing(
                f"rule-{number}",
                draw(st.sampled_from(pools)),
                to=["US"],
                extra_order_fee=draw(fee),
                extra_unit_fee=draw(fee),
                extra_days=draw(days),
            )
            for number in range(draw(st.integers(0, 3)))
        ],
    )
    skus = ["MUG", "TEE", "HAT"][: draw(st.integers(1, 3))]
    demands: list[Demand] = []
    for line in range(draw(st.integers(1, 3))):
        count = draw(st.integers(1, 2))
        parts = draw(st.lists(st.sampled_from(skus), min_size=1, max_size=2, unique=True))
        demands += [Demand(str(line), sku, count, draw(st.integers(1, 2))) for sku in parts]
    stock = st.dictionaries(st.sampled_from(skus), st.integers(0, 4))
    question = make_question(
        demands,
        {name: draw(stock) for name in draw(st.permutations(pools))},
        policy=draw(st.sampled_from(["FillOrKill", "FillAll", "FillAllAvailable"])),
        backorder=draw(st.booleans()),
        features=draw(st.sampled_from([[], [], ["BLANK_BOX"]])),
    )
    return rules, question


@pytest.fixture
def situations() -> st.SearchStrategy[Situation]:
    """Rules and a question, small and full of ties."""
    return _situations()
