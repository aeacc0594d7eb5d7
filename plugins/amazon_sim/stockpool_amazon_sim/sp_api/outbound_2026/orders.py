"""createOrder, and what can be done with an order then."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.outbound.statuses import OrderStatus
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.sp_api.messages import Answer, Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.outbound_2026.bodies import CreateOrder, Origin, UpdateOrder
from stockpool_amazon_sim.sp_api.outbound_2026.order_json import order_json
from stockpool_amazon_sim.sp_api.outbound_2026.vocabulary import (
    ACTIONS,
    ORDER_STATUSES,
    in_words_of_2026,
)
from stockpool_amazon_sim.sp_api.reading import moment, read_body, text

_PAGE = 50
_ORDER_ID_CHARACTERS = 40


def create(call: Call) -> Json | Answer:
    """createOrder: 200 with an order that was carried on at once, 202 with one that is New."""
    body = read_body(call, CreateOrder)
    country = origin_country(call, body.origin)
    request = body.request(country, call.simulator.now(), dict(call.body))
    with in_words_of_2026():
        return call.simulator.create_order(request, _created)


def get(call: Call) -> Json:
    """getOrder, with or without shipments. An unknown id is 404."""
    with_shipments = _with_shipments(call)
    return {
        "order": call.simulator.get_order(
            order_id(call), lambda order: order_json(order, shipments=with_shipments)
        )
    }


def list_orders(call: Call) -> Json:
    """listOrders: whole orders that changed, the oldest change first.

    The caller repeats the arguments with the token, but a page goes on whatever they are.
    """
    token = text(call, "pageToken")
    with_shipments = _with_shipments(call)
    page = call.simulator.list_orders(
        lambda order: order_json(order, shipments=with_shipments),
        None if token is None else call.tokens.read("listOrders", token),
        updated_after=moment(call, "updatedAfter"),
        limit=_PAGE,
    )
    answer: dict[str, Any] = {"orders": list(page.orders)}
    if page.more:
        answer["pagination"] = {"nextToken": call.tokens.write("listOrders", page.cursor)}
    return answer


def update(call: Call) -> Answer:
    """updateOrder: 202; nothing but the action can be changed."""
    action = read_body(call, UpdateOrder).fulfillment_configuration.action
    with in_words_of_2026():
        call.simulator.update_order(order_id(call), None if action is None else ACTIONS[action])
    return Answer(202, {})


def cancel(call: Call) -> Answer:
    """cancelOrder: 202, a request; it proves nothing."""
    with in_words_of_2026():
        call.simulator.cancel_order(order_id(call))
    return Answer(202, {})


def order_id(call: Call) -> str:
    """The order's id in the path.

    Raises:
        ApiError: 400 if it is longer than one can be.
    """
    found = call.names["orderId"]
    if len(found) > _ORDER_ID_CHARACTERS:
        raise invalid_input(f"orderId has more than {_ORDER_ID_CHARACTERS} characters.")
    return found


def origin_country(call: Call, origin: Origin | None) -> str:
    """The country whose stock is used; without an origin, the account's first.

    Raises:
        ApiError: 400 for a country without stock of this account.
    """
    countries = call.simulator.settings.countries
    if origin is None:
        return countries[0]
    if origin.country_code not in countries:
        raise invalid_input("origin.countryCode: the seller has no stock there.")
    return origin.country_code


def _created(order: Order) -> Json | Answer:
    if order.status == OrderStatus.NEW:
        taken = {"orderId": order.order_id, "status": ORDER_STATUSES[order.status]}
        return Answer(202, taken)
    return {"order": order_json(order)}


def _with_shipments(call: Call) -> bool:
    wanted = text(call, "shipments") or "INCLUDE"
    if wanted not in ("INCLUDE", "EXCLUDE"):
        raise invalid_input("shipments must be INCLUDE or EXCLUDE.")
    return wanted == "INCLUDE"
