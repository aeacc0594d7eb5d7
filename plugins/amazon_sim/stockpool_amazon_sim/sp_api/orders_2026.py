"""Orders API 2026-01-01: the same orders as v0 tells, in its own words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from stockpool_amazon_sim.shop.amazon_orders import AmazonOrder, OrderQuery
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api.messages import Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.order_2026_json import DATA_SETS, STATUSES, order_json
from stockpool_amazon_sim.sp_api.personal_data import may_see
from stockpool_amazon_sim.sp_api.reading import country_of, moment, number, text, texts, texts_of
from stockpool_amazon_sim.sp_api.writing import timestamp

_SEARCH = "searchOrders@2026-01-01"

_CHANNELS = {"AMAZON": "AFN", "MERCHANT": "MFN"}


def search_orders(call: Call) -> Json:
    """searchOrders: the oldest come first. A token remembers the query, and beats what is beside.

    Without `marketplaceIds` it is about all of the seller's (Amazon does not say).
    """
    included = _included(call)
    token = text(call, "paginationToken")
    if token is None:
        limit = number(call, "maxResultsPerPage", default=100, most=100)
        query, position = _query(call), None
    else:
        kept, limit, told = json.loads(call.tokens.read(_SEARCH, token))
        query, position = OrderQuery(**kept), (told[0], told[1])
    found, asked, following = call.simulator.list_amazon_orders(
        query, position, limit, operation=_SEARCH
    )
    document: dict[str, Any] = {"orders": _orders(call, found, included)}
    document["createdBefore" if asked.by == "created" else "lastUpdatedBefore"] = timestamp(
        asked.before
    )
    if following is not None:
        place = json.dumps([asdict(asked), limit, following])
        document["pagination"] = {"nextToken": call.tokens.write(_SEARCH, place)}
    return document


def get_order(call: Call) -> Json:
    """getOrder."""
    included = _included(call)
    order = call.simulator.get_amazon_order(
        call.names["orderId"], lambda known: known, operation="getOrder@2026-01-01"
    )
    return {"order": order_json(order, included, may_see(call))}


def _orders(call: Call, orders: Sequence[AmazonOrder], included: Sequence[str]) -> list[Any]:
    personal = may_see(call)
    return [order_json(order, included, personal) for order in orders]


def _included(call: Call) -> list[str]:
    return texts_of(call, "includedData", DATA_SETS)


def _query(call: Call) -> OrderQuery:
    created, updated = moment(call, "createdAfter"), moment(call, "lastUpdatedAfter")
    if (created is None) == (updated is None):
        raise invalid_input("Exactly one of createdAfter and lastUpdatedAfter is required.")
    by, other = ("created", "lastUpdated") if created else ("updated", "created")
    if moment(call, f"{other}Before") is not None:
        raise invalid_input(f"{other}Before can't be set here.")
    before = moment(call, "createdBefore" if created else "lastUpdatedBefore")
    after = created or updated
    assert after is not None
    marketplaces = texts(call, "marketplaceIds", most=50)
    statuses = texts_of(call, "fulfillmentStatuses", tuple(STATUSES.values()))
    return OrderQuery(
        by,
        to_micros(after),
        0 if before is None else to_micros(before),
        [country_of(call, one, "marketplaceIds") for one in marketplaces],
        [name for name, told in STATUSES.items() if told in statuses],
        [_CHANNELS[one] for one in texts_of(call, "fulfilledBy", tuple(_CHANNELS))],
    )


OPERATIONS = (
    Operation("searchOrders", "GET", "/orders/2026-01-01/orders", search_orders, 0.0056),
    Operation("getOrder", "GET", "/orders/2026-01-01/orders/{orderId}", get_order, 0.5),
)
