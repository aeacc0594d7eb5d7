"""What createInboundPlan refuses at once, and what makes its operation fail later.

Whether SKUs are known, may be sent, and have their preparation settled is found out by the
operation. Codes that Amazon's eligibility knows are used where they fit; 0180 (a date is needed),
0181 (a date is too near) and 0182 (preparation is not settled) are seen in public.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from stockpool_amazon_sim.inbound.inbound_eligibility import MESSAGES, inbound_problems
from stockpool_amazon_sim.inbound.inbound_plan_records import InboundPlan, PlanItem, item_from
from stockpool_amazon_sim.inbound.inbound_plans import (
    ITEMS,
    Problem,
    begin_plan,
    known_plan,
    save,
)
from stockpool_amazon_sim.inbound.prep_details import input_error, owner_problems, preparation
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Sku
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.world import World

NAME_MOST = 40
UNITS_MOST = 500_000

FRESH_DAYS = 105
"""How long units must still be good when they are sent (a bound that sellers report)."""


def begin(
    world: World,
    country: str,
    name: str | None,
    source: dict[str, str],
    items: Sequence[PlanItem],
) -> InboundPlan:
    """Take a plan, which is empty until its operation has succeeded.

    Raises:
        RejectedError: InvalidInput.
    """
    if not 1 <= len(items) <= ITEMS:
        raise invalid(f"items must have 1 to {ITEMS} elements")
    if name is not None and not 1 <= len(name) <= NAME_MOST:
        raise invalid(f"name must have 1 to {NAME_MOST} characters")
    if not source.get("phoneNumber"):
        raise invalid("sourceAddress.phoneNumber is missing")
    seen = set()
    for item in items:
        if not 1 <= item.quantity <= UNITS_MOST:
            raise invalid(f"items: a quantity is 1 to {UNITS_MOST}")
        if item.kind in seen:
            raise invalid(f"items: {item.msku} is there twice with the same expiration and lot")
        seen.add(item.kind)
    return begin_plan(world, country, name, source)


def create(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out createInboundPlan; a plan that can't be made is ERRORED."""
    plan = known_plan(world, plan_id)
    items = [item_from(row) for row in arguments]
    problems = [problem for item in items for problem in _item_problems(world, plan, item)]
    if problems:
        plan.status = "ERRORED"
    else:
        plan.items = [_completed(world, plan, item) for item in items]
        plan.created = True
    save(world, plan)
    return problems


def _item_problems(world: World, plan: InboundPlan, item: PlanItem) -> list[Problem]:
    sku = world.store.skus.get(f"{plan.country}|{item.msku}")
    if sku is None:
        return [_coded("FBA_INB_0006", MESSAGES["FBA_INB_0006"], item.msku)]
    problems = [_coded(code, MESSAGES[code], item.msku) for code in inbound_problems(sku)]
    problems += _date_problems(world, sku, item)
    known = preparation(world, plan.country, item.msku)
    if known.category == "UNKNOWN":
        message = "Prep classification for this SKU was missing. Call setPrepDetails first."
        problems.append(_coded("FBA_INB_0182", message, item.msku))
        return problems
    return problems + owner_problems(known, item.label_owner, item.prep_owner)


def _date_problems(world: World, sku: Sku, item: PlanItem) -> list[Problem]:
    if item.expiration is None:
        return []
    today = to_datetime(world.now).date()
    if date.fromisoformat(item.expiration) < today + timedelta(days=FRESH_DAYS):
        message = f"The expiration date must be at least {FRESH_DAYS} days ahead."
        return [_coded("FBA_INB_0181", message, sku.sku)]
    return []


def _completed(world: World, plan: InboundPlan, item: PlanItem) -> PlanItem:
    sku = world.store.skus.get(f"{plan.country}|{item.msku}")
    assert sku is not None
    item.fnsku, item.asin = sku.fnsku, sku.asin
    item.prep_types = list(preparation(world, plan.country, item.msku).types)
    return item


def _coded(code: str, message: str, msku: str) -> Problem:
    return Problem(code, f"ERROR: {message}", input_error(msku))
