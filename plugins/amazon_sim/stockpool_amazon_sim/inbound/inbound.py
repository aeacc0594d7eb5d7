"""Units on their way to Amazon, and what is there when they are counted.

    WORKING --leaves--> SHIPPED > IN_TRANSIT > DELIVERED > CHECKED_IN --arrives-->
    RECEIVING --waves--> ... --closes--> CLOSED

Announced units move inboundWorking -> inboundShipped -> inboundReceiving, and from there, wave by
wave, to the shelf or to a damaged bucket. What is missing when the shipment is closed is no
longer expected; some of it may be found later (a closed shipment can still gain units).

A shipment of an inbound plan is READY_TO_SHIP once its labels are made, and leaves when its plan
says so (`plan_shipments`). One that is called off before it is delivered ends as DELETED, or as
CANCELLED if it had left; one that never comes in the time that Amazon allows is ABANDONED.
"""

from __future__ import annotations

from collections.abc import Mapping

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.inventory.ledger import Bucket, EventType
from stockpool_amazon_sim.inventory.stock import move, stock_of
from stockpool_amazon_sim.records import DAY, Inbound, InboundItem, Micros
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

WAVES = 3

AT_THE_SELLER = ("WORKING", "READY_TO_SHIP")
"""Not yet sent: the units are inboundWorking."""

ON_THE_WAY = ("SHIPPED", "IN_TRANSIT", "DELIVERED", "CHECKED_IN")
"""Sent: the units are inboundShipped."""

OVER = ("CLOSED", "CANCELLED", "DELETED", "ABANDONED")

_MARKS = (("IN_TRANSIT", 0.1), ("DELIVERED", 0.85), ("CHECKED_IN", 0.95))
"""What is told on the way, and after which part of it."""

_DAMAGED = (
    (Bucket.CARRIER_DAMAGED, 0.5),
    (Bucket.DISTRIBUTOR_DAMAGED, 0.3),
    (Bucket.WAREHOUSE_DAMAGED, 0.2),
)


def announce(world: World, code: str, quantities: Mapping[str, int], center: str | None) -> Inbound:
    """Announce a shipment to one center; it leaves by itself after some time.

    Raises:
        RejectedError: InvalidInput for a SKU that is not known.
        ValueError: for a center that is not there or quantities below 1.
    """
    inbound = expect(world, code, quantities, center)
    delay = world.hours(world.settings.steps.inbound_working, inbound.shipment_id, "working")
    world.schedule(delay, "inbound_leaves", inbound.shipment_id)
    return inbound


def expect(
    world: World,
    code: str,
    quantities: Mapping[str, int],
    center: str | None,
    *,
    plan_id: str = "",
    plan_shipment_id: str = "",
) -> Inbound:
    """As `announce`, but it does not leave by itself. See `Inbound` for the last two."""
    centers = country(code).centers
    world.store.count("inbound_shipments")
    number = world.store.counter("inbound_shipments")
    chosen = center or list(centers)[world.draws.bits("inbound", number) % len(centers)]
    if chosen not in centers:
        raise ValueError(f"{code} has no fulfillment center {chosen!r}")
    if not quantities or min(quantities.values()) < 1:
        raise ValueError("an inbound shipment has at least one unit of each SKU")
    items = [
        InboundItem(sku, known_sku(world, code, sku).fnsku, quantity)
        for sku, quantity in quantities.items()
    ]
    shipment_id = "FBA" + world.draws.code(9, "inbound id", number)
    inbound = Inbound(
        shipment_id,
        code,
        chosen,
        "WORKING",
        world.now,
        items,
        created_at=world.now,
        plan_id=plan_id,
        plan_shipment_id=plan_shipment_id,
    )
    for item in items:
        _announce_units(world, inbound, item, item.announced)
    world.store.inbound.put(shipment_id, inbound)
    return inbound


def change(world: World, inbound: Inbound, quantities: Mapping[str, int]) -> None:
    """Announce other quantities of the same SKUs, while the shipment is at the seller."""
    assert inbound.status in AT_THE_SELLER, inbound
    for item in inbound.items:
        more = quantities.get(item.sku, 0) - item.announced
        if more > 0:
            _announce_units(world, inbound, item, more)
        elif more < 0:
            _no_longer_expected(world, inbound, item, -more, Bucket.INBOUND_WORKING)
        item.announced += more
    inbound.items = [item for item in inbound.items if item.announced]
    enter(world, inbound, inbound.status)


def call_off(world: World, inbound: Inbound, status: str) -> None:
    """Nothing of it is expected any more; it ends in this status. It is not yet being received."""
    bucket = Bucket.INBOUND_WORKING if inbound.status in AT_THE_SELLER else Bucket.INBOUND_SHIPPED
    for item in inbound.items:
        _no_longer_expected(world, inbound, item, item.announced, bucket)
    world.store.drop_events(inbound.shipment_id)
    enter(world, inbound, status)


def leave(world: World, inbound: Inbound) -> None:
    """The carrier has the shipment."""
    _move_all(world, inbound, Bucket.INBOUND_WORKING, Bucket.INBOUND_SHIPPED)
    enter(world, inbound, "SHIPPED")
    span = world.settings.steps.inbound_transit_days
    delay = world.draws.between(span, DAY, inbound.shipment_id, "transit")
    for status, part in _MARKS:
        world.schedule(int(delay * part), "inbound_moves_on", inbound.shipment_id, status)
    world.schedule(delay, "inbound_arrives", inbound.shipment_id)


def move_on(world: World, event: Event) -> None:
    """News of a shipment on its way."""
    enter(world, known_inbound(world, event.subject), event.detail)


def arrive(world: World, event: Event) -> None:
    """The first unit is about to be counted: the whole shipment is being received."""
    inbound = known_inbound(world, event.subject)
    _move_all(world, inbound, Bucket.INBOUND_SHIPPED, Bucket.INBOUND_RECEIVING)
    enter(world, inbound, "RECEIVING")
    world.schedule(0, "inbound_receives", inbound.shipment_id)
    span = world.settings.steps.inbound_close_days
    delay = world.draws.between(span, DAY, inbound.shipment_id, "close")
    world.schedule(delay, "inbound_closes", inbound.shipment_id)


def receive(world: World, event: Event) -> None:
    """A part of the units is counted; damaged and unannounced ones turn up in the last part."""
    inbound = known_inbound(world, event.subject)
    inbound.waves += 1
    for place, item in enumerate(inbound.items):
        missing, damaged = _discrepancies(world, inbound, place)
        good = item.announced - missing - damaged
        # Units that were lost after a wave may leave less than was already counted.
        now_good = max(0, -(-good * inbound.waves // WAVES) - (item.received - item.over))
        if now_good:
            _shelve(world, inbound, item, now_good, Bucket.FULFILLABLE)
            item.received += now_good
        if inbound.waves == WAVES and damaged:
            for unit in range(damaged):
                bucket = world.draws.choose(_DAMAGED, inbound.shipment_id, place, unit, "damage")
                _shelve(world, inbound, item, 1, bucket)
            item.damaged = damaged
    if inbound.waves < WAVES:
        key = (inbound.shipment_id, inbound.waves)
        delay = world.hours(world.settings.steps.inbound_wave, *key, "wave")
        world.schedule(delay, "inbound_receives", inbound.shipment_id)
    else:
        receive_unannounced(world, inbound)
    enter(world, inbound, "RECEIVING")


def receive_unannounced(world: World, inbound: Inbound) -> None:
    """Shelve the units that are there and were not announced."""
    for item in inbound.items:
        if item.extra > item.over:
            _find(world, inbound, item, item.extra - item.over)
            item.over = item.extra


def close(world: World, event: Event) -> None:
    """Amazon expects nothing more. What is missing may still be found."""
    inbound = known_inbound(world, event.subject)
    for place, item in enumerate(inbound.items):
        missing = item.announced - (item.received - item.over) - item.damaged
        if not missing:
            continue
        _no_longer_expected(world, inbound, item, missing, Bucket.INBOUND_RECEIVING)
        world.store.count("inbound_missing", missing)
        chance = world.settings.faults.inbound_found
        unit_key = (inbound.shipment_id, place)
        # What was lost on purpose stays lost.
        doubtful = max(0, missing - item.lost)
        found = sum(
            world.draws.chance(chance, *unit_key, unit, "found") for unit in range(doubtful)
        )
        if found:
            span = world.settings.steps.research_days
            delay = world.draws.between(span, DAY, *unit_key, "found after")
            world.schedule(delay, "inbound_found", inbound.shipment_id, f"{place}|{found}")
    world.store.drop_events(inbound.shipment_id, kind="inbound_receives")
    enter(world, inbound, "CLOSED")


def find(world: World, event: Event) -> None:
    """Units of a closed shipment turn up."""
    inbound = known_inbound(world, event.subject)
    place, found = (int(part) for part in event.detail.split("|"))
    _find(world, inbound, inbound.items[place], found)
    enter(world, inbound, inbound.status)


def enter(world: World, inbound: Inbound, status: str) -> None:
    """Keep a shipment that changed, with its status."""
    inbound.status = status
    inbound.updated_at = world.now
    world.store.inbound.put(inbound.shipment_id, inbound)


def known_inbound(world: World, shipment_id: str) -> Inbound:
    """A shipment that must be there."""
    inbound = world.store.inbound.get(shipment_id)
    assert inbound is not None, shipment_id
    return inbound


def days_allowed(inbound: Inbound, source_country: str) -> Micros:
    """After which time a shipment that has not come is given up: 45 days from its creation, 75
    from abroad (Seller Central's limits for inbound shipments)."""
    return (45 if source_country == inbound.country else 75) * DAY


def _discrepancies(world: World, inbound: Inbound, place: int) -> tuple[int, int]:
    """Units missing and damaged, by chance and on purpose."""
    faults = world.settings.faults
    item = inbound.items[place]
    missing = damaged = 0
    if faults.inbound_missing or faults.inbound_damaged:
        for unit in range(item.announced):
            point = world.draws.unit(inbound.shipment_id, place, unit, "discrepancy")
            if point < faults.inbound_missing:
                missing += 1
            elif point < faults.inbound_missing + faults.inbound_damaged:
                damaged += 1
    missing = min(item.announced - (item.received - item.over), missing + item.lost)
    return missing, min(damaged, item.announced - (item.received - item.over) - missing)


def _announce_units(world: World, inbound: Inbound, item: InboundItem, quantity: int) -> None:
    stock = stock_of(world, inbound.country, item.fnsku)
    target = (inbound.center, Bucket.INBOUND_WORKING)
    move(world, stock, quantity, None, target, EventType.INBOUND, inbound.shipment_id)


def _no_longer_expected(
    world: World, inbound: Inbound, item: InboundItem, quantity: int, bucket: Bucket
) -> None:
    stock = stock_of(world, inbound.country, item.fnsku)
    source = (inbound.center, bucket)
    move(world, stock, quantity, source, None, EventType.INBOUND, inbound.shipment_id)


def _find(world: World, inbound: Inbound, item: InboundItem, quantity: int) -> None:
    stock = stock_of(world, inbound.country, item.fnsku)
    target = (inbound.received_at or inbound.center, Bucket.FULFILLABLE)
    move(world, stock, quantity, None, target, EventType.RECEIPTS, inbound.shipment_id)
    item.received += quantity


def _shelve(
    world: World, inbound: Inbound, item: InboundItem, quantity: int, bucket: Bucket
) -> None:
    move(
        world,
        stock_of(world, inbound.country, item.fnsku),
        quantity,
        (inbound.center, Bucket.INBOUND_RECEIVING),
        (inbound.received_at or inbound.center, bucket),
        EventType.RECEIPTS,
        inbound.shipment_id,
    )


def _move_all(world: World, inbound: Inbound, source: Bucket, target: Bucket) -> None:
    for item in inbound.items:
        move(
            world,
            stock_of(world, inbound.country, item.fnsku),
            item.announced,
            (inbound.center, source),
            (inbound.center, target),
            EventType.INBOUND,
            inbound.shipment_id,
        )
