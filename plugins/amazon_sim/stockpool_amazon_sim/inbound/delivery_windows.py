"""When shipments by one's own carrier may come (delivery window options of 2024-03-20).

Ten days are offered, from three days after the shipment is ready. Some are congested, discounted
or blocked, by chance; a blocked one can't be chosen. Once one is chosen no others are offered,
but another of the same offer can be taken until a day before the chosen one begins.
"""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.inbound.inbound import AT_THE_SELLER
from stockpool_amazon_sim.inbound.inbound_plan_records import DeliveryWindow, PlanShipment
from stockpool_amazon_sim.inbound.inbound_plans import (
    Problem,
    inbound_of,
    known_shipment,
    new_id,
    open_plan,
    placed_shipment,
    save_shipment,
)
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY, HOUR, Micros
from stockpool_amazon_sim.world import World

OFFERED = 10
FIRST_AFTER = 3 * DAY
LENGTH = 12 * HOUR
VALID = 2 * DAY
DISCOUNT = 500
"""In minor units, of a discounted window."""

_KINDS = (("AVAILABLE", 0.7), ("CONGESTED", 0.15), ("BLOCKED", 0.1), ("DISCOUNTED", 0.05))


def check_generate(world: World, plan_id: str, shipment_id: str) -> PlanShipment:
    """Whether windows can be offered for a shipment.

    Raises:
        RejectedError: NotFound; InvalidInput once one is confirmed or the shipment has left.
    """
    open_plan(world, plan_id)
    shipment = known_shipment(world, plan_id, shipment_id)
    if shipment.window_id is not None:
        raise invalid("a delivery window is confirmed")
    found = inbound_of(world, shipment)
    if found is not None and found.status not in AT_THE_SELLER:
        raise invalid(f"the shipment is {found.status}")
    return shipment


def generate(world: World, shipment_id: str, arguments: Any) -> list[Problem]:
    """Carry out generateDeliveryWindowOptions; earlier offers are replaced.

    Args:
        arguments: the plan's id.
    """
    shipment = check_generate(world, arguments, shipment_id)
    ready = max(world.now, shipment.ready_at[0] if shipment.ready_at else world.now)
    first = (ready + FIRST_AFTER) // DAY * DAY + 8 * HOUR
    shipment.windows = []
    for day in range(OFFERED):
        start = first + day * DAY
        # The first can always be had, so that there is one.
        kind = world.draws.choose(_KINDS, shipment_id, start, "window") if day else "AVAILABLE"
        shipment.windows.append(
            DeliveryWindow(
                new_id(world, "dw"),
                start,
                start + LENGTH,
                kind,
                world.now + VALID,
                DISCOUNT if kind == "DISCOUNTED" else 0,
            )
        )
    save_shipment(world, shipment)
    return []


def check_confirm(
    world: World, plan_id: str, shipment_id: str, window_id: str
) -> tuple[PlanShipment, DeliveryWindow]:
    """Whether a window can be chosen, or taken instead of the chosen one.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    open_plan(world, plan_id)
    shipment, inbound = placed_shipment(world, plan_id, shipment_id)
    if inbound.status not in AT_THE_SELLER:
        raise invalid(f"the shipment is {inbound.status}")
    window = next((one for one in shipment.windows if one.window_id == window_id), None)
    if window is None:
        raise invalid(f"the shipment has no delivery window option {window_id}")
    if window.availability == "BLOCKED":
        raise invalid("the delivery window option is blocked")
    chosen = shipment.chosen_window
    if chosen is None and window.valid_until <= world.now:
        raise invalid("the delivery window option has expired")
    if chosen is not None and editable_until(chosen) <= world.now:
        raise invalid("the delivery window can't be changed any more")
    if window.start <= world.now:
        raise invalid("the delivery window has begun")
    return shipment, window


def confirm(world: World, shipment_id: str, arguments: Any) -> list[Problem]:
    """Carry out confirmDeliveryWindowOptions.

    Args:
        arguments: [plan, window].
    """
    plan_id, window_id = arguments
    shipment, window = check_confirm(world, plan_id, shipment_id, window_id)
    shipment.window_id = window.window_id
    save_shipment(world, shipment)
    return []


def editable_until(window: DeliveryWindow) -> Micros:
    """Until when another window can be taken instead."""
    return window.start - DAY
