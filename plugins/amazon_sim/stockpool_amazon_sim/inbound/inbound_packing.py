"""How a plan may be packed, and what the seller says is in the boxes.

Two options are offered where there is a choice: boxes that hold different SKUs, by size (small
and large goods do not travel together), and, a little cheaper, boxes that hold one SKU only. The
US bounds of a box (50 lb, 25 in, unless a single unit exceeds them) hold everywhere here, in
kilograms outside of the United States.

Boxes are told by packing group before the placement is confirmed, and by shipment after; both
replace what was told before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from stockpool_amazon_sim.inbound.inbound import AT_THE_SELLER
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    InboundPlan,
    PackingGroup,
    PackingOption,
    PlanBox,
    PlanItem,
    box_from,
)
from stockpool_amazon_sim.inbound.inbound_plans import (
    BAD_REQUEST,
    Problem,
    new_id,
    open_plan,
    placed_shipment,
    save,
    save_shipment,
    units_by_kind,
)
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY
from stockpool_amazon_sim.world import World

BOXES = 5000
"""Of one grouping (the model's bound of the list; identical boxes count each, which is ours)."""

OFFER_LASTS = 2 * DAY
"""How long packing and placement options can be chosen. Amazon tells it with each option."""

SINGLE_SKU_DISCOUNT = 2
"""For each unit, in minor units, where boxes hold one SKU."""

PROVIDED = "BOX_CONTENT_PROVIDED"
SOURCES = (PROVIDED, "BARCODE_2D", "MANUAL_PROCESS")

_HEAVIEST = {"US": (50.0, "LB")}
_HEAVIEST_ELSEWHERE = (23.0, "KG")
_LONGEST = {"IN": 25.0, "CM": 63.5}
_GRAMS = {"LB": 453.592, "KG": 1000.0}


def check_generate(world: World, plan_id: str) -> InboundPlan:
    """Whether packing options can be made.

    Raises:
        RejectedError: NotFound; InvalidInput if the packing or the placement is confirmed.
    """
    plan = open_plan(world, plan_id)
    if plan.placement is not None:
        raise invalid("the placement is confirmed: set packing information by shipment")
    if plan.packing is not None:
        raise invalid("a packing option is confirmed")
    return plan


def generate(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out generatePackingOptions; options that were offered before expire."""
    plan = check_generate(world, plan_id)
    for option in plan.packing_options:
        option.expires_at = min(option.expires_at, world.now)
    by_size: dict[bool, list[PlanItem]] = {}
    by_sku: dict[str, list[PlanItem]] = {}
    for item in plan.items:
        by_size.setdefault(_is_large(world, plan, item), []).append(item)
        by_sku.setdefault(item.msku, []).append(item)
    plan.packing_options.append(_option(world, plan, by_size.values(), 0))
    if len(by_sku) > len(by_size):
        units = sum(item.quantity for item in plan.items)
        discount = SINGLE_SKU_DISCOUNT * units
        plan.packing_options.append(_option(world, plan, by_sku.values(), discount))
    save(world, plan)
    return []


def check_confirm(world: World, plan_id: str, option_id: str) -> tuple[InboundPlan, PackingOption]:
    """Whether a packing option can be chosen.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    plan = check_generate(world, plan_id)
    option = next((one for one in plan.packing_options if one.option_id == option_id), None)
    if option is None:
        raise invalid(f"the inbound plan has no packing option {option_id}")
    if option.expires_at <= world.now:
        raise invalid("the packing option has expired")
    return plan, option


def confirm(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out confirmPackingOption: the others expire."""
    plan, chosen = check_confirm(world, plan_id, arguments)
    for option in plan.packing_options:
        option.accepted = option is chosen
        if option is not chosen:
            option.expires_at = min(option.expires_at, world.now)
    save(world, plan)
    return []


def group_of(plan: InboundPlan, group_id: str) -> PackingGroup | None:
    """A packing group of any of the plan's options."""
    groups = (group for option in plan.packing_options for group in option.groups)
    return next((group for group in groups if group.group_id == group_id), None)


def check_groupings(
    world: World, plan_id: str, groupings: Sequence[tuple[str | None, str | None]]
) -> None:
    """Whether boxes can be told for these.

    Args:
        groupings: packing group or shipment of each, of which one must be given.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    plan = open_plan(world, plan_id)
    if len(set(groupings)) != len(groupings):
        raise invalid("packageGroupings: a packing group or shipment is there twice")
    for group_id, shipment_id in groupings:
        if (group_id is None) == (shipment_id is None):
            raise invalid("packageGroupings: one of packingGroupId and shipmentId must be given")
        if group_id is not None:
            _check_group(plan, group_id)
        elif shipment_id is not None:
            if plan.placement is None:
                raise invalid("shipmentId can only be given after the placement is confirmed")
            shipment, inbound = placed_shipment(world, plan_id, shipment_id)
            if shipment.confirmed_at is not None:
                raise invalid("the carrier is confirmed: use a content update preview")
            if inbound.status not in AT_THE_SELLER:
                raise invalid(f"the shipment is {inbound.status}")


def set_boxes(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out setPackingInformation: all groupings, or none if one has a problem.

    Args:
        arguments: lists of [packing group or None, shipment or None, boxes as
            [box, how many]].
    """
    check_groupings(world, plan_id, [(group, shipment) for group, shipment, _ in arguments])
    plan = open_plan(world, plan_id)
    problems: list[Problem] = []
    told: list[tuple[str | None, str | None, list[PlanBox]]] = []
    for group_id, shipment_id, rows in arguments:
        items = _items_of(world, plan, group_id, shipment_id)
        boxes = [(box_from(row), count) for row, count in rows]
        where = group_id or shipment_id
        problems += box_problems(world, plan.country, items, boxes, where)
        if sum(count for _, count in boxes) <= BOXES:
            told.append((group_id, shipment_id, each_box(world, items, boxes)))
    if any(problem.severity == "ERROR" for problem in problems):
        return problems
    for group_id, shipment_id, new in told:
        if group_id is not None:
            group = group_of(plan, group_id)
            assert group is not None
            group.boxes = new
        else:
            shipment, _ = placed_shipment(world, plan_id, shipment_id or "")
            shipment.boxes = new
            # What was offered for other boxes does not hold any more.
            shipment.transport = []
            save_shipment(world, shipment)
    save(world, plan)
    return problems


def box_problems(
    world: World,
    country: str,
    items: Sequence[PlanItem],
    boxes: Sequence[tuple[PlanBox, int]],
    where: str,
) -> list[Problem]:
    """What is wrong with boxes for these items."""
    found = list(_problems_of_boxes(world, country, boxes, where))
    if sum(count for _, count in boxes) > BOXES:
        found.append(_problem(f"There are more than {BOXES} boxes.", where))
    packed: dict[tuple[Any, ...], int] = {}
    for box, count in boxes:
        for kind, units in units_by_kind(box.items).items():
            packed[kind] = packed.get(kind, 0) + units * count
    wanted = units_by_kind(items)
    told = all(box.source == PROVIDED for box, _ in boxes)
    too_many = any(units > wanted.get(kind, 0) for kind, units in packed.items())
    if too_many or (told and packed != wanted):
        found.append(_problem("The boxes do not hold the expected items and quantities.", where))
    return found


def each_box(
    world: World, items: Sequence[PlanItem], boxes: Sequence[tuple[PlanBox, int]]
) -> list[PlanBox]:
    """Boxes one by one, with what is known of the items in them."""
    known = {item.kind: item for item in items}
    return [
        replace(
            box,
            package_id=box.package_id if box.package_id and not copy else new_id(world, "pk"),
            items=[
                replace(known.get(item.kind, item), quantity=item.quantity) for item in box.items
            ],
        )
        for box, count in boxes
        for copy in range(count)
    ]


def grams(weight: Sequence[Any]) -> float:
    """A weight, [value, unit], in grams."""
    return float(weight[0]) * _GRAMS[weight[1]]


def _option(world: World, plan: InboundPlan, parts: Any, discount: int) -> PackingOption:
    groups = [
        PackingGroup(new_id(world, "pg"), [replace(item) for item in items]) for items in parts
    ]
    value, unit = _HEAVIEST.get(plan.country, _HEAVIEST_ELSEWHERE)
    unit_weights = (
        known_sku(world, plan.country, item.msku).weight_grams / _GRAMS[unit] for item in plan.items
    )
    heaviest = [round(max(value, *unit_weights), 2), unit]
    expires_at = world.now + OFFER_LASTS
    return PackingOption(new_id(world, "po"), groups, heaviest, expires_at, discount)


def _is_large(world: World, plan: InboundPlan, item: PlanItem) -> bool:
    return not known_sku(world, plan.country, item.msku).size_tier.endswith("standard")


def _check_group(plan: InboundPlan, group_id: str) -> None:
    if plan.placement is not None:
        raise invalid("packingGroupId can only be given before the placement is confirmed")
    if plan.packing is None:
        raise invalid("no packing option is confirmed")
    if all(group.group_id != group_id for group in plan.packing.groups):
        raise invalid(f"the confirmed packing option has no packing group {group_id}")


def _items_of(
    world: World, plan: InboundPlan, group_id: str | None, shipment_id: str | None
) -> list[PlanItem]:
    if group_id is not None:
        group = group_of(plan, group_id)
        assert group is not None
        return group.items
    return placed_shipment(world, plan.plan_id, shipment_id or "")[0].items


def _problems_of_boxes(
    world: World, country: str, boxes: Sequence[tuple[PlanBox, int]], where: str
) -> Iterator[Problem]:
    value, unit = _HEAVIEST.get(country, _HEAVIEST_ELSEWHERE)
    for place, (box, _) in enumerate(boxes, start=1):
        units = sum(item.quantity for item in box.items)
        if grams(box.weight) > value * _GRAMS[unit] and units != 1:
            yield _problem(f"Box {place} is heavier than {value:g} {unit}.", where)
        if max(box.size[:3]) > _LONGEST[box.size[3]] and units != 1:
            message = f"WARNING: A side of box {place} is longer than 25 in."
            yield Problem(BAD_REQUEST, message, where, "WARNING")
        if box.source == PROVIDED and not box.items:
            yield _problem(f"Box {place} has no items.", where)
        if box.source != PROVIDED and box.items:
            yield _problem(f"Box {place} has items, which its source does not allow.", where)
        for item in box.items:
            if world.store.skus.get(f"{country}|{item.msku}") is None:
                yield _problem(f"{item.msku} is not known in the marketplace.", where)
        dates: dict[str, set[str | None]] = {}
        for item in box.items:
            dates.setdefault(item.msku, set()).add(item.expiration)
        for msku, different in dates.items():
            if len(different) > 1:
                message = f"Box {place} has units of {msku} with different expiration dates."
                yield _problem(message, where)


def _problem(message: str, where: str) -> Problem:
    return Problem(BAD_REQUEST, f"ERROR: {message}", where)
