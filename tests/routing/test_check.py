"""The check lets no wrong plan pass, whichever policy made it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.errors import InvariantViolation
from stockpool.routing.check import check
from stockpool.routing.fewest_shipments import FewestShipments
from stockpool.routing.values import (
    Allocation,
    Demand,
    Plan,
    PlannedShipment,
    RoutingInput,
    Shortfall,
)

SHIPMENT = PlannedShipment("sim:US", 700, 3)


def asking(*demands: Demand, policy: Any = "FillAllAvailable") -> RoutingInput:
    return RoutingInput(
        "US", "standard", policy, False, (), demands, {"sim:US": {"MUG": 4, "TEE": 4}}
    )


def shipping(*parts: tuple[str, str, int], shortfalls: tuple[Shortfall, ...] = ()) -> Plan:
    allocations = tuple(Allocation("sim:US", line, sku, units) for line, sku, units in parts)
    return Plan(allocations, (SHIPMENT,) if parts else (), shortfalls, ())


def short(sku: str, units: int, *, waits: bool = False) -> Shortfall:
    return Shortfall("1", sku, units, waits, "out_of_stock", "")


TWO_MUGS = Demand("1", "MUG", 2)
KITS = (Demand("1", "MUG", 2, 2), Demand("1", "TEE", 2))


@pytest.mark.parametrize(
    ("question", "plan", "message"),
    [
        (asking(TWO_MUGS), shipping(), "off by 2 units of MUG"),
        (asking(TWO_MUGS), shipping(("1", "MUG", 1)), "off by 1 units of MUG"),
        (asking(TWO_MUGS), shipping(("1", "MUG", 3)), "off by -1 units of MUG"),
        (asking(TWO_MUGS), shipping(("1", "MUG", 2), ("1", "MUG", 0)), "answers no demand"),
        (asking(TWO_MUGS), shipping(("1", "MUG", 2), ("2", "MUG", 1)), "answers no demand"),
        (
            asking(TWO_MUGS),
            shipping(("1", "MUG", 2), shortfalls=(short("HAT", 1),)),
            "answers no demand",
        ),
        (asking(Demand("1", "MUG", 5)), shipping(("1", "MUG", 5)), "has 4 units of MUG, and 5"),
        (
            asking(TWO_MUGS),
            replace(shipping(("1", "MUG", 2)), shipments=()),
            "shipments are planned from",
        ),
        (
            asking(TWO_MUGS),
            replace(shipping(("1", "MUG", 2)), shipments=(SHIPMENT, SHIPMENT)),
            "shipments are planned from",
        ),
        (
            asking(TWO_MUGS),
            replace(shipping(("1", "MUG", 2)), shipments=(replace(SHIPMENT, pool="sim:CA"),)),
            "shipments are planned from",
        ),
        (
            asking(*KITS),
            shipping(("1", "MUG", 3), ("1", "TEE", 2), shortfalls=(short("MUG", 1),)),
            "not whole items",
        ),
        (
            asking(*KITS),
            shipping(("1", "MUG", 2), ("1", "TEE", 2), shortfalls=(short("MUG", 2),)),
            "unequal numbers of its parts",
        ),
        (
            asking(TWO_MUGS, policy="FillOrKill"),
            shipping(("1", "MUG", 1), shortfalls=(short("MUG", 1),)),
            "filled in part",
        ),
        (asking(TWO_MUGS), shipping(shortfalls=(short("MUG", 2, waits=True),)), "does not allow"),
        (
            asking(TWO_MUGS, policy="FillOrKill"),
            shipping(shortfalls=(short("MUG", 2, waits=True),)),
            "does not allow",
        ),
        (asking(Demand("1", "MUG", -1)), shipping(), "less than nothing"),
    ],
)
def test_a_wrong_plan_is_a_defect(question: RoutingInput, plan: Plan, message: str) -> None:
    with pytest.raises(InvariantViolation, match=message):
        check(question, plan)


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        (asking(TWO_MUGS), shipping(("1", "MUG", 2))),
        (asking(TWO_MUGS), shipping(("1", "MUG", 1), ("1", "MUG", 1))),
        (asking(TWO_MUGS, policy="FillAll"), shipping(shortfalls=(short("MUG", 2, waits=True),))),
        (
            asking(*KITS),
            shipping(
                ("1", "MUG", 2), ("1", "TEE", 1), shortfalls=(short("MUG", 2), short("TEE", 1))
            ),
        ),
        # Parts of a line of which fewer are still wanted: one item needs both, the second only one.
        (
            asking(Demand("1", "MUG", 2), Demand("1", "TEE", 1)),
            shipping(("1", "MUG", 1), ("1", "TEE", 1), shortfalls=(short("MUG", 1),)),
        ),
    ],
)
def test_a_right_plan_passes(question: RoutingInput, plan: Plan) -> None:
    check(question, plan)


@given(data=st.data())
def test_a_plan_with_one_unit_moved_never_passes(situations: Any, data: st.DataObject) -> None:
    rules, question = data.draw(situations)
    plan = FewestShipments().plan(rules, question)
    check(question, plan)
    if not plan.allocations:
        return
    at = data.draw(st.integers(0, len(plan.allocations) - 1))
    changed = list(plan.allocations)
    changed[at] = replace(changed[at], quantity=changed[at].quantity + 1)
    with pytest.raises(InvariantViolation):
        check(question, replace(plan, allocations=tuple(changed)))
