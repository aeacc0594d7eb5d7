"""MCF orders from the create call to the first shipment, and the end of an order.

    create -> New --validate--> Received --plan--> Planning --allocate--> Processing

Units are reserved with Received: center by center, fulfillable -> pending customer order. What
happens to units that are not there depends on the policy:

- FillOrKill: nothing is shipped (once a shipment is PENDING: as little as possible more).
- FillAll: they are waited for, up to 24 hours; a held order waits as long as it is held.
- FillAllAvailable: they are unfulfillable at once.

Invariant, for each item: quantity = shipped + cancelled + unfulfillable + open, and open =
units in PENDING shipments + reserved units + units waited for (FillAll only).
"""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.errors import RejectedError
from stockpool_amazon_sim.inventory.ledger import Bucket
from stockpool_amazon_sim.inventory.stock import stock_of, total
from stockpool_amazon_sim.outbound.cash_on_delivery import amount_to_collect, check_collection
from stockpool_amazon_sim.outbound.checks import check_order, invalid, validation_problem
from stockpool_amazon_sim.outbound.estimates import arrival_of
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest
from stockpool_amazon_sim.outbound.reserving import reserve, stop_waiting, uncovered, wait_for_stock
from stockpool_amazon_sim.outbound.scheduled_delivery import (
    begin_of_picking,
    check_window,
    window_of,
)
from stockpool_amazon_sim.outbound.statuses import FINAL, OrderEvent, OrderStatus, next_status
from stockpool_amazon_sim.records import (
    DAY,
    HOUR,
    Order,
    OrderItem,
    Shipment,
)
from stockpool_amazon_sim.shop.amazon_ids import note_amazon_id
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def create(world: World, request: FulfillmentOrderRequest) -> Order:
    """Take an order, or refuse it at once.

    Raises:
        RejectedError: InvalidInput, or the code for an id that is known.
    """
    check_order(request, world.settings)
    check_window(request, world.now)
    check_collection(request)
    store = world.store
    order_id = request.seller_fulfillment_order_id
    known = store.orders.get(order_id)
    if known is not None:
        known.attempts += 1
        store.orders.put(order_id, known)
        store.count("duplicate_creates")
        raise RejectedError(
            world.settings.duplicate_code, "an order with this sellerFulfillmentOrderId exists"
        )
    constraints = [list(constraint) for constraint in request.feature_constraints]
    items = [
        OrderItem(
            item.seller_fulfillment_order_item_id,
            item.seller_sku,
            known_fnsku(world, request.country, item.seller_sku, request.feature_constraints),
            item.quantity,
            gift_message=item.gift_message,
            comment=item.displayable_comment,
            unit_value=list(item.per_unit_declared_value) if item.per_unit_declared_value else None,
            sent=dict(item.sent),
        )
        for item in request.items
    ]
    order = Order(
        order_id,
        request.country,
        OrderStatus.NEW.value,
        world.now,
        world.now,
        request.displayable_order_id,
        to_micros(request.displayable_order_date),
        request.displayable_order_comment,
        request.shipping_speed_category,
        request.fulfillment_policy,
        request.fulfillment_action,
        request.destination.fields(),
        constraints,
        granted_features(world, request.country, request.feature_constraints),
        items,
        sent=dict(request.sent),
        window=window_of(request),
        to_collect=amount_to_collect(request),
    )
    store.count("orders:New")
    note_amazon_id(world, order_id)
    world.save(order)
    delay = world.hours(world.settings.steps.validate_order, order_id, "validate")
    world.schedule(delay, "validate", order_id)
    return order


def validate(world: World, event: Event) -> None:
    """New -> Received with its units reserved, or Invalid, or Unfulfillable."""
    order = order_of(world, event)
    if order.status != OrderStatus.NEW:
        return
    problem = validation_problem(order, world.settings)
    if problem is not None:
        order.reason = problem
        finish(world, order, OrderEvent.REFUSED)
        return
    apply(world, order, OrderEvent.VALIDATED)
    reserve(world, order)
    missing = uncovered(order)
    if any(missing):
        _leave_uncovered(world, order, missing)
    if conclude(world, order):
        return
    if order.action == "Hold":
        hold = int(world.settings.steps.hold_days * DAY)
        world.schedule(hold, "hold_expires", order.order_id, quiet=True)
    else:
        start(world, order)
    world.save(order)


def start(world: World, order: Order) -> None:
    """Let a received order that is not held go on: planning, and the clock of FillAll."""
    if order.reserved:
        delay = world.hours(world.settings.steps.plan, order.order_id, "plan")
        world.schedule(delay, "plan", order.order_id)
    if any(uncovered(order)):
        patience = int(world.settings.steps.fill_all * HOUR)
        order.deadline = world.now + patience
        world.schedule(patience, "gives_up", order.order_id)


def plan(world: World, event: Event) -> None:
    """Received -> Planning."""
    order = order_of(world, event)
    if order.status != OrderStatus.RECEIVED or not order.reserved:
        return
    apply(world, order, OrderEvent.PLANNING_STARTED)
    delay = world.hours(world.settings.steps.allocate, order.order_id, "allocate")
    world.schedule(delay, "allocate", order.order_id)
    world.save(order)


def start_picking(world: World, event: Event) -> None:
    """Planning -> Processing, with a PENDING shipment for each center."""
    order = order_of(world, event)
    if order.status != OrderStatus.PLANNING:
        return
    apply(world, order, OrderEvent.PICKING_STARTED)
    dispatch(world, order)
    world.save(order)


def dispatch(world: World, order: Order) -> None:
    """Turn all reserved units into shipments, one for each center."""
    by_center: dict[str, dict[int, int]] = {}
    for index, center, quantity in order.reserved:
        lines = by_center.setdefault(center, {})
        lines[index] = lines.get(index, 0) + quantity
    order.reserved = []
    order.dispatches += 1
    steps, draws = world.settings.steps, world.draws
    for center, lines in by_center.items():
        number = len(order.shipments)
        key = (order.order_id, number)
        pick = world.hours(steps.pick_by(order.speed), *key, "pick")
        pick = max(pick, begin_of_picking(order) - world.now)
        rest = world.hours(steps.pack, *key, "pack") + world.hours(steps.hand_over, *key, "out")
        leaves = world.now + pick + rest
        order.shipments.append(
            Shipment(
                "D" + draws.code(10, *key, "shipment"),
                center,
                "PENDING",
                "planned",
                world.now,
                leaves,
                None,
                arrival_of(order, leaves),
                [[index, quantity, 0] for index, quantity in lines.items()],
            )
        )
        world.schedule(pick, "pick", order.order_id, str(number))


def _leave_uncovered(world: World, order: Order, missing: list[int]) -> None:
    if order.policy == "FillAll":
        wait_for_stock(world, order, missing)
        return
    for item, quantity in zip(order.items, missing, strict=True):
        item.unfulfillable += quantity
    order.reason = "ItemQuantityNotAvailable"


def restocked(world: World, event: Event) -> None:
    """New units are there: those who wait get them, the oldest order first."""
    code, fnsku = event.subject.split("|")
    after = ""
    while page := world.store.waiting.scan(f"{event.subject}|", after, 100):
        for key, order_id in page:
            after = key
            if not total(stock_of(world, code, fnsku), Bucket.FULFILLABLE):
                return
            order = world.store.orders.get(order_id)
            assert order is not None
            _serve(world, order)


def _serve(world: World, order: Order) -> None:
    had_units = bool(order.reserved)
    before = sum(uncovered(order))
    reserve(world, order)
    missing = uncovered(order)
    if sum(missing) == before:
        return
    stop_waiting(world, order)
    wait_for_stock(world, order, missing)
    if not any(missing):
        world.store.drop_events(order.order_id, kind="gives_up")
    if order.status == OrderStatus.PROCESSING:
        dispatch(world, order)
    elif order.status == OrderStatus.RECEIVED and order.action == "Ship" and not had_units:
        delay = world.hours(world.settings.steps.plan, order.order_id, "plan")
        world.schedule(delay, "plan", order.order_id)
    world.save(order)


def give_up(world: World, event: Event) -> None:
    """FillAll has waited for 24 hours."""
    order = order_of(world, event)
    missing = uncovered(order)
    if order.status in FINAL or not any(missing):
        return
    stop_waiting(world, order)
    for item, quantity in zip(order.items, missing, strict=True):
        item.unfulfillable += quantity
    order.reason = "ItemQuantityNotAvailable"
    if not conclude(world, order):
        world.save(order)


def conclude(world: World, order: Order) -> bool:
    """End an order that has no open unit. Saves it if so."""
    if any(item.open for item in order.items):
        return False
    shipped = sum(item.shipped for item in order.items)
    if shipped == sum(item.quantity for item in order.items):
        finish(world, order, OrderEvent.ALL_SHIPPED)
    elif shipped:
        finish(world, order, OrderEvent.PART_SHIPPED)
    elif any(item.cancelled for item in order.items):
        finish(world, order, OrderEvent.ALL_CANCELLED)
    else:
        finish(world, order, OrderEvent.NOTHING_SHIPPABLE)
    return True


def finish(world: World, order: Order, event: OrderEvent) -> None:
    """Enter a final status, and take back what was still to come."""
    apply(world, order, event)
    stop_waiting(world, order)
    if any(item.shipped for item in order.items):
        for kind in ("gives_up", "cancel", "hold_expires"):
            world.store.drop_events(order.order_id, kind=kind)
    else:
        world.store.drop_events(order.order_id)
    world.save(order)
    settle_if_over(world, order)


def apply(world: World, order: Order, event: OrderEvent) -> None:
    """Follow one arrow of the table of transitions."""
    following = next_status(order.status, event)
    world.store.count(f"orders:{order.status}", -1)
    world.store.count(f"orders:{following}")
    order.status = following.value


def settle_if_over(world: World, order: Order) -> None:
    """Pack an order away once nothing is expected to happen to it."""
    if order.status in FINAL and all(
        package.reached == len(package.journey)
        for shipment in order.shipments
        for package in shipment.packages
    ):
        world.store.orders.settle(order.order_id)


def order_of(world: World, event: Event) -> Order:
    """The order that an event is about."""
    order = world.store.orders.get(event.subject)
    assert order is not None, event
    return order


def granted_features(world: World, code: str, constraints: Sequence[tuple[str, str]]) -> list[str]:
    """Which of the features that are asked for a country keeps to."""
    granted = world.settings.granted_features(code) if constraints else frozenset()
    return [feature for feature, _ in constraints if feature in granted]


def known_fnsku(world: World, code: str, sku: str, constraints: Sequence[tuple[str, str]]) -> str:
    """The pool behind a SKU that may have all the features that are required.

    Raises:
        RejectedError: InvalidInput for a SKU that is not known, or not eligible.
    """
    known = world.store.skus.get(f"{code}|{sku}")
    if known is None:
        raise invalid(f"sellerSku {sku} is not known in this marketplace")
    for feature, policy in constraints:
        if policy == "Required" and feature in known.ineligible_features:
            raise invalid(f"sellerSku {sku} is not eligible for {feature}")
    return known.fnsku
