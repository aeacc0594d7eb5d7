"""submitFulfillmentOrderStatusUpdate: the sandbox's way to bring an order into a status at once.

The order's own next steps are carried out before their time, so it ends where it would have come
to anyway; a final status that the seller or the stock decides is entered as if they had.
"""

from __future__ import annotations

from collections.abc import Mapping

from stockpool_amazon_sim.outbound.cancelling import cancel_open
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.orders import conclude, finish
from stockpool_amazon_sim.outbound.reserving import (
    release,
    release_reserved,
    stop_waiting,
    uncovered,
)
from stockpool_amazon_sim.outbound.shipping import cancel_shipment
from stockpool_amazon_sim.outbound.statuses import FINAL, OrderEvent, OrderStatus
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.timetable import HANDLERS
from stockpool_amazon_sim.world import World

STEPS = frozenset({"validate", "plan", "allocate", "pick", "pack", "ship"})
"""The dated events that lead an order on."""


def bring_to(world: World, order_id: str, status: str) -> None:
    """Bring an order to `status`.

    Raises:
        RejectedError: InvalidInput for an unknown order or status, or if nothing leads there.
    """
    order = world.store.orders.get(order_id)
    if order is None:
        raise invalid("no order has this sellerFulfillmentOrderId")
    if status not in set(OrderStatus):
        raise invalid(f"there is no status {status}")
    if order.status == status:
        return
    match status:
        case OrderStatus.CANCELLED if order.status not in FINAL and not order.shipments:
            cancel_open(world, order)
        case OrderStatus.INVALID if order.status == OrderStatus.NEW:
            order.reason = "InvalidInSandbox"
            finish(world, order, OrderEvent.REFUSED)
        case OrderStatus.UNFULFILLABLE if order.status in ("New", "Received", "Planning"):
            _find_nothing(world, order)
        case OrderStatus.COMPLETE_PARTIALLED if order.status not in FINAL:
            _ship_a_part(world, order)
        case (
            OrderStatus.RECEIVED
            | OrderStatus.PLANNING
            | OrderStatus.PROCESSING
            | (OrderStatus.COMPLETE)
        ):
            _hurry(world, order, status)
    if order.status != status:
        raise invalid(f"the order is {order.status} and does not become {status}")


def _hurry(world: World, order: Order, status: str) -> None:
    while order.status != status and order.status not in FINAL:
        event = world.store.take_next(order.order_id, STEPS)
        if event is None:
            return
        HANDLERS[event.kind](world, event)


def _ship_a_part(world: World, order: Order) -> None:
    """As if something were not found: units that are waited for, or one that was set aside, or
    a shipment of which nothing is picked while there is another.
    """
    if order.status == OrderStatus.NEW:
        _hurry(world, order, OrderStatus.RECEIVED)
    if order.action == "Hold" or order.status in FINAL:
        return
    missing = uncovered(order)
    planned = [shipment for shipment in order.shipments if shipment.stage == "planned"]
    if any(missing):
        stop_waiting(world, order)
        _lose(order, dict(enumerate(missing)))
    elif sum(units for _, _, units in order.reserved) > 1:
        index, center, _ = order.reserved[-1]
        release(world, order, index, center, 1)
        order.reserved[-1][2] -= 1
        order.reserved = [entry for entry in order.reserved if entry[2]]
        _lose(order, {index: 1})
    elif planned and len(order.shipments) > 1:
        _lose(order, cancel_shipment(world, order, planned[-1], "CANCELLED_BY_FULFILLER"))
    if conclude(world, order):
        return
    world.save(order)
    _hurry(world, order, OrderStatus.COMPLETE_PARTIALLED)


def _lose(order: Order, units: Mapping[int, int]) -> None:
    for index, quantity in units.items():
        order.items[index].unfulfillable += quantity
    order.reason = "ItemQuantityNotAvailable"


def _find_nothing(world: World, order: Order) -> None:
    if order.status == OrderStatus.NEW:
        _hurry(world, order, OrderStatus.RECEIVED)
        if order.status in FINAL:
            return
    release_reserved(world, order)
    _lose(order, {index: item.open for index, item in enumerate(order.items)})
    conclude(world, order)
