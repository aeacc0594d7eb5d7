"""Inbound plans: making, naming, listing and cancelling them; packing and placement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from stockpool_amazon_sim.inbound.inbound_reading import PlanState
from stockpool_amazon_sim.sp_api.inbound_2024 import bodies
from stockpool_amazon_sim.sp_api.inbound_2024.content_json import (
    box_json,
    item_json,
    pallet_json,
    region_json,
)
from stockpool_amazon_sim.sp_api.inbound_2024.paging import page, page_size, place_of
from stockpool_amazon_sim.sp_api.inbound_2024.plan_json import (
    packing_option_json,
    placement_option_json,
    plan_json,
    plan_summary,
)
from stockpool_amazon_sim.sp_api.messages import Answer, Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.reading import country_of, read_body, text

T = TypeVar("T")

_STATUSES = ("ACTIVE", "VOIDED", "SHIPPED")


def accepted(operation_id: str) -> Answer:
    """202: it will be carried out."""
    return Answer(202, {"operationId": operation_id})


def plan_id(call: Call) -> str:
    """The plan in the path."""
    return path_id(call, "inboundPlanId")


def path_id(call: Call, name: str, least: int = 38) -> str:
    """An id in the path.

    Raises:
        ApiError: 400 if it can't be one.
    """
    found = call.names[name]
    plain = found.isascii() and found.replace("-", "").isalnum()
    if not (least <= len(found) <= 38 and plain):
        raise invalid_input(f"{name}: an id has 38 letters, digits and hyphens.")
    return found


def create(call: Call) -> Answer:
    """createInboundPlan."""
    body = read_body(call, bodies.CreateInboundPlan)
    country = country_of(call, body.destination_marketplaces[0], "destinationMarketplaces")
    plan, operation = call.simulator.create_inbound_plan(
        country, body.name, body.source_address.as_told(), [item.item() for item in body.items]
    )
    return Answer(202, {"inboundPlanId": plan, "operationId": operation})


def list_plans(call: Call) -> Json:
    """listInboundPlans: by the time of creation, the newest first, if nothing else is said."""
    status = _one_of(call, "status", _STATUSES)
    sort_by = _one_of(call, "sortBy", ("LAST_UPDATED_TIME", "CREATION_TIME"))
    order = _one_of(call, "sortOrder", ("ASC", "DESC")) or "DESC"
    plans, after = call.simulator.list_inbound_plans(
        plan_summary,
        status=status,
        by_update=sort_by == "LAST_UPDATED_TIME",
        descending=order == "DESC",
        after=place_of(call, "listInboundPlans"),
        limit=page_size(call, 30),
    )
    answer: dict[str, Any] = {"inboundPlans": plans}
    if after is not None:
        answer["pagination"] = {"nextToken": call.tokens.write("listInboundPlans", after)}
    return answer


def get(call: Call) -> Json:
    """getInboundPlan."""
    return call.simulator.get_inbound_plan(plan_id(call), plan_json)


def cancel(call: Call) -> Answer:
    """cancelInboundPlan."""
    return accepted(call.simulator.cancel_inbound_plan(plan_id(call)))


def rename(call: Call) -> Answer:
    """updateInboundPlanName: 204."""
    name = read_body(call, bodies.PlanName).name
    call.simulator.update_inbound_plan_name(plan_id(call), name)
    return Answer(204, {})


def list_items(call: Call) -> Json:
    """listInboundPlanItems."""
    operation = "listInboundPlanItems"
    return _of_plan(
        call,
        operation,
        lambda state: page(call, operation, "items", state.plan.items, item_json, 1000),
    )


def list_boxes(call: Call) -> Json:
    """listInboundPlanBoxes: of the confirmed packing option, then of the shipments."""
    operation = "listInboundPlanBoxes"

    def view(state: PlanState) -> Json:
        if state.shipments:
            placed = [
                (box, region_json(one.shipment.country, one.shipment.center))
                for one in state.shipments
                for box in one.shipment.boxes
            ]
            return page(call, operation, "boxes", placed, lambda one: box_json(*one), 1000)
        packing = state.plan.packing
        boxes = [] if packing is None else [box for one in packing.groups for box in one.boxes]
        return page(call, operation, "boxes", boxes, box_json, 1000)

    return _of_plan(call, operation, view)


def list_pallets(call: Call) -> Json:
    """listInboundPlanPallets."""
    operation = "listInboundPlanPallets"

    def view(state: PlanState) -> Json:
        pallets = [pallet for one in state.shipments for pallet in one.shipment.pallets]
        return page(call, operation, "pallets", pallets, pallet_json, 1000)

    return _of_plan(call, operation, view)


def generate_packing(call: Call) -> Answer:
    """generatePackingOptions."""
    return accepted(call.simulator.generate_packing_options(plan_id(call)))


def list_packing(call: Call) -> Json:
    """listPackingOptions."""
    operation = "listPackingOptions"

    def view(state: PlanState) -> Json:
        plan = state.plan
        return page(
            call,
            operation,
            "packingOptions",
            plan.packing_options,
            lambda option: packing_option_json(option, plan.country, state.now),
            20,
        )

    return _of_plan(call, operation, view)


def confirm_packing(call: Call) -> Answer:
    """confirmPackingOption."""
    option = path_id(call, "packingOptionId")
    return accepted(call.simulator.confirm_packing_option(plan_id(call), option))


def list_group_items(call: Call) -> Json:
    """listPackingGroupItems."""
    operation = "listPackingGroupItems"
    return call.simulator.get_packing_group(
        plan_id(call),
        path_id(call, "packingGroupId"),
        lambda group: page(call, operation, "items", group.items, item_json, 100),
        operation=operation,
    )


def list_group_boxes(call: Call) -> Json:
    """listPackingGroupBoxes."""
    operation = "listPackingGroupBoxes"
    return call.simulator.get_packing_group(
        plan_id(call),
        path_id(call, "packingGroupId"),
        lambda group: page(call, operation, "boxes", group.boxes, box_json, 100),
        operation=operation,
    )


def set_packing(call: Call) -> Answer:
    """setPackingInformation."""
    body = read_body(call, bodies.SetPackingInformation)
    groupings = [
        (one.packing_group_id, one.shipment_id, [box.boxes() for box in one.boxes])
        for one in body.package_groupings
    ]
    return accepted(call.simulator.set_packing_information(plan_id(call), groupings))


def generate_placement(call: Call) -> Answer:
    """generatePlacementOptions."""
    custom = read_body(call, bodies.GeneratePlacementOptions).custom_placement
    return accepted(call.simulator.generate_placement_options(plan_id(call), custom=bool(custom)))


def list_placement(call: Call) -> Json:
    """listPlacementOptions."""
    operation = "listPlacementOptions"

    def view(state: PlanState) -> Json:
        plan = state.plan
        return page(
            call,
            operation,
            "placementOptions",
            plan.placement_options,
            lambda option: placement_option_json(option, plan.country, state.now),
            20,
        )

    return _of_plan(call, operation, view)


def confirm_placement(call: Call) -> Answer:
    """confirmPlacementOption."""
    option = path_id(call, "placementOptionId")
    return accepted(call.simulator.confirm_placement_option(plan_id(call), option))


def _of_plan(call: Call, operation: str, view: Callable[[PlanState], T]) -> T:
    return call.simulator.get_inbound_plan(plan_id(call), view, operation=operation)


def _one_of(call: Call, name: str, values: tuple[str, ...]) -> str | None:
    found = text(call, name)
    if found is not None and found not in values:
        raise invalid_input(f"{name} must be one of {', '.join(values)}.")
    return found
