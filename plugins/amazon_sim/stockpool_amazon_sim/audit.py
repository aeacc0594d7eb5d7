"""Whether the simulated Amazon's books are right: told from the journal, in other words.

Proves, over everything that ever happened:
- every bucket of every pool is what its movements add up to, and never was negative;
- each item's units add up, and no order shipped more than it asked for;
- what left for an order, by the journal, is what its shipments say: no unit was shipped twice;
- units pending for customers are those of open orders and sales;
- package numbers are unique, and orders by status are as many as counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stockpool_amazon_sim.inventory.ledger import Bucket, EventType
from stockpool_amazon_sim.outbound.statuses import FINAL
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.world import World

Shelf = tuple[str, str, str, str]
"""Country, FNSKU, center, bucket."""


def violations(world: World) -> list[str]:
    """Every rule that is broken, with the place; empty if the books are right."""
    shelves: Counter[Shelf] = Counter()
    shipped: Counter[tuple[str, str]] = Counter()
    found: list[str] = []
    for place, movement in enumerate(world.store.movements_after(0), start=1):
        pool = (movement.country, movement.fnsku)
        if movement.to_bucket is not None:
            shelves[(*pool, movement.to_center or "", movement.to_bucket)] += movement.quantity
        if movement.from_bucket is not None:
            shelf = (*pool, movement.from_center or "", movement.from_bucket)
            shelves[shelf] -= movement.quantity
            if shelves[shelf] < 0:
                found.append(f"movement {place}: {'/'.join(shelf)} became negative")
        if movement.event_type == EventType.SHIPMENTS:
            shipped[(movement.reference, movement.fnsku)] += movement.quantity
    found.extend(_wrong_shelves(world, shelves))
    found.extend(_wrong_orders(world, shelves, shipped))
    found.extend(f"{reference} shipped {fnsku} without an order" for reference, fnsku in shipped)
    return found


def _wrong_shelves(world: World, shelves: Counter[Shelf]) -> Iterator[str]:
    kept: Counter[Shelf] = Counter()
    for _, stock in world.store.stock.all():
        for center, buckets in stock.centers.items():
            for bucket, units in buckets.items():
                kept[(stock.country, stock.fnsku, center, bucket)] += units
    for shelf in sorted({*kept, *shelves}):
        if kept[shelf] != shelves[shelf]:
            yield f"{'/'.join(shelf)}: {kept[shelf]} units, by the journal {shelves[shelf]}"


def _wrong_orders(
    world: World, shelves: Counter[Shelf], shipped: Counter[tuple[str, str]]
) -> Iterator[str]:
    """Removes from `shipped` what orders and sales account for."""
    pending: Counter[tuple[str, str, str]] = Counter()
    packages: Counter[int] = Counter()
    statuses: Counter[str] = Counter()
    for order_id, order in world.store.orders.all():
        statuses[order.status] += 1
        packages.update(
            package.number for shipment in order.shipments for package in shipment.packages
        )
        pending.update(_pending(order))
        yield from _wrong_items(order)
        by_fnsku: Counter[str] = Counter()
        for item in order.items:
            by_fnsku[item.fnsku] += item.shipped
        for fnsku, units in by_fnsku.items():
            if shipped.pop((order_id, fnsku), 0) != units:
                yield f"{order_id}: the journal disagrees on the {units} units shipped of {fnsku}"
    for order_id, sale in world.store.sales.all():
        left = shipped.pop((order_id, sale.fnsku), 0)
        by_amazon = sale.channel == "AFN"
        if left != (sale.shipped if by_amazon else 0):
            yield f"{order_id}: the journal says that {left} units left"
        if by_amazon and sale.status != "Canceled" and not sale.shipped:
            for center, units in sale.picks:
                pending[(sale.country, sale.fnsku, center)] += units
    reserved = {
        shelf[:3]: units
        for shelf, units in shelves.items()
        if units and shelf[3] == Bucket.PENDING_CUSTOMER_ORDER
    }
    for place in sorted({*reserved, *pending}):
        if reserved.get(place, 0) != pending[place]:
            yield (
                f"{'/'.join(place)}: {reserved.get(place, 0)} units pending for customers,"
                f" by the orders {pending[place]}"
            )
    yield from (f"package {number} exists twice" for number, n in packages.items() if n > 1)
    for status, count in sorted(statuses.items()):
        if world.store.counter(f"orders:{status}") != count:
            yield f"{count} orders are {status}, the counter differs"


def _wrong_items(order: Order) -> Iterator[str]:
    left: Counter[int] = Counter()
    under_way: Counter[int] = Counter()
    for shipment in order.shipments:
        for index, units, _ in shipment.lines:
            if shipment.status == "SHIPPED":
                left[index] += units
            elif shipment.status == "PENDING":
                under_way[index] += units
    for index, item in enumerate(order.items):
        where = f"{order.order_id}: item {item.item_id}"
        if min(item.shipped, item.cancelled, item.unfulfillable, item.open) < 0:
            yield f"{where} has more units gone than it has"
        if left[index] != item.shipped:
            yield f"{where} shipped {item.shipped}, its shipments {left[index]}"
        if under_way[index] > item.open:
            yield f"{where} has more units being shipped than are open"
        if order.status in FINAL and order.status != "Invalid" and item.open:
            yield f"{where} is open, the order is {order.status}"


def _pending(order: Order) -> Counter[tuple[str, str, str]]:
    units: Counter[tuple[str, str, str]] = Counter()
    for index, center, quantity in order.reserved:
        units[(order.country, order.items[index].fnsku, center)] += quantity
    for shipment in order.shipments:
        if shipment.status == "PENDING":
            for index, quantity, _ in shipment.lines:
                units[(order.country, order.items[index].fnsku, shipment.center)] += quantity
    return units
