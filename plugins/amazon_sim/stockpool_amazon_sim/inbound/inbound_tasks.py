"""Operations on inbound plans that are taken at once and carried out a little later.

Each call answers with an operation's id; what became of it is told by getInboundOperationStatus:
IN_PROGRESS, then SUCCESS or FAILED, with problems. What a call can already be refused for is
refused at once; the same rules hold again when it is carried out, for the plan may have changed.
Operations on one plan are carried out in the order in which they were begun.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stockpool.errors import RejectedError
from stockpool_amazon_sim.inbound import (
    content_updates,
    delivery_windows,
    inbound_packing,
    inbound_placement,
    inbound_transport,
    plan_creation,
    plan_shipments,
    prep_details,
    self_ship,
)
from stockpool_amazon_sim.inbound.inbound_plan_records import InboundOperation
from stockpool_amazon_sim.inbound.inbound_plans import BAD_REQUEST, Problem, new_id
from stockpool_amazon_sim.records import encode
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

TASKS: Mapping[str, Callable[[World, str, Any], Sequence[Problem]]] = {
    "setPrepDetails": prep_details.set_prep_details,
    "createInboundPlan": plan_creation.create,
    "cancelInboundPlan": plan_shipments.cancel_plan,
    "generatePackingOptions": inbound_packing.generate,
    "confirmPackingOption": inbound_packing.confirm,
    "setPackingInformation": inbound_packing.set_boxes,
    "generatePlacementOptions": inbound_placement.generate,
    "confirmPlacementOption": inbound_placement.confirm,
    "generateTransportationOptions": inbound_transport.generate,
    "confirmTransportationOptions": inbound_transport.confirm,
    "generateDeliveryWindowOptions": delivery_windows.generate,
    "confirmDeliveryWindowOptions": delivery_windows.confirm,
    "updateShipmentSourceAddress": plan_shipments.change_source,
    "updateShipmentTrackingDetails": plan_shipments.track,
    "generateShipmentContentUpdatePreviews": content_updates.generate,
    "confirmShipmentContentUpdatePreview": content_updates.confirm,
    "generateSelfShipAppointmentSlots": self_ship.generate_slots,
    "cancelSelfShipAppointment": self_ship.cancel,
}
"""What carries out an operation on a subject, with the arguments as JSON gives them back.

They change nothing, or all: a problem that is an ERROR comes from one that changed nothing.
"""


def begin(world: World, name: str, subject: str, arguments: Any, plan_id: str | None) -> str:
    """Take an operation; returns its id.

    Args:
        subject: the id of the plan or the shipment, or empty.
        arguments: what can be written as JSON, records included.
        plan_id: the plan that it is about, if it is about one.
    """
    operation_id = new_id(world)
    operation = InboundOperation(operation_id, name, subject, "IN_PROGRESS", encode(arguments))
    world.store.inbound_operations.put(operation_id, operation)
    delay = world.hours(world.settings.steps.inbound_operation, operation_id, "operation")
    plan = None if plan_id is None else world.store.inbound_plans.get(plan_id)
    if plan is not None:
        delay = max(delay, plan.busy_until - world.now)
        plan.busy_until = world.now + delay
        world.store.inbound_plans.put(plan.plan_id, plan)
    world.schedule(delay, "inbound_operation", operation_id)
    return operation_id


def carry_out(world: World, event: Event) -> None:
    """Do what was taken."""
    operation = world.store.inbound_operations.get(event.subject)
    assert operation is not None, event
    arguments = json.loads(operation.arguments)
    try:
        problems = TASKS[operation.name](world, operation.subject, arguments)
    except RejectedError as error:
        problems = [Problem(BAD_REQUEST, f"ERROR: {error.reason}")]
    failed = any(problem.severity == "ERROR" for problem in problems)
    operation.status = "FAILED" if failed else "SUCCESS"
    operation.problems = [
        [problem.severity, problem.code, problem.message, problem.details] for problem in problems
    ]
    operation.arguments = ""
    world.store.inbound_operations.put(operation.operation_id, operation)
    world.store.inbound_operations.settle(operation.operation_id)


def known_operation(world: World, operation_id: str) -> InboundOperation:
    """An operation.

    Raises:
        RejectedError: NotFound.
    """
    printable = operation_id.isprintable()
    operation = world.store.inbound_operations.get(operation_id) if printable else None
    if operation is None:
        raise RejectedError("NotFound", f"there is no operation {operation_id}")
    return operation
