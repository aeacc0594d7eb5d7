"""What happens to a plan's shipments: names, addresses, tracking, leaving, and being called off.

A shipment leaves when its carrier has it: Amazon's partner comes by itself once it is confirmed,
one's own after its tracking numbers were told. A plan is SHIPPED when its last shipment has left.
"""

from __future__ import annotations

import re
from typing import Any

from stockpool_amazon_sim.inbound import inbound
from stockpool_amazon_sim.inbound.inbound import AT_THE_SELLER
from stockpool_amazon_sim.inbound.inbound_plan_records import InboundPlan, PlanShipment
from stockpool_amazon_sim.inbound.inbound_plans import (
    BAD_REQUEST,
    Problem,
    inbound_of,
    known_plan,
    known_shipment,
    open_plan,
    placed_shipment,
    save,
    save_shipment,
    shipments_of,
    status_of,
)
from stockpool_amazon_sim.inbound.inbound_transport import PARCEL, PARTNER, voidable_until
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import HOUR, Inbound, Micros
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

VALIDATED_AFTER = 3 * HOUR
"""How long it takes until a tracking number is looked at (Amazon: up to 24 hours)."""

_CAN_BE_CALLED_OFF = (*AT_THE_SELLER, "SHIPPED", "IN_TRANSIT")
_CARRIERS_NUMBER = re.compile(r"[A-Za-z0-9]{8,40}")


def rename(world: World, plan_id: str, shipment_id: str, name: str) -> None:
    """Give a shipment another name.

    Raises:
        RejectedError: NotFound.
    """
    shipment = known_shipment(world, plan_id, shipment_id)
    shipment.name = name
    save_shipment(world, shipment)


def check_source(world: World, plan_id: str, shipment_id: str) -> PlanShipment:
    """Whether a shipment's source can be changed: until its carrier is confirmed.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    open_plan(world, plan_id)
    shipment = known_shipment(world, plan_id, shipment_id)
    if shipment.confirmed_at is not None:
        raise invalid("the carrier is confirmed")
    return shipment


def change_source(world: World, shipment_id: str, arguments: Any) -> list[Problem]:
    """Carry out updateShipmentSourceAddress: transportation options must be made again.

    Args:
        arguments: [plan, address].
    """
    plan_id, address = arguments
    shipment = check_source(world, plan_id, shipment_id)
    shipment.source = address
    shipment.transport = []
    save_shipment(world, shipment)
    return []


def check_tracking(
    world: World, plan_id: str, shipment_id: str, *, parcels: bool
) -> tuple[PlanShipment, Inbound]:
    """Whether tracking of this kind can be told for a shipment.

    Raises:
        RejectedError: NotFound; InvalidInput before an own carrier is confirmed, after the
            shipment has arrived, or for the other kind.
    """
    shipment, found = placed_shipment(world, plan_id, shipment_id)
    option = shipment.chosen_transport
    if option is None:
        raise invalid("no transportation option is confirmed")
    if option.solution == PARTNER:
        raise invalid("Amazon's partnered carrier tells the tracking details itself")
    if parcels != option.mode.endswith(("PARCEL", "EXPRESS")):
        raise invalid(f"trackingDetails do not fit the shipping mode {option.mode}")
    if found.status not in (*AT_THE_SELLER, *inbound.ON_THE_WAY):
        raise invalid(f"the shipment is {found.status}")
    return shipment, found


def track(world: World, shipment_id: str, arguments: Any) -> list[Problem]:
    """Carry out updateShipmentTrackingDetails; the carrier has the shipment a little later.

    Args:
        arguments: [plan, lists of [box, number], freight bills, bill of lading].
    """
    plan_id, parcels, freight_bills, bill_of_lading = arguments
    shipment, found = check_tracking(world, plan_id, shipment_id, parcels=bool(parcels))
    boxes = {box.box_id for box in shipment.boxes}
    unknown = [box_id for box_id, _ in parcels if box_id not in boxes]
    if unknown:
        return [Problem(BAD_REQUEST, f"ERROR: There is no box {unknown[0]}.", shipment_id)]
    numbers = {one[0]: one for one in shipment.tracking}
    numbers.update({box_id: [box_id, number, world.now] for box_id, number in parcels})
    shipment.tracking = [numbers[box_id] for box_id in sorted(numbers)]
    shipment.freight_bills = freight_bills or shipment.freight_bills
    shipment.bill_of_lading = bill_of_lading or shipment.bill_of_lading
    save_shipment(world, shipment)
    if found.status in AT_THE_SELLER:
        world.store.drop_events(found.shipment_id, kind="inbound_leaves")
        wait = max(0, (shipment.ready_at[0] if shipment.ready_at else 0) - world.now)
        after = world.hours(world.settings.steps.inbound_hand_over, found.shipment_id, "given")
        world.schedule(wait + after, "inbound_leaves", found.shipment_id)
    return []


def validation_status(number: str, told_at: Micros, now: Micros) -> str:
    """What Amazon has found out of a tracking number. A carrier's has 8 to 40 letters or digits."""
    if now < told_at + VALIDATED_AFTER:
        return "NOT_VALIDATED"
    return "VALIDATED" if _CARRIERS_NUMBER.fullmatch(number) else "NOT_SUPPORTED"


def leave(world: World, event: Event) -> None:
    """A carrier has a shipment, of a plan or not."""
    leave_now(world, inbound.known_inbound(world, event.subject))


def leave_now(world: World, found: Inbound) -> None:
    """As `leave`. Its plan is SHIPPED once no shipment of it is left at the seller."""
    world.store.drop_events(found.shipment_id, kind="inbound_leaves")
    inbound.leave(world, found)
    if not found.plan_id:
        return
    plan = known_plan(world, found.plan_id)
    shipment = world.store.plan_shipments.get(found.plan_shipment_id)
    assert shipment is not None
    option = shipment.chosen_transport
    if option is not None and option.solution == PARTNER and option.mode == PARCEL:
        shipment.tracking = [
            [box.box_id, f"1Z{world.draws.code(10, found.shipment_id, place)}", world.now]
            for place, box in enumerate(shipment.boxes)
        ]
        world.store.plan_shipments.put(shipment.shipment_id, shipment)
    if all(status_of(world, one) not in AT_THE_SELLER for one in shipments_of(world, plan)):
        plan.status = "SHIPPED"
    save(world, plan)


def label(world: World, found: Inbound) -> None:
    """Labels were made: a shipment that was WORKING is READY_TO_SHIP."""
    if found.status == "WORKING":
        inbound.enter(world, found, "READY_TO_SHIP")


def give_up(world: World, event: Event) -> None:
    """A shipment that never came in the time that is allowed is ABANDONED."""
    found = inbound.known_inbound(world, event.subject)
    if found.status in (*AT_THE_SELLER, "SHIPPED"):
        inbound.call_off(world, found, "ABANDONED")
        save(world, known_plan(world, found.plan_id))


def check_cancel(world: World, plan_id: str) -> InboundPlan:
    """Whether a plan can be cancelled: until a shipment of it is delivered.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    plan = known_plan(world, plan_id)
    if plan.status == "VOIDED":
        raise invalid("the inbound plan is cancelled")
    for shipment in shipments_of(world, plan):
        status = status_of(world, shipment)
        if status not in (*_CAN_BE_CALLED_OFF, "ABANDONED"):
            raise invalid(f"shipment {shipment.shipment_id} is {status}")
    return plan


def cancel_plan(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out cancelInboundPlan. After a partner's free time it is charged: a warning says so."""
    plan = check_cancel(world, plan_id)
    problems = []
    for shipment in shipments_of(world, plan):
        found = inbound_of(world, shipment)
        assert found is not None
        until = voidable_until(shipment)
        option = shipment.chosen_transport
        if until is not None and until < world.now and option is not None and option.cost:
            message = "WARNING: The time to cancel for nothing is over: the carriage is charged."
            problems.append(Problem(BAD_REQUEST, message, shipment.shipment_id, "WARNING"))
            world.store.count("inbound_cancellations_charged")
        if found.status != "ABANDONED":
            sent = found.status not in AT_THE_SELLER
            inbound.call_off(world, found, "CANCELLED" if sent else "DELETED")
    plan.status = "VOIDED"
    save(world, plan)
    return problems
