"""python-amazon-sp-api: Fulfillment Outbound API 2020-07-01, from the offer to the return."""

from __future__ import annotations

from typing import Any

import pytest
from sp_api.api import FulfillmentOutbound
from sp_api.base import SellingApiBadRequestException

from sp_api_caller import US, address, order
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def api(library: Any) -> FulfillmentOutbound:
    return library(FulfillmentOutbound)


def show(api: FulfillmentOutbound, order_id: str) -> dict[str, Any]:
    return api.get_fulfillment_order(order_id).payload


def status_of(api: FulfillmentOutbound, order_id: str) -> str:
    return str(show(api, order_id)["fulfillmentOrder"]["fulfillmentOrderStatus"])


def test_an_order_is_shown_as_it_was_sent(api: FulfillmentOutbound) -> None:
    answer = api.create_fulfillment_order(**order("shown / 1"))
    assert answer.errors is None
    assert answer.rate_limit == "2.0"
    known = show(api, "shown / 1")
    assert known["fulfillmentOrder"]["destinationAddress"] == address()
    assert known["fulfillmentOrderItems"][0]["quantity"] == 2


def test_an_order_that_is_refused_raises_with_amazon_s_code(api: FulfillmentOutbound) -> None:
    api.create_fulfillment_order(**order("twice"))
    with pytest.raises(SellingApiBadRequestException) as refused:
        api.create_fulfillment_order(**order("twice"))
    assert refused.value.amzn_code == "InvalidInput"


def test_parcels_are_followed_and_a_unit_comes_back(api: FulfillmentOutbound) -> None:
    api.create_fulfillment_order(**order("returned"))
    api.submit_fulfillment_order_status_update("returned", fulfillmentOrderStatus="Complete")
    (shipment,) = show(api, "returned")["fulfillmentShipments"]
    number = shipment["fulfillmentShipmentPackage"][0]["packageNumber"]
    tracking = api.get_package_tracking_details(packageNumber=number).payload
    assert tracking["packageNumber"] == number
    codes = api.list_return_reason_codes(sellerSku="MUG", marketplaceId=US).payload
    unit = {
        "sellerReturnItemId": "r-1",
        "sellerFulfillmentOrderItemId": "1",
        "amazonShipmentId": shipment["amazonShipmentId"],
        "returnReasonCode": codes["reasonCodeDetails"][0]["returnReasonCode"],
    }
    made = api.create_fulfillment_return("returned", items=[unit]).payload
    assert [one["sellerReturnItemId"] for one in made["returnItems"]] == ["r-1"]


def test_a_held_order_is_changed_and_cancelled(
    api: FulfillmentOutbound, simulator: Simulator
) -> None:
    api.create_fulfillment_order(**order("held", fulfillmentAction="Hold"))
    api.update_fulfillment_order("held", displayableOrderComment="Sorry")
    assert show(api, "held")["fulfillmentOrder"]["displayableOrderComment"] == "Sorry"
    api.cancel_fulfillment_order("held")
    simulator.advance_to(simulator.now().replace(hour=23))
    assert status_of(api, "held") == "Cancelled"


def test_changes_are_listed(api: FulfillmentOutbound, simulator: Simulator) -> None:
    since = simulator.now().isoformat()
    api.create_fulfillment_order(**order("listed"))
    listed = api.list_all_fulfillment_orders(queryStartDate=since).payload["fulfillmentOrders"]
    assert "listed" in [one["sellerFulfillmentOrderId"] for one in listed]


def test_what_an_order_would_cost_and_when_it_would_come(api: FulfillmentOutbound) -> None:
    items = [{"sellerSku": "MUG", "quantity": 1, "sellerFulfillmentOrderItemId": "1"}]
    answer = api.get_fulfillment_preview(marketplaceId=US, address=address(), items=items)
    previews = answer.payload["fulfillmentPreviews"]
    assert previews
    assert all(one["isFulfillable"] for one in previews)


def test_delivery_offers_for_a_product_s_page(api: FulfillmentOutbound) -> None:
    where = {"postalCode": "98101", "countryCode": "US"}
    answer = api.delivery_offers(
        product={"productIdentifier": {"merchantSku": "MUG"}},
        terms={"origin": {"countryCode": "US"}, "destination": {"deliveryAddress": where}},
    )
    assert answer.payload["deliveryOffers"]


def test_features(api: FulfillmentOutbound) -> None:
    features = api.get_features(marketplaceId=US).payload["features"]
    assert "BLANK_BOX" in [one["featureName"] for one in features]
    inventory = api.get_feature_inventory("BLANK_BOX", marketplaceId=US).payload
    assert {one["sellerSku"] for one in inventory["featureSkus"]} == {"MUG", "CAP"}
    # The library has this operation twice.
    assert api.get_feature_s_k_u("BLANK_BOX", marketplaceId=US).payload == inventory
    sku = api.get_feature_sku("BLANK_BOX", "CAP", marketplaceId=US).payload
    assert (sku["isEligible"], sku["skuCount"]) == (True, 1_000)
