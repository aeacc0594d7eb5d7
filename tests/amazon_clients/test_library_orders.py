"""python-amazon-sp-api: orders of Amazon's own shop, in both versions of the Orders API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sp_api.api import ListingsItemsV20210801, OrdersV0, OrdersV20260101, Tokens
from sp_api.base import SellingApiForbiddenException

from listing_bodies import own_goods
from sp_api_caller import US
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def orders(library: Any) -> OrdersV0:
    return library(OrdersV0, version="v0")


@pytest.fixture(scope="module")
def trusted(library: Any) -> OrdersV0:
    """With a restricted data token."""
    resource = {
        "method": "GET",
        "path": "/orders/v0/orders",
        "dataElements": ["buyerInfo", "shippingAddress"],
    }
    answer = library(Tokens).create_restricted_data_token(restrictedResources=[resource])
    token = answer.payload["restrictedDataToken"]
    return library(OrdersV0, version="v0", restricted_data_token=token)


@pytest.fixture(scope="module")
def newer(library: Any) -> OrdersV20260101:
    return library(OrdersV20260101, version="2026-01-01")


@pytest.fixture(scope="module")
def own(library: Any, simulator: Simulator) -> str:
    """A SKU that the seller ships himself."""
    listings = library(ListingsItemsV20210801, version="2021-08-01")
    listings.put_listings_item(simulator.seller_id, "OWN", marketplaceIds=[US], body=own_goods(20))
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    return "OWN"


def sell(simulator: Simulator, sku: str = "MUG", **how: bool) -> str:
    """A sale of one unit in Amazon's shop, paid for by now; returns its id."""
    assert simulator.sell_on_amazon("US", sku, 1, **how) == 1
    simulator.advance_to(simulator.now() + timedelta(minutes=45))
    return simulator.amazon_order_ids()[-1]


def test_an_order_in_the_older_version(
    orders: OrdersV0, trusted: OrdersV0, simulator: Simulator
) -> None:
    since = simulator.now().isoformat()
    order_id = sell(simulator)
    (listed,) = orders.get_orders(CreatedAfter=since).payload["Orders"]
    assert (listed["AmazonOrderId"], listed["FulfillmentChannel"]) == (order_id, "AFN")
    assert orders.get_order(order_id).payload["AmazonOrderId"] == order_id
    (item,) = orders.get_order_items(order_id).payload["OrderItems"]
    assert (item["SellerSKU"], item["QuantityOrdered"]) == ("MUG", 1)
    address = trusted.get_order_address(order_id).payload["ShippingAddress"]
    assert address["AddressLine1"]
    assert trusted.get_order_buyer_info(order_id).payload["BuyerEmail"]
    buyer = trusted.get_order_items_buyer_info(order_id).payload
    assert [one["OrderItemId"] for one in buyer["OrderItems"]] == [item["OrderItemId"]]
    with pytest.raises(SellingApiForbiddenException):
        orders.get_order_address(order_id)


def test_personal_data_by_a_token_that_the_library_fetches(
    orders: OrdersV0, simulator: Simulator
) -> None:
    since = simulator.now().isoformat()
    sell(simulator)
    wanted = ["buyerInfo", "shippingAddress"]
    (listed,) = orders.get_orders(CreatedAfter=since, RestrictedResources=wanted).payload["Orders"]
    assert listed["ShippingAddress"]["AddressLine1"]


def test_an_order_in_the_newer_version(newer: OrdersV20260101, simulator: Simulator) -> None:
    since = simulator.now().isoformat()
    order_id = sell(simulator)
    (listed,) = newer.search_orders(createdAfter=since).payload["orders"]
    assert listed["orderId"] == order_id
    order = newer.get_order(order_id).payload["order"]
    assert [one["quantityOrdered"] for one in order["orderItems"]] == [1]


def test_the_seller_ships_himself(orders: OrdersV0, own: str, simulator: Simulator) -> None:
    order_id = sell(simulator, own)
    (item,) = orders.get_order_items(order_id).payload["OrderItems"]
    package = {
        "packageReferenceId": "1",
        "carrierCode": "UPS",
        "trackingNumber": "1Z",
        "shipDate": simulator.now().isoformat(),
        "orderItems": [{"orderItemId": item["OrderItemId"], "quantity": 1}],
    }
    orders.confirm_shipment(order_id, marketplaceId=US, packageDetail=package)
    assert orders.get_order(order_id).payload["OrderStatus"] == "Shipped"


def test_the_buyer_comes_to_the_store(orders: OrdersV0, own: str, simulator: Simulator) -> None:
    order_id = sell(simulator, own, pick_up=True)
    for status in ("ReadyForPickup", "PickedUp"):
        orders.update_shipment_status(order_id, marketplaceId=US, shipmentStatus=status)
    assert orders.get_order(order_id).payload["OrderStatus"] == "Shipped"


def test_regulated_goods_are_verified(trusted: OrdersV0, own: str, simulator: Simulator) -> None:
    order_id = sell(simulator, own, regulated=True)
    approved = {"status": "Approved", "externalReviewerId": "r-1"}
    trusted.update_verification_status(order_id, regulatedOrderVerificationStatus=approved)
    known = trusted.get_order_regulated_info(order_id).payload
    assert known["RegulatedOrderVerificationStatus"]["Status"] == "Approved"
