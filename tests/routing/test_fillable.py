"""What of an order can be filled. Each test asks the default policy, which all policies share."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from stockpool.routing.check import check
from stockpool.routing.fewest_shipments import FewestShipments
from stockpool.routing.values import Demand, Plan, RoutingInput, RoutingRules


def planned(rules: RoutingRules, question: RoutingInput) -> Plan:
    plan = FewestShipments().plan(rules, question)
    check(question, plan)
    return plan


def filled(plan: Plan) -> dict[tuple[str, str], int]:
    units: Counter[tuple[str, str]] = Counter()
    for allocation in plan.allocations:
        units[(allocation.line_id, allocation.sku)] += allocation.quantity
    return dict(units)


def test_two_lines_of_one_sku_draw_on_the_same_units(pool: Any, rules: Any, question: Any) -> None:
    # Each line alone would pass a check against the 3 units there are.
    plan = planned(
        rules(pool("sim:US")),
        question([Demand("1", "MUG", 2), Demand("2", "MUG", 2)], {"sim:US": {"MUG": 3}}),
    )
    assert plan.allocations == ()
    assert [(s.line_id, s.quantity, s.code) for s in plan.shortfalls] == [
        ("1", 2, "out_of_stock"),
        ("2", 2, "out_of_stock"),
    ]
    assert plan.shortfalls[0].reason == "3 available of MUG, 4 asked for"


def test_kits_that_share_a_component_draw_on_the_same_units(
    pool: Any, rules: Any, question: Any
) -> None:
    demands = [
        Demand("1", "MUG", 1, 2),
        Demand("1", "BOX", 1),
        Demand("2", "TEE", 1),
        Demand("2", "BOX", 1),
    ]
    plan = planned(
        rules(pool("sim:US")), question(demands, {"sim:US": {"MUG": 9, "TEE": 9, "BOX": 1}})
    )
    assert plan.allocations == ()
    assert {s.sku: s.reason for s in plan.shortfalls} == {
        "BOX": "1 available of BOX, 2 asked for",
        "MUG": "the order ships whole or not at all: 1 available of BOX, 2 asked for",
        "TEE": "the order ships whole or not at all: 1 available of BOX, 2 asked for",
    }


@pytest.mark.parametrize(
    ("policy", "backorder", "waits", "ships"),
    [
        ("FillOrKill", False, False, 0),
        ("FillOrKill", True, True, 0),
        ("FillAll", False, True, 3),
        ("FillAll", True, True, 3),
        ("FillAllAvailable", False, False, 3),
        ("FillAllAvailable", True, False, 3),
    ],
)
def test_what_is_short_waits_or_not(
    pool: Any,
    rules: Any,
    question: Any,
    policy: str,
    backorder: bool,
    waits: bool,
    ships: int,
) -> None:
    plan = planned(
        rules(pool("sim:US")),
        question(
            [Demand("1", "MUG", 5)], {"sim:US": {"MUG": 3}}, policy=policy, backorder=backorder
        ),
    )
    assert sum(filled(plan).values()) == ships
    assert [(s.quantity, s.waits) for s in plan.shortfalls] == [(5 - ships, waits)]


def test_units_of_several_pools_count_together(pool: Any, rules: Any, question: Any) -> None:
    plan = planned(
        rules(pool("sim:A"), pool("sim:B")),
        question([Demand("1", "MUG", 5)], {"sim:A": {"MUG": 3}, "sim:B": {"MUG": 2}}),
    )
    assert [shipment.pool for shipment in plan.shipments] == ["sim:A", "sim:B"]
    assert plan.shortfalls == ()


def test_stock_of_a_pool_that_may_not_ship_does_not_count(
    pool: Any, rules: Any, question: Any
) -> None:
    plan = planned(
        rules(pool("sim:US"), pool("sim:DE", to=["DE"])),
        question([Demand("1", "MUG", 2)], {"sim:US": {"MUG": 1}, "sim:DE": {"MUG": 9}}),
    )
    assert [s.reason for s in plan.shortfalls] == ["1 available of MUG, 2 asked for"]


def test_a_kit_is_filled_in_whole_kits(pool: Any, rules: Any, question: Any) -> None:
    demands = [Demand("1", "MUG", 4, 2), Demand("1", "TEE", 4, 1)]
    plan = planned(
        rules(pool("sim:US")),
        question(demands, {"sim:US": {"MUG": 7, "TEE": 2}}, policy="FillAllAvailable"),
    )
    assert filled(plan) == {("1", "MUG"): 4, ("1", "TEE"): 2}
    assert {s.sku: (s.quantity, s.reason) for s in plan.shortfalls} == {
        "MUG": (4, "its item ships whole: 2 available of TEE, 4 asked for"),
        "TEE": (2, "2 available of TEE, 4 asked for"),
    }


def test_lines_are_served_in_their_order(pool: Any, rules: Any, question: Any) -> None:
    demands = [
        Demand("kit", "MUG", 2, 2),
        Demand("kit", "TEE", 2),
        Demand("mugs", "MUG", 3),
        Demand("hat", "HAT", 1),
    ]
    plan = planned(
        rules(pool("sim:US")),
        question(demands, {"sim:US": {"MUG": 5, "TEE": 1, "HAT": 1}}, policy="FillAll"),
    )
    assert filled(plan) == {
        ("kit", "MUG"): 2,
        ("kit", "TEE"): 1,
        ("mugs", "MUG"): 3,
        ("hat", "HAT"): 1,
    }
    assert [(s.line_id, s.sku, s.quantity) for s in plan.shortfalls] == [
        ("kit", "MUG", 2),
        ("kit", "TEE", 1),
    ]


def test_parts_of_a_kit_may_come_from_different_pools(pool: Any, rules: Any, question: Any) -> None:
    demands = [Demand("1", "MUG", 1), Demand("1", "TEE", 1)]
    plan = planned(
        rules(pool("sim:A"), pool("sim:B")),
        question(demands, {"sim:A": {"MUG": 1}, "sim:B": {"TEE": 1}}),
    )
    assert [(a.pool, a.sku) for a in plan.allocations] == [("sim:A", "MUG"), ("sim:B", "TEE")]


def test_a_reason_names_three_skus_and_counts_the_rest(
    pool: Any, rules: Any, question: Any
) -> None:
    short = [Demand(sku, sku, 1) for sku in ("CAP", "HAT", "MUG", "PIN", "TEE")]
    plan = planned(
        rules(pool("sim:US")), question([Demand("1", "BOX", 1), *short], {"sim:US": {"BOX": 1}})
    )
    assert plan.shortfalls[0].reason == (
        "the order ships whole or not at all: 0 available of CAP, 1 asked for;"
        " 0 available of HAT, 1 asked for; 0 available of MUG, 1 asked for;"
        " and 2 other SKUs are short"
    )


def test_without_any_pool_nothing_waits(pool: Any, rules: Any, question: Any) -> None:
    plan = planned(
        rules(pool("sim:US"), pool("sim:CA", to=["CA"])),
        question(
            [Demand("1", "MUG", 2)],
            {"sim:US": {"MUG": 9}},
            to="JP",
            policy="FillAll",
            backorder=True,
        ),
    )
    (shortfall,) = plan.shortfalls
    assert (shortfall.code, shortfall.waits, shortfall.quantity) == ("no_pool", False, 2)
    assert shortfall.reason == (
        "no pool can ship it: sim:CA does not ship to JP, and no cross-border rule allows it;"
        " sim:US does not ship to JP, and no cross-border rule allows it"
    )


def test_without_any_pool_configured(rules: Any, question: Any) -> None:
    plan = planned(rules(), question([Demand("1", "MUG", 2)], {}))
    assert [s.reason for s in plan.shortfalls] == ["no pool can ship it: none is configured"]


def test_many_pools_that_may_not_ship_are_counted(pool: Any, rules: Any, question: Any) -> None:
    pools = [pool(f"sim:{number:02}", to=["DE"]) for number in range(24)]
    plan = planned(rules(*pools), question([Demand("1", "MUG", 2)], {}))
    assert plan.shortfalls[0].reason.endswith("; nor can 21 other pools")
    assert len(plan.rejected) == 24


def test_nothing_asked_for_is_nothing_planned(pool: Any, rules: Any, question: Any) -> None:
    plan = planned(rules(pool("sim:US")), question([Demand("1", "MUG", 0)], {}))
    assert plan == Plan((), (), (), ())
