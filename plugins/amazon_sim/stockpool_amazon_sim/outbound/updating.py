"""updateFulfillmentOrder, and updateOrder of the Fulfillment Outbound API 2026-07-04.

A hold is released, quantities are lowered, the rest is corrected; once a shipment exists only a
hold can be released and the comment be changed. What Amazon makes of a policy that is changed
while units are waited for is not published; here it is refused, like a change from or to a
scheduled delivery, whose window can't be sent.
"""

from __future__ import annotations

from stockpool_amazon_sim.countries import SCHEDULED
from stockpool_amazon_sim.outbound.cancelling import known_order
from stockpool_amazon_sim.outbound.checks import check_order, invalid
from stockpool_amazon_sim.outbound.orders import granted_features, known_fnsku, start
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.outbound.reserving import release, uncovered
from stockpool_amazon_sim.outbound.statuses import FINAL, OrderStatus
from stockpool_amazon_sim.records import Order, OrderItem
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.world import World


def update(world: World, request: FulfillmentOrderRequest) -> None:
    """Make an order what the request says. Items that it does not name stay as they are.

    Raises:
        RejectedError: InvalidInput.
    """
    order = known_order(world, request.seller_fulfillment_order_id)
    if order.status in FINAL:
        raise invalid(f"the order is {order.status} and cannot be updated")
    if order.action == "Ship" and request.fulfillment_action == "Hold":
        raise invalid("an order that was told to ship cannot be held")
    lowered = _lowered(order, request)
    if lowered or _is_changed(order, request):
        if order.shipments:
            raise invalid("the order is being shipped and cannot be updated")
        _check_change(world, order, request)
        for index, quantity in lowered.items():
            _lower(world, order, index, quantity)
        _replace(world, order, request)
    order.displayable_order_comment = request.displayable_order_comment
    order.sent |= request.sent
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


def _lowered(order: Order, request: FulfillmentOrderRequest) -> dict[int, int]:
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
    return lowered


def _is_changed(order: Order, request: FulfillmentOrderRequest) -> bool:
    """Whether more than quantities, the action and the comment would change."""
    known = {item.item_id: item for item in order.items}
    return (
        order.address != request.destination.fields()
        or order.displayable_order_id != request.displayable_order_id
        or order.displayable_order_date != to_micros(request.displayable_order_date)
        or order.speed != request.shipping_speed_category
        or order.policy != request.fulfillment_policy
        or order.features != [list(one) for one in request.feature_constraints]
        or any(
            _item_is_changed(known[wanted.seller_fulfillment_order_item_id], wanted)
            for wanted in request.items
        )
    )


def _item_is_changed(item: OrderItem, wanted: ItemRequest) -> bool:
    value = wanted.per_unit_declared_value
    return (
        item.gift_message != wanted.gift_message
        or item.comment != wanted.displayable_comment
        or item.unit_value != (list(value) if value else None)
    )


def _check_change(world: World, order: Order, request: FulfillmentOrderRequest) -> None:
    check_order(request, world.settings)
    speeds = {order.speed, request.shipping_speed_category}
    if len(speeds) > 1 and SCHEDULED in speeds:
        raise invalid("shippingSpeedCategory cannot become or stop being ScheduledDelivery")
    waits = order.status != OrderStatus.NEW and any(uncovered(order))
    if waits and order.policy != request.fulfillment_policy:
        raise invalid("fulfillmentPolicy cannot be changed while units are waited for")
    for item in request.items:
        known_fnsku(world, order.country, item.seller_sku, request.feature_constraints)


def _replace(world: World, order: Order, request: FulfillmentOrderRequest) -> None:
    order.address = request.destination.fields()
    order.displayable_order_id = request.displayable_order_id
    order.displayable_order_date = to_micros(request.displayable_order_date)
    order.speed = request.shipping_speed_category
    order.policy = request.fulfillment_policy
    order.features = [list(one) for one in request.feature_constraints]
    order.granted = granted_features(world, order.country, request.feature_constraints)
    known = {item.item_id: item for item in order.items}
    for wanted in request.items:
        item = known[wanted.seller_fulfillment_order_item_id]
        item.gift_message = wanted.gift_message
        item.comment = wanted.displayable_comment
        value = wanted.per_unit_declared_value
        item.unit_value = list(value) if value else None
