"""Refunds made by hand in a channel: counted once, racing with ours, never silently too much."""

from __future__ import annotations

from typing import Any

import pytest

from sample_orders import an_order
from shop import Shop, dying_at
from stockpool.care.refund_views import RefundView
from stockpool.errors import OutcomeUnknown, RefusedError
from stockpool.money import Money
from stockpool.order_request import OrderLine, OrderRequest
from stockpool.plugins.channel import ChannelRefund, LineQuantity, RefundPart


def priced(number: int = 1001) -> OrderRequest:
    """Two mugs for 9.50 with 1.00 tax, and 4.00 for shipping: 24.00."""
    line = OrderLine(line_id="1", channel_sku="mug", quantity=2, unit_price="9.50", tax="1.00")
    return an_order(number, lines=(line,), currency="USD", shipping_price="4.00")


@pytest.fixture
def paid(shop: Shop) -> Shop:
    shop.engine.orders.submit(priced())
    return shop


def told(refund_id: str, amount: str, currency: str = "USD", **members: Any) -> ChannelRefund:
    return ChannelRefund(
        refund_id,
        members.pop("order", "1001"),
        Money.parse(amount, currency),
        **members,
    )


def hear(shop: Shop, *refunds: ChannelRefund) -> None:
    """The channel tells of refunds on its next page."""
    shop.channel.add_page(refunds=refunds)
    shop.engine.duties.poll_channel("web")


def ours(shop: Shop, amount: str, key: str = "k1") -> RefundView:
    order_id = shop.order(1001).order_id
    return shop.engine.care.refunds.make(order_id, reason="late", key=key, amount=(amount, "USD"))


def refunds(shop: Shop) -> list[tuple[str, str]]:
    found = shop.engine.care.refunds.list()
    return sorted((r.state, str(r.amount.amount)) for r in found)


def codes(shop: Shop) -> set[str]:
    return {item.code for item in shop.attention()}


def test_a_refund_by_hand_is_counted(paid: Shop) -> None:
    hear(paid, told("R1", "9.50", lines=(LineQuantity("1", "mug", 1),), reason="broken"))
    assert refunds(paid) == [("made", "9.50")]
    assert paid.counts(1001).refunded == 1
    with pytest.raises(RefusedError):
        ours(paid, "14.51")
    ours(paid, "14.50")
    paid.settle()
    assert len(paid.channel.refunds) == 1, "the channel is not told of its own"


def test_it_is_counted_once_however_often_it_is_told(paid: Shop) -> None:
    for _ in range(2):
        hear(paid, told("R1", "9.50"), told("R1", "9.50"))
    assert refunds(paid) == [("made", "9.50")]


def test_its_parts_are_counted_as_the_channel_tells_them(paid: Shop) -> None:
    shipping = RefundPart("shipping", Money(300, "USD"))
    tax = RefundPart("tax", Money(50, "USD"), "1")
    hear(paid, told("R1", "3.50", parts=(shipping, tax)))
    (refund,) = paid.engine.care.refunds.list()
    assert [(p.line_id, p.part, p.amount.minor) for p in refund.parts] == [
        (None, "shipping", 300),
        ("1", "tax", 50),
    ]


def test_parts_that_do_not_sum_to_it_are_not_believed(paid: Shop) -> None:
    hear(paid, told("R1", "3.50", parts=(RefundPart("shipping", Money(300, "USD")),)))
    (refund,) = paid.engine.care.refunds.list()
    assert sum(p.amount.minor for p in refund.parts) == 350


def test_what_the_channel_made_for_us_is_not_counted_again(paid: Shop) -> None:
    mine = ours(paid, "9.50")
    paid.settle()
    (update,) = paid.channel.refunds
    hear(paid, told("R1", "9.50", key=update.key))
    assert refunds(paid) == [("pushed", "9.50")]
    assert paid.engine.care.refunds.get(mine.refund_id).state == "pushed"


def test_news_may_be_faster_than_the_answer_to_the_push(paid: Shop) -> None:
    lost = OutcomeUnknown("cut")
    paid.channel.faults.fail("push_refund", lost, after=True)
    ours(paid, "9.50")
    paid.place()
    (update,) = paid.channel.refunds
    hear(paid, told("R1", "9.50", key=update.key))
    assert refunds(paid) == [("pushed", "9.50")]
    paid.settle()
    assert refunds(paid) == [("pushed", "9.50")]
    assert len(paid.channel.refunds) == 1


def test_a_refund_by_hand_takes_the_place_of_one_that_no_worker_has_taken_up(paid: Shop) -> None:
    mine = ours(paid, "20.00")
    hear(paid, told("R1", "24.00"))
    paid.settle()
    assert refunds(paid) == [("made", "24.00"), ("withdrawn", "20.00")]
    assert paid.channel.refunds == []
    (item,) = paid.attention("refund_withdrawn")
    assert mine.refund_id in item.message


def test_the_latest_of_ours_goes_first_and_no_more_than_needed(paid: Shop) -> None:
    ours(paid, "10.00", "first")
    paid.clock.advance(60)
    ours(paid, "10.00", "second")
    hear(paid, told("R1", "12.00"))
    paid.settle()
    assert refunds(paid) == [("made", "12.00"), ("pushed", "10.00"), ("withdrawn", "10.00")]


def test_what_is_too_much_is_shown_and_in_the_books(paid: Shop) -> None:
    ours(paid, "20.00")
    paid.settle()
    hear(paid, told("R1", "24.00"))
    (item,) = paid.attention("refunded_too_much")
    assert "20.00 USD more than could be refunded" in item.message
    assert refunds(paid) == [("made", "24.00"), ("pushed", "20.00")]
    assert paid.engine.verify().ok


def test_a_refund_of_ours_that_is_refused_after_all_covers_the_excess(paid: Shop) -> None:
    """Ours was under way when the merchant refunded by hand; the channel then refuses ours."""
    ours(paid, "20.00")

    def by_hand(_: object) -> None:
        paid.channel.faults.heal()
        hear(paid, told("R1", "24.00"))
        assert codes(paid) == {"refunded_too_much"}

    paid.channel.faults.before("push_refund", by_hand)
    paid.channel.refuse(lambda update: update.key.startswith("refund-"), "NotPaid")
    paid.place()
    assert refunds(paid) == [("made", "24.00"), ("refused", "20.00")]
    assert paid.attention("refunded_too_much") == []
    (made,) = paid.engine.care.refunds.list(state="made")
    assert {part.part for part in made.parts} == {"goods", "tax", "shipping"}


def test_another_sum_than_ours_is_what_counts(paid: Shop) -> None:
    mine = ours(paid, "20.00")
    hear(paid, told("R1", "5.00", key=f"refund-{mine.refund_id}"))
    assert refunds(paid) == [("made", "5.00"), ("withdrawn", "20.00")]


def test_another_sum_than_was_made_is_shown(paid: Shop) -> None:
    ours(paid, "20.00")
    paid.settle()
    hear(paid, told("R1", "5.00", key=paid.channel.refunds[0].key))
    assert codes(paid) == {"refund_differs"}


def test_another_currency_is_shown_and_not_counted(paid: Shop) -> None:
    hear(paid, told("R1", "9.50", "EUR"))
    assert refunds(paid) == []
    assert codes(paid) == {"refund_not_counted"}


def test_a_refund_of_an_unknown_order_waits_for_it(shop: Shop) -> None:
    hear(shop, told("R1", "9.50"))
    assert codes(shop) == {"unknown_order"}
    shop.channel.add_page([priced()])
    shop.engine.duties.poll_channel("web")
    assert refunds(shop) == [("made", "9.50")]
    assert codes(shop) == set()


def test_an_order_and_its_refund_may_come_on_one_page(shop: Shop) -> None:
    shop.channel.add_page([priced()], refunds=[told("R1", "9.50")])
    shop.engine.duties.poll_channel("web")
    assert refunds(shop) == [("made", "9.50")]


@pytest.mark.parametrize(
    "point", ["intake.before_commit", "intake.after_commit", "care.before_commit"]
)
def test_a_crash_on_the_way_counts_it_once(paid: Shop, point: str) -> None:
    paid.channel.add_page([priced(1002)], refunds=[told("R1", "9.50")])
    with dying_at(point):
        paid.engine.duties.poll_channel("web")
    paid.clock.advance(60)
    paid.settle()
    assert refunds(paid) == [("made", "9.50")]


def test_a_sum_by_hand_leaves_the_rest_to_a_person(shop: Shop) -> None:
    """Nobody can say whether it was for the item that is cancelled now."""
    again = shop.reopened(channels={"web": {"type": "instance", "refund_on": ["cancellation"]}})
    again.engine.orders.submit(priced())
    hear(again, told("R1", "10.00"))
    again.engine.orders.cancel(again.order(1001).order_id, reason="buyer", lines={"1": 1})
    again.settle()
    assert refunds(again) == [("made", "10.00")]
    again.engine.orders.cancel(again.order(1001).order_id, reason="buyer")
    again.settle()
    assert refunds(again) == [("made", "10.00")]
