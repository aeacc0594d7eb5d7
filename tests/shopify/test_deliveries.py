"""How parcels fare is told once for each status, to the fulfillment that bears the number."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shopify_shop.server import answer_lost
from shopify_shop.state import Order
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown
from stockpool.plugins.channel import ChannelCapability, DeliveryStatus, DeliveryUpdate
from stockpool.testing.addresses import sample_address

THEN = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def shipped(shop: ShopWorld, *numbers: str) -> Order:
    order = shop.state.sell({"mug": len(numbers)}, sample_address("US"))
    for number in numbers:
        shop.state.fulfill(order, [(order.works[0].lines[0], 1)], numbers=[number])
    return order


def update(
    order: Order, status: DeliveryStatus = "delivered", number: str = "T1"
) -> DeliveryUpdate:
    return DeliveryUpdate(f"d-{number}-{status}", order.id, "F/1", number, status, THEN)


def test_it_is_told_by_setting_only(shop: ShopWorld) -> None:
    assert ChannelCapability.DELIVERY not in shop.channel().capabilities
    assert ChannelCapability.DELIVERY in shop.channel(delivery_events=True).capabilities
    with pytest.raises(NotImplementedError):
        shop.channel().push_delivery([])


def test_the_scope_for_it_is_asked_for(shop: ShopWorld) -> None:
    (problem,) = shop.channel(delivery_events=True).check()
    assert "write_fulfillments" in problem.message


def test_each_status_is_told_once_with_its_time(shop: ShopWorld) -> None:
    order = shipped(shop, "T1", "T2")
    channel = shop.channel(delivery_events=True)
    for _ in range(2):
        assert not channel.push_delivery([update(order, "in_transit"), update(order)])
    first, second = order.fulfillments
    assert [status for status, _ in first.events] == ["IN_TRANSIT", "DELIVERED"]
    assert datetime.fromisoformat(first.events[1][1]) == THEN
    assert second.events == []


def test_an_event_whose_answer_was_lost_is_not_repeated(shop: ShopWorld) -> None:
    order = shipped(shop, "T1")
    shop.server.fail_next(answer_lost, name="TellEvent")
    with pytest.raises(OutcomeUnknown):
        shop.channel(delivery_events=True).push_delivery([update(order)])
    assert not shop.channel(delivery_events=True).push_delivery([update(order)])
    assert len(order.fulfillments[0].events) == 1


def test_a_parcel_that_the_shop_does_not_have_is_refused_alone(shop: ShopWorld) -> None:
    order = shipped(shop, "T1")
    channel = shop.channel(delivery_events=True)
    (refusal,) = channel.push_delivery([update(order, number="T9"), update(order)])
    assert (refusal.key, refusal.error.code) == ("d-T9-delivered", "unknown_parcel")
    assert order.fulfillments[0].events
