"""updateFulfillmentOrder: what can still be changed of an order, and until when."""

from __future__ import annotations

from typing import Any

import pytest

from sp_api_caller import CA, US, Answer, Caller, address, order

ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"


@pytest.fixture
def shop(sp_api: Caller) -> Caller:
    """With a held order of two mugs."""
    sp_api.control("stock", country="US", sku="MUG", quantity=100)
    sp_api("POST", ORDERS, order(fulfillmentAction="Hold"))
    sp_api.clock.advance(minutes=10)
    return sp_api


def update(shop: Caller, **changes: Any) -> Answer:
    return shop("PUT", f"{ORDERS}/F-1", changes)


def get(shop: Caller) -> dict[str, Any]:
    payload: dict[str, Any] = shop("GET", f"{ORDERS}/F-1").payload
    return payload


def feature(name: str) -> list[dict[str, str]]:
    return [{"featureName": name, "featureFulfillmentPolicy": "Required"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("displayableOrderId", "Order 7"),
        ("displayableOrderDate", "2026-02-28T00:00:00Z"),
        ("displayableOrderComment", "Many thanks"),
        ("shippingSpeedCategory", "Expedited"),
        ("destinationAddress", address(addressLine1="2 Side St")),
        ("fulfillmentAction", "Ship"),
        ("fulfillmentPolicy", "FillAllAvailable"),
        ("notificationEmails", ["b@example.invalid"]),
        ("featureConstraints", feature("BLANK_BOX")),
    ],
)
def test_what_is_named_changes_and_nothing_else(shop: Caller, name: str, value: Any) -> None:
    before = get(shop)["fulfillmentOrder"]
    assert update(shop, **{name: value}).status == 200
    after = get(shop)["fulfillmentOrder"]
    assert after[name] == value
    told = {"statusUpdatedDate", name}
    assert {key: after[key] for key in after.keys() - told} == {
        key: before[key] for key in before.keys() - told
    }


def test_an_item_changes_what_is_said_of_it(shop: Caller) -> None:
    item = {
        "sellerFulfillmentOrderItemId": "1",
        "quantity": 1,
        "giftMessage": "Enjoy",
        "displayableComment": "blue",
        "perUnitDeclaredValue": {"currencyCode": "USD", "value": "9.50"},
    }
    assert update(shop, items=[item]).status == 200
    (known,) = get(shop)["fulfillmentOrderItems"]
    assert {name: known[name] for name in item} == item
    assert shop.control("buckets", country="US", sku="MUG") == {
        "fulfillable": 99,
        "pending_customer_order": 1,
    }
    assert update(shop, displayableOrderComment="Many thanks").status == 200
    assert get(shop)["fulfillmentOrderItems"][0]["giftMessage"] == "Enjoy"


@pytest.mark.parametrize(
    "change",
    [
        {"displayableOrderId": "two  blanks"},
        {"shippingSpeedCategory": "ScheduledDelivery"},
        {"fulfillmentPolicy": "Maybe"},
        {"featureConstraints": feature("GIFT_WRAP")},
        {"marketplaceId": CA},
        {"shipFromCountryCode": "CA"},
        {"notificationEmails": ["x" * 65]},
        {"destinationAddress": address(city="")},
        {"items": [{"sellerFulfillmentOrderItemId": "1", "quantity": 3}]},
        {"items": [{"sellerFulfillmentOrderItemId": "9", "quantity": 1}]},
        {"items": [{"sellerFulfillmentOrderItemId": "1", "quantity": 1, "giftMessage": "x" * 513}]},
    ],
)
def test_what_cannot_be_leaves_the_order_as_it_was(shop: Caller, change: dict[str, Any]) -> None:
    before = get(shop)
    refused = shop("PUT", f"{ORDERS}/F-1", change, judged=False)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
    assert get(shop) == before
    assert shop.control("audit") == []


def test_the_marketplace_may_be_named_if_it_is_the_same(shop: Caller) -> None:
    assert update(shop, marketplaceId=US, shipFromCountryCode="US").status == 200


def test_a_feature_that_an_item_may_not_have_is_refused(shop: Caller) -> None:
    shop.control("register", country="US", sku="MUG", ineligible_features=["BLANK_BOX"])
    assert update(shop, featureConstraints=feature("BLANK_BOX")).status == 400
    assert update(shop, featureConstraints=feature("OVERBOX")).status == 200


def test_a_policy_is_kept_while_units_are_waited_for(shop: Caller) -> None:
    body = order("F-2", 150, fulfillmentPolicy="FillAll", fulfillmentAction="Hold")
    shop("POST", ORDERS, body)
    shop.clock.advance(minutes=10)
    path = f"{ORDERS}/F-2"
    assert shop("PUT", path, {"fulfillmentPolicy": "FillAllAvailable"}).status == 400
    shop.control("stock", country="US", sku="MUG", quantity=100)
    assert shop("PUT", path, {"fulfillmentPolicy": "FillAllAvailable"}).status == 200
    assert shop.control("audit") == []


def test_once_it_is_shipped_only_the_comment_changes(shop: Caller) -> None:
    update(shop, fulfillmentAction="Ship")
    shop("PUT", f"{ORDERS}/F-1/status", {"fulfillmentOrderStatus": "Processing"})
    assert update(shop, displayableOrderId="Order 7").status == 400
    assert update(shop, shippingSpeedCategory="Expedited").status == 400
    assert update(shop, displayableOrderComment="Many thanks").status == 200
    assert get(shop)["fulfillmentOrder"]["displayableOrderComment"] == "Many thanks"


def test_a_new_speed_is_the_one_it_is_sent_by(shop: Caller) -> None:
    update(shop, shippingSpeedCategory="Expedited", fulfillmentAction="Ship")
    (item,) = get(shop)["fulfillmentOrderItems"]
    assert item["estimatedArrivalDate"] == "2026-03-05T09:00:00Z"
