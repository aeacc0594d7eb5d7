"""How a plan's shipments can be brought to Amazon, and what its partners take for it.

For each shipment one's own carrier is offered, and Amazon's partner where the goods start in the
country of the center: small parcels, or freight if pallets were told. Prices are not published;
here a partner takes so much for each box or pallet, and for each kilogram (minor units). Own
carriers need a delivery window first. Confirming holds for all shipments at once, and once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.inbound.inbound_packing import grams
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    InboundPlan,
    Pallet,
    PlacementOption,
    PlanBox,
    PlanShipment,
    TransportOption,
)
from stockpool_amazon_sim.inbound.inbound_plans import (
    BAD_REQUEST,
    Problem,
    known_shipment,
    new_id,
    open_plan,
    save,
    save_shipment,
    shipments_of,
)
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY, HOUR, Micros
from stockpool_amazon_sim.world import World

PARTNER = "AMAZON_PARTNERED_CARRIER"
OWN = "USE_YOUR_OWN_CARRIER"
PARCEL = "GROUND_SMALL_PARCEL"
LTL = "FREIGHT_LTL"
FREIGHT = (LTL, "FREIGHT_FTL_PALLET")
FROM_ABROAD = ("AIR_SMALL_PARCEL", "AIR_SMALL_PARCEL_EXPRESS", "OCEAN_LCL", "OCEAN_FCL")
NEEDS_WINDOW = "CONFIRMED_DELIVERY_WINDOW"

QUOTE_LASTS = 3 * DAY
VOIDABLE = {PARCEL: DAY, LTL: HOUR}
"""How long after its confirmation a partner's carriage can be cancelled for nothing (the API's
description of cancelInboundPlan); full loads are taken as part loads are."""

_PACKAGE_PRICE = {PARCEL: 250, LTL: 4500}
_KILOGRAM_PRICE = {PARCEL: 60, LTL: 25}
_FREIGHT_CARRIER = ("ARBE", "ARCBEST FREIGHT")


@dataclass(frozen=True, slots=True)
class Readiness:
    """When a shipment can be fetched, and what freight carriers want to know."""

    shipment_id: str
    start: Micros
    pallets: Sequence[Pallet] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    freight: Mapping[str, Any] = field(default_factory=dict)


def check_generate(
    world: World, plan_id: str, placement_id: str, shipment_ids: Sequence[str]
) -> tuple[InboundPlan, PlacementOption]:
    """Whether transportation options can be made for these shipments of a placement option.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    plan = open_plan(world, plan_id)
    options = plan.placement_options
    option = next((one for one in options if one.option_id == placement_id), None)
    if option is None:
        raise invalid(f"the inbound plan has no placement option {placement_id}")
    if not option.accepted and (plan.placement is not None or option.expires_at <= world.now):
        raise invalid("the placement option has expired")
    if len(set(shipment_ids)) != len(shipment_ids):
        raise invalid("shipmentTransportationConfigurations: a shipment is there twice")
    for shipment_id in shipment_ids:
        if shipment_id not in option.shipment_ids:
            raise invalid(f"the placement option has no shipment {shipment_id}")
        if known_shipment(world, plan_id, shipment_id).confirmed_at is not None:
            raise invalid("the transportation options are confirmed")
    return plan, option


def generate(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out generateTransportationOptions; earlier options of the shipments are replaced.

    Args:
        arguments: [placement option, lists of [shipment, start, pallets, contact, freight]].
    """
    placement_id, rows = arguments
    check_generate(world, plan_id, placement_id, [row[0] for row in rows])
    problems = []
    for shipment_id, start, _, _, _ in rows:
        shipment = known_shipment(world, plan_id, shipment_id)
        if not shipment.boxes:
            problems.append(_problem("Packing information is missing.", shipment_id))
        if start < world.now:
            problems.append(_problem("The ready to ship window is in the past.", shipment_id))
    if problems:
        return problems
    for shipment_id, start, pallets, contact, freight in rows:
        shipment = known_shipment(world, plan_id, shipment_id)
        shipment.ready_at = [start, start + DAY]
        shipment.pallets = [Pallet(*row) for row in pallets]
        for pallet in shipment.pallets:
            pallet.package_id = new_id(world, "pk")
        shipment.contact, shipment.freight = contact, freight
        shipment.transport = _options(world, shipment)
        save_shipment(world, shipment)
    return []


def check_confirm(
    world: World, plan_id: str, selections: Mapping[str, str]
) -> tuple[InboundPlan, list[tuple[PlanShipment, TransportOption]]]:
    """Whether these options (by shipment) can be chosen.

    Raises:
        RejectedError: NotFound; InvalidInput.
    """
    plan = open_plan(world, plan_id)
    if plan.placement is None:
        raise invalid("no placement option is confirmed")
    shipments = shipments_of(world, plan)
    if {shipment.shipment_id for shipment in shipments} != selections.keys():
        raise invalid("transportationSelections must name each shipment of the inbound plan once")
    chosen = []
    for shipment in shipments:
        if shipment.confirmed_at is not None:
            raise invalid("the transportation options are confirmed")
        wanted = selections[shipment.shipment_id]
        option = next((one for one in shipment.transport if one.option_id == wanted), None)
        if option is None:
            raise invalid(f"shipment {shipment.shipment_id} has no transportation option {wanted}")
        if option.expires_at is not None and option.expires_at <= world.now:
            raise invalid(f"the quote of transportation option {wanted} has expired")
        if NEEDS_WINDOW in option.preconditions and shipment.chosen_window is None:
            raise invalid(f"shipment {shipment.shipment_id} has no confirmed delivery window")
        chosen.append((shipment, option))
    return plan, chosen


def confirm(world: World, plan_id: str, arguments: Any) -> list[Problem]:
    """Carry out confirmTransportationOptions: labels can be made, and partners come by themselves.

    Args:
        arguments: [option by shipment, contact by shipment].
    """
    selections, contacts = arguments
    plan, chosen = check_confirm(world, plan_id, selections)
    for shipment, option in chosen:
        shipment.transport_id = option.option_id
        shipment.confirmed_at = world.now
        shipment.contact = contacts.get(shipment.shipment_id) or shipment.contact
        number_boxes(shipment)
        world.store.plan_shipments.put(shipment.shipment_id, shipment)
        if option.solution == PARTNER:
            _let_partner_come(world, shipment)
    save(world, plan)
    return []


def number_boxes(shipment: PlanShipment, before: Sequence[PlanBox] = ()) -> None:
    """Give boxes that have none the names on their labels: the shipment's and a number.

    Args:
        before: boxes that were there; the number of one that is gone is not given again, for its
            label may be printed.
    """
    named = [box.box_id for box in (*before, *shipment.boxes) if box.box_id is not None]
    number = max((int(name[-6:]) for name in named), default=0)
    for box in shipment.boxes:
        if box.box_id is None:
            number += 1
            box.box_id = f"{shipment.inbound_id}U{number:06d}"


def voidable_until(shipment: PlanShipment) -> Micros | None:
    """Until when a partner's carriage can be cancelled for nothing; None for other carriers."""
    option = shipment.chosen_transport
    if option is None or option.solution != PARTNER or shipment.confirmed_at is None:
        return None
    return shipment.confirmed_at + VOIDABLE[PARCEL if option.mode == PARCEL else LTL]


def price(mode: str, boxes: Sequence[PlanBox], pallets: Sequence[Pallet]) -> int:
    """What a partner takes for a shipment, in minor units."""
    kind = PARCEL if mode == PARCEL else LTL
    packages = len(boxes) if kind == PARCEL else sum(pallet.quantity for pallet in pallets)
    weight = sum(grams(box.weight) for box in boxes) / 1000
    return packages * _PACKAGE_PRICE[kind] + round(weight * _KILOGRAM_PRICE[kind])


def _options(world: World, shipment: PlanShipment) -> list[TransportOption]:
    carriers = [one.code for one in known_country(shipment.country).carriers if not one.amazon]
    at_home = shipment.source["countryCode"] == shipment.country
    modes = FREIGHT if shipment.pallets else (PARCEL,)
    options = []
    if at_home:
        for mode in modes:
            options += _partner(world, shipment, mode, carriers[0])
    for mode in modes if at_home else (*modes, *FROM_ABROAD):
        own = carriers if mode == PARCEL else ["OTHER"]
        options += [
            TransportOption(
                new_id(world, "to"), mode, OWN, code, code.replace("_", " "), [NEEDS_WINDOW]
            )
            for code in own
        ]
    return options


def _partner(
    world: World, shipment: PlanShipment, mode: str, parcel_carrier: str
) -> list[TransportOption]:
    """The partner's option, where what it must know was told."""
    if mode in FREIGHT and not _tells_freight(shipment):
        return []
    code, name = _FREIGHT_CARRIER if mode in FREIGHT else (parcel_carrier, parcel_carrier)
    cost = price(mode, shipment.boxes, shipment.pallets)
    fetched = [shipment.ready_at[0] + 4 * HOUR, shipment.ready_at[0] + 8 * HOUR]
    return [
        TransportOption(
            new_id(world, "to"),
            mode,
            PARTNER,
            code,
            name.replace("_", " "),
            [],
            cost,
            world.now + QUOTE_LASTS,
            fetched if mode in FREIGHT else [],
        )
    ]


def _tells_freight(shipment: PlanShipment) -> bool:
    """Whether a freight partner knows whom to call and how large the pallets are."""
    known = all(pallet.size and pallet.weight for pallet in shipment.pallets)
    return bool(shipment.contact and shipment.freight and known)


def _let_partner_come(world: World, shipment: PlanShipment) -> None:
    assert shipment.inbound_id is not None
    wait = max(0, shipment.ready_at[0] - world.now)
    span = world.settings.steps.inbound_working
    after = world.hours(span, shipment.inbound_id, "fetched")
    world.schedule(wait + after, "inbound_leaves", shipment.inbound_id)


def _problem(message: str, where: str) -> Problem:
    return Problem(BAD_REQUEST, f"ERROR: {message}", where)
