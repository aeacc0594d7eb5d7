"""Units on their way to Amazon, and what is there when they are counted.

    WORKING --leaves--> SHIPPED --arrives--> RECEIVING --waves--> ... --closes--> CLOSED

Announced units move inboundWorking -> inboundShipped -> inboundReceiving, and from there, wave by
wave, to the shelf or to a damaged bucket. What is missing when the shipment is closed is no
longer expected; some of it may be found later (a closed shipment can still gain units).
"""

from __future__ import annotations

from collections.abc import Mapping

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory import known_sku
from stockpool_amazon_sim.ledger import Bucket, EventType
from stockpool_amazon_sim.records import DAY, Inbound, InboundItem
from stockpool_amazon_sim.stock import move, stock_of
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

WAVES = 3

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
    inbound = Inbound(shipment_id, code, chosen, "WORKING", world.now, items)
    for item in items:
        stock = stock_of(world, code, item.fnsku)
        target = (chosen, Bucket.INBOUND_WORKING)
        move(world, stock, item.announced, None, target, EventType.INBOUND, shipment_id)
    world.store.inbound.put(shipment_id, inbound)
    delay = world.hours(world.settings.steps.inbound_working, shipment_id, "working")
    world.schedule(delay, "inbound_leaves", shipment_id)
    return inbound


def leave(world: World, event: Event) -> None:
    """The carrier has the shipment."""
    inbound = _inbound(world, event)
    _move_all(world, inbound, Bucket.INBOUND_WORKING, Bucket.INBOUND_SHIPPED)
    _enter(world, inbound, "SHIPPED")
    span = world.settings.steps.inbound_transit_days
    delay = world.draws.between(span, DAY, inbound.shipment_id, "transit")
    world.schedule(delay, "inbound_arrives", inbound.shipment_id)


def arrive(world: World, event: Event) -> None:
    """The first unit is about to be counted: the whole shipment is being received."""
    inbound = _inbound(world, event)
    _move_all(world, inbound, Bucket.INBOUND_SHIPPED, Bucket.INBOUND_RECEIVING)
    _enter(world, inbound, "RECEIVING")
    world.schedule(0, "inbound_receives", inbound.shipment_id)
    span = world.settings.steps.inbound_close_days
    delay = world.draws.between(span, DAY, inbound.shipment_id, "close")
    world.schedule(delay, "inbound_closes", inbound.shipment_id)


def receive(world: World, event: Event) -> None:
    """A part of the units is counted; damaged ones turn up in the last part."""
    inbound = _inbound(world, event)
    inbound.waves += 1
    for place, item in enumerate(inbound.items):
        missing, damaged = _discrepancies(world, inbound, place)
        good = item.announced - missing - damaged
        now_good = -(-good * inbound.waves // WAVES) - item.received
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
    _enter(world, inbound, "RECEIVING")


def close(world: World, event: Event) -> None:
    """Amazon expects nothing more. What is missing may still be found."""
    inbound = _inbound(world, event)
    for place, item in enumerate(inbound.items):
        missing = item.announced - item.received - item.damaged
        if not missing:
            continue
        stock = stock_of(world, inbound.country, item.fnsku)
        source = (inbound.center, Bucket.INBOUND_RECEIVING)
        move(world, stock, missing, source, None, EventType.INBOUND, inbound.shipment_id)
        world.store.count("inbound_missing", missing)
        chance = world.settings.faults.inbound_found
        unit_key = (inbound.shipment_id, place)
        found = sum(world.draws.chance(chance, *unit_key, unit, "found") for unit in range(missing))
        if found:
            span = world.settings.steps.research_days
            delay = world.draws.between(span, DAY, *unit_key, "found after")
            world.schedule(delay, "inbound_found", inbound.shipment_id, f"{place}|{found}")
    _enter(world, inbound, "CLOSED")


def find(world: World, event: Event) -> None:
    """Units of a closed shipment turn up."""
    inbound = _inbound(world, event)
    place, found = (int(part) for part in event.detail.split("|"))
    item = inbound.items[place]
    stock = stock_of(world, inbound.country, item.fnsku)
    target = (inbound.center, Bucket.FULFILLABLE)
    move(world, stock, found, None, target, EventType.RECEIPTS, inbound.shipment_id)
    item.received += found
    _enter(world, inbound, inbound.status)


def _discrepancies(world: World, inbound: Inbound, place: int) -> tuple[int, int]:
    faults = world.settings.faults
    if not (faults.inbound_missing or faults.inbound_damaged):
        return 0, 0
    missing = damaged = 0
    for unit in range(inbound.items[place].announced):
        point = world.draws.unit(inbound.shipment_id, place, unit, "discrepancy")
        if point < faults.inbound_missing:
            missing += 1
        elif point < faults.inbound_missing + faults.inbound_damaged:
            damaged += 1
    return missing, damaged


def _shelve(
    world: World, inbound: Inbound, item: InboundItem, quantity: int, bucket: Bucket
) -> None:
    move(
        world,
        stock_of(world, inbound.country, item.fnsku),
        quantity,
        (inbound.center, Bucket.INBOUND_RECEIVING),
        (inbound.center, bucket),
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


def _enter(world: World, inbound: Inbound, status: str) -> None:
    inbound.status = status
    inbound.updated_at = world.now
    world.store.inbound.put(inbound.shipment_id, inbound)


def _inbound(world: World, event: Event) -> Inbound:
    inbound = world.store.inbound.get(event.subject)
    assert inbound is not None, event
    return inbound
