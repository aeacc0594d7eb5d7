"""The judge of requests and answers finds what is wrong with them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from openapi import Model

ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"


@pytest.fixture
def model() -> Model:
    return Model.load("fulfillmentOutbound_2020-07-01")


def good_order(**changes: Any) -> dict[str, Any]:
    order = {
        "sellerFulfillmentOrderId": "F-1",
        "displayableOrderId": "1001",
        "displayableOrderDate": "2026-03-02T09:00:00Z",
        "displayableOrderComment": "Thank you",
        "shippingSpeedCategory": "Standard",
        "destinationAddress": {
            "name": "A. Buyer",
            "addressLine1": "1 Main St",
            "postalCode": "98101",
            "countryCode": "US",
        },
        "items": [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 1}],
    }
    return order | changes


def test_takes_what_the_model_allows(model: Model) -> None:
    model.operation("POST", ORDERS).check_request({}, good_order())
    model.operation("GET", ORDERS).check_request({"queryStartDate": "2026-03-02T09:00:00Z"})
    model.operation("GET", "/fba/outbound/2020-07-01/tracking").check_request(
        {"packageNumber": "7"}
    )


def test_finds_the_operation_by_method_and_path(model: Model) -> None:
    assert model.operation("POST", f"{ORDERS}/preview").name == "getFulfillmentPreview"
    assert model.operation("PUT", f"{ORDERS}/F-1/cancel").name == "cancelFulfillmentOrder"
    found = model.operation("GET", f"{ORDERS}/a%2Fb")
    assert (found.name, dict(found.path_values)) == (
        "getFulfillmentOrder",
        {"sellerFulfillmentOrderId": "a/b"},
    )
    with pytest.raises(AssertionError, match="has no DELETE"):
        model.operation("DELETE", ORDERS)


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ({"items": [{"sellerSku": "MUG", "quantity": 1}]}, "body.items[0].sellerFulfillment"),
        (good_order(items="MUG"), "body.items: 'MUG' is no array"),
        (good_order(shippingSpeedCategory="Fast"), "'Fast' is none of Standard"),
        (good_order(displayableOrderId="x" * 41), "body.displayableOrderId: is longer than 40"),
        (good_order(displayableOrderDate="2026-03-02T09:00:00"), "is no ISO 8601 time with"),
        (good_order(marketplace="ATVPDKIKX0DER"), "body.marketplace: the model has no such"),
        (good_order(featureConstraints=[{"featureFulfillmentPolicy": 1}]), "1 is no string"),
        (
            good_order(
                items=[{"sellerSku": "M", "sellerFulfillmentOrderItemId": "1", "quantity": True}]
            ),
            "body.items[0].quantity: True is no integer",
        ),
        (
            good_order(
                items=[{"sellerSku": "M", "sellerFulfillmentOrderItemId": "1", "quantity": 2**31}]
            ),
            "does not fit into int32",
        ),
        (None, "body: is missing"),
    ],
)
def test_names_what_is_wrong_with_a_body(model: Model, order: Any, fault: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(fault)):
        model.operation("POST", ORDERS).check_request({}, order)


def test_names_what_is_wrong_with_a_query() -> None:
    summaries = Model.load("fbaInventory").operation("GET", "/fba/inventory/v1/summaries")
    with pytest.raises(AssertionError) as failure:
        summaries.check_request(
            {"details": "yes", "granularityType": "Country", "marketplaceIds": "A,B", "page": "1"}
        )
    for fault in (
        "query.details: 'yes' is no boolean",
        "query.granularityType: 'Country' is none of Marketplace",
        "query.granularityId: is required",
        "query.marketplaceIds: is longer than 1",
        "query.page: getInventorySummaries has no such parameter",
    ):
        assert fault in str(failure.value)


def test_a_path_is_checked_too(model: Model) -> None:
    with pytest.raises(AssertionError, match=r"path.sellerFulfillmentOrderId: is longer than 40"):
        model.operation("GET", f"{ORDERS}/{'x' * 41}").check_request()


def test_an_answer_is_checked_by_its_status(model: Model) -> None:
    tracking = model.operation("GET", "/fba/outbound/2020-07-01/tracking")
    tracking.check_response(200, {"payload": {"packageNumber": 1, "currentStatus": "DELIVERED"}})
    tracking.check_response(400, {"errors": [{"code": "InvalidInput", "message": "no"}]})
    with pytest.raises(AssertionError, match=r"body.payload.packageNumber: is required"):
        tracking.check_response(200, {"payload": {}})
    with pytest.raises(AssertionError, match="has no answer 418"):
        tracking.check_response(418, {})


def test_an_answer_without_a_body_has_none() -> None:
    model = Model.load("fulfillmentOutbound_2026-07-04")
    status = model.operation("PUT", "/fulfillment/outbound/2026-07-04/orders/F-1/status")
    status.check_response(204, None)
    with pytest.raises(AssertionError, match="the model has none"):
        status.check_response(204, {})


def test_a_keyword_that_is_not_checked_is_told() -> None:
    model = Model("odd", {"paths": {}, "definitions": {}})
    with pytest.raises(AssertionError, match="does not check multipleOf"):
        list(model.faults({"type": "integer", "multipleOf": 2}, 3, "body"))
