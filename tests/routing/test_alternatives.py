"""What a plan says about the ways that it did not take."""

from __future__ import annotations

from typing import Any

from stockpool.routing.cheapest import Cheapest
from stockpool.routing.fastest import Fastest
from stockpool.routing.fewest_shipments import FewestShipments
from stockpool.routing.values import Demand, Plan, Rejection

MUG = [Demand("1", "MUG", 2)]


def everywhere(*names: str) -> dict[str, dict[str, int]]:
    return {name: {"MUG": 5} for name in names}


def reasons(plan: Plan) -> list[tuple[str, str]]:
    return [(rejection.code, rejection.reason) for rejection in plan.rejected]


def test_a_dearer_pool(pool: Any, rules: Any, question: Any) -> None:
    plan = FewestShipments().plan(
        rules(pool("sim:A"), pool("sim:B", order_fee=600)),
        question(MUG, everywhere("sim:A", "sim:B")),
    )
    assert plan.rejected == (
        Rejection(("sim:B",), "dearer", "sim:B would cost 800 instead of 700"),
    )


def test_a_slower_pool(pool: Any, rules: Any, question: Any) -> None:
    plan = FewestShipments().plan(
        rules(pool("sim:A"), pool("sim:B", days=5)), question(MUG, everywhere("sim:A", "sim:B"))
    )
    assert reasons(plan) == [("slower", "sim:B would take 5 days instead of 3")]


def test_a_tie(pool: Any, rules: Any, question: Any) -> None:
    plan = FewestShipments().plan(
        rules(pool("sim:B"), pool("sim:A")), question(MUG, everywhere("sim:B", "sim:A"))
    )
    assert [shipment.pool for shipment in plan.shipments] == ["sim:A"]
    assert reasons(plan) == [("tie", "sim:B is just as good; sim:A comes first by name")]


def test_a_pool_without_stock(pool: Any, rules: Any, question: Any) -> None:
    plan = FewestShipments().plan(
        rules(pool("sim:A"), pool("sim:B")), question(MUG, everywhere("sim:A"))
    )
    assert reasons(plan) == [("no_stock", "sim:B has none of MUG")]


def test_a_pool_with_too_little_stock(pool: Any, rules: Any, question: Any) -> None:
    demands = [Demand("1", "MUG", 2), Demand("2", "TEE", 1)]
    plan = FewestShipments().plan(
        rules(pool("sim:A"), pool("sim:B")),
        question(demands, {"sim:A": {"MUG": 5, "TEE": 5}, "sim:B": {"MUG": 1}}),
    )
    assert reasons(plan) == [
        ("insufficient_stock", "sim:B has 1 of 2 units of MUG and is short of 1 more")
    ]


def test_another_set_of_the_same_size(pool: Any, rules: Any, question: Any) -> None:
    demands = [Demand("1", "MUG", 1), Demand("2", "TEE", 1)]
    plan = FewestShipments().plan(
        rules(pool("sim:A"), pool("sim:B"), pool("sim:C", unit_fee=150)),
        question(demands, {"sim:A": {"MUG": 1}, "sim:B": {"TEE": 1}, "sim:C": {"TEE": 1}}),
    )
    assert Rejection(
        ("sim:A", "sim:C"), "dearer", "sim:A with sim:C would cost 1250 instead of 1200"
    ) in (plan.rejected)


def test_a_single_pool_that_loses_against_a_set(pool: Any, rules: Any, question: Any) -> None:
    demands = [Demand("1", "MUG", 1), Demand("2", "TEE", 1)]
    here = rules(
        pool("sim:A", order_fee=0, days=1),
        pool("sim:B", order_fee=0, days=1),
        pool("sim:C", order_fee=100, days=2),
    )
    asked = question(
        demands, {"sim:A": {"MUG": 1}, "sim:B": {"TEE": 1}, "sim:C": {"MUG": 1, "TEE": 1}}
    )
    for policy, code in ((Cheapest(), "dearer"), (Fastest(), "slower")):
        plan = policy.plan(here, asked)
        assert [shipment.pool for shipment in plan.shipments] == ["sim:A", "sim:B"]
        assert (("sim:C",), code) in [(r.pools, r.code) for r in plan.rejected]


def test_the_same_pool_under_another_rule(
    pool: Any, rules: Any, question: Any, crossing: Any
) -> None:
    plan = FewestShipments().plan(
        rules(
            pool("sim:US"),
            cross_border=[
                crossing("economy", "sim:US", to=["CA"], extra_days=9),
                crossing("express", "sim:US", to=["CA"], extra_order_fee=900),
            ],
        ),
        question(MUG, everywhere("sim:US"), to="CA"),
    )
    assert plan.shipments[0].cross_border == "economy"
    assert reasons(plan) == [("dearer", "sim:US under express would cost 1600 instead of 700")]


def test_at_most_eight_are_listed_and_the_rest_counted(
    pool: Any, rules: Any, question: Any
) -> None:
    names = [f"sim:{number:02}" for number in range(12)]
    plan = FewestShipments().plan(
        rules(*(pool(name, order_fee=500 + n) for n, name in enumerate(names))),
        question(MUG, everywhere(*names)),
    )
    assert [rejection.pools for rejection in plan.rejected] == [*((n,) for n in names[1:9]), ()]
    assert reasons(plan)[-1] == ("not_listed", "3 more ways were possible, and no better")
