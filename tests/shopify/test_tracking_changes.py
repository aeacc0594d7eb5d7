"""New numbers and carriers of parcels: the fulfillment that is there bears them, and stays one."""

from __future__ import annotations

import pytest

from shopify_shop.server import answer_lost
from shopify_shop.state import Order
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown
from stockpool.plugins.channel import LineQuantity, TrackingChange, TrackingUpdate
from stockpool.testing.addresses import sample_address

BUYER = sample_address("US")


@pytest.fixture
def order(shop: ShopWorld) -> Order:
    """Two of three mugs have left as parcel T1 with UPS."""
    order = shop.state.sell({"mug": 3}, BUYER)
    channel = shop.channel()
    channel.fetch_orders(None)
    told = TrackingUpdate(
        "k", order.id, "F/1", "UPS", "T1", shop.clock.now(), None,
        [LineQuantity(order.items[0].id, "mug", 2)],
    )  # fmt: skip
    assert not channel.push_tracking([told])
    return order


def change(order: Order, number: str = "T2", carrier: str = "AMZN_US") -> TrackingChange:
    return TrackingChange("c", order.id, "F/1", carrier, number, "UPS", "T1")


def told(order: Order) -> list[tuple[list[str], str | None]]:
    return [(made.numbers, made.company) for made in order.fulfillments]


def updates(shop: ShopWorld) -> int:
    return [call.name for call in shop.server.calls].count("ChangeTracking")


def test_number_and_carrier_are_replaced_once(shop: ShopWorld, order: Order) -> None:
    for _ in range(2):
        assert not shop.channel().push_tracking_change([change(order)])
    assert told(order) == [(["T2"], "Amazon")]
    assert updates(shop) == 1


def test_a_change_whose_answer_was_lost_is_found_by_its_number(
    shop: ShopWorld, order: Order
) -> None:
    shop.server.fail_next(answer_lost, name="ChangeTracking")
    with pytest.raises(OutcomeUnknown):
        shop.channel().push_tracking_change([change(order)])
    assert not shop.channel().push_tracking_change([change(order)])
    assert told(order) == [(["T2"], "Amazon")]
    assert updates(shop) == 1


def test_the_order_does_not_shrink_by_a_parcel_that_goes_by_another_number(
    shop: ShopWorld, order: Order
) -> None:
    shop.channel().push_tracking_change([change(order)])
    (seen,) = shop.channel().fetch_orders(None).orders
    assert [line.quantity for line in seen.lines] == [3]


def test_nothing_is_remembered_of_an_order_that_is_over(shop: ShopWorld, order: Order) -> None:
    channel = shop.channel()
    rest = TrackingUpdate(
        "r", order.id, "F/2", "UPS", "T9", shop.clock.now(), None,
        [LineQuantity(order.items[0].id, "mug", 1)],
    )  # fmt: skip
    channel.push_tracking([rest])
    channel.fetch_orders(None)
    assert not shop.notes.read("told/")
    assert not channel.push_tracking_change([change(order)])
    assert not shop.notes.read("told/")


def test_numbers_that_somebody_else_added_are_left_alone(shop: ShopWorld, order: Order) -> None:
    order.fulfillments[0].numbers.append("BY-HAND")
    (refusal,) = shop.channel().push_tracking_change([change(order)])
    assert refusal.error.code == "several_numbers"
    assert told(order) == [(["T1", "BY-HAND"], "UPS")]


def test_a_parcel_that_the_merchant_took_back_is_refused(shop: ShopWorld, order: Order) -> None:
    order.fulfillments[0].status = "CANCELLED"
    (refusal,) = shop.channel().push_tracking_change([change(order)])
    assert refusal.error.code == "unknown_parcel"


@pytest.mark.parametrize("notify", [True, False])
def test_the_buyer_is_written_to_as_the_settings_say(
    shop: ShopWorld, order: Order, notify: bool
) -> None:
    shop.channel(notify_customer=notify).push_tracking_change([change(order)])
    assert order.fulfillments[0].notified is notify
