"""Which centers get which part of a plan, and what Amazon takes for sending it to few.

The first option is one center, for the highest fee; each further one has one center more, up to
all of the country's, which costs nothing. Centers near the seller come first. Amazon's fees are
published for the United States only and depend on sizes and places; here each unit costs the same
by its size, in minor units of the country's currency. Boxes whose content is known are not opened
for a split; otherwise units are split.

A confirmed placement can't be changed: its shipments are expected from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.inbound import inbound
from stockpool_amazon_sim.inbound.inbound_packing import OFFER_LASTS, PROVIDED
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    InboundPlan,
    PlacementOption,
    PlanBox,
    PlanItem,
    PlanShipment,
)
from stockpool_amazon_sim.inbound.inbound_plans import (
    Problem,
    new_id,
    open_plan,
    save,
    units_by_kind,
    units_by_sku,
)
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.world import World

UNIT_FEES = {"standard": 30, "large": 180}
"""For a unit that goes to one center with all others, in minor units."""

_Part = tuple[list[PlanItem], list[PlanBox]]


def check_generate(world: World, plan_id: str, *, custom: bool = False) -> InboundPlan:
    """Whether placement options can be made.

    Args:
        custom: the seller names the centers, which Amazon takes in India only.

    Raises:
        RejectedError: NotFound; InvalidInput if the placement is confirmed, or a packing option
            is and a group of it has no boxes.
    """
    plan = open_plan(world, plan_id)
    if custom:
        raise invalid("customPlacement is only available in the India marketplace")
    if plan.placement is not None:
        raise invalid("the placement is confirmed")
    if plan.packing is not None and not all(group.boxes for group in plan.packing.groups):
        raise invalid("packing information is missing for a packing group")
    return plan


def generate(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out generatePlacementOptions; options that were offered before expire."""
    plan = check_generate(world, plan_id)
    for option in plan.placement_options:
        option.expires_at = min(option.expires_at, world.now)
    centers = known_country(plan.country).centers_near(_state(plan))
    boxes = [] if plan.packing is None else [b for g in plan.packing.groups for b in g.boxes]
    known = bool(boxes) and all(box.source == PROVIDED for box in boxes)
    most = min(len(centers), _pieces(plan, boxes))
    whole_fee = sum(_unit_fee(world, plan, item) * item.quantity for item in plan.items)
    for count in range(1, most + 1):
        parts = _split_boxes(boxes, count) if known else _split_units(plan.items, boxes, count)
        fee = 0 if count == len(centers) > 1 else whole_fee * (most - count + 1) // most
        option = PlacementOption(new_id(world, "pl"), [], world.now + OFFER_LASTS, fee)
        for center, part in zip(centers, parts, strict=False):
            option.shipment_ids.append(_offer(world, plan, option, center, part))
        plan.placement_options.append(option)
    save(world, plan)
    return []


def check_confirm(
    world: World, plan_id: str, option_id: str
) -> tuple[InboundPlan, PlacementOption]:
    """Whether a placement option can be chosen.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    plan = check_generate(world, plan_id)
    option = next((one for one in plan.placement_options if one.option_id == option_id), None)
    if option is None:
        raise invalid(f"the inbound plan has no placement option {option_id}")
    if option.expires_at <= world.now:
        raise invalid("the placement option has expired")
    return plan, option


def confirm(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out confirmPlacementOption: the shipments are WORKING, their units expected."""
    plan, chosen = check_confirm(world, plan_id, arguments)
    for option in plan.placement_options:
        option.accepted = option is chosen
        if option is not chosen:
            option.expires_at = min(option.expires_at, world.now)
            for shipment_id in option.shipment_ids:
                world.store.plan_shipments.settle(shipment_id)
    for shipment_id in chosen.shipment_ids:
        shipment = world.store.plan_shipments.get(shipment_id)
        assert shipment is not None
        expected = inbound.expect(
            world,
            plan.country,
            units_by_sku(shipment.items),
            shipment.center,
            plan_id=plan_id,
            plan_shipment_id=shipment_id,
        )
        shipment.inbound_id = expected.shipment_id
        world.store.plan_shipments.put(shipment_id, shipment)
        allowed = inbound.days_allowed(expected, plan.source["countryCode"])
        world.schedule(allowed, "inbound_given_up", expected.shipment_id, quiet=True)
    save(world, plan)
    return []


def _offer(
    world: World, plan: InboundPlan, option: PlacementOption, center: str, part: _Part
) -> str:
    items, boxes = part
    shipment_id = new_id(world, "sh")
    shipment = PlanShipment(
        shipment_id,
        plan.plan_id,
        option.option_id,
        plan.country,
        center,
        f"{plan.name}-{center}",
        dict(plan.source),
        items,
        boxes,
        world.now,
    )
    world.store.plan_shipments.put(shipment_id, shipment)
    return shipment_id


def _pieces(plan: InboundPlan, boxes: Sequence[PlanBox]) -> int:
    """Into how many parts a plan can be split at most."""
    units = sum(item.quantity for item in plan.items)
    if len({box.source == PROVIDED for box in boxes}) == 2:
        # What is in some boxes is known, in others not: nobody can tell what else goes where.
        return 1
    return min(len(boxes), units) if boxes else units


def _split_boxes(boxes: Sequence[PlanBox], count: int) -> list[_Part]:
    parts: list[_Part] = []
    for place in range(count):
        mine = [_copy(box) for box in boxes[place::count]]
        parts.append((_together([item for box in mine for item in box.items]), mine))
    return parts


def _split_units(items: Sequence[PlanItem], boxes: Sequence[PlanBox], count: int) -> list[_Part]:
    """Each SKU evenly; what is left over goes round the centers, so that none gets nothing."""
    shares: list[list[PlanItem]] = [[] for _ in range(count)]
    turn = 0
    for item in items:
        share, rest = divmod(item.quantity, count)
        for place in range(count):
            units = share + ((place - turn) % count < rest)
            if units:
                shares[place].append(replace(item, quantity=units))
        turn = (turn + rest) % count
    return [
        (share, [_copy(box) for box in boxes[place::count]]) for place, share in enumerate(shares)
    ]


def _together(items: Sequence[PlanItem]) -> list[PlanItem]:
    first = {item.kind: item for item in reversed(items)}
    return [replace(first[kind], quantity=n) for kind, n in units_by_kind(items).items()]


def _copy(box: PlanBox) -> PlanBox:
    return replace(box, items=[replace(item) for item in box.items])


def _unit_fee(world: World, plan: InboundPlan, item: PlanItem) -> int:
    tier = known_sku(world, plan.country, item.msku).size_tier
    return UNIT_FEES["standard" if tier.endswith("standard") else "large"]


def _state(plan: InboundPlan) -> str | None:
    at_home = plan.source["countryCode"] == plan.country
    return plan.source.get("stateOrProvinceCode") if at_home else None
