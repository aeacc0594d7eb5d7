"""Units that the network can't ship: cancelled, sent from elsewhere, or kept back, by channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shop import CA, US, Shop

CROSSING = {"cross_border": [{"name": "ca-us", "pool": CA, "destinations": ["US"]}]}


def a_shop(shop: Shop, policy: str, **config: Any) -> Shop:
    """Five mugs in the US; order 1001 wants three, and the network has accepted it."""
    channel = {"type": "instance", "on_unfulfillable": policy, "refund_on": ["cancellation"]}
    again = shop.reopened(channels={"web": channel}, routing=CROSSING, **config)
    again.receive("MUG-1", 5)
    again.submit(1001, ("mug", 3))
    again.place()
    again.clock.advance(60)
    return again


def lose(shop: Shop, units: int) -> None:
    shop.network.cannot_fill(shop.fulfillment_id(1001), {"1": units}, "not found")
    shop.follow()


def codes(shop: Shop) -> list[str]:
    return [item.code for item in shop.attention()]


def test_by_default_they_are_cancelled(shop: Shop) -> None:
    again = a_shop(shop, "cancel")
    lose(again, 1)
    again.settle()
    assert again.counts(1001).unfulfillable == 1
    assert [u.reason for u in again.channel.cancellations] == ["unfulfillable"]
    assert codes(again) == ["unfulfillable"]


def test_another_pool_takes_over(shop: Shop) -> None:
    again = a_shop(shop, "reroute")
    again.receive("MUG-1", 5, CA)
    lose(again, 1)
    assert (again.counts(1001).waiting, again.counts(1001).unfulfillable) == (1, 0)
    assert codes(again) == ["wanted_again"]
    again.settle()
    assert [(f.pool, sum(i["quantity"] for i in f.items)) for f in again.fulfillments(1001)] == [
        (US, 3),
        (CA, 1),
    ]
    assert again.channel.cancellations == []
    assert codes(again) == [], "it is on its way"


def test_without_another_pool_they_wait_for_newer_figures(shop: Shop) -> None:
    again = a_shop(shop, "reroute")
    lose(again, 1)
    again.settle()
    assert again.counts(1001).waiting == 1, "two mugs are in the books of the pool that failed"
    assert codes(again) == ["wanted_again"]
    again.clock.advance(timedelta(hours=1).total_seconds())
    again.network.put("US", "MUG-1", 4, pending_customer_order=2)
    again.engine.inventory.snapshot([US])
    again.settle()
    assert again.counts(1001).waiting == 0
    assert codes(again) == []


def test_an_order_that_a_pool_turned_down_does_not_go_back_to_it(shop: Shop) -> None:
    again = a_shop(shop, "reroute")
    again.network.invalidate(again.fulfillment_id(1001), "InvalidDestinationAddress")
    again.settle()
    again.clock.advance(3600)
    again.network.put("US", "MUG-1", 5)
    again.engine.inventory.snapshot([US])
    again.settle()
    assert again.counts(1001).waiting == 3
    assert len(again.network.requests) == 1
    again.engine.orders.release(again.order(1001).order_id)
    again.settle()
    assert len(again.network.requests) == 2, "unless a person says so"


def test_an_order_that_may_not_wait_is_cancelled_when_there_is_no_other_pool(shop: Shop) -> None:
    again = a_shop(shop, "reroute")
    again.submit(1002, ("mug", 2), backorder=False)
    again.settle()
    again.network.cannot_fill(again.fulfillment_id(1002))
    again.receive("MUG-1", 1)
    again.settle()
    assert again.status(1002) == "unfulfillable"
    assert [u.reason for u in again.channel.cancellations] == ["out_of_stock"]


def test_they_are_kept_back_until_a_person_decides(shop: Shop) -> None:
    again = a_shop(shop, "wait")
    again.receive("MUG-1", 5, CA)
    lose(again, 2)
    again.settle()
    order = again.order(1001)
    assert (order.hold_reason, order.counts.waiting) == ("the network could not ship it", 2)
    assert codes(again) == ["wanted_again"]
    again.engine.orders.release(order.order_id)
    again.settle()
    assert again.counts(1001).waiting == 0
    assert codes(again) == []


def test_what_was_to_be_cancelled_is_not_sent_again(shop: Shop) -> None:
    again = a_shop(shop, "reroute")
    again.receive("MUG-1", 5, CA)
    again.network.ignores_cancellation = True
    again.engine.orders.cancel(again.order(1001).order_id, reason="buyer")
    again.settle()
    lose(again, 3)
    again.settle()
    assert again.counts(1001).waiting == 0
    assert [u.reason for u in again.channel.cancellations] == ["buyer"]


@pytest.mark.parametrize("policy", ["reroute", "wait"])
def test_the_same_news_again_change_nothing(shop: Shop, policy: str) -> None:
    again = a_shop(shop, policy)
    lose(again, 1)
    before = again.counts(1001)
    again.network.tell_again(again.fulfillment_id(1001))
    again.follow()
    assert again.counts(1001) == before
