"""Inbound plans: finding, keeping, listing and naming them (Fulfillment Inbound API 2024-03-20).

A plan is ACTIVE from its creation on, SHIPPED when all of its shipments have left, VOIDED when it
is cancelled, and ERRORED if the operation that should have created it failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stockpool.errors import RejectedError
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    InboundPlan,
    PlanItem,
    PlanShipment,
)
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Inbound, Micros
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.world import World

BAD_REQUEST = "BadRequest"
"""The code of problems that have no number of their own, as Amazon uses it in operations."""

ITEMS = 2000


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an operation failed (ERROR), or what is worth knowing of it (WARNING)."""

    code: str
    message: str
    details: str = ""
    severity: str = "ERROR"


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Some plans; `after` is where the next page begins, None on the last."""

    plans: Sequence[InboundPlan]
    after: str | None


def new_id(world: World, prefix: str = "") -> str:
    """An id as this API has them: two letters that tell what it is of, and 36 characters.

    Without a prefix it has 36, as those of operations have.
    """
    world.store.count("inbound_ids")
    number = world.store.counter("inbound_ids")
    digits = f"{world.draws.bits('id', number, 0):016x}{world.draws.bits('id', number, 1):016x}"
    parts = (digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}", digits[20:])
    return prefix + "-".join(parts)


def begin_plan(world: World, country: str, name: str | None, source: dict[str, str]) -> InboundPlan:
    """A plan without items, which its operation will bring."""
    moment = to_datetime(world.now)
    chosen = name or f"FBA STA ({moment:%m/%d/%Y %H:%M})"
    plan = InboundPlan(new_id(world, "wf"), country, chosen, source, "ACTIVE", world.now, world.now)
    save(world, plan)
    return plan


def known_plan(world: World, plan_id: str) -> InboundPlan:
    """A plan.

    Raises:
        RejectedError: NotFound.
    """
    plan = world.store.inbound_plans.get(plan_id) if plan_id.isprintable() else None
    if plan is None:
        raise RejectedError("NotFound", f"there is no inbound plan {plan_id}")
    return plan


def open_plan(world: World, plan_id: str) -> InboundPlan:
    """A plan that can still be worked on.

    Raises:
        RejectedError: NotFound; InvalidInput if it is not ACTIVE or still being created.
    """
    plan = known_plan(world, plan_id)
    if plan.status != "ACTIVE":
        raise invalid(f"the inbound plan is {plan.status}")
    if not plan.created:
        raise invalid("the inbound plan is still being created")
    return plan


def known_shipment(world: World, plan_id: str, shipment_id: str) -> PlanShipment:
    """A shipment of a plan, offered ones included.

    Raises:
        RejectedError: NotFound.
    """
    known_plan(world, plan_id)
    printable = shipment_id.isprintable()
    shipment = world.store.plan_shipments.get(shipment_id) if printable else None
    if shipment is None or shipment.plan_id != plan_id:
        raise RejectedError("NotFound", f"the inbound plan has no shipment {shipment_id}")
    return shipment


def placed_shipment(world: World, plan_id: str, shipment_id: str) -> tuple[PlanShipment, Inbound]:
    """A shipment of the confirmed placement, with what it is on its way.

    Raises:
        RejectedError: NotFound; InvalidInput while the placement is not confirmed.
    """
    shipment = known_shipment(world, plan_id, shipment_id)
    inbound = inbound_of(world, shipment)
    if inbound is None:
        raise invalid("the placement option of the shipment is not confirmed")
    return shipment, inbound


def inbound_of(world: World, shipment: PlanShipment) -> Inbound | None:
    """What a shipment is on its way; None while its placement is not confirmed."""
    if shipment.inbound_id is None:
        return None
    return world.store.inbound.get(shipment.inbound_id)


def status_of(world: World, shipment: PlanShipment) -> str:
    """A shipment's status in the words of this API."""
    inbound = inbound_of(world, shipment)
    return "UNCONFIRMED" if inbound is None else inbound.status


def shipments_of(world: World, plan: InboundPlan) -> list[PlanShipment]:
    """The shipments of the confirmed placement; none before."""
    placement = plan.placement
    if placement is None:
        return []
    found = (world.store.plan_shipments.get(one) for one in placement.shipment_ids)
    return [shipment for shipment in found if shipment is not None]


def save(world: World, plan: InboundPlan) -> None:
    """Keep a plan that changed."""
    plan.updated_at = world.now
    world.store.inbound_plans.put(plan.plan_id, plan)
    listed = f"{plan.status}|{plan.created_at}|{plan.updated_at}"
    world.store.plan_listing.put(plan.plan_id, listed)


def save_shipment(world: World, shipment: PlanShipment) -> None:
    """Keep a shipment that changed; its plan has changed with it."""
    world.store.plan_shipments.put(shipment.shipment_id, shipment)
    save(world, known_plan(world, shipment.plan_id))


def rename(world: World, plan_id: str, name: str) -> None:
    """Give a plan another name. Raises as `known_plan`."""
    plan = known_plan(world, plan_id)
    plan.name = name
    save(world, plan)


def list_plans(
    world: World,
    *,
    status: str | None,
    by_update: bool,
    descending: bool,
    after: str | None,
    limit: int,
) -> PlanPage:
    """A page of plans by the time of their creation or last change.

    A plan that changes while the pages are read may come twice, or not, where they are listed by
    the last change.

    Raises:
        RejectedError: InvalidInput for an `after` that is none of ours.
    """
    keys: list[tuple[Micros, str]] = []
    for plan_id, listed in world.store.plan_listing.all():
        found, created, updated = listed.split("|")
        if status in (None, found):
            keys.append((int(updated if by_update else created), plan_id))
    keys.sort(reverse=descending)
    if after is not None:
        at, _, last = after.partition(":")
        if not at.isdigit():
            raise invalid("paginationToken is not valid")
        place = (int(at), last)
        keys = [key for key in keys if (key < place if descending else key > place)]
    plans = [known_plan(world, plan_id) for _, plan_id in keys[:limit]]
    following = f"{keys[limit - 1][0]}:{keys[limit - 1][1]}" if len(keys) > limit else None
    return PlanPage(plans, following)


def units_by_kind(items: Sequence[PlanItem]) -> dict[tuple[Any, ...], int]:
    """How many units there are of each SKU, expiration date and lot."""
    units: dict[tuple[Any, ...], int] = {}
    for item in items:
        units[item.kind] = units.get(item.kind, 0) + item.quantity
    return units


def units_by_sku(items: Sequence[PlanItem]) -> dict[str, int]:
    """How many units there are of each SKU."""
    units: dict[str, int] = {}
    for item in items:
        units[item.msku] = units.get(item.msku, 0) + item.quantity
    return units
