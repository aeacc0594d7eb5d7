"""createFulfillmentOrder and what can be done with an order then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest
from stockpool_amazon_sim.records import Order
from stockpool_amazon_sim.sp_api.messages import Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.outbound_2020.bodies import CreateOrder, StatusUpdate
from stockpool_amazon_sim.sp_api.outbound_2020.order_json import (
    MARKETPLACE,
    header_json,
    order_json,
)
from stockpool_amazon_sim.sp_api.outbound_2020.update_body import UpdateOrder
from stockpool_amazon_sim.sp_api.reading import country_of, moment, read_body, text

_PAGE = 100


def create(call: Call) -> Json:
    """createFulfillmentOrder: 200 says that it was received, no more."""
    body = read_body(call, CreateOrder)
    marketplace = country_of(call, body.marketplace_id)
    origin = _origin(call, body.ship_from_country_code, marketplace)
    request = body.request(origin, dict(call.body))
    if origin != marketplace:
        # Shown again as the marketplace that the order was placed against.
        kept = {**request.sent, MARKETPLACE: country(marketplace).marketplace_id}
        request = replace(request, sent=kept)
    call.simulator.create_fulfillment_order(request, lambda _: None)
    return {}


def get(call: Call) -> Json:
    """getFulfillmentOrder. An unknown id is 400 InvalidInput."""
    payload = call.simulator.get_fulfillment_order(_order_id(call), order_json)
    if payload is None:
        raise invalid_input("No order has this sellerFulfillmentOrderId.")
    return {"payload": payload}


def list_all(call: Call) -> Json:
    """listAllFulfillmentOrders: headers of the orders that changed, the oldest change first."""
    token = text(call, "nextToken")
    start = moment(call, "queryStartDate")
    cursor = None if token is None else call.tokens.read("listAllFulfillmentOrders", token)
    page = call.simulator.list_all_fulfillment_orders(
        header_json, cursor, query_start=start, limit=_PAGE
    )
    payload: dict[str, Any] = {"fulfillmentOrders": list(page.orders)}
    if page.more:
        payload["nextToken"] = call.tokens.write("listAllFulfillmentOrders", page.cursor)
    return {"payload": payload}


def update(call: Call) -> Json:
    """updateFulfillmentOrder: members that are left out stay as they are."""
    body = read_body(call, UpdateOrder)
    call.simulator.revise_fulfillment_order(_order_id(call), lambda order: _revised(order, body))
    return {}


def cancel(call: Call) -> Json:
    """cancelFulfillmentOrder: a request; 200 proves nothing."""
    call.simulator.cancel_fulfillment_order(_order_id(call))
    return {}


def submit_status(call: Call) -> Json:
    """submitFulfillmentOrderStatusUpdate: only Amazon's sandbox has it."""
    body = read_body(call, StatusUpdate)
    call.simulator.submit_fulfillment_order_status_update(
        _order_id(call), body.fulfillment_order_status
    )
    return {}


def _origin(call: Call, code: str | None, marketplace: str) -> str:
    """The country that an order ships from: its marketplace's unless another is named.

    Within Europe an order of one marketplace may ship from another country; that both belong to
    the same account is all that is asked here.
    """
    if code is None:
        return marketplace
    if code not in call.simulator.settings.countries:
        raise invalid_input("shipFromCountryCode: the seller has no stock there.")
    return code


def _order_id(call: Call) -> str:
    return call.names["sellerFulfillmentOrderId"]


def _revised(order: Order, body: UpdateOrder) -> FulfillmentOrderRequest:
    unknown = {item.seller_fulfillment_order_item_id for item in body.items or ()}
    unknown -= {item.item_id for item in order.items}
    if unknown:
        raise invalid_input(f"items: {min(unknown)} is not part of the order.")
    told = body.marketplace_id
    known = order.sent.get(MARKETPLACE) or country(order.country).marketplace_id
    if told is not None and told != known:
        raise invalid_input("marketplaceId: an order stays with its marketplace.")
    if body.ship_from_country_code not in (None, order.country):
        raise invalid_input("shipFromCountryCode: an order stays with its country.")
    return body.revised(order)
