"""Which orders come in, with how many units, and what becomes of the others."""

from __future__ import annotations

from typing import Any

import pytest

from shopify_shop.server import Answer, answer_lost
from shopify_shop.state import LOCATION, OTHER_LOCATION, Order
from shopify_world import ShopWorld
from stockpool.errors import RejectedError, TransientError
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import (
    Channel,
    LineQuantity,
    OrderPage,
    TrackingUpdate,
    WebhookHint,
)
from stockpool.testing.addresses import sample_address
from stockpool.testing.privacy import is_silent

BUYER = sample_address("US")


def read(channel: Channel, cursor: str | None = None) -> list[OrderPage]:
    """All pages, each stored."""
    pages = [channel.fetch_orders(cursor)]
    while pages[-1].more:
        pages.append(channel.fetch_orders(pages[-1].cursor))
    return pages


def orders(channel: Channel, cursor: str | None = None) -> list[OrderRequest]:
    return [order for page in read(channel, cursor) for order in page.orders]


def problems(channel: Channel) -> list[str]:
    return [problem.problem.code for page in read(channel) for problem in page.problems]


def units(order: OrderRequest) -> dict[str, int]:
    return {line.channel_sku: line.quantity for line in order.lines}


def sold(shop: ShopWorld, **options: Any) -> Order:
    return shop.state.sell({"mug": 3, "lamp": 1}, BUYER, **options)


def test_an_order_is_known_by_its_id_and_its_lines_by_theirs(shop: ShopWorld) -> None:
    order = sold(shop)
    (taken,) = orders(shop.channel())
    assert taken.channel_order_id == order.id
    assert [line.line_id for line in taken.lines] == [item.id for item in order.items]
    assert units(taken) == {"mug": 3, "lamp": 1}
    assert taken.ship_to == BUYER
    assert (taken.currency, str(taken.shipping_price)) == ("USD", "4.90")
    assert taken.hold is None


def test_speeds_follow_the_name_of_the_shipping_method(shop: ShopWorld) -> None:
    order = sold(shop)
    order.shipping_method = "Overnight"
    (taken,) = orders(shop.channel(speeds={"Overnight": "priority"}))
    assert taken.speed == "priority"


def test_only_work_at_our_location_is_ours(shop: ShopWorld) -> None:
    sold(shop, location=OTHER_LOCATION)
    order = sold(shop)
    lamp = order.works[0].lines[1]
    shop.state.split(order.works[0], {lamp.id: 1}).location = OTHER_LOCATION
    (taken,) = orders(shop.channel())
    assert units(taken) == {"mug": 3}


def test_a_split_or_a_move_among_ours_changes_nothing(shop: ShopWorld) -> None:
    order = sold(shop)
    (before,) = orders(shop.channel())
    shop.state.split(order.works[0], {order.works[0].lines[0].id: 2})
    (after,) = orders(shop.channel())
    assert after == before


@pytest.mark.parametrize("method", ["LOCAL", "PICK_UP", "PICKUP_POINT", "RETAIL", "NONE"])
def test_what_is_not_shipped_does_not_come(shop: ShopWorld, method: str) -> None:
    sold(shop).works[0].method = method
    assert orders(shop.channel()) == []


def test_gift_cards_and_services_are_left_out(shop: ShopWorld) -> None:
    order = sold(shop)
    order.items[0].is_gift_card = True
    (taken,) = orders(shop.channel())
    assert units(taken) == {"lamp": 1}
    order.items[1].requires_shipping = False
    assert orders(shop.channel()) == []


def test_test_orders_come_by_setting(shop: ShopWorld) -> None:
    sold(shop).test = True
    assert orders(shop.channel()) == []
    assert len(orders(shop.channel(test_orders=True))) == 1


@pytest.mark.parametrize("status", ["PENDING", "AUTHORIZED", "PARTIALLY_PAID"])
def test_an_order_waits_for_its_payment(shop: ShopWorld, status: str) -> None:
    order = sold(shop, financial_status=status)
    channel = shop.channel()
    pages = read(channel)
    assert [page.orders for page in pages] == [[]]
    assert len(orders(shop.channel(payable=["PAID", status]))) == 1
    order.financial_status = "PAID"
    shop.state.touch(order)
    assert [o.channel_order_id for o in orders(channel, pages[-1].cursor)] == [order.id]


@pytest.mark.parametrize("status", ["REFUNDED", "VOIDED", "EXPIRED"])
def test_an_order_whose_money_went_back_is_held(shop: ShopWorld, status: str) -> None:
    sold(shop, financial_status=status)
    (taken,) = orders(shop.channel())
    assert status in (taken.hold or "")


@pytest.mark.parametrize("advice", ["INVESTIGATE", "CANCEL"])
def test_a_risky_order_is_held_by_setting(shop: ShopWorld, advice: str) -> None:
    sold(shop).risk = advice
    assert [bool(order.hold) for order in orders(shop.channel())] == [True]
    assert [order.hold for order in orders(shop.channel(risky="send"))] == [None]


def test_an_order_that_is_held_in_shopify_is_held_until_it_is_released(shop: ShopWorld) -> None:
    order = sold(shop)
    shop.state.hold(order.works[0], "fraud-app", "HIGH_RISK_OF_FRAUD", ours=False)
    channel = shop.channel()
    page = channel.fetch_orders(None)
    assert [o.hold for o in page.orders] == ["on hold in Shopify: HIGH_RISK_OF_FRAUD"]
    shop.state.release(order.works[0])
    assert [o.hold for o in orders(channel, page.cursor)] == [None]


class TestUnitsRemovedBeforeShipping:
    """Refunded or edited away: the engine keeps the order, and is asked to cancel them once."""

    def test_their_cancellation_is_asked_for(self, shop: ShopWorld) -> None:
        order = sold(shop)
        mugs = order.items[0]
        channel = shop.channel()
        cursor = channel.fetch_orders(None).cursor
        shop.state.refund_unshipped(order, mugs, 2)
        page = channel.fetch_orders(cursor)
        assert [units(o) for o in page.orders] == [{"mug": 3, "lamp": 1}]
        assert [(c.lines, c.done) for c in page.cancellations] == [
            ([LineQuantity(mugs.id, "mug", 2)], True)
        ]
        again = shop.channel().fetch_orders(cursor)
        assert again.cancellations == page.cancellations, "the page was not stored"

    def test_what_was_asked_for_and_stored_is_not_asked_for_again(self, shop: ShopWorld) -> None:
        order = sold(shop)
        mugs, lamp = order.items
        channel = shop.channel()
        page = channel.fetch_orders(channel.fetch_orders(None).cursor)
        asked = []
        for item, count in ((mugs, 1), (lamp, 1), (mugs, 1)):
            shop.state.refund_unshipped(order, item, count)
            page = channel.fetch_orders(page.cursor)
            asked += page.cancellations
            shop.state.touch(order)
            page = channel.fetch_orders(page.cursor)
            assert page.cancellations == []
        assert [line for one in asked for line in one.lines] == [
            LineQuantity(mugs.id, "mug", 1),
            LineQuantity(lamp.id, "lamp", 1),
            LineQuantity(mugs.id, "mug", 1),
        ]
        assert len({one.cancellation_id for one in asked}) == 3

    def test_all_of_an_order_may_be_removed(self, shop: ShopWorld) -> None:
        """Nothing is left to ship; a repeat of the page asks for the same all the same."""
        order = sold(shop)
        channel = shop.channel()
        cursor = channel.fetch_orders(None).cursor
        for item in order.items:
            shop.state.refund_unshipped(order, item, item.quantity)
        for _ in range(2):
            page = channel.fetch_orders(cursor)
            assert page.orders == []
            assert sum(line.quantity for c in page.cancellations for line in c.lines) == 4

    def test_units_that_are_put_back_are_added_to_what_was_not_cancelled(
        self, shop: ShopWorld
    ) -> None:
        """Three mugs without one, and with it again: the engine has cancelled one of four."""
        order = sold(shop)
        mugs = order.items[0]
        channel = shop.channel()
        page = channel.fetch_orders(channel.fetch_orders(None).cursor)
        shop.state.refund_unshipped(order, mugs, 1)
        page = channel.fetch_orders(page.cursor)
        line = order.works[0].lines[0]
        mugs.quantity += 1
        line.remaining += 1
        line.total += 1
        shop.state.touch(order)
        page = channel.fetch_orders(page.cursor)
        assert [units(o) for o in page.orders] == [{"mug": 4, "lamp": 1}]
        assert page.cancellations == []
        shop.state.touch(order)
        page = channel.fetch_orders(page.cursor)
        assert [units(o) for o in page.orders] == [{"mug": 4, "lamp": 1}]
        assert page.cancellations == []

    def test_units_that_went_elsewhere_are_not_removed(self, shop: ShopWorld) -> None:
        """Shipped by somebody else, they are in the order still, and less of it is ours."""
        order = sold(shop)
        channel = shop.channel()
        cursor = channel.fetch_orders(None).cursor
        shop.state.fulfill(order, [(order.works[0].lines[0], 2)], numbers=["BY-HAND"])
        page = channel.fetch_orders(cursor)
        assert page.cancellations == []
        assert [units(o) for o in page.orders] == [{"mug": 1, "lamp": 1}]

    def test_units_that_come_back_after_they_left_are_not_removed(self, shop: ShopWorld) -> None:
        order = sold(shop)
        mugs = order.items[0]
        channel = shop.channel()
        cursor = channel.fetch_orders(None).cursor
        channel.push_tracking(
            [
                TrackingUpdate(
                    "t1", order.id, "F/1", "UPS", "1Z", shop.clock.now(), None,
                    [LineQuantity(mugs.id, "mug", 3)],
                )
            ]
        )  # fmt: skip
        shop.state.refund_by_hand(order, "10.00", {mugs.id: 1})
        page = channel.fetch_orders(cursor)
        assert page.cancellations == []
        assert [units(o) for o in page.orders] == [{"mug": 3, "lamp": 1}]


def test_what_somebody_else_has_shipped_is_not_shipped_again(shop: ShopWorld) -> None:
    order = sold(shop)
    mugs = order.works[0].lines[0]
    shop.state.fulfill(order, [(mugs, 2)], numbers=["BY-HAND"])
    (taken,) = orders(shop.channel())
    assert units(taken) == {"mug": 1, "lamp": 1}


def test_a_cancelled_order_does_not_come(shop: ShopWorld) -> None:
    shop.state.cancel(sold(shop))
    assert orders(shop.channel()) == []


def test_an_order_without_work_yet_is_looked_at_again(shop: ShopWorld) -> None:
    """Even if Shopify's search does not show that something changed."""
    order = sold(shop, routed=False)
    channel = shop.channel()
    cursor = read(channel)[-1].cursor
    assert cursor is not None
    changed = order.updated_at
    shop.state.route(order)
    order.updated_at = changed
    assert [o.channel_order_id for o in orders(channel, cursor)] == [order.id]
    assert not shop.notes.read("again/")


def test_an_order_whose_buyer_is_hidden_is_parked_and_comes_when_he_is_not(
    shop: ShopWorld,
) -> None:
    order = sold(shop)
    shop.state.hides_customers = True
    channel = shop.channel()
    page = channel.fetch_orders(None)
    assert page.orders == []
    assert [p.problem.code for p in page.problems] == ["customer_data_hidden"]
    again = channel.fetch_orders(page.cursor)
    assert (again.orders, again.problems, again.cursor) == ([], [], page.cursor)
    shop.state.hides_customers = False
    assert [o.channel_order_id for o in orders(channel, page.cursor)] == [order.id]


def test_another_problem_behind_the_hidden_one_is_told(shop: ShopWorld) -> None:
    shop.state.sell({"mug": 1}, None)
    shop.state.hides_customers = True
    channel = shop.channel()
    cursor = channel.fetch_orders(None).cursor
    shop.state.hides_customers = False
    page = channel.fetch_orders(cursor)
    assert [p.problem.code for p in page.problems] == ["address_incomplete"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"line1": ""}, "address_incomplete"),
        ({"name": " "}, "address_incomplete"),
    ],
)
def test_an_address_that_can_not_be_shipped_to_is_a_problem(
    shop: ShopWorld, change: dict[str, str], code: str
) -> None:
    shop.state.sell({"mug": 1}, BUYER.model_copy(update=change))
    (page,) = read(shop.channel())
    assert [p.problem.code for p in page.problems] == [code]
    is_silent(str(page.problems))


def test_an_order_without_an_address_is_a_problem(shop: ShopWorld) -> None:
    shop.state.sell({"mug": 1}, None)
    assert problems(shop.channel()) == ["address_incomplete"]


def test_a_line_without_a_sku_is_a_problem_of_the_whole_order(shop: ShopWorld) -> None:
    sold(shop).items[1].sku = None
    assert problems(shop.channel()) == ["sku_missing"]


def test_large_orders_are_put_together(shop: ShopWorld) -> None:
    order = shop.state.sell({f"sku-{n}": 1 for n in range(40)}, BUYER)
    for line in order.works[0].lines[30:]:
        shop.state.split(order.works[0], {line.id: 1})
    (taken,) = orders(shop.channel())
    assert len(taken.lines) == 40
    assert {"MoreOrderWork", "MoreWorkLines"} <= set(shop.server.names())


def test_late_news_behind_the_watermark_are_found(shop: ShopWorld) -> None:
    """Shopify's search shows an order a few minutes after the order behind it."""
    early = sold(shop)
    late = sold(shop)
    shop.clock.advance(5)
    shown = shop.state.orders.pop(early.id)
    channel = shop.channel()
    page = channel.fetch_orders(None)
    assert [o.channel_order_id for o in page.orders] == [late.id]
    shop.state.orders[early.id] = shown
    assert [o.channel_order_id for o in orders(channel, page.cursor)] == [early.id]


@pytest.mark.parametrize("said", [True, False], ids=["Shopify's clock", "ours"])
def test_of_two_edits_in_one_second_none_is_missed(shop: ShopWorld, said: bool) -> None:
    """Both bear the same `updatedAt`; the order is read between them."""
    shop.server.says_the_time = said
    order = sold(shop)
    channel = shop.channel()
    (taken,), cursor = (page := channel.fetch_orders(None)).orders, page.cursor
    assert not taken.hold
    order.risk = "CANCEL"
    shop.clock.advance(5)
    (taken,), cursor = (page := channel.fetch_orders(cursor)).orders, page.cursor
    assert taken.hold
    assert orders(channel, cursor) == [], "it has settled"


def test_a_foreign_cursor_is_refused(shop: ShopWorld) -> None:
    with pytest.raises(RejectedError):
        shop.channel().fetch_orders("[]")


class TestWithdrawn:
    """An order that was handed to the engine, and is not to be shipped any more."""

    def test_a_cancelled_order_is_to_be_stopped_as_far_as_it_can_be(self, shop: ShopWorld) -> None:
        order = sold(shop)
        channel = shop.channel()
        page = channel.fetch_orders(None)
        shop.state.cancel(order)
        following = channel.fetch_orders(page.cursor)
        assert list(following.orders) == []
        (told,) = following.cancellations
        assert (told.channel_order_id, list(told.lines), told.done) == (order.id, [], True)
        assert channel.fetch_orders(page.cursor).cancellations == following.cancellations
        assert not following.problems

    def test_an_order_that_somebody_else_has_shipped_is_held(self, shop: ShopWorld) -> None:
        order = sold(shop)
        channel = shop.channel()
        page = channel.fetch_orders(None)
        lines = [(line, line.remaining) for line in order.works[0].lines]
        shop.state.fulfill(order, lines, numbers=["BY-HAND"])
        assert [bool(o.hold) for o in orders(channel, page.cursor)] == [True]

    def test_an_order_whose_payment_was_taken_back_is_held(self, shop: ShopWorld) -> None:
        order = sold(shop)
        channel = shop.channel()
        page = channel.fetch_orders(None)
        order.financial_status = "PENDING"
        shop.state.touch(order)
        assert [o.hold for o in orders(channel, page.cursor)] == ["Shopify: payment is PENDING"]

    def test_what_shopify_does_not_show_any_more_is_a_problem(self, shop: ShopWorld) -> None:
        order = sold(shop)
        channel = shop.channel()
        page = channel.fetch_orders(None)
        order.works.clear()
        shop.state.touch(order)
        following = channel.fetch_orders(page.cursor)
        assert [p.problem.code for p in following.problems] == ["order_withdrawn"]

    def test_an_order_that_was_never_handed_over_is_not_told(self, shop: ShopWorld) -> None:
        channel = shop.channel()
        cursor = channel.fetch_orders(None).cursor
        order = sold(shop)
        shop.state.cancel(order)
        page = channel.fetch_orders(cursor)
        assert (list(page.orders), list(page.cancellations)) == ([], [])

    def test_what_is_remembered_ends_with_the_order(self, shop: ShopWorld) -> None:
        order = sold(shop)
        channel = shop.channel()
        page = channel.fetch_orders(None)
        assert shop.notes.read("taken/")
        update = TrackingUpdate(
            "t", order.id, "F/1", "UPS", "T1", shop.clock.now(), None,
            [LineQuantity(item.id, item.sku or "", item.quantity) for item in order.items],
        )  # fmt: skip
        channel.push_tracking([update])
        assert orders(channel, page.cursor) == []
        assert not shop.notes.read("taken/")


class TestFulfillmentService:
    """At a location of this app, requests are answered."""

    def test_a_request_is_accepted_once_its_page_was_stored(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        page = channel.fetch_orders(None)
        assert [o.channel_order_id for o in page.orders] == [order.id]
        assert order.works[0].request_status == "SUBMITTED"
        channel.fetch_orders(page.cursor)
        assert order.works[0].request_status == "ACCEPTED"

    def test_what_was_not_requested_does_not_come(self, shop: ShopWorld) -> None:
        channel = shop.service()
        sold(shop).works[0].request_status = "UNSUBMITTED"
        assert orders(channel) == []

    def test_an_acceptance_whose_answer_was_lost_is_not_repeated(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        page = channel.fetch_orders(None)
        shop.server.fail_next(answer_lost, name="AcceptRequest")
        with pytest.raises(Exception, match="AcceptRequest"):
            channel.fetch_orders(page.cursor)
        channel.fetch_orders(page.cursor)
        assert order.works[0].request_status == "ACCEPTED"
        assert shop.server.names().count("AcceptRequest") == 1

    def test_a_request_that_was_withdrawn_is_left_alone(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        page = channel.fetch_orders(None)
        order.works[0].request_status = "UNSUBMITTED"
        channel.fetch_orders(page.cursor)
        assert "AcceptRequest" not in shop.server.names()

    def test_a_request_that_can_not_be_met_is_rejected_with_its_reason(
        self, shop: ShopWorld
    ) -> None:
        channel = shop.service()
        order = shop.state.sell({"mug": 1}, None)
        page = channel.fetch_orders(None)
        assert page.problems
        channel.fetch_orders(page.cursor)
        assert order.works[0].request_status == "REJECTED"
        (call,) = [call for call in shop.server.calls if call.name == "RejectRequest"]
        assert call.variables["reason"] == "INCORRECT_ADDRESS"

    def test_a_request_of_a_hidden_buyer_is_not_answered(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        shop.state.hides_customers = True
        channel.fetch_orders(channel.fetch_orders(None).cursor)
        assert order.works[0].request_status == "SUBMITTED"

    def test_a_request_to_cancel_comes_with_its_units_until_it_is_stored(
        self, shop: ShopWorld
    ) -> None:
        channel = shop.service()
        order = sold(shop)
        page = channel.fetch_orders(None)
        rest = shop.state.split(order.works[0], {order.works[0].lines[0].id: 2})
        request = shop.state.ask_to_cancel(rest)
        for _ in range(2):
            following = channel.fetch_orders(page.cursor)
            (told,) = following.cancellations
            assert (told.cancellation_id, told.channel_order_id, told.done) == (
                request,
                order.id,
                False,
            )
            assert list(told.lines) == [LineQuantity(order.items[0].id, "mug", 2)]
        assert list(channel.fetch_orders(following.cursor).cancellations) == []

    def test_a_second_request_after_a_rejection_is_another_one(self, shop: ShopWorld) -> None:
        channel = shop.service()
        order = sold(shop)
        first = shop.state.ask_to_cancel(order.works[0])
        page = channel.fetch_orders(None)
        order.works[0].request_status = "CANCELLATION_REJECTED"
        second = shop.state.ask_to_cancel(order.works[0])
        (told,) = channel.fetch_orders(page.cursor).cancellations
        assert told.cancellation_id == second != first

    def test_a_request_to_cancel_what_was_never_handed_over_is_accepted(
        self, shop: ShopWorld
    ) -> None:
        channel = shop.service()
        order = shop.state.sell({"mug": 1}, None)
        shop.state.ask_to_cancel(order.works[0])
        page = channel.fetch_orders(None)
        assert list(page.cancellations) == []
        assert order.works[0].request_status == "CANCELLATION_ACCEPTED"

    def test_what_is_held_or_asked_does_not_come_for_ever(self, shop: ShopWorld) -> None:
        channel = shop.service()
        held, cancelled = sold(shop), sold(shop)
        held.risk = "CANCEL"
        shop.state.ask_to_cancel(cancelled.works[0])
        shop.clock.advance(5)
        page = channel.fetch_orders(None)
        assert (len(page.orders), len(page.cancellations)) == (2, 1)
        page = channel.fetch_orders(page.cursor)
        assert (page.orders, page.cancellations) == ([], [])
        held.risk = "ACCEPT"
        shop.state.touch(held)
        page = channel.fetch_orders(page.cursor)
        assert [order.channel_order_id for order in page.orders] == [held.id]
        channel.fetch_orders(page.cursor)
        assert held.works[0].request_status == "ACCEPTED"

    def test_an_answer_that_shopify_does_not_take_is_tried_again(self, shop: ShopWorld) -> None:
        def refuse(server: Any, work: Any) -> Answer:
            payload = '{"userErrors": [{"field": null, "message": "busy"}]}'
            field = "fulfillmentOrderAcceptFulfillmentRequest"
            return 200, {}, f'{{"data": {{"{field}": {payload}}}}}'

        channel = shop.service()
        sold(shop)
        page = channel.fetch_orders(None)
        shop.server.fail_next(refuse, name="AcceptRequest")
        with pytest.raises(TransientError, match="busy"):
            channel.fetch_orders(page.cursor)


def test_our_location_is_the_one_of_the_settings(shop: ShopWorld) -> None:
    number = LOCATION.rpartition("/")[2]
    sold(shop)
    assert len(orders(shop.channel(location=number))) == 1


def test_an_order_that_a_webhook_names_is_read_although_it_is_not_listed_as_changed(
    shop: ShopWorld,
) -> None:
    """Shopify's lists of changes lag behind."""
    order = sold(shop)
    shop.clock.advance(5)
    channel = shop.channel()
    cursor = read(channel)[-1].cursor
    order.risk = "INVESTIGATE"
    assert orders(channel, cursor) == []
    hint = WebhookHint("d1", "orders/updated", (order.id, "gid://shopify/Order/1", "web-7"))
    channel.note_hints([hint])
    (taken,) = orders(shop.channel(), cursor)
    assert taken.hold
    assert orders(channel, cursor) == [], "once is enough"
    assert shop.notes.read("again/") == {}


def test_an_order_is_read_whose_fulfillment_order_a_webhook_names(shop: ShopWorld) -> None:
    order = sold(shop)
    shop.clock.advance(5)
    channel = shop.channel()
    cursor = read(channel)[-1].cursor
    order.risk = "INVESTIGATE"
    gone = "gid://shopify/FulfillmentOrder/1"
    hint = WebhookHint("d1", "fulfillment_orders/split", (order.works[0].id, gone))
    channel.note_hints([hint])
    (taken,) = orders(shop.channel(), cursor)
    assert taken.channel_order_id == order.id
    assert taken.hold
    assert orders(channel, cursor) == [], "once is enough"
