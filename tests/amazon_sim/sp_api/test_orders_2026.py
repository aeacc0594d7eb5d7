"""Orders API 2026-01-01: the orders that v0 tells, in other words."""

from __future__ import annotations

from typing import Any

import pytest

from listings import done, put
from sp_api_caller import CA, US, Answer, Caller, order
from stockpool_amazon_sim.sp_api import access_tokens

ORDERS = "/orders/2026-01-01/orders"
MCF = "/fba/outbound/2020-07-01/fulfillmentOrders"
ALL_DATA = (
    "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT,"
    "FULFILLMENT_ORDERS"
)


@pytest.fixture(autouse=True)
def mugs(sp_api: Caller) -> None:
    sp_api.control("register", country="US", sku="MUG", title="A mug", price="12.50")
    sp_api.control("stock", country="US", sku="MUG", quantity=50)


def sell(sp_api: Caller, sku: str = "MUG", quantity: int = 2) -> str:
    known = set(sp_api.control("amazon_order_ids"))
    assert sp_api.control("sell_on_amazon", country="US", sku=sku, quantity=quantity)
    (found,) = set(sp_api.control("amazon_order_ids")) - known
    return str(found)


def get(sp_api: Caller, order_id: str, included: str = ALL_DATA) -> Any:
    return sp_api("GET", f"{ORDERS}/{order_id}", includedData=included).json["order"]


def search(sp_api: Caller, **query: str) -> Answer:
    usual = {} if "lastUpdatedAfter" in query else {"createdAfter": "2026-03-01T00:00:00Z"}
    return sp_api("GET", ORDERS, **usual | query)


def ids(answer: Answer) -> list[str]:
    return [one["orderId"] for one in answer.json["orders"]]


def restricted(sp_api: Caller) -> None:
    sp_api.token = sp_api.application.access_tokens.make(access_tokens.RESTRICTED)


def test_an_order_tells_what_is_asked_for(sp_api: Caller) -> None:
    order_id = sell(sp_api)
    sp_api.control("advance", hours=0.6)
    bare = sp_api("GET", f"{ORDERS}/{order_id}").json["order"]
    assert bare.keys() == {
        "orderId",
        "createdTime",
        "lastUpdatedTime",
        "salesChannel",
        "programs",
        "orderItems",
    }
    assert bare["salesChannel"] == {
        "channelName": "AMAZON",
        "marketplaceName": "Amazon.com",
        "marketplaceId": US,
    }
    full = get(sp_api, order_id)
    assert full["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    assert full["fulfillment"]["fulfilledBy"] == "AMAZON"
    assert full["proceeds"]["grandTotal"] == {"amount": "25.00", "currencyCode": "USD"}
    (item,) = full["orderItems"]
    assert item["product"]["price"]["unitPrice"]["amount"] == "12.50"
    assert item["fulfillment"] == {"quantityFulfilled": 0, "quantityUnfulfilled": 2}


def test_a_pending_order_has_no_price(sp_api: Caller) -> None:
    pending = get(sp_api, sell(sp_api))
    assert pending["fulfillment"]["fulfillmentStatus"] == "PENDING"
    assert not pending.keys() & {"proceeds", "payment", "recipient"}
    assert "price" not in pending["orderItems"][0]["product"]


def test_buyers_are_told_with_a_restricted_data_token_only(sp_api: Caller) -> None:
    order_id = sell(sp_api)
    sp_api.control("advance", hours=0.6)
    plain = get(sp_api, order_id)
    assert "buyer" not in plain
    assert not plain["recipient"]["deliveryAddress"].keys() & {"name", "addressLine1", "phone"}
    restricted(sp_api)
    seen = get(sp_api, order_id)
    assert seen["buyer"]["buyerName"] == seen["recipient"]["deliveryAddress"]["name"]
    assert "buyerEmail" not in seen["buyer"]


def test_a_cancelled_order_tells_who_did_it(sp_api: Caller) -> None:
    order_id = sell(sp_api)
    sp_api.control("cancel_sale", amazon_order_id=order_id, by="AMAZON", reason="Payment failed")
    cancelled = get(sp_api, order_id)
    assert cancelled["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
    assert cancelled["orderItems"][0]["cancellation"]["cancellationExecution"] == {
        "cancelledBy": "AMAZON",
        "cancelReason": "Payment failed",
    }


def test_parcels_of_the_seller_are_shown(sp_api: Caller) -> None:
    done(sp_api, put(sp_api, "MINE"))
    order_id = sell(sp_api, "MINE", 1)
    sp_api.control("advance", hours=0.6)
    item_id = get(sp_api, order_id)["orderItems"][0]["orderItemId"]
    body = {
        "marketplaceId": US,
        "packageDetail": {
            "packageReferenceId": "1",
            "carrierCode": "UPS",
            "trackingNumber": "1Z1",
            "shippingMethod": "Ground",
            "shipDate": "2026-03-02T10:00:00Z",
            "orderItems": [{"orderItemId": item_id, "quantity": 1}],
        },
    }
    path = f"/orders/v0/orders/{order_id}/shipmentConfirmation"
    assert sp_api("POST", path, body).status == 204
    shipped = get(sp_api, order_id)
    (package,) = shipped["packages"]
    assert (package["trackingNumber"], package["shippingService"]) == ("1Z1", "Ground")
    assert package["packageItems"] == [{"orderItemId": item_id, "quantity": 1}]
    assert shipped["fulfillment"]["fulfilledBy"] == "MERCHANT"
    assert shipped["fulfillment"]["deliverByWindow"]
    restricted(sp_api)
    assert "@" in get(sp_api, order_id)["buyer"]["buyerEmail"]


def test_mcf_orders_are_non_amazon(sp_api: Caller) -> None:
    sp_api("POST", MCF, order("F-1"))
    sp_api.control("advance", hours=0.1)
    (row,) = search(sp_api, includedData=ALL_DATA).json["orders"]
    assert row["salesChannel"] == {"channelName": "NON_AMAZON", "marketplaceId": US}
    assert row["orderAliases"] == [{"aliasId": "F-1", "aliasType": "SELLER_ORDER_ID"}]
    assert not row.keys() & {"proceeds", "payment", "buyer"}
    assert get(sp_api, row["orderId"]) == row


def test_a_search_comes_in_pages_that_remember_it(sp_api: Caller) -> None:
    made = []
    for _ in range(3):
        made.append(sell(sp_api, quantity=1))
        sp_api.control("advance", hours=0.05)
    first = search(sp_api, maxResultsPerPage="2")
    assert "createdBefore" in first.json
    token = first.json["pagination"]["nextToken"]
    second = sp_api("GET", ORDERS, paginationToken=token)
    assert ids(first) + ids(second) == made
    assert "pagination" not in second.json


def test_filters(sp_api: Caller) -> None:
    cancelled, kept = sell(sp_api), sell(sp_api)
    sp_api.control("cancel_sale", amazon_order_id=cancelled)
    sp_api.control("advance", hours=0.6)
    assert ids(search(sp_api, fulfillmentStatuses="CANCELLED")) == [cancelled]
    assert ids(search(sp_api, fulfillmentStatuses="UNSHIPPED,SHIPPED")) == [kept]
    assert ids(search(sp_api, fulfilledBy="MERCHANT")) == []
    assert ids(search(sp_api, fulfilledBy="AMAZON", marketplaceIds=CA)) == []
    assert ids(search(sp_api, lastUpdatedAfter="2026-03-02T09:00:01Z")) == [kept]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"createdAfter": "2026-03-01T00:00:00Z", "lastUpdatedAfter": "2026-03-01T00:00:00Z"},
        {"createdAfter": "2026-03-01T00:00:00Z", "lastUpdatedBefore": "2026-03-01T00:00:00Z"},
        {"createdAfter": "2026-03-01T00:00:00Z", "createdBefore": "2026-03-02T09:00:00Z"},
        {"createdAfter": "2026-03-01T00:00:00Z", "fulfillmentStatuses": "LOST"},
        {"createdAfter": "2026-03-01T00:00:00Z", "includedData": "EVERYTHING"},
        {"createdAfter": "2026-03-01T00:00:00Z", "maxResultsPerPage": "101"},
        {"paginationToken": "nonsense"},
    ],
)
def test_a_wrong_query_is_refused(sp_api: Caller, query: dict[str, str]) -> None:
    refused = sp_api("GET", ORDERS, judged=False, **query)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


def test_an_unknown_order_is_not_found(sp_api: Caller) -> None:
    refused = sp_api("GET", f"{ORDERS}/111-0000000-0000000")
    assert (refused.status, refused.error["code"]) == (404, "NotFound")
