"""Parcels out: one fulfillment for each, with its own units, whatever is repeated."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from shopify_shop.server import answer_lost
from shopify_shop.state import OTHER_LOCATION, Order
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import Channel, LineQuantity, TrackingUpdate
from stockpool.testing.addresses import sample_address

BUYER = sample_address("US")


def sold(shop: ShopWorld) -> Order:
    return shop.state.sell({"mug": 3, "lamp": 1}, BUYER)


def parcel(
    shop: ShopWorld, order: Order, units: dict[str, int], number: str = "T1", carrier: str = "UPS"
) -> TrackingUpdate:
    items = {item.sku or "": item.id for item in order.items}
    lines = [LineQuantity(items[sku], sku, quantity) for sku, quantity in units.items()]
    return TrackingUpdate(
        f"key-{number}", order.id, f"F/{number}", carrier, number, shop.clock.now(),
        date(2026, 11, 9), lines,
    )  # fmt: skip


def told(order: Order) -> list[tuple[str, dict[str, int]]]:
    parcels = []
    for fulfillment in order.fulfillments:
        units: Counter[str] = Counter()
        for item, quantity in fulfillment.lines:
            units[item.sku or ""] += quantity
        parcels.append((fulfillment.numbers[0], dict(units)))
    return parcels


def taken(channel: Channel, cursor: str | None = None) -> tuple[list[OrderRequest], str | None]:
    page = channel.fetch_orders(cursor)
    return list(page.orders), page.cursor


def test_each_parcel_is_a_fulfillment_with_its_units(shop: ShopWorld) -> None:
    order = sold(shop)
    channel = shop.channel()
    assert not channel.push_tracking(
        [parcel(shop, order, {"mug": 2}), parcel(shop, order, {"mug": 1, "lamp": 1}, "T2")]
    )
    assert told(order) == [("T1", {"mug": 2}), ("T2", {"mug": 1, "lamp": 1})]
    assert order.works[0].status == "CLOSED"


def test_an_order_does_not_shrink_by_its_own_parcels(shop: ShopWorld) -> None:
    """What was shipped has left the fulfillment order; the order stays what it was."""
    order = sold(shop)
    channel = shop.channel()
    (before,), cursor = taken(channel)
    channel.push_tracking([parcel(shop, order, {"mug": 2})])
    (after,), cursor = taken(channel, cursor)
    assert after == before
    channel.push_tracking([parcel(shop, order, {"mug": 1, "lamp": 1}, "T2")])
    assert taken(channel, cursor)[0] == []
    assert not shop.notes.read("told/")


def test_a_parcel_whose_answer_was_lost_is_found_by_its_number(shop: ShopWorld) -> None:
    order = sold(shop)
    shop.server.fail_next(answer_lost, name="CreateFulfillment")
    update = parcel(shop, order, {"mug": 2})
    with pytest.raises(OutcomeUnknown):
        shop.channel().push_tracking([update])
    (seen,), _ = taken(shop.channel())
    assert {line.channel_sku: line.quantity for line in seen.lines} == {"mug": 3, "lamp": 1}
    assert not shop.channel().push_tracking([update])
    assert told(order) == [("T1", {"mug": 2})]


def test_lines_are_found_after_a_split_and_a_hold(shop: ShopWorld) -> None:
    order = sold(shop)
    mugs, lamp = order.works[0].lines
    rest = shop.state.split(order.works[0], {mugs.id: 2, lamp.id: 1})
    assert not shop.channel().push_tracking([parcel(shop, order, {"mug": 3})])
    assert told(order) == [("T1", {"mug": 3})]
    assert rest.remaining == 1


def test_units_that_are_not_left_are_refused(shop: ShopWorld) -> None:
    order = sold(shop)
    shop.state.refund_unshipped(order, order.items[0], 2)
    (refusal,) = shop.channel().push_tracking([parcel(shop, order, {"mug": 2})])
    assert refusal.error.code == "not_left_to_fulfill"
    assert order.fulfillments == []


def test_a_parcel_of_an_order_that_was_cancelled_meanwhile_says_so(shop: ShopWorld) -> None:
    """It left before the network could stop it; Shopify takes no fulfillment any more."""
    order = sold(shop)
    shop.state.cancel(order)
    (refusal,) = shop.channel().push_tracking([parcel(shop, order, {"mug": 3})])
    assert refusal.error.code == "order_cancelled"
    assert told(order) == []


def test_work_elsewhere_is_not_fulfilled(shop: ShopWorld) -> None:
    order = sold(shop)
    order.works[0].location = OTHER_LOCATION
    (refusal,) = shop.channel().push_tracking([parcel(shop, order, {"mug": 1})])
    assert refusal.error.code == "not_left_to_fulfill"


@pytest.mark.parametrize("order_id", ["1001", "gid://shopify/Order/1", "gid://shopify/Shop/1"])
def test_an_order_that_the_shop_does_not_have_is_refused(shop: ShopWorld, order_id: str) -> None:
    update = TrackingUpdate("k", order_id, "p", "UPS", "T1", shop.clock.now(), None, [])
    (refusal,) = shop.channel().push_tracking([update])
    assert refusal.error.code == "unknown_order"


@pytest.mark.parametrize(
    ("carrier", "company"),
    [
        ("UPS", "UPS"),
        ("AMZN_US", "Amazon"),
        ("amzn_uk", "Amazon Logistics UK"),
        ("Landmark Global", "Landmark Global"),
    ],
)
def test_carriers_have_shopifys_names(shop: ShopWorld, carrier: str, company: str) -> None:
    order = sold(shop)
    shop.channel().push_tracking([parcel(shop, order, {"mug": 1}, carrier=carrier)])
    (made,) = order.fulfillments
    assert (made.company, made.url, made.notified) == (company, None, False)


def test_the_buyer_is_mailed_by_setting(shop: ShopWorld) -> None:
    order = sold(shop)
    shop.channel(notify_customer=True).push_tracking([parcel(shop, order, {"mug": 1})])
    assert order.fulfillments[0].notified


class TestFulfillmentService:
    """At a location of this app."""

    def test_a_request_that_was_not_answered_is_accepted_first(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        assert not channel.push_tracking([parcel(shop, order, {"mug": 3, "lamp": 1})])
        assert order.works[0].request_status == "ACCEPTED"
        assert len(order.fulfillments) == 1

    def test_a_request_to_cancel_what_has_left_is_rejected(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        order.works[0].request_status = "CANCELLATION_REQUESTED"
        order.works[0].status = "IN_PROGRESS"
        assert not channel.push_tracking([parcel(shop, order, {"mug": 1})])
        assert order.works[0].request_status == "CANCELLATION_REJECTED"
        assert told(order) == [("T1", {"mug": 1})]
