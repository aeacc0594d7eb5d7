"""Amazon's SDK: orders of Amazon's own shop, in both versions of the Orders API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from spapi import (
    ApiException,
    GetOrderApi,
    ListingsApi,
    OrdersV0Api,
    SearchOrdersApi,
    ShipmentApi,
    TokensApi,
)
from spapi.models import orders_v0 as models

from amazon_clients import close_sdk, make_sdk_with
from listing_bodies import own_goods
from sp_api_caller import US
from stockpool_amazon_sim import Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer


@pytest.fixture(scope="module")
def orders(sdk: Any) -> OrdersV0Api:
    return sdk(OrdersV0Api)


@pytest.fixture(scope="module")
def trusted(sdk: Any, server: SpApiServer) -> Iterator[OrdersV0Api]:
    """With a restricted data token."""
    resource = {
        "method": "GET",
        "path": "/orders/v0/orders",
        "dataElements": ["buyerInfo", "shippingAddress"],
    }
    body = {"restrictedResources": [resource]}
    token = sdk(TokensApi).create_restricted_data_token(body).restricted_data_token
    client = make_sdk_with(server.url, token)
    yield OrdersV0Api(client)
    close_sdk(client)


@pytest.fixture(scope="module")
def shipping(sdk: Any) -> ShipmentApi:
    return sdk(ShipmentApi)


@pytest.fixture(scope="module")
def search(sdk: Any) -> SearchOrdersApi:
    return sdk(SearchOrdersApi)


@pytest.fixture(scope="module")
def newer(sdk: Any) -> GetOrderApi:
    return sdk(GetOrderApi)


@pytest.fixture(scope="module")
def own(sdk: Any, simulator: Simulator) -> str:
    """A SKU that the seller ships himself."""
    sdk(ListingsApi).put_listings_item(simulator.seller_id, "OWN", [US], own_goods(20))
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    return "OWN"


def sell(simulator: Simulator, sku: str = "MUG", **how: bool) -> str:
    """A sale of one unit in Amazon's shop, paid for by now; returns its id."""
    assert simulator.sell_on_amazon("US", sku, 1, **how) == 1
    simulator.advance_to(simulator.now() + timedelta(minutes=45))
    return simulator.amazon_order_ids()[-1]


def test_an_order_in_the_older_version(
    orders: OrdersV0Api, trusted: OrdersV0Api, simulator: Simulator
) -> None:
    since = simulator.now().isoformat()
    order_id = sell(simulator)
    (listed,) = orders.get_orders([US], created_after=since).payload.orders
    assert (listed.amazon_order_id, listed.fulfillment_channel) == (order_id, "AFN")
    assert orders.get_order(order_id).payload.buyer_info is None
    (item,) = orders.get_order_items(order_id).payload.order_items
    assert (item.seller_sku, item.quantity_ordered) == ("MUG", 1)
    address = trusted.get_order_address(order_id).payload.shipping_address
    assert address.address_line1
    assert trusted.get_order_buyer_info(order_id).payload.buyer_email
    buyer = trusted.get_order_items_buyer_info(order_id).payload
    assert [one.order_item_id for one in buyer.order_items] == [item.order_item_id]
    with pytest.raises(ApiException) as refused:
        orders.get_order_address(order_id)
    assert refused.value.status == 403


def test_an_order_in_the_newer_version(
    search: SearchOrdersApi, newer: GetOrderApi, simulator: Simulator
) -> None:
    since = simulator.now().isoformat()
    order_id = sell(simulator)
    (listed,) = search.search_orders(marketplace_ids=[US], created_after=since).orders
    assert listed.order_id == order_id
    order = newer.get_order(order_id).order
    assert [one.quantity_ordered for one in order.order_items] == [1]


def test_the_seller_ships_himself(orders: OrdersV0Api, own: str, simulator: Simulator) -> None:
    order_id = sell(simulator, own)
    (item,) = orders.get_order_items(order_id).payload.order_items
    package = models.PackageDetail(
        package_reference_id="1",
        carrier_code="UPS",
        tracking_number="1Z",
        ship_date=simulator.now().isoformat(),
        order_items=[models.ConfirmShipmentOrderItem(order_item_id=item.order_item_id, quantity=1)],
    )
    orders.confirm_shipment(
        order_id, models.ConfirmShipmentRequest(package_detail=package, marketplace_id=US)
    )
    assert orders.get_order(order_id).payload.order_status == "Shipped"


def test_the_buyer_comes_to_the_store(
    orders: OrdersV0Api, shipping: ShipmentApi, own: str, simulator: Simulator
) -> None:
    order_id = sell(simulator, own, pick_up=True)
    for status in ("ReadyForPickup", "PickedUp"):
        body = models.UpdateShipmentStatusRequest(marketplace_id=US, shipment_status=status)
        shipping.update_shipment_status(order_id, body)
    assert orders.get_order(order_id).payload.order_status == "Shipped"


def test_regulated_goods_are_verified(trusted: OrdersV0Api, own: str, simulator: Simulator) -> None:
    order_id = sell(simulator, own, regulated=True)
    status = models.UpdateVerificationStatusRequestBody(
        status="Approved", external_reviewer_id="r-1"
    )
    trusted.update_verification_status(
        order_id, models.UpdateVerificationStatusRequest(regulated_order_verification_status=status)
    )
    known = trusted.get_order_regulated_info(order_id).payload
    assert known.regulated_order_verification_status.status == "Approved"
