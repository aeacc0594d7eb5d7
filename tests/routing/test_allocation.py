"""The best set of pools, compared with trying everything."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.routing.cheapest import Cheapest
from stockpool.routing.check import check
from stockpool.routing.fastest import Fastest
from stockpool.routing.fewest_shipments import FewestShipments
from stockpool.routing.values import (
    CandidatePool,
    Demand,
    Plan,
    RoutingInput,
    RoutingRules,
    SpeedOffer,
)

Terms = tuple[int, int, int, str]
"""Order fee, unit fee, days, cross-border rule."""

ORDER_OF_CRITERIA = {
    FewestShipments: ("shipments", "fee", "days"),
    Cheapest: ("fee", "shipments", "days"),
    Fastest: ("days", "shipments", "fee"),
}
POLICIES = pytest.mark.parametrize("policy_type", ORDER_OF_CRITERIA)


def rank(policy_type: Any, used: dict[str, Terms], fee: int) -> tuple[Any, ...]:
    figures = {
        "shipments": len(used),
        "fee": fee,
        "days": max(terms[2] for terms in used.values()),
    }
    return (
        *(figures[name] for name in ORDER_OF_CRITERIA[policy_type]),
        sorted(used),
        [used[pool][3] for pool in sorted(used)],
    )


def rank_of_plan(policy_type: Any, plan: Plan) -> tuple[Any, ...]:
    used = {s.pool: (0, 0, s.transit_days, s.cross_border or "") for s in plan.shipments}
    return rank(policy_type, used, plan.fee)


def terms_of(rules: RoutingRules, question: RoutingInput) -> dict[str, list[Terms]]:
    """The terms on which each pool may ship, told once more and in other words."""
    found: dict[str, list[Terms]] = {}
    for pool in rules.pools:
        offer = pool.speeds.get(question.speed)
        if offer is None or not pool.features.issuperset(question.features):
            continue
        if question.destination in pool.destinations:
            found[pool.pool] = [(offer.order_fee, offer.unit_fee, offer.transit_days, "")]
            continue
        for rule in rules.cross_border:
            if rule.pool == pool.pool and question.destination in rule.destinations:
                found.setdefault(pool.pool, []).append(
                    (
                        offer.order_fee + rule.extra_order_fee,
                        offer.unit_fee + rule.extra_unit_fee,
                        offer.transit_days + rule.extra_days,
                        rule.name,
                    )
                )
    return found


def fill_item_by_item(question: RoutingInput, pools: list[str]) -> dict[tuple[str, str], int]:
    """What can be filled, found by handing out one item after the other."""
    left: Counter[str] = Counter()
    for pool in pools:
        left.update(question.available.get(pool, {}))
    filled: Counter[tuple[str, str]] = Counter()
    for line in dict.fromkeys(demand.line_id for demand in question.demands):
        parts = [demand for demand in question.demands if demand.line_id == line]
        for _ in range(parts[0].count):
            need: Counter[str] = Counter()
            for part in parts:
                need[part.sku] += part.each
            if any(left[sku] < units for sku, units in need.items()):
                break
            left.subtract(need)
            for sku, units in need.items():
                filled[(line, sku)] += units
    wanted: Counter[tuple[str, str]] = Counter()
    for demand in question.demands:
        wanted[(demand.line_id, demand.sku)] += demand.units
    if question.policy == "FillOrKill" and filled != wanted:
        return {}
    return dict(filled)


def ways_to_split(units: int, there: list[int]) -> Iterator[tuple[int, ...]]:
    if not there:
        if units == 0:
            yield ()
        return
    for taken in range(min(units, there[0]) + 1):
        for rest in ways_to_split(units - taken, there[1:]):
            yield (taken, *rest)


def best_of_all(
    policy_type: Any, rules: RoutingRules, question: RoutingInput, wanted: dict[str, int]
) -> tuple[Any, ...]:
    """The best rank of all assignments of units to pools under all terms."""
    terms = terms_of(rules, question)
    pools = sorted(terms)
    splits = [
        list(
            ways_to_split(
                units, [max(0, question.available.get(pool, {}).get(sku, 0)) for pool in pools]
            )
        )
        for sku, units in wanted.items()
    ]
    # What matters of an assignment is how many units each pool ships.
    loads = {tuple(map(sum, zip(*assignment, strict=True))) for assignment in product(*splits)}
    ranks = []
    for load in loads:
        used = [(pool, units) for pool, units in zip(pools, load, strict=True) if units]
        for chosen in product(*(terms[pool] for pool, _ in used)):
            fee = sum(t[0] + t[1] * units for t, (_, units) in zip(chosen, used, strict=True))
            shipping = {pool: t for t, (pool, _) in zip(chosen, used, strict=True)}
            ranks.append(rank(policy_type, shipping, fee))
    return min(ranks)


@POLICIES
@given(data=st.data())
def test_fills_all_that_can_be_filled_and_in_the_best_way(
    situations: Any, policy_type: Any, data: st.DataObject
) -> None:
    rules, question = data.draw(situations)
    plan = policy_type().plan(rules, question)
    check(question, plan)

    filled: Counter[tuple[str, str]] = Counter()
    wanted: Counter[str] = Counter()
    for allocation in plan.allocations:
        filled[(allocation.line_id, allocation.sku)] += allocation.quantity
        wanted[allocation.sku] += allocation.quantity
    assert filled == fill_item_by_item(question, list(terms_of(rules, question)))
    if wanted:
        assert rank_of_plan(policy_type, plan) == best_of_all(
            policy_type, rules, question, dict(wanted)
        )


@st.composite
def many_pools(draw: st.DrawFn) -> tuple[RoutingRules, RoutingInput]:
    count = draw(st.integers(8, 11))
    fee, days = st.integers(0, 5), st.integers(1, 4)
    pools = tuple(
        CandidatePool(
            f"sim:{n:02}",
            "US",
            frozenset(["US"]),
            {"standard": SpeedOffer(draw(days), draw(fee), draw(fee))},
            frozenset(),
        )
        for n in range(count)
    )
    skus = ["MUG", "TEE"][: draw(st.integers(1, 2))]
    available = {p.pool: {sku: draw(st.integers(0, 3)) for sku in skus} for p in pools}
    demands = tuple(
        Demand(sku, sku, draw(st.integers(1, max(1, total))))
        for sku in skus
        if (total := sum(units[sku] for units in available.values()))
    )
    question = RoutingInput("US", "standard", "FillOrKill", False, (), demands, available)
    return RoutingRules(pools), question


@POLICIES
@given(situation=many_pools())
def test_is_exact_among_many_pools(
    policy_type: Any, situation: tuple[RoutingRules, RoutingInput]
) -> None:
    rules, question = situation
    plan = policy_type().plan(rules, question)
    check(question, plan)
    if not question.demands:
        assert plan.allocations == ()
        return
    terms = terms_of(rules, question)
    ranks = []
    for size in range(1, len(terms) + 1):
        for pools in combinations(sorted(terms), size):
            cheap_first = sorted(pools, key=lambda pool: (terms[pool][0][1], pool))
            shipped: Counter[str] = Counter()
            for demand in question.demands:
                left = demand.units
                for pool in cheap_first:
                    taken = min(left, question.available[pool][demand.sku])
                    shipped[pool] += taken
                    left -= taken
                if left:
                    break
            else:
                if all(shipped[pool] for pool in pools):
                    fee = sum(terms[p][0][0] + terms[p][0][1] * shipped[p] for p in pools)
                    used = {pool: terms[pool][0] for pool in pools}
                    ranks.append(rank(policy_type, used, fee))
    assert rank_of_plan(policy_type, plan) == min(ranks)


def test_fewest_shipments_beat_a_lower_fee(pool: Any, rules: Any, question: Any) -> None:
    here = rules(
        pool("sim:A", order_fee=0, unit_fee=1),
        pool("sim:B", order_fee=0, unit_fee=1),
        pool("sim:C", order_fee=900, unit_fee=100),
    )
    asked = question(
        [Demand("1", "MUG", 1), Demand("2", "TEE", 1)],
        {"sim:A": {"MUG": 1}, "sim:B": {"TEE": 1}, "sim:C": {"MUG": 1, "TEE": 1}},
    )
    assert [s.pool for s in FewestShipments().plan(here, asked).shipments] == ["sim:C"]
    assert [s.pool for s in Cheapest().plan(here, asked).shipments] == ["sim:A", "sim:B"]


def test_fastest_takes_the_earliest_promise(pool: Any, rules: Any, question: Any) -> None:
    here = rules(pool("sim:A", days=5, order_fee=1), pool("sim:B", days=1, order_fee=900))
    asked = question([Demand("1", "MUG", 1)], {"sim:A": {"MUG": 1}, "sim:B": {"MUG": 1}})
    assert [s.pool for s in Fastest().plan(here, asked).shipments] == ["sim:B"]
    assert [s.pool for s in FewestShipments().plan(here, asked).shipments] == ["sim:A"]


def test_the_cross_border_rule_depends_on_the_number_of_units(
    pool: Any, rules: Any, question: Any, crossing: Any
) -> None:
    here = rules(
        pool("sim:US"),
        cross_border=[
            crossing("by-order", "sim:US", to=["CA"], extra_order_fee=500),
            crossing("by-unit", "sim:US", to=["CA"], extra_unit_fee=100),
        ],
    )

    def rule_for(units: int) -> str | None:
        asked = question([Demand("1", "MUG", units)], {"sim:US": {"MUG": 99}}, to="CA")
        (shipment,) = FewestShipments().plan(here, asked).shipments
        return shipment.cross_border

    assert rule_for(1) == "by-unit"
    assert rule_for(9) == "by-order"


def test_units_come_from_the_pool_that_asks_less_for_them(
    pool: Any, rules: Any, question: Any
) -> None:
    plan = FewestShipments().plan(
        rules(pool("sim:A", unit_fee=200), pool("sim:B", unit_fee=100)),
        question([Demand("1", "MUG", 5)], {"sim:A": {"MUG": 4}, "sim:B": {"MUG": 3}}),
    )
    assert [(a.pool, a.quantity) for a in plan.allocations] == [("sim:A", 2), ("sim:B", 3)]


@POLICIES
def test_a_pool_under_two_rules_has_its_stock_only_once(
    policy_type: Any, pool: Any, rules: Any, question: Any, crossing: Any
) -> None:
    here = rules(
        pool("sim:US"),
        pool("sim:CA", to=["CA"], order_fee=5_000, unit_fee=900, days=9),
        cross_border=[
            crossing("by-order", "sim:US", to=["CA"], extra_order_fee=50),
            crossing("by-unit", "sim:US", to=["CA"], extra_unit_fee=20),
        ],
    )
    asked = question([Demand("1", "MUG", 4)], {"sim:US": {"MUG": 2}, "sim:CA": {"MUG": 2}}, to="CA")
    plan = policy_type().plan(here, asked)
    check(asked, plan)
    assert [(s.pool, s.cross_border) for s in plan.shipments] == [
        ("sim:CA", None),
        ("sim:US", "by-unit"),
    ]


@POLICIES
def test_a_search_that_was_cut_off_uses_no_pool_that_can_be_spared(
    policy_type: Any, pool: Any, rules: Any, question: Any
) -> None:
    chance = random.Random(7)
    names = [f"sim:{number:02}" for number in range(24)]
    skus = [f"SKU-{number}" for number in range(100)]
    here = rules(
        *(
            pool(name, order_fee=chance.randint(300, 900), days=chance.randint(1, 9))
            for name in names
        )
    )
    available = {name: {sku: chance.randint(0, 4) for sku in skus} for name in names}
    asked = question([Demand(sku, sku, 6) for sku in skus], available)
    plan = policy_type().plan(here, asked)
    check(asked, plan)
    assert "search_limit" in [rejection.code for rejection in plan.rejected]
    pools = [shipment.pool for shipment in plan.shipments]
    for spared in pools:
        rest = [pool for pool in pools if pool != spared]
        assert any(sum(available[pool][sku] for pool in rest) < 6 for sku in skus)


@POLICIES
def test_a_search_among_too_many_sets_is_cut_off_and_says_so(
    policy_type: Any, pool: Any, rules: Any, question: Any
) -> None:
    names = [f"sim:{number:02}" for number in range(24)]
    here = rules(*(pool(name, order_fee=500 + number) for number, name in enumerate(names)))
    asked = question([Demand("1", "MUG", 12)], {name: {"MUG": 1} for name in names})
    plan = policy_type().plan(here, asked)
    check(asked, plan)
    assert plan.shortfalls == ()
    assert len(plan.shipments) == 12
    assert "search_limit" in [rejection.code for rejection in plan.rejected]
    assert plan == policy_type().plan(here, asked)
