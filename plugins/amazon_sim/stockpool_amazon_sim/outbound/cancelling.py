"""cancelFulfillmentOrder, and the end of a hold that nobody released.

A cancellation is a request: the call answers at once, and a little later stops what can still be
stopped: everything before Processing, then each shipment of which nothing is picked.
"""

from __future__ import annotations

from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.orders import conclude, order_of
from stockpool_amazon_sim.outbound.reserving import release_reserved, stop_waiting, uncovered
from stockpool_amazon_sim.outbound.shipping import cancel_shipment
from stockpool_amazon_sim.outbound.statuses import FINAL, OrderStatus
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def request_cancellation(world: World, order_id: str) -> None:
    """Take a request to cancel; it proves nothing.

    Raises:
        RejectedError: InvalidInput for an unknown or final order, and for a second request.
    """
    order = known_order(world, order_id)
    if order.status in FINAL:
        raise invalid(f"the order is {order.status} and cannot be cancelled")
    if order.cancel_requested_at is not None:
        raise invalid("cancellation was requested already")
    if order.status == OrderStatus.PROCESSING and not _stoppable(order):
        raise invalid("every shipment is being packed or has left")
    order.cancel_requested_at = world.now
    world.store.orders.put(order_id, order)
    delay = world.hours(world.settings.steps.cancel, order_id, "cancel")
    world.schedule(delay, "cancel", order_id)


def cancel(world: World, event: Event) -> None:
    """Stop what can be stopped."""
    order = order_of(world, event)
    if order.status in FINAL:
        return
    cancel_open(world, order)


def hold_expires(world: World, event: Event) -> None:
    """A hold was not released in time: Amazon cancels the order."""
    order = order_of(world, event)
    if order.status in FINAL or order.action != "Hold":
        return
    order.reason = "HoldExpired"
    cancel_open(world, order)


def cancel_open(world: World, order: Order) -> None:
    """Stop all of an order that is neither picked nor gone."""
    stop_waiting(world, order)
    release_reserved(world, order)
    for shipment in order.shipments:
        if shipment.stage == "planned":
            cancel_shipment(world, order, shipment, "CANCELLED_BY_SELLER")
    for item, quantity in zip(order.items, uncovered(order), strict=True):
        item.cancelled += quantity
    if not conclude(world, order):
        world.save(order)


def _stoppable(order: Order) -> bool:
    return any(shipment.stage == "planned" for shipment in order.shipments) or any(uncovered(order))


def known_order(world: World, order_id: str) -> Order:
    """An order by its id.

    Raises:
        RejectedError: InvalidInput if there is none.
    """
    order = world.store.orders.get(order_id)
    if order is None:
        raise invalid("no order has this sellerFulfillmentOrderId")
    return order
