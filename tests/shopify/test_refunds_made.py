"""Refunds that were made in Shopify come with what they were for, and ours with their key."""

from __future__ import annotations

import pytest

from shopify_shop.state import Order
from shopify_world import ShopWorld
from stockpool.money import Money
from stockpool.plugins.channel import (
    Channel,
    ChannelRefund,
    LineQuantity,
    RefundPart,
    RefundUpdate,
)
from stockpool.plugins.notes import Change, MemoryNotes
from stockpool.testing.addresses import sample_address


def sold(shop: ShopWorld, channel: Channel) -> tuple[Order, str | None]:
    order = shop.state.sell({"mug": 2, "lamp": 1}, sample_address("US"))
    return order, channel.fetch_orders(None).cursor


def refunds(channel: Channel, cursor: str | None) -> list[ChannelRefund]:
    return list(channel.fetch_orders(cursor).refunds)


def test_a_refund_by_hand_tells_items_amounts_and_shipping(shop: ShopWorld) -> None:
    channel = shop.channel()
    order, cursor = sold(shop, channel)
    mug = order.items[0]
    made = shop.state.refund_by_hand(order, "12.50", {mug.id: 1})
    (told,) = refunds(channel, cursor)
    assert (told.refund_id, told.channel_order_id, told.key) == (made, order.id, None)
    assert told.amount == Money.parse("12.50", "USD")
    assert list(told.lines) == [LineQuantity(mug.id, "mug", 1)]
    assert list(told.parts) == [
        RefundPart("goods", Money.parse("10.00", "USD"), mug.id),
        RefundPart("shipping", Money.parse("2.50", "USD"), None),
    ]
    assert refunds(channel, cursor) == [told], "until it is stored, and the same each time"


def test_a_refund_after_all_has_been_shipped_comes_too(shop: ShopWorld) -> None:
    channel = shop.channel()
    order, cursor = sold(shop, channel)
    lines = [(line, line.remaining) for line in order.works[0].lines]
    shop.state.fulfill(order, lines, numbers=["BY-HAND"])
    cursor = channel.fetch_orders(cursor).cursor
    shop.state.refund_by_hand(order, "1.25", {})
    (told,) = refunds(channel, cursor)
    assert (str(told.amount), list(told.lines), list(told.parts)) == ("1.25 USD", [], [])


def test_ours_comes_with_its_key(shop: ShopWorld) -> None:
    channel = shop.channel(refunds=True)
    order, cursor = sold(shop, channel)
    amount = Money.parse("5.00", "USD")
    assert not channel.push_refund([RefundUpdate("refund-7", order.id, amount, "late", [])])
    (told,) = refunds(channel, cursor)
    assert (told.amount, told.key) == (amount, "refund-7")


def test_a_mark_that_is_not_ours_is_a_refund_by_hand(shop: ShopWorld) -> None:
    channel = shop.channel()
    order, cursor = sold(shop, channel)
    shop.state.refund_by_hand(order, "1.00", {}, note=f"stockpool {'0' * 24}")
    (told,) = refunds(channel, cursor)
    assert told.key is None


def test_what_gave_back_no_money_is_no_refund(shop: ShopWorld) -> None:
    channel = shop.channel()
    order, cursor = sold(shop, channel)
    shop.state.refund_by_hand(order, "0.00", {})
    assert refunds(channel, cursor) == []


def test_refunds_of_an_order_that_is_not_ours_are_not_told(shop: ShopWorld) -> None:
    channel = shop.channel()
    order = shop.state.sell({"mug": 1}, None)
    shop.state.refund_by_hand(order, "1.00", {})
    assert refunds(channel, None) == []


def test_one_that_can_not_be_counted_is_a_problem_and_stops_no_other(shop: ShopWorld) -> None:
    channel = shop.channel()
    order, cursor = sold(shop, channel)
    shop.state.refund_by_hand(order, "1.005", {})
    shop.state.refund_by_hand(order, "2.00", {})
    page = channel.fetch_orders(cursor)
    assert [str(refund.amount) for refund in page.refunds] == ["2.00 USD"]
    assert [problem.problem.code for problem in page.problems] == ["refund_not_counted"]


class _Dying(MemoryNotes):
    """The process ends before its second change of a note about an order's units."""

    writes = 0

    def change(self, key: str, change: Change) -> str | None:
        if key.startswith(("taken/", "handed/")):
            self.writes += 1
            if self.writes == 2:
                raise KeyboardInterrupt
        return super().change(key, change)


def test_a_refund_is_told_though_the_process_died_while_the_order_was_noted(
    shop: ShopWorld,
) -> None:
    order = shop.state.sell({"mug": 2}, sample_address("US"))
    shop.notes = _Dying()
    with pytest.raises(KeyboardInterrupt):
        shop.channel().fetch_orders(None)
    cursor = shop.channel().fetch_orders(None).cursor
    shop.state.refund_by_hand(order, "1.25", {})
    assert [str(told.amount) for told in refunds(shop.channel(), cursor)] == ["1.25 USD"]
