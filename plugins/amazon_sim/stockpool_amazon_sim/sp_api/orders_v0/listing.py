"""getOrders of the Orders API v0: a span of time, filters, and pages that remember both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from stockpool_amazon_sim.shop.amazon_orders import AmazonOrder, OrderQuery, Window
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.sp_api.messages import Call, Json, invalid_input
from stockpool_amazon_sim.sp_api.orders_v0.order_json import order_json
from stockpool_amazon_sim.sp_api.personal_data import may_see
from stockpool_amazon_sim.sp_api.reading import (
    country_of,
    flag,
    moment,
    number,
    text,
    texts,
    texts_of,
)
from stockpool_amazon_sim.sp_api.writing import timestamp

_NAME = "getOrders"

_STATUSES = (
    "PendingAvailability",
    "Pending",
    "Unshipped",
    "PartiallyShipped",
    "Shipped",
    "InvoiceUnconfirmed",
    "Canceled",
    "Unfulfillable",
)

_END_OF_TIME = 2**62


def get_orders(call: Call) -> Json:
    """getOrders. The oldest come first. A token needs `MarketplaceIds` beside it, and no more."""
    if not texts(call, "MarketplaceIds", most=50):
        raise invalid_input("MarketplaceIds is missing.")
    countries = [country_of(call, one, "MarketplaceIds") for one in texts(call, "MarketplaceIds")]
    order_ids = texts(call, "AmazonOrderIds", most=50)
    if order_ids:
        return _named(call, countries, order_ids)
    token = text(call, "NextToken")
    if token is None:
        limit = number(call, "MaxResultsPerPage", default=100, most=100)
        query, position = _query(call, countries), None
        if query is None:
            return {"payload": {"Orders": []}}
    else:
        kept, limit, told = json.loads(call.tokens.read(_NAME, token))
        query, position = OrderQuery(**kept), (told[0], told[1])
    found, asked, following = call.simulator.list_amazon_orders(
        query, position, limit, operation=_NAME
    )
    payload = {"Orders": _orders(call, found)}
    payload["CreatedBefore" if asked.by == "created" else "LastUpdatedBefore"] = timestamp(
        asked.before
    )
    if following is not None:
        place = json.dumps([asdict(asked), limit, following])
        payload["NextToken"] = call.tokens.write(_NAME, place)
    return {"payload": payload}


def _named(call: Call, countries: Sequence[str], order_ids: Sequence[str]) -> Json:
    found = call.simulator.named_amazon_orders(order_ids)
    return {"payload": {"Orders": _orders(call, [o for o in found if o.country in countries])}}


def _orders(call: Call, orders: Sequence[AmazonOrder]) -> Any:
    personal = may_see(call)
    return [order_json(order, personal) for order in orders]


def _query(call: Call, countries: Sequence[str]) -> OrderQuery | None:
    """What is asked for; None if it is something that no order here can have."""
    created, updated = moment(call, "CreatedAfter"), moment(call, "LastUpdatedAfter")
    if (created is None) == (updated is None):
        raise invalid_input("Either CreatedAfter or LastUpdatedAfter is required, not both.")
    by, other = ("created", "LastUpdated") if created else ("updated", "Created")
    if moment(call, f"{other}Before") is not None:
        raise invalid_input(f"{other}Before can't be set here.")
    before = moment(call, "CreatedBefore" if created else "LastUpdatedBefore")
    after = created or updated
    assert after is not None
    seller_order_id = text(call, "SellerOrderId")
    excluded = ("FulfillmentChannels", "OrderStatuses", "PaymentMethods", "BuyerEmail")
    if seller_order_id is not None and any(text(call, name) for name in excluded):
        raise invalid_input(f"SellerOrderId excludes {', '.join(excluded)}.")
    methods = texts_of(call, "PaymentMethods", ("COD", "CVS", "Other"))
    if methods and "Other" not in methods:
        return None
    if any(text(call, name) for name in _NOT_SOLD_HERE):
        return None
    return OrderQuery(
        by,
        to_micros(after),
        0 if before is None else to_micros(before),
        countries,
        texts_of(call, "OrderStatuses", _STATUSES),
        texts_of(call, "FulfillmentChannels", ("AFN", "MFN")),
        text(call, "BuyerEmail"),
        seller_order_id,
        flag(call, "IsISPU") if text(call, "IsISPU") else None,
        _window(call, "EarliestDeliveryDate"),
        _window(call, "LatestDeliveryDate"),
    )


_NOT_SOLD_HERE = (
    "EasyShipShipmentStatuses",
    "ElectronicInvoiceStatuses",
    "ActualFulfillmentSupplySourceId",
    "StoreChainStoreId",
)
"""Filters by programs that this account is not in; no order passes them."""


def _window(call: Call, name: str) -> Window | None:
    after, before = moment(call, f"{name}After"), moment(call, f"{name}Before")
    if after is None and before is None:
        return None
    first = 0 if after is None else to_micros(after)
    return first, _END_OF_TIME if before is None else to_micros(before)
