"""What is odd about WooCommerce: seconds, sums, statuses, and calls that can't be repeated."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from stockpool.errors import ConfigurationError, OutcomeUnknown, RejectedError
from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins.channel import Channel, LineQuantity, RefundUpdate, TrackingUpdate
from stockpool_woocommerce.conformance.fake_shop import FakeShop
from stockpool_woocommerce.orders import UnreadableOrder, order_request
from stockpool_woocommerce.settings import WooCommerceSettings

BUYER = Address(
    name="Pat Example",
    line1="350 Fifth Avenue",
    city="New York",
    region="NY",
    postal_code="10118",
    country="US",
    phone="2125550100",
)


def read(channel: Channel, cursor: str | None = None) -> tuple[list[str], str | None]:
    """The ids of all orders that come, in their order, and the last cursor."""
    found: list[str] = []
    while True:
        page = channel.fetch_orders(cursor)
        found += [order.channel_order_id for order in page.orders]
        cursor = page.cursor
        if not page.more:
            return found, cursor


def parcel(order: dict[str, Any], number: int, units: list[int]) -> TrackingUpdate:
    return TrackingUpdate(
        f"parcel-{number}",
        str(order["id"]),
        str(number),
        "UPS",
        f"1Z{number}",
        datetime(2026, 3, 4, tzinfo=UTC),
        None,
        [
            LineQuantity(str(line["id"]), line["sku"], quantity)
            for line, quantity in zip(order["line_items"], units, strict=True)
            if quantity
        ],
    )


def test_orders_of_one_second_all_come_once(shop: FakeShop) -> None:
    """As after a bulk edit: more of them than fit on a page."""
    placed = [shop.place({"mug": 1}, BUYER) for _ in range(8)]
    for order in placed:
        shop.memory.touch(order, shop.clock.now())
    shop.clock.advance(5)
    found, cursor = read(shop.channel())
    assert sorted(found) == sorted(str(order["id"]) for order in placed)
    assert read(shop.channel(), cursor)[0] == []


def test_a_second_is_read_when_it_is_over(shop: FakeShop) -> None:
    order = shop.place({"mug": 1}, BUYER)
    shop.memory.touch(order, shop.clock.now())
    assert read(shop.channel())[0] == []
    shop.clock.advance(5)
    found, cursor = read(shop.channel())
    assert found == [str(order["id"])]
    shop.memory.touch(order, shop.clock.now())
    shop.clock.advance(5)
    assert read(shop.channel(), cursor)[0] == found


@pytest.mark.parametrize("status", ["pending", "failed", "on-hold", "completed", "trash"])
def test_only_what_is_paid_is_shipped(shop: FakeShop, status: str) -> None:
    shop.place({"mug": 1}, BUYER, status=status)
    page = shop.channel().fetch_orders(None)
    assert (page.orders, page.problems) == ([], [])


def test_a_cancelled_order_is_cancelled_here(shop: FakeShop) -> None:
    order = shop.place({"mug": 1}, BUYER, status="cancelled")
    (cancelled,) = shop.channel().fetch_orders(None).cancellations
    assert (cancelled.channel_order_id, cancelled.done) == (str(order["id"]), True)


@pytest.mark.parametrize(
    ("total", "quantity", "each"), [("19.00", 2, "9.50"), ("10.00", 3, None), ("0.00", 1, "0.00")]
)
def test_a_price_that_does_not_come_out_even_is_not_told(
    shop: FakeShop, total: str, quantity: int, each: str | None
) -> None:
    order = shop.place({"mug": quantity}, BUYER)
    order["line_items"][0]["total"] = total
    (line,) = order_request("shop", order).lines
    assert line.unit_price == (None if each is None else Decimal(each))


@pytest.mark.parametrize("member", ["currency", "shipping", "line_items", "shipping_total"])
def test_what_is_missing_is_named(shop: FakeShop, member: str) -> None:
    order = shop.place({"mug": 1}, BUYER)
    del order[member]
    with pytest.raises(UnreadableOrder) as unreadable:
        order_request("shop", order)
    assert unreadable.value.problem.field == member


def test_an_item_without_a_sku_is_a_problem_with_its_place(shop: FakeShop) -> None:
    order = shop.place({"": 1}, BUYER)
    (problem,) = shop.channel().fetch_orders(None).problems
    assert problem.channel_order_id == str(order["id"])
    assert problem.problem.field == "channel_sku"


def test_the_last_parcel_completes_the_order(shop: FakeShop) -> None:
    order = shop.place({"mug": 2, "lamp": 1}, BUYER)
    channel = shop.channel()
    channel.push_tracking([parcel(order, 1, [2, 0])])
    assert order["status"] == "processing"
    channel.push_tracking([parcel(order, 2, [0, 1])])
    assert order["status"] == "completed"
    notes = [note["note"] for note in shop.memory.notes[order["id"]]]
    assert notes == [
        "Shipped with UPS, tracking number 1Z1.",
        "Shipped with UPS, tracking number 1Z2.",
    ]


def test_a_buyer_is_told_once_though_the_answer_was_lost(shop: FakeShop) -> None:
    order = shop.place({"mug": 1}, BUYER)
    shop.fail_after_effect_next("push_tracking")
    with pytest.raises(OutcomeUnknown):
        shop.channel().push_tracking([parcel(order, 1, [1])])
    shop.channel().push_tracking([parcel(order, 1, [1])])
    assert len(shop.memory.notes[order["id"]]) == 1


def test_a_refund_of_ours_comes_back_under_its_key(shop: FakeShop) -> None:
    order = shop.place({"mug": 1}, BUYER)
    _, cursor = read(shop.channel())
    update = RefundUpdate("refund-1", str(order["id"]), Money.parse("1.25", "USD"), "a scratch", [])
    shop.channel().push_refund([update])
    (told,) = shop.channel().fetch_orders(cursor).refunds
    assert (told.key, str(told.amount)) == ("refund-1", "1.25 USD")


def test_a_webhook_names_its_order(shop: FakeShop) -> None:
    headers, body = shop.webhook()
    hint = shop.channel().parse_webhook(headers, body)
    assert (hint.topic, hint.channel_order_ids) == ("order.updated", ("1001",))


def test_a_refusal_passes_on_the_code_and_not_the_words(shop: FakeShop) -> None:
    (refusal,) = shop.channel().push_tracking(
        [TrackingUpdate("k", "9", "1", "UPS", "1Z", datetime(2026, 3, 4, tzinfo=UTC), None, [])]
    )
    assert isinstance(refusal.error, RejectedError)
    assert refusal.error.code == "woocommerce_rest_shop_order_invalid_id"


def test_a_secret_that_is_not_there_is_named(
    shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WOOCOMMERCE_KEY")
    with pytest.raises(ConfigurationError, match=r"channels\.shop\.key_variable: WOOCOMMERCE_KEY"):
        shop.reopened()


def test_only_https_is_taken() -> None:
    with pytest.raises(ValueError, match="url"):
        WooCommerceSettings(url="http://shop.example.com")
