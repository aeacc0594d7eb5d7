"""The words that a merchant reads."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stockpool.routing.decision import encode_plan
from stockpool.routing.explanation import explain
from stockpool.routing.fewest_shipments import FewestShipments
from stockpool.routing.values import (
    Allocation,
    Demand,
    Plan,
    PlannedShipment,
    RoutingInput,
    RoutingRules,
)


def words(rules: RoutingRules, question: RoutingInput) -> list[str]:
    return list(explain(rules, question, FewestShipments().plan(rules, question)).words)


def test_one_pool_has_everything(pool: Any, rules: Any, question: Any) -> None:
    demands = [Demand("1", "MUG", 2), Demand("2", "TEE", 1)]
    assert words(
        rules(pool("sim:US"), pool("sim:MX"), pool("sim:DE", to=["DE"])),
        question(demands, {"sim:US": {"MUG": 5, "TEE": 1}}),
    ) == [
        "sim:US ships 2 of MUG and 1 of TEE to US at standard speed, for a fee of 800,"
        " within 3 days.",
        "No other pool could ship all of this.",
        "sim:DE does not ship to US, and no cross-border rule allows it.",
        "sim:MX has none of the 2 SKUs asked for.",
    ]


def test_one_of_several_pools(pool: Any, rules: Any, question: Any) -> None:
    assert words(
        rules(pool("sim:US", days=1), pool("sim:MX", order_fee=900)),
        question([Demand("1", "MUG", 1)], {"sim:US": {"MUG": 5}, "sim:MX": {"MUG": 5}}),
    ) == [
        "sim:US ships 1 of MUG to US at standard speed, for a fee of 600, within 1 day.",
        "sim:MX would cost 1000 instead of 600.",
    ]


def test_a_split_across_a_border(pool: Any, rules: Any, question: Any, crossing: Any) -> None:
    assert words(
        rules(
            pool("sim:US"),
            pool("sim:CA", to=["CA"]),
            cross_border=[
                crossing("ca-to-us", "sim:CA", to=["US"], extra_order_fee=300, extra_days=2)
            ],
        ),
        question(
            [Demand("1", "MUG", 2), Demand("2", "TEE", 1)],
            {"sim:US": {"MUG": 2}, "sim:CA": {"MUG": 1, "TEE": 1}},
        ),
    ) == [
        "sim:CA ships 1 of MUG and 1 of TEE to US at standard speed, for a fee of 1000,"
        " within 5 days, under the cross-border rule ca-to-us.",
        "sim:US ships 1 of MUG to US at standard speed, for a fee of 600, within 3 days.",
        "That is 2 shipments, for a fee of 1600 in all, complete within 5 days.",
        "No single pool could ship all of this.",
        "sim:CA has 1 of 2 units of MUG.",
        "sim:US has 0 of 1 units of TEE.",
    ]


def test_a_part_that_waits(pool: Any, rules: Any, question: Any) -> None:
    assert words(
        rules(pool("sim:US")),
        question([Demand("1", "MUG", 5)], {"sim:US": {"MUG": 3}}, policy="FillAll"),
    ) == [
        "sim:US ships 3 of MUG to US at standard speed, for a fee of 800, within 3 days.",
        "Waiting for stock: 2 of MUG; 3 available of MUG, 5 asked for.",
    ]


def test_an_order_that_is_not_filled(pool: Any, rules: Any, question: Any) -> None:
    assert words(
        rules(pool("sim:US")), question([Demand("1", "MUG", 5)], {"sim:US": {"MUG": 3}})
    ) == [
        "Nothing ships to US now; asked for: 5 units.",
        "Not filled: 5 of MUG; 3 available of MUG, 5 asked for.",
        "sim:US has 3 of 5 units of MUG.",
    ]


def test_an_order_that_no_pool_can_ship(pool: Any, rules: Any, question: Any) -> None:
    assert words(rules(pool("sim:US")), question([Demand("1", "MUG", 1)], {}, to="JP")) == [
        "Nothing ships to JP now; asked for: 1 unit.",
        "Not filled: 1 of MUG; no pool can ship it.",
        "sim:US does not ship to JP, and no cross-border rule allows it.",
    ]


def test_nothing_is_claimed_about_pools_that_a_policy_does_not_mention(
    pool: Any, rules: Any, question: Any
) -> None:
    plan = Plan(
        (Allocation("sim:US", "1", "MUG", 1),), (PlannedShipment("sim:US", 600, 3),), (), ()
    )
    explanation = explain(
        rules(pool("sim:US"), pool("sim:MX")),
        question([Demand("1", "MUG", 1)], {"sim:US": {"MUG": 1}}),
        plan,
    )
    assert explanation.words == (
        "sim:US ships 1 of MUG to US at standard speed, for a fee of 600, within 3 days.",
    )


@given(data=st.data())
def test_every_plan_can_be_explained_in_words_and_as_json(
    situations: Any, data: st.DataObject
) -> None:
    rules, question = data.draw(situations)
    plan = FewestShipments().plan(rules, question)
    explanation = explain(rules, question, plan)
    said = str(explanation)
    assert said.splitlines() == list(explanation.words)
    assert all(sentence.endswith(".") for sentence in explanation.words)
    for rejection in plan.rejected:
        assert f"{rejection.reason}." in said
    told = json.loads(json.dumps(explanation.as_dict()))
    assert told["words"] == list(explanation.words)
    assert (told["fee"], told["transit_days"]) == (plan.fee, plan.transit_days)
    assert {name: told[name] for name in json.loads(encode_plan(plan))} == json.loads(
        encode_plan(plan)
    )


def test_an_empty_order(pool: Any, rules: Any, question: Any) -> None:
    assert words(rules(pool("sim:US")), question([], {})) == [
        "Nothing is asked for, so nothing ships."
    ]
