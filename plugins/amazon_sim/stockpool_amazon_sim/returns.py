"""Units that come back from a customer: undeliverable parcels and granted returns."""

from __future__ import annotations

from stockpool_amazon_sim.ledger import Bucket, EventType
from stockpool_amazon_sim.records import Order, Package, Shipment
from stockpool_amazon_sim.stock import change_disposition, move, stock_of
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

_GRADES = ((Bucket.FULFILLABLE, 0.7), (Bucket.CUSTOMER_DAMAGED, 0.2), (Bucket.DEFECTIVE, 0.1))


def expect_parcel_back(world: World, order: Order, shipment: Shipment, package: Package) -> None:
    """An undeliverable parcel is back in its center: its units are set aside for grading."""
    for index, units, number in shipment.lines:
        if number == package.number:
            _take_back(world, order, index, shipment.center, units, f"{number}:{index}")


def grade(world: World, event: Event) -> None:
    """A returned unit gets its disposition."""
    code, fnsku, center, units, reference = event.detail.split("|")
    stock = stock_of(world, code, fnsku)
    for unit in range(int(units)):
        disposition = world.draws.choose(_GRADES, event.subject, reference, unit, "grade")
        if disposition is Bucket.FULFILLABLE:
            move(
                world,
                stock,
                1,
                (center, Bucket.FC_PROCESSING),
                (center, Bucket.FULFILLABLE),
                EventType.RESERVATIONS,
                event.subject,
            )
        else:
            change_disposition(
                world,
                stock,
                1,
                (center, Bucket.FC_PROCESSING),
                (center, disposition),
                event.subject,
            )


def _take_back(
    world: World, order: Order, index: int, center: str, units: int, reference: str
) -> None:
    item = order.items[index]
    move(
        world,
        stock_of(world, order.country, item.fnsku),
        units,
        None,
        (center, Bucket.FC_PROCESSING),
        EventType.CUSTOMER_RETURNS,
        order.order_id,
    )
    delay = world.hours(world.settings.steps.grading, order.order_id, reference, "grading")
    detail = f"{order.country}|{item.fnsku}|{center}|{units}|{reference}"
    world.schedule(delay, "grade", order.order_id, detail)
