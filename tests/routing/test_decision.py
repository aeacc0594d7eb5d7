"""Decisions are the same bytes everywhere, and can be made again from them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.routing.cheapest import Cheapest
from stockpool.routing.decision import (
    decode_input,
    decode_plan,
    decode_rules,
    digest,
    encode_input,
    encode_plan,
    encode_rules,
    replay,
    rules_digest,
    with_digest,
)
from stockpool.routing.fastest import Fastest
from stockpool.routing.fewest_shipments import FewestShipments
from stockpool.routing.values import (
    Allocation,
    Demand,
    Plan,
    PlannedShipment,
    Rejection,
    RoutingInput,
    RoutingRules,
    Shortfall,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
units = st.integers(-(2**63), 2**63)


def canonical(value: object) -> bytes:
    """What the hand-made text must be equal to."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=sorted
    ).encode()


@given(
    st.builds(
        RoutingInput,
        text,
        st.sampled_from(["standard", "expedited", "priority"]),
        st.sampled_from(["FillOrKill", "FillAll", "FillAllAvailable"]),
        st.booleans(),
        st.lists(st.sampled_from(["BLANK_BOX", "BLOCK_AMZL"])).map(tuple),
        st.lists(st.builds(Demand, text, text, units, units)).map(tuple),
        st.dictionaries(text, st.dictionaries(text, units)),
    )
)
def test_an_input_is_canonical_json_and_comes_back(question: RoutingInput) -> None:
    body = encode_input(question)
    assert body == canonical(asdict(question))
    assert decode_input(body) == question
    assert encode_input(decode_input(body)) == body


@given(
    st.builds(
        Plan,
        st.lists(st.builds(Allocation, text, text, text, units)).map(tuple),
        st.lists(st.builds(PlannedShipment, text, units, units, st.none() | text)).map(tuple),
        st.lists(st.builds(Shortfall, text, text, units, st.booleans(), text, text)).map(tuple),
        st.lists(st.builds(Rejection, st.lists(text).map(tuple), text, text)).map(tuple),
    )
)
def test_a_plan_is_canonical_json_and_comes_back(plan: Plan) -> None:
    body = encode_plan(plan)
    assert body == canonical(asdict(plan))
    assert decode_plan(body) == plan
    assert encode_plan(decode_plan(body)) == body


@given(data=st.data())
def test_rules_come_back_with_their_digest(situations: Any, data: st.DataObject) -> None:
    rules, _ = data.draw(situations)
    body = encode_rules(rules)
    back = decode_rules(body)
    assert encode_rules(back) == body
    assert back.digest == digest(body) == rules_digest(rules)
    assert with_digest(rules).digest == back.digest


@given(data=st.data())
def test_rules_in_another_order_have_the_same_digest(situations: Any, data: st.DataObject) -> None:
    rules, _ = data.draw(situations)
    other = RoutingRules(
        tuple(data.draw(st.permutations(rules.pools))),
        tuple(data.draw(st.permutations(rules.cross_border))),
        "whatever",
    )
    assert rules_digest(other) == rules_digest(rules)


@pytest.mark.parametrize("policy_type", [FewestShipments, Cheapest, Fastest])
@given(data=st.data())
def test_a_replay_gives_the_same_bytes(
    situations: Any, policy_type: Any, data: st.DataObject
) -> None:
    rules, question = data.draw(situations)
    plan = encode_plan(policy_type().plan(rules, question))
    assert replay(encode_rules(rules), encode_input(question), policy_type()) == plan
    assert replay(encode_rules(rules).decode(), encode_input(question).decode(), policy_type()) == (
        plan
    )


@given(data=st.data())
def test_neither_input_nor_plan_depends_on_the_order_of_mappings(
    situations: Any, data: st.DataObject
) -> None:
    rules, question = data.draw(situations)
    pools = data.draw(st.permutations(list(question.available)))
    shuffled = RoutingInput(
        **{
            name: getattr(question, name)
            for name in ("destination", "speed", "policy", "backorder", "features", "demands")
        },
        available={pool: dict(reversed(list(question.available[pool].items()))) for pool in pools},
    )
    assert encode_input(shuffled) == encode_input(question)
    policy = FewestShipments()
    assert policy.plan(rules, shuffled) == policy.plan(rules, question)


PROGRAM = """
import sys
from stockpool.routing.decision import decode_rules, encode_rules, replay
from stockpool.routing.fewest_shipments import FewestShipments
rules, question = sys.stdin.buffer.read().split(b"\\n")
sys.stdout.buffer.write(encode_rules(decode_rules(rules)))
sys.stdout.buffer.write(replay(rules, question, FewestShipments()))
"""


def test_the_bytes_do_not_depend_on_the_process(
    pool: Any, rules: Any, question: Any, crossing: Any
) -> None:
    features = ["BLANK_BOX", "BLOCK_AMZL", "SIGNATURE_CONFIRMATION"]
    here = rules(
        *(pool(f"sim:{n}", to=["US", "CA", "MX", "DE"], features=features) for n in "ABCD"),
        pool("sim:É", to=["FR"]),
        cross_border=[crossing("über", "sim:É", to=["US", "CA", "MX"], extra_days=1)],
    )
    asked = question(
        [Demand("1", "MUG", 3), Demand("2", "TEE", 2)],
        {"sim:A": {"MUG": 2, "TEE": 1}, "sim:B": {"MUG": 2}, "sim:É": {"TEE": 2}},
    )
    rules_body, input_body = encode_rules(here), encode_input(asked)
    for seed in ("0", "1", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=rules_body + b"\n" + input_body,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        )
        assert done.stdout == rules_body + replay(rules_body, input_body, FewestShipments())


def test_the_form_of_stored_bytes_does_not_change_unnoticed(
    pool: Any, rules: Any, question: Any
) -> None:
    here = rules(pool("sim:US", features=["BLOCK_AMZL", "BLANK_BOX"]), pool("sim:DE", to=["DE"]))
    asked = question(
        [Demand("1", 'MUG "L"', 2)], {"sim:US": {'MUG "L"': 2}}, features=["BLANK_BOX"]
    )
    assert encode_rules(here).decode() == (
        '{"cross_border":[],"pools":[{"country":"DE","destinations":["DE"],"features":[],'
        '"pool":"sim:DE","speeds":{"standard":{"order_fee":500,"transit_days":3,"unit_fee":100}}},'
        '{"country":"US","destinations":["US"],"features":["BLANK_BOX","BLOCK_AMZL"],'
        '"pool":"sim:US","speeds":{"standard":{"order_fee":500,"transit_days":3,"unit_fee":100}}}]}'
    )
    assert encode_input(asked).decode() == (
        '{"available":{"sim:US":{"MUG \\"L\\"":2}},"backorder":false,'
        '"demands":[{"count":2,"each":1,"line_id":"1","sku":"MUG \\"L\\""}],"destination":"US",'
        '"features":["BLANK_BOX"],"policy":"FillOrKill","speed":"standard"}'
    )
    assert encode_plan(FewestShipments().plan(here, asked)).decode() == (
        '{"allocations":[{"line_id":"1","pool":"sim:US","quantity":2,"sku":"MUG \\"L\\""}],'
        '"rejected":[{"code":"destination_not_served","pools":["sim:DE"],"reason":'
        '"sim:DE does not ship to US, and no cross-border rule allows it"}],'
        '"shipments":[{"cross_border":null,"fee":700,"pool":"sim:US","transit_days":3}],'
        '"shortfalls":[]}'
    )
