"""Amazon's SDK: Fulfillment Outbound API 2026-07-04. It has most operations in two classes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from spapi import (
    ApiException,
    FulfillmentOrdersApi,
    FulfillmentOutboundApi,
    FulfillmentPreviewsApi,
    OffersApi,
)
from spapi.models import fulfillment_outbound_v2026_07_04 as models

from stockpool_amazon_sim import Simulator

ADDRESS = {
    "name": "A. Buyer",
    "address_line1": "1 Main St",
    "city": "Seattle",
    "state_or_region": "WA",
    "postal_code": "98101",
    "country_code": "US",
}


@pytest.fixture(scope="module", params=[FulfillmentOrdersApi, FulfillmentOutboundApi])
def orders(request: pytest.FixtureRequest, sdk: Any) -> Any:
    return sdk(request.param)


def create(
    orders: FulfillmentOrdersApi | FulfillmentOutboundApi, order_id: str, action: str = "SHIP"
) -> str:
    """An order of two mugs, under an id of its own for each class."""
    order_id = f"{order_id}-{type(orders).__name__}"
    item = models.CreateOrderLineItem(
        line_item_id="1",
        product=models.OrderProduct(product_identifier=models.ProductIdentifier(amazon_sku="MUG")),
        amount=models.Amount(value="2", unit="EACHES"),
    )
    body = models.CreateOrderRequest(
        order_id=order_id,
        origin=models.OrderOrigin(country_code="US"),
        line_items=[item],
        destination=models.OrderDestination(delivery_address=models.Address(**ADDRESS)),
        fulfillment_configuration=models.OrderFulfillmentConfiguration(action=action),
    )
    orders.create_order(body)
    return order_id


def test_an_order_is_shown_listed_and_cancelled(
    orders: FulfillmentOrdersApi | FulfillmentOutboundApi, simulator: Simulator
) -> None:
    before = simulator.now() - timedelta(minutes=1)
    order_id = create(orders, "F-1", action="HOLD")
    order = orders.get_order(order_id).order
    assert order.order_id == order_id
    assert order.line_items[0].product.product_identifier.amazon_sku == "MUG"
    listed = orders.list_orders(updated_after=before, shipments="EXCLUDE").orders
    assert order_id in [one.order_id for one in listed]
    orders.cancel_order(order_id)
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    assert orders.get_order(order_id).order.status == "CANCELLED"


def test_an_order_that_is_held_is_released(
    orders: FulfillmentOrdersApi | FulfillmentOutboundApi, simulator: Simulator
) -> None:
    order_id = create(orders, "F-2", action="HOLD")
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    released = models.UpdateOrderFulfillmentConfiguration(action="SHIP")
    orders.update_order(order_id, models.UpdateOrderRequest(fulfillment_configuration=released))
    simulator.advance_to(simulator.now() + timedelta(days=2))
    assert orders.get_order(order_id).order.status == "COMPLETE"


def test_an_unknown_order_raises_not_found(
    orders: FulfillmentOrdersApi | FulfillmentOutboundApi,
) -> None:
    with pytest.raises(ApiException) as refused:
        orders.get_order("none")
    assert refused.value.status == 404


def test_the_sandbox_moves_orders_and_parcels_on(
    orders: FulfillmentOrdersApi | FulfillmentOutboundApi,
) -> None:
    order_id = create(orders, "F-3")
    orders.update_order_status(order_id, models.UpdateOrderStatusRequest(status="COMPLETE"))
    (shipment,) = orders.get_order(order_id).order.shipments
    (package,) = shipment.packages
    orders.update_package(
        order_id, package.package_id, models.UpdatePackageRequest(status="DELIVERED")
    )
    (shipment,) = orders.get_order(order_id).order.shipments
    assert shipment.packages[0].status == "DELIVERED"


@pytest.mark.parametrize("kind", [FulfillmentPreviewsApi, FulfillmentOutboundApi])
def test_a_preview(sdk: Any, kind: Any) -> None:
    def previews(api: FulfillmentPreviewsApi | FulfillmentOutboundApi) -> Any:
        item = models.PreviewLineItem(
            product=models.PreviewProduct(
                product_identifier=models.ProductIdentifier(amazon_sku="MUG")
            ),
            amount=models.Amount(value="1", unit="EACHES"),
        )
        body = models.GetOrderPreviewRequest(
            line_items=[item],
            origin=models.OrderOrigin(country_code="US"),
            destination=models.PreviewDestination(delivery_address=models.Address(**ADDRESS)),
        )
        return api.get_order_preview(body)

    answer = previews(sdk(kind))
    assert answer.constraints == []
    assert answer.planned_shipments


@pytest.mark.parametrize("kind", [OffersApi, FulfillmentOutboundApi])
def test_offers(sdk: Any, kind: Any) -> None:
    def offers(api: OffersApi | FulfillmentOutboundApi) -> Any:
        where = models.VariablePrecisionAddress(postal_code="98101", country_code="US")
        body = models.GetOffersRequest(
            items=[models.OfferItem(product_identifier=models.ProductIdentifier(amazon_sku="MUG"))],
            origin=models.OrderOrigin(country_code="US"),
            destination=models.OfferDestination(delivery_address=where),
        )
        return api.get_offers(body)

    (result,) = offers(sdk(kind)).offer_results
    assert result.offers
