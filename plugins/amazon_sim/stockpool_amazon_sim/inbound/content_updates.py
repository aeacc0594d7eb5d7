"""Changing what is in a shipment after its carrier is confirmed (content update previews).

A preview holds the whole new contents and what the carriage would cost; it can be confirmed for a
day. No SKU may come in, and of each the units may change by 6 or by 5 %, whichever is more: that
was the rule of the former API, and Amazon does not say what holds now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from stockpool.errors import RejectedError
from stockpool_amazon_sim.inbound import inbound
from stockpool_amazon_sim.inbound.inbound import AT_THE_SELLER
from stockpool_amazon_sim.inbound.inbound_packing import box_problems, each_box
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    ContentPreview,
    PlanItem,
    PlanShipment,
    box_from,
    item_from,
)
from stockpool_amazon_sim.inbound.inbound_plans import (
    BAD_REQUEST,
    Problem,
    inbound_of,
    known_plan,
    known_shipment,
    new_id,
    open_plan,
    save_shipment,
    shipments_of,
    units_by_sku,
)
from stockpool_amazon_sim.inbound.inbound_transport import PARTNER, number_boxes, price
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY
from stockpool_amazon_sim.world import World

LASTS = DAY
FREE_UNITS = 6
FREE_PART = 0.05


def check_generate(world: World, plan_id: str, shipment_id: str) -> PlanShipment:
    """Whether a shipment's contents can be changed this way.

    Raises:
        RejectedError: NotFound; InvalidInput before the carrier is confirmed and after the
            shipment has left.
    """
    open_plan(world, plan_id)
    shipment = known_shipment(world, plan_id, shipment_id)
    if shipment.confirmed_at is None:
        raise invalid("the carrier is not confirmed: use setPackingInformation")
    found = inbound_of(world, shipment)
    assert found is not None
    if found.status not in AT_THE_SELLER:
        raise invalid(f"the shipment is {found.status}")
    return shipment


def generate(world: World, shipment_id: str, arguments: Any) -> list[Problem]:
    """Carry out generateShipmentContentUpdatePreviews.

    Args:
        arguments: [plan, items, boxes as [box, how many], the request as it came].
    """
    plan_id, item_rows, box_rows, requested = arguments
    shipment = check_generate(world, plan_id, shipment_id)
    known = {item.msku: item for item in shipment.items}
    items = [item_from(row) for row in item_rows]
    boxes = [(box_from(row), count) for row, count in box_rows]
    problems = _quantity_problems(shipment, items)
    ours = {box.package_id for box in shipment.boxes}
    for box, count in boxes:
        if box.package_id and (box.package_id not in ours or count != 1):
            problems.append(_problem(f"{box.package_id} is not one box of the shipment.", shipment))
    problems += box_problems(world, shipment.country, items, boxes, shipment_id)
    if any(problem.severity == "ERROR" for problem in problems):
        return problems
    items = [
        replace(
            item,
            fnsku=known[item.msku].fnsku,
            asin=known[item.msku].asin,
            prep_types=list(known[item.msku].prep_types),
        )
        for item in items
    ]
    transport = shipment.chosen_transport
    assert transport is not None
    new_boxes = each_box(world, items, boxes)
    names = {box.package_id: box.box_id for box in shipment.boxes}
    for box in new_boxes:
        box.box_id = names.get(box.package_id)
    cost = transport.cost
    if transport.solution == PARTNER:
        cost = price(transport.mode, new_boxes, shipment.pallets)
    until = world.now + LASTS
    expires_at = until if transport.solution == PARTNER else None
    option = replace(transport, cost=cost, expires_at=expires_at)
    shipment.previews.append(
        ContentPreview(new_id(world, "cp"), items, new_boxes, option, until, requested)
    )
    save_shipment(world, shipment)
    return problems


def known_preview(world: World, plan_id: str, shipment_id: str, preview_id: str) -> ContentPreview:
    """A preview of a shipment.

    Raises:
        RejectedError: NotFound.
    """
    shipment = known_shipment(world, plan_id, shipment_id)
    for preview in shipment.previews:
        if preview.preview_id == preview_id:
            return preview
    raise RejectedError("NotFound", f"the shipment has no content update preview {preview_id}")


def check_confirm(world: World, plan_id: str, shipment_id: str, preview_id: str) -> ContentPreview:
    """Whether a preview can be confirmed.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    check_generate(world, plan_id, shipment_id)
    preview = known_preview(world, plan_id, shipment_id, preview_id)
    if preview.confirmed:
        raise invalid("the content update preview is confirmed")
    if preview.expires_at <= world.now:
        raise invalid("the content update preview has expired")
    return preview


def confirm(world: World, shipment_id: str, arguments: Any) -> list[Problem]:
    """Carry out confirmShipmentContentUpdatePreview; other previews of the shipment expire.

    Args:
        arguments: [plan, preview].
    """
    plan_id, preview_id = arguments
    preview = check_confirm(world, plan_id, shipment_id, preview_id)
    shipment = known_shipment(world, plan_id, shipment_id)
    preview.confirmed = True
    for other in shipment.previews:
        if other is not preview:
            other.expires_at = min(other.expires_at, world.now)
    before = shipment.boxes
    shipment.items = [replace(item) for item in preview.items]
    shipment.boxes = [
        replace(box, items=[replace(item) for item in box.items]) for box in preview.boxes
    ]
    number_boxes(shipment, before)
    shipment.transport = [
        replace(preview.transport) if one.option_id == shipment.transport_id else one
        for one in shipment.transport
    ]
    found = inbound_of(world, shipment)
    assert found is not None
    inbound.change(world, found, units_by_sku(shipment.items))
    save_shipment(world, shipment)
    plan = known_plan(world, plan_id)
    plan.items = [replace(item) for one in shipments_of(world, plan) for item in one.items]
    return []


def _quantity_problems(shipment: PlanShipment, items: Sequence[PlanItem]) -> list[Problem]:
    before, after = units_by_sku(shipment.items), units_by_sku(items)
    problems = [
        _problem(f"{msku} is not in the shipment.", shipment) for msku in after.keys() - before
    ]
    for msku, units in before.items():
        most = max(FREE_UNITS, int(units * FREE_PART))
        if abs(after.get(msku, 0) - units) > most:
            message = f"The units of {msku} can change by {most} at most."
            problems.append(_problem(message, shipment))
    return problems


def _problem(message: str, shipment: PlanShipment) -> Problem:
    return Problem(BAD_REQUEST, f"ERROR: {message}", shipment.shipment_id)
