"""cancelFulfillmentOrder and updateFulfillmentOrder.

A cancellation is a request: the call answers at once, and a little later stops what can still be
stopped: everything before Processing, then each shipment of which nothing is picked.
"""

from __future__ import annotations

from stockpool_amazon_sim.checks import invalid
from stockpool_amazon_sim.orders import conclude, order_of, start
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.requests import FulfillmentOrderRequest
from stockpool_amazon_sim.reserving import release, release_reserved, stop_waiting, uncovered
from stockpool_amazon_sim.shipping import cancel_shipment
from stockpool_amazon_sim.statuses import FINAL, OrderStatus
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def request_cancellation(world: World, order_id: str) -> None:
    """Take a request to cancel; it proves nothing.

    Raises:
        RejectedError: InvalidInput for an unknown or final order, and for a second request.
    """
    order = _known(world, order_id)
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


def update(world: World, request: FulfillmentOrderRequest) -> None:
    """Replace what can still be replaced: release a hold, lower quantities, correct the rest.

    Everything but the release is refused once a shipment exists.

    Raises:
        RejectedError: InvalidInput.
    """
    order = _known(world, request.seller_fulfillment_order_id)
    if order.status in FINAL:
        raise invalid(f"the order is {order.status} and cannot be updated")
    if order.action == "Ship" and request.fulfillment_action == "Hold":
        raise invalid("an order that was told to ship cannot be held")
    places = {item.item_id: index for index, item in enumerate(order.items)}
    lowered: dict[int, int] = {}
    for item in request.items:
        index = places.get(item.seller_fulfillment_order_item_id)
        if index is None:
            raise invalid("an item is not part of the order")
        if not 1 <= item.quantity <= order.items[index].quantity:
            raise invalid("a quantity can be lowered, to 1 at least")
        if item.quantity < order.items[index].quantity:
            lowered[index] = item.quantity
    address = request.destination.fields()
    changed = lowered or address != order.address
    if changed and order.shipments:
        raise invalid("the order is being shipped and cannot be updated")

    for index, quantity in lowered.items():
        _lower(world, order, index, quantity)
    order.address = address
    order.displayable_order_comment = request.displayable_order_comment
    if order.action == "Hold" and request.fulfillment_action == "Ship":
        _release(world, order)
    world.save(order)


def set_action(world: World, order: Order, action: str) -> None:
    """updateOrder (Fulfillment Outbound API 2026-07-04): the action alone, Ship or Hold.

    Raises:
        RejectedError: InvalidInput for a final order, or if a hold comes too late.
    """
    if order.status in FINAL:
        raise invalid(f"the order is {order.status} and cannot be updated")
    if order.action == "Ship" and action == "Hold":
        raise invalid("an order that was told to ship cannot be held")
    if order.action == "Hold" and action == "Ship":
        _release(world, order)
        world.save(order)


def _release(world: World, order: Order) -> None:
    order.action = "Ship"
    world.store.drop_events(order.order_id, kind="hold_expires")
    if order.status == OrderStatus.RECEIVED:
        start(world, order)


def _lower(world: World, order: Order, index: int, quantity: int) -> None:
    item = order.items[index]
    surplus = item.quantity - quantity
    # First go units that are waited for, then those that were not there, then reserved ones, the
    # last center first.
    waited = min(uncovered(order)[index], surplus) if order.status != OrderStatus.NEW else surplus
    surplus -= waited
    not_there = min(item.unfulfillable, surplus)
    item.unfulfillable -= not_there
    surplus -= not_there
    item.quantity = quantity
    for entry in reversed(order.reserved):
        taken = min(surplus, entry[2]) if entry[0] == index else 0
        if taken:
            release(world, order, index, entry[1], taken)
            entry[2] -= taken
            surplus -= taken
    order.reserved = [entry for entry in order.reserved if entry[2]]


def cancel_open(world: World, order: Order) -> None:
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


def _known(world: World, order_id: str) -> Order:
    order = world.store.orders.get(order_id)
    if order is None:
        raise invalid("no order has this sellerFulfillmentOrderId")
    return order
