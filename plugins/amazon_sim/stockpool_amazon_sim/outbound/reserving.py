"""Units for an order: reserved in centers, given free again, or waited for.

A reserved unit is in its center's bucket `pending customer order`, and either in a PENDING
shipment or in the order's list `reserved`. What is neither is uncovered.
"""

from __future__ import annotations

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.allocation import allocate
from stockpool_amazon_sim.inventory.ledger import Bucket, EventType
from stockpool_amazon_sim.inventory.stock import move, stock_of
from stockpool_amazon_sim.outbound.requests import STATE_FIELD
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.world import World


def reserve(world: World, order: Order) -> None:
    """Reserve what is missing and there. FillOrKill takes all or nothing at first."""
    missing = uncovered(order)
    places = [index for index, quantity in enumerate(missing) if quantity]
    if not places:
        return
    known = country(order.country)
    stocks = {
        fnsku: stock_of(world, order.country, fnsku)
        for fnsku in dict.fromkeys(order.items[index].fnsku for index in places)
    }
    available = {
        fnsku: {
            center: buckets[Bucket.FULFILLABLE]
            for center, buckets in stock.centers.items()
            if Bucket.FULFILLABLE in buckets
        }
        for fnsku, stock in stocks.items()
    }
    picks = allocate(
        [(order.items[index].fnsku, missing[index]) for index in places],
        available,
        known.centers_near(order.address[STATE_FIELD]),
    )
    short = sum(quantity for _, _, quantity in picks) < sum(missing)
    if short and order.policy == "FillOrKill" and not order.shipments:
        return
    for place, center, quantity in picks:
        index = places[place]
        move(
            world,
            stocks[order.items[index].fnsku],
            quantity,
            (center, Bucket.FULFILLABLE),
            (center, Bucket.PENDING_CUSTOMER_ORDER),
            EventType.RESERVATIONS,
            order.order_id,
        )
        order.reserved.append([index, center, quantity])


def release(world: World, order: Order, index: int, center: str, quantity: int) -> None:
    """Give reserved units of an item free again."""
    move(
        world,
        stock_of(world, order.country, order.items[index].fnsku),
        quantity,
        (center, Bucket.PENDING_CUSTOMER_ORDER),
        (center, Bucket.FULFILLABLE),
        EventType.RESERVATIONS,
        order.order_id,
    )


def release_reserved(world: World, order: Order) -> dict[int, int]:
    """Give all units free that are in no shipment yet; returns them by item index."""
    freed: dict[int, int] = {}
    for index, center, quantity in order.reserved:
        release(world, order, index, center, quantity)
        freed[index] = freed.get(index, 0) + quantity
    order.reserved = []
    return freed


def uncovered(order: Order) -> list[int]:
    """By item: open units that are neither reserved nor in a PENDING shipment."""
    missing = [item.open for item in order.items]
    for index, _, quantity in order.reserved:
        missing[index] -= quantity
    for shipment in order.shipments:
        if shipment.status == "PENDING":
            for index, quantity, _ in shipment.lines:
                missing[index] -= quantity
    return missing


def wait_for_stock(world: World, order: Order, missing: list[int]) -> None:
    """Let a FillAll order hear of new units."""
    for item, quantity in zip(order.items, missing, strict=True):
        if quantity:
            world.store.waiting.put(_waiting_key(order, item.fnsku), order.order_id)


def stop_waiting(world: World, order: Order) -> None:
    """Let an order hear of new units no more."""
    if order.policy == "FillAll":
        for fnsku in dict.fromkeys(item.fnsku for item in order.items):
            world.store.waiting.remove(_waiting_key(order, fnsku))


def _waiting_key(order: Order, fnsku: str) -> str:
    return f"{order.country}|{fnsku}|{order.received_at:020d}|{order.order_id}"
