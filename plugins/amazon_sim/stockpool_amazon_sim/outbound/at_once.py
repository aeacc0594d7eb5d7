"""createOrder (Fulfillment Outbound API 2026-07-04), which may carry an order on in the call.

It answers 200 with the order, or 202 if it only took the order in. When it does which, Amazon does
not say. Here: an order with a good address of which every unit is on the shelf is validated and
reserved in the call; any other is New, and goes its way as one of createFulfillmentOrder.
"""

from __future__ import annotations

from collections import Counter

from stockpool_amazon_sim.faults import injected
from stockpool_amazon_sim.inventory.ledger import Bucket
from stockpool_amazon_sim.inventory.stock import stock_of, total
from stockpool_amazon_sim.outbound.checks import validation_problem
from stockpool_amazon_sim.outbound.orders import create, validate
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def create_at_once(world: World, request: FulfillmentOrderRequest) -> Order:
    """Take an order, Received if that can be; New if not, or by the fault `deferred_order`.

    Raises:
        RejectedError: as `orders.create`.
    """
    order = create(world, request)
    if injected(world, "deferred_order", None, order.order_id):
        return order
    if validation_problem(order, world.settings) is None and _is_all_there(world, order):
        world.store.drop_events(order.order_id, kind="validate")
        validate(world, Event(world.now, "validate", order.order_id))
    return order


def _is_all_there(world: World, order: Order) -> bool:
    wanted = Counter[str]()
    for item in order.items:
        wanted[item.fnsku] += item.quantity
    return all(
        total(stock_of(world, order.country, fnsku), Bucket.FULFILLABLE) >= units
        for fnsku, units in wanted.items()
    )
