"""A shipment in its center: pick, pack, ship. Damage found at the pick lets Amazon plan anew.

    planned --pick--> picked --pack--> packed --ship--> shipped
       |         \\-- damage: CANCELLED_BY_FULFILLER, and a new shipment at once
       \\-- cancelled: CANCELLED_BY_SELLER

Invariant: a unit leaves `pending customer order` at most once, by `ship`, which only a packed
shipment reaches.
"""

from __future__ import annotations

from stockpool_amazon_sim.faults import unit_is_damaged
from stockpool_amazon_sim.inventory.ledger import Bucket, EventType
from stockpool_amazon_sim.inventory.stock import change_disposition, move, stock_of
from stockpool_amazon_sim.outbound.carriage import dispatch_package, new_package
from stockpool_amazon_sim.outbound.orders import conclude, dispatch, order_of
from stockpool_amazon_sim.outbound.packing import pack as pack_boxes
from stockpool_amazon_sim.outbound.reserving import (
    release,
    release_reserved,
    reserve,
    uncovered,
    wait_for_stock,
)
from stockpool_amazon_sim.records import HOUR, Order, Shipment
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def pick(world: World, event: Event) -> None:
    """The units are taken from the shelf; some may be damaged."""
    order, shipment = _shipment_of(world, event)
    if shipment.stage != "planned":
        return
    damaged = _damaged(world, order, shipment, event.detail)
    if damaged:
        _plan_anew(world, order, shipment, damaged)
        return
    shipment.stage = "picked"
    world.store.orders.put(order.order_id, order)
    delay = world.hours(world.settings.steps.pack, order.order_id, int(event.detail), "pack")
    world.schedule(delay, "pack", order.order_id, event.detail)


def pack(world: World, event: Event) -> None:
    """The units go into boxes, which get their numbers and carriers."""
    order, shipment = _shipment_of(world, event)
    if shipment.stage != "picked":
        return
    boxes = pack_boxes(
        [(index, units, _units_per_box(world, order, index)) for index, units, _ in shipment.lines]
    )
    shipment.lines = []
    for box in boxes:
        package = new_package(world, order, int(event.detail), len(shipment.packages))
        shipment.packages.append(package)
        shipment.lines.extend([index, units, package.number] for index, units in box)
    shipment.stage = "packed"
    delay = world.hours(world.settings.steps.hand_over, order.order_id, int(event.detail), "out")
    world.schedule(delay, "ship", order.order_id, event.detail)
    world.save(order)


def ship(world: World, event: Event) -> None:
    """The carriers have all parcels; the units are gone."""
    order, shipment = _shipment_of(world, event)
    if shipment.stage != "packed":
        return
    shipment.stage = "shipped"
    shipment.status = "SHIPPED"
    shipment.shipped_at = shipment.ship_at = world.now
    for index, units, _ in shipment.lines:
        item = order.items[index]
        item.shipped += units
        move(
            world,
            stock_of(world, order.country, item.fnsku),
            units,
            (shipment.center, Bucket.PENDING_CUSTOMER_ORDER),
            None,
            EventType.SHIPMENTS,
            order.order_id,
        )
    for package in shipment.packages:
        dispatch_package(world, order, shipment, package)
    shipment.estimated_arrival = max(
        (package.estimated_arrival or 0 for package in shipment.packages), default=None
    )
    world.store.count("shipments")
    if len(order.shipments) > 1 and sum(s.status == "SHIPPED" for s in order.shipments) == 2:
        world.store.count("split_orders")
    if not conclude(world, order):
        world.save(order)


def cancel_shipment(world: World, order: Order, shipment: Shipment, status: str) -> dict[int, int]:
    """Stop a shipment of which nothing is picked; returns its units by item index."""
    freed: dict[int, int] = {}
    for index, units, _ in shipment.lines:
        release(world, order, index, shipment.center, units)
        freed[index] = freed.get(index, 0) + units
    shipment.status = status
    shipment.stage = "cancelled"
    shipment.estimated_arrival = None
    place = str(order.shipments.index(shipment))
    world.store.drop_events(order.order_id, place, "pick")
    return freed


def _damaged(world: World, order: Order, shipment: Shipment, detail: str) -> dict[int, int]:
    damaged: dict[int, int] = {}
    for index, units, _ in shipment.lines:
        for unit in range(units):
            if unit_is_damaged(world, order.order_id, detail, index, unit):
                damaged[index] = damaged.get(index, 0) + 1
    return damaged


def _plan_anew(world: World, order: Order, shipment: Shipment, damaged: dict[int, int]) -> None:
    shipment.status = "CANCELLED_BY_FULFILLER"
    shipment.stage = "cancelled"
    shipment.estimated_arrival = None
    for index, units, _ in shipment.lines:
        broken = damaged.get(index, 0)
        if broken:
            change_disposition(
                world,
                stock_of(world, order.country, order.items[index].fnsku),
                broken,
                (shipment.center, Bucket.PENDING_CUSTOMER_ORDER),
                (shipment.center, Bucket.WAREHOUSE_DAMAGED),
                order.order_id,
            )
            world.store.count("damaged_units", broken)
        if units > broken:
            order.reserved.append([index, shipment.center, units - broken])
    if order.cancel_requested_at is not None:
        _cancel_rest(world, order)
    else:
        reserve(world, order)
        missing = uncovered(order)
        if any(missing):
            _go_on_without(world, order, missing)
    if order.reserved:
        dispatch(world, order)
    if not conclude(world, order):
        world.save(order)


def _cancel_rest(world: World, order: Order) -> None:
    release_reserved(world, order)
    for item, quantity in zip(order.items, uncovered(order), strict=True):
        item.cancelled += quantity


def _go_on_without(world: World, order: Order, missing: list[int]) -> None:
    if order.policy == "FillAll" and (order.deadline is None or world.now < order.deadline):
        wait_for_stock(world, order, missing)
        # It may have stopped waiting in between; the day still counts from the first time.
        if order.deadline is None:
            order.deadline = world.now + int(world.settings.steps.fill_all * HOUR)
        world.store.drop_events(order.order_id, kind="gives_up")
        world.schedule(order.deadline - world.now, "gives_up", order.order_id)
        return
    if order.policy == "FillOrKill":
        # A shipment was PENDING already, so as much as possible is cancelled.
        release_reserved(world, order)
        for shipment in order.shipments:
            if shipment.stage == "planned":
                cancel_shipment(world, order, shipment, "CANCELLED_BY_FULFILLER")
        missing = uncovered(order)
    for item, quantity in zip(order.items, missing, strict=True):
        item.unfulfillable += quantity
    order.reason = "ItemQuantityNotAvailable"


def _units_per_box(world: World, order: Order, index: int) -> int:
    sku = world.store.skus.get(f"{order.country}|{order.items[index].sku}")
    return sku.units_per_box if sku else 1


def _shipment_of(world: World, event: Event) -> tuple[Order, Shipment]:
    order = order_of(world, event)
    return order, order.shipments[int(event.detail)]
