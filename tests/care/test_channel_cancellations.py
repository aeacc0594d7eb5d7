"""Cancellations that a channel asks for on its pages."""

from __future__ import annotations

from typing import Any

from sample_orders import an_order
from shop import Shop, dying_at
from stockpool.errors import RejectedError
from stockpool.plugins.channel import ChannelCancellation, LineQuantity


def ask(shop: Shop, cancellation_id: str = "C1", order: str = "1001", **members: Any) -> None:
    told = ChannelCancellation(cancellation_id, order, "buyer", **members)
    shop.channel.add_page(cancellations=[told])
    shop.engine.duties.poll_channel("web")


def items(shop: Shop) -> list[tuple[str | None, str, dict[str, int]]]:
    """Answers: the request, the outcome, and what it is about."""
    return [
        (a.cancellation_id, a.outcome, {x.line_id: x.quantity for x in a.lines})
        for a in shop.channel.answers
    ]


def a_placed_order(shop: Shop) -> str:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 5))
    shop.place()
    shop.clock.advance(60)
    return shop.fulfillment_id(1001)


def test_a_request_is_taken_in_once_and_answered_once(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 5))
    line = LineQuantity("1", "mug", 2)
    for _ in range(3):
        ask(shop, lines=[line])
    shop.settle()
    assert shop.counts(1001).cancelled == 2
    assert items(shop) == [("C1", "confirmed", {"1": 2})]


def test_two_requests_are_two(shop: Shop) -> None:
    a_placed_order(shop)
    ask(shop, "C1", lines=[LineQuantity("1", "mug", 1)])
    ask(shop, "C2", lines=[LineQuantity("1", "mug", 1)])
    shop.settle()
    assert shop.counts(1001).cancelled == 2
    assert items(shop) == [("C1", "confirmed", {"1": 1}), ("C2", "confirmed", {"1": 1})]


def test_what_the_channel_counts_as_cancelled_is_not_told_to_it(shop: Shop) -> None:
    a_placed_order(shop)
    ask(shop, done=True)
    shop.settle()
    assert shop.status(1001) == "cancelled"
    assert shop.channel.cancellations == []
    assert items(shop) == [("C1", "confirmed", {"1": 5})]


def test_that_it_was_not_cancelled_after_all_is_told_and_shown(shop: Shop) -> None:
    number = a_placed_order(shop)
    shop.network.ignores_cancellation = True
    ask(shop, done=True)
    shop.network.ship(number)
    shop.settle()
    assert items(shop) == [("C1", "overtaken", {"1": 5})]
    (item,) = shop.attention("cancellation_overtaken")
    assert "5 of its units left" in item.message


def test_an_overtaken_cancellation_is_told_whoever_asked(shop: Shop) -> None:
    number = a_placed_order(shop)
    shop.network.ignores_cancellation = True
    shop.engine.orders.cancel(shop.order(1001).order_id, reason="fraud")
    shop.network.ship(number)
    shop.settle()
    assert items(shop) == [(None, "overtaken", {"1": 5})]


def test_a_notice_closes_when_it_is_cancelled_after_all(shop: Shop) -> None:
    number = a_placed_order(shop)
    shop.network.faults.fail("cancel_fulfillment", RejectedError("InvalidInput", "not now"))
    ask(shop, "C1")
    shop.settle()
    assert len(shop.attention("cancellation_refused")) == 1
    shop.clock.advance(60)
    ask(shop, "C2")
    shop.settle()
    assert shop.attention() == []
    assert [outcome for _, outcome, _ in items(shop)] == ["refused", "confirmed"]
    assert shop.network.orders[number].status.final


def test_a_request_that_makes_no_sense_is_shown(shop: Shop) -> None:
    a_placed_order(shop)
    ask(shop, lines=[LineQuantity("9", "mug", 1)])
    ask(shop, "C2", lines=[LineQuantity("1", "mug", 0)])
    shop.settle()
    assert len(shop.attention("cancellation_not_understood")) == 2
    assert shop.counts(1001).cancelled == 0


def test_a_cancellation_of_an_unknown_order_waits_for_it(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    ask(shop)
    assert len(shop.attention("unknown_order")) == 1
    shop.channel.add_page([an_order(1001, ("mug", 1))])
    shop.settle()
    assert shop.status(1001) == "cancelled"
    assert shop.network.requests == {}
    assert shop.attention() == []


def test_a_crash_on_the_way_cancels_once(shop: Shop) -> None:
    a_placed_order(shop)
    with dying_at("cancel.before_commit"):
        ask(shop, lines=[LineQuantity("1", "mug", 2)])
    shop.clock.advance(60)
    shop.settle()
    assert shop.counts(1001).cancelled == 2
    assert items(shop) == [("C1", "confirmed", {"1": 2})]


def test_what_the_network_cancels_by_itself_is_told_with_its_reason(shop: Shop) -> None:
    number = a_placed_order(shop)
    shop.network.cancel(number, {"1": 2})
    shop.settle()
    assert [u.reason for u in shop.channel.cancellations] == ["cancelled_by_network"]
    assert items(shop) == []
