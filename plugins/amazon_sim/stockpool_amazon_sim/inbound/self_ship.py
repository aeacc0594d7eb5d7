"""Appointments at a center's gate for sellers who drive there themselves.

Amazon has them in Mexico, Brazil, Egypt, Saudi Arabia, the Emirates and India only. Slots are an
hour long, six on each day but Sunday, and can be taken for a day after they were made.
"""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.inbound.inbound import AT_THE_SELLER, ON_THE_WAY
from stockpool_amazon_sim.inbound.inbound_plan_records import Appointment, PlanShipment
from stockpool_amazon_sim.inbound.inbound_plans import (
    Problem,
    new_id,
    placed_shipment,
    save_shipment,
)
from stockpool_amazon_sim.inbound.inbound_transport import PARTNER
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY, HOUR, Micros
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.world import World

COUNTRIES = ("MX", "BR", "EG", "SA", "AE", "IN")
HOURS = (8, 9, 10, 13, 14, 15)
SLOTS_LAST = DAY
DAYS = 7
"""How many days of slots are made where the seller names no end."""

MOST_DAYS = 31
SCHEDULED = "ARRIVAL_SCHEDULED"
CANCELLED = "CANCELLED"
_SUNDAY = 6


def self_shipped(world: World, plan_id: str, shipment_id: str) -> PlanShipment:
    """A shipment that may have an appointment.

    Raises:
        RejectedError: NotFound; InvalidInput in a country without appointments, for a shipment
            by Amazon's partner, and after it has arrived.
    """
    shipment, inbound = placed_shipment(world, plan_id, shipment_id)
    if shipment.country not in COUNTRIES:
        raise invalid(f"self-ship appointments are only available in {', '.join(COUNTRIES)}")
    option = shipment.chosen_transport
    if option is None or option.solution == PARTNER:
        raise invalid("the shipment is not sent by the seller's own carrier")
    if inbound.status not in (*AT_THE_SELLER, *ON_THE_WAY):
        raise invalid(f"the shipment is {inbound.status}")
    return shipment


def check_span(world: World, start: Micros | None, end: Micros | None) -> tuple[Micros, Micros]:
    """From when to when slots are wanted.

    Raises:
        RejectedError: InvalidInput for an end before the start, and for more than 31 days.
    """
    first = max(world.now, start or world.now)
    last = end or first + DAYS * DAY
    if last <= first:
        raise invalid("desiredEndDate must be after desiredStartDate and in the future")
    if last - first > MOST_DAYS * DAY:
        raise invalid(f"slots are made for {MOST_DAYS} days at most")
    return first, last


def generate_slots(world: World, shipment_id: str, arguments: Any) -> list[Problem]:
    """Carry out generateSelfShipAppointmentSlots; earlier slots are replaced.

    Args:
        arguments: [plan, start or None, end or None].
    """
    plan_id, start, end = arguments
    shipment = self_shipped(world, plan_id, shipment_id)
    first, last = check_span(world, start, end)
    shipment.slots = []
    for day in range(first // DAY, last // DAY + 1):
        if to_datetime(day * DAY).weekday() == _SUNDAY:
            continue
        for hour in HOURS:
            begin = day * DAY + hour * HOUR
            if first < begin and begin + HOUR <= last:
                shipment.slots.append([new_id(world, "as"), begin, begin + HOUR])
    shipment.slots_until = world.now + SLOTS_LAST
    save_shipment(world, shipment)
    return []


def schedule(
    world: World, plan_id: str, shipment_id: str, slot_id: str, reason: str | None
) -> Appointment:
    """Take a slot, or another one instead; the latter needs a reason.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    shipment = self_shipped(world, plan_id, shipment_id)
    slot = next((one for one in shipment.slots if one[0] == slot_id), None)
    if slot is None:
        raise invalid(f"the shipment has no appointment slot {slot_id}")
    if shipment.slots_until <= world.now or slot[1] <= world.now:
        raise invalid("the appointment slot has expired")
    current = _current(shipment)
    if current is not None and reason is None:
        raise invalid("reasonComment is needed to reschedule an appointment")
    if current is None:
        world.store.count("inbound_appointments")
        number = 10_000_000 + world.store.counter("inbound_appointments")
        current = Appointment(number, 0, 0, SCHEDULED)
        shipment.appointments.append(current)
    current.start, current.end = slot[1], slot[2]
    save_shipment(world, shipment)
    return current


def check_cancel(world: World, plan_id: str, shipment_id: str) -> tuple[PlanShipment, Appointment]:
    """Whether there is an appointment to cancel.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    shipment = self_shipped(world, plan_id, shipment_id)
    current = _current(shipment)
    if current is None:
        raise invalid("the shipment has no appointment")
    return shipment, current


def cancel(world: World, shipment_id: str, arguments: Any) -> list[Problem]:
    """Carry out cancelSelfShipAppointment.

    Args:
        arguments: the plan's id.
    """
    shipment, current = check_cancel(world, arguments, shipment_id)
    current.status = CANCELLED
    save_shipment(world, shipment)
    return []


def _current(shipment: PlanShipment) -> Appointment | None:
    kept = (one for one in shipment.appointments if one.status == SCHEDULED)
    return next(kept, None)
