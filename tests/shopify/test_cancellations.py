"""Units that won't be shipped, as the merchant sees them in Shopify."""

from __future__ import annotations

from typing import Literal

import pytest

from shopify_shop.server import answer_lost
from shopify_shop.state import Order
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown
from stockpool.plugins.channel import (
    CancellationAnswer,
    CancellationUpdate,
    Channel,
    LineQuantity,
    TrackingUpdate,
)
from stockpool.testing.addresses import sample_address

WHOLE = {"mug": 3, "lamp": 1}


def sold(shop: ShopWorld) -> Order:
    return shop.state.sell({"mug": 3, "lamp": 1}, sample_address("US"))


def lines(order: Order, units: dict[str, int]) -> list[LineQuantity]:
    items = {item.sku or "": item.id for item in order.items}
    return [LineQuantity(items[sku], sku, quantity) for sku, quantity in units.items()]


def cancellation(
    order: Order, units: dict[str, int], key: str = "c1", reason: str = "no_stock"
) -> CancellationUpdate:
    return CancellationUpdate(key, order.id, reason, lines(order, units))


def ship(shop: ShopWorld, channel: Channel, order: Order, units: dict[str, int]) -> None:
    update = TrackingUpdate(
        "t1", order.id, "F/1", "UPS", "T1", shop.clock.now(), None, lines(order, units)
    )
    assert not channel.push_tracking([update])


class TestMerchantManaged:
    """At the merchant's own location the units are put on hold, for the merchant to decide."""

    def test_the_units_are_on_hold_and_no_others(self, shop: ShopWorld) -> None:
        order = sold(shop)
        assert not shop.channel().push_cancellation([cancellation(order, {"mug": 2})])
        held = [work for work in order.works if work.status == "ON_HOLD"]
        assert [(line.item.sku, line.remaining) for w in held for line in w.lines] == [("mug", 2)]
        assert [hold.reason for work in held for hold in work.holds] == ["INVENTORY_OUT_OF_STOCK"]
        assert sum(work.remaining for work in order.works if work.status == "OPEN") == 2

    def test_our_own_hold_does_not_hold_the_order(self, shop: ShopWorld) -> None:
        order = sold(shop)
        channel = shop.channel()
        page = channel.fetch_orders(None)
        channel.push_cancellation([cancellation(order, {"mug": 2})])
        again = channel.fetch_orders(page.cursor)
        assert again.orders == page.orders

    def test_the_order_is_the_same_when_the_merchant_takes_these_units_out(
        self, shop: ShopWorld
    ) -> None:
        order = sold(shop)
        channel = shop.channel()
        page = channel.fetch_orders(None)
        channel.push_cancellation([cancellation(order, {"mug": 2})])
        for work in [work for work in order.works if work.holds]:
            for line in work.lines:
                line.remaining = 0
            work.status = "CLOSED"
        shop.state.touch(order)
        assert channel.fetch_orders(page.cursor).orders == page.orders

    def test_the_rest_is_fulfilled(self, shop: ShopWorld) -> None:
        order = sold(shop)
        channel = shop.channel()
        channel.push_cancellation([cancellation(order, {"mug": 2})])
        ship(shop, channel, order, {"mug": 1, "lamp": 1})
        assert len(order.fulfillments) == 1

    def test_a_hold_whose_answer_was_lost_is_not_repeated(self, shop: ShopWorld) -> None:
        order = sold(shop)
        shop.server.fail_next(answer_lost, name="HoldWork")
        update = cancellation(order, {"mug": 2})
        with pytest.raises(OutcomeUnknown):
            shop.channel().push_cancellation([update])
        assert not shop.channel().push_cancellation([update])
        assert sum(w.remaining for w in order.works if w.status == "ON_HOLD") == 2

    def test_what_the_merchant_has_cancelled_himself_is_no_mistake(self, shop: ShopWorld) -> None:
        order = sold(shop)
        shop.state.cancel(order)
        assert not shop.channel().push_cancellation([cancellation(order, {"mug": 3})])

    def test_a_line_that_the_order_never_had_is_refused(self, shop: ShopWorld) -> None:
        order = sold(shop)
        update = CancellationUpdate("c", order.id, "x", [LineQuantity("stranger", "mug", 1)])
        (refusal,) = shop.channel().push_cancellation([update])
        assert refusal.error.code == "unknown_line"


class TestFulfillmentService:
    """At a location of this app whole fulfillment orders are given up, by the state they are in."""

    def test_a_request_is_rejected_with_its_reason(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        assert not channel.push_cancellation([cancellation(order, WHOLE)])
        assert order.works[0].request_status == "REJECTED"
        (call,) = [call for call in shop.server.calls if call.name == "RejectRequest"]
        assert call.variables["reason"] == "INVENTORY_OUT_OF_STOCK"

    def test_what_was_given_up_is_not_told_as_withdrawn(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        page = channel.fetch_orders(None)
        page = channel.fetch_orders(page.cursor)
        channel.push_cancellation([cancellation(order, WHOLE)])
        assert order.works[0].status == "INCOMPLETE"
        page = channel.fetch_orders(page.cursor)
        assert (page.orders, page.problems) == ([], [])
        assert not shop.notes.read("taken/")
        assert not shop.notes.read("given_up/")

    def test_a_cancellation_that_was_asked_for_is_accepted(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        order.works[0].request_status = "CANCELLATION_REQUESTED"
        channel.push_cancellation([cancellation(order, WHOLE, reason="buyer")])
        assert order.works[0].request_status == "CANCELLATION_ACCEPTED"

    def test_accepted_work_is_closed_when_nothing_else_is_left(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        channel.fetch_orders(channel.fetch_orders(None).cursor)
        channel.push_cancellation([cancellation(order, {"lamp": 1}, "c1")])
        assert order.works[0].status == "IN_PROGRESS"
        ship(shop, channel, order, {"mug": 2})
        assert order.works[0].status == "IN_PROGRESS"
        channel.push_cancellation([cancellation(order, {"mug": 1}, "c2")])
        assert order.works[0].status == "INCOMPLETE"

    def test_the_last_parcel_closes_what_was_given_up_before(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        channel.fetch_orders(channel.fetch_orders(None).cursor)
        channel.push_cancellation([cancellation(order, {"lamp": 1})])
        channel.push_cancellation([cancellation(order, {"lamp": 1})])
        ship(shop, channel, order, {"mug": 3})
        assert order.works[0].status == "INCOMPLETE"

    @pytest.mark.parametrize("outcome", ["refused", "overtaken"])
    def test_a_request_that_came_too_late_is_rejected_once(
        self, shop: ShopWorld, outcome: Literal["refused", "overtaken"]
    ) -> None:
        channel = shop.service()
        order = sold(shop)
        request = shop.state.ask_to_cancel(order.works[0])
        mugs = LineQuantity(order.items[0].id, "mug", 3)
        answer = CancellationAnswer("a", order.id, request, outcome, "x", [mugs])
        for _ in range(2):
            assert not channel.push_cancellation_answer([answer])
        assert order.works[0].request_status == "CANCELLATION_REJECTED"
        assert (order.works[0].answer or "").startswith(outcome)
        assert shop.server.names().count("RejectCancellation") == 1

    def test_only_the_request_about_these_items_is_rejected(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        lamps = shop.state.split(order.works[0], {order.works[0].lines[1].id: 1})
        for work in order.works:
            shop.state.ask_to_cancel(work)
        mugs = LineQuantity(order.items[0].id, "mug", 3)
        channel.push_cancellation_answer(
            [CancellationAnswer("a", order.id, None, "refused", "x", [mugs])]
        )
        assert order.works[0].request_status == "CANCELLATION_REJECTED"
        assert lamps.request_status == "CANCELLATION_REQUESTED"

    def test_a_confirmed_one_is_accepted_when_its_units_are_told(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        request = shop.state.ask_to_cancel(order.works[0])
        answer = CancellationAnswer("a", order.id, request, "confirmed", "x", [])
        assert not channel.push_cancellation_answer([answer])
        assert order.works[0].request_status == "CANCELLATION_REQUESTED"
        channel.push_cancellation([cancellation(order, WHOLE)])
        assert order.works[0].request_status == "CANCELLATION_ACCEPTED"
        assert not channel.push_cancellation_answer([answer])
