"""Returns: asked for in Shopify, asked of the engine, and what became of them told to Shopify."""

from __future__ import annotations

import pytest

from shopify_shop.returns import Return
from shopify_shop.server import answer_lost
from shopify_shop.state import OTHER_LOCATION, Order
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown
from stockpool.plugins.channel import Channel, LineQuantity, OrderPage, TrackingUpdate
from stockpool.plugins.channel_returns import ReturnOutcome, ReturnUpdate
from stockpool.testing.addresses import sample_address

BUYER = sample_address("US")


def channel(shop: ShopWorld) -> Channel:
    """Another process each time."""
    return shop.channel(returns=True)


@pytest.fixture
def order(shop: ShopWorld) -> Order:
    """Three mugs and a lamp, in two parcels that have left."""
    order = shop.state.sell({"mug": 3, "lamp": 1}, BUYER)
    channel(shop).fetch_orders(None)
    mug, lamp = (item.id for item in order.items)
    for number, lines in enumerate(
        (
            [LineQuantity(mug, "mug", 2)],
            [LineQuantity(mug, "mug", 1), LineQuantity(lamp, "lamp", 1)],
        )
    ):
        parcel = TrackingUpdate(
            f"k{number}",
            order.id,
            f"F/{number}",
            "UPS",
            f"T{number}",
            shop.clock.now(),
            None,
            lines,
        )
        assert not channel(shop).push_tracking([parcel])
    return order


def page(shop: ShopWorld, cursor: str | None = None) -> OrderPage:
    return channel(shop).fetch_orders(cursor)


def update(
    order: Order,
    outcome: ReturnOutcome,
    units: dict[str, int],
    *,
    asked: Return | None = None,
    key: str = "r1",
    labels: int = 0,
    reason: str = "DEFECTIVE",
) -> ReturnUpdate:
    items = {item.sku or "": item.id for item in order.items}
    return ReturnUpdate(
        f"{key}-{outcome}", order.id, asked.id if asked else None, "ours-1", outcome,
        [LineQuantity(items[sku], sku, count) for sku, count in units.items()],
        reason, [f"https://labels.example.com/{key}/{n}" for n in range(labels)],
    )  # fmt: skip


# Asked for --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["REQUESTED", "OPEN"])
def test_a_return_is_asked_of_the_engine_once(shop: ShopWorld, order: Order, status: str) -> None:
    """Its order does not change by it: it is found by the order's return status."""
    first = page(shop)
    asked = shop.state.returns.ask(order, {"mug": 3}, "DEFECTIVE", note="chipped", status=status)
    second = page(shop, first.cursor)
    (told,) = second.returns
    assert (told.return_id, told.channel_order_id) == (asked.id, order.id)
    assert sum(line.quantity for line in told.lines) == 3
    assert {line.line_id for line in told.lines} == {order.items[0].id}
    assert (told.reason, told.comment) == ("DEFECTIVE", "chipped")
    assert page(shop, second.cursor).returns == []
    assert list(page(shop, first.cursor).returns) == [told]


def test_a_second_return_of_an_order_is_another(shop: ShopWorld, order: Order) -> None:
    shop.state.returns.ask(order, {"mug": 1})
    first = page(shop)
    second = shop.state.returns.ask(order, {"lamp": 1})
    assert [one.return_id for one in page(shop, first.cursor).returns] == [second.id]


def test_a_return_of_an_order_that_is_not_ours_is_let_alone(shop: ShopWorld) -> None:
    order = shop.state.sell({"mug": 1}, BUYER, location=OTHER_LOCATION)
    line = order.works[0].lines[0]
    shop.state.fulfill(order, [(line, 1)], numbers=["X"])
    shop.state.returns.ask(order, {"mug": 1})
    assert page(shop).returns == []


def test_what_left_from_elsewhere_too_is_left_to_a_person(shop: ShopWorld, order: Order) -> None:
    order.fulfillments[0].location = OTHER_LOCATION
    shop.state.returns.ask(order, {"mug": 3})
    found = page(shop)
    assert found.returns == []
    assert [problem.problem.code for problem in found.problems] == ["return_by_hand"]


def test_without_the_setting_nothing_is_looked_for(shop: ShopWorld, order: Order) -> None:
    shop.state.returns.ask(order, {"mug": 1})
    assert shop.channel().fetch_orders(None).returns == []


# Told -------------------------------------------------------------------------------------------


def test_what_the_network_takes_back_is_approved_with_a_label_for_each_unit(
    shop: ShopWorld, order: Order
) -> None:
    asked = shop.state.returns.ask(order, {"mug": 2})
    for _ in range(2):
        told = update(order, "authorised", {"mug": 2}, asked=asked, labels=2)
        assert not channel(shop).push_return([told])
    assert (asked.status, asked.told) == ("OPEN", ["authorised"])
    assert [url for url, _ in asked.labels] == [
        "https://labels.example.com/r1/0",
        "https://labels.example.com/r1/1",
    ]


@pytest.mark.parametrize("name", ["ApproveReturn", "LabelReturn"])
def test_an_approval_whose_answer_was_lost_is_found(
    shop: ShopWorld, order: Order, name: str
) -> None:
    asked = shop.state.returns.ask(order, {"mug": 2})
    told = update(order, "authorised", {"mug": 2}, asked=asked, labels=2)
    shop.server.fail_next(answer_lost, name=name)
    with pytest.raises(OutcomeUnknown):
        channel(shop).push_return([told])
    assert not channel(shop).push_return([told])
    assert (asked.told, len(asked.labels)) == (["authorised"], 2)


def test_more_labels_than_units_are_left_to_a_person(shop: ShopWorld, order: Order) -> None:
    """A set of several parts has a label for each of them."""
    asked = shop.state.returns.ask(order, {"lamp": 1})
    told = update(order, "authorised", {"lamp": 1}, asked=asked, labels=2)
    (refusal,) = channel(shop).push_return([told])
    assert refusal.error.code == "labels_left"
    assert (asked.status, len(asked.labels)) == ("OPEN", 1)


def test_what_the_network_refuses_is_declined_with_its_reason(
    shop: ShopWorld, order: Order
) -> None:
    asked = shop.state.returns.ask(order, {"mug": 2})
    told = update(order, "refused", {"mug": 2}, asked=asked, reason="too late")
    for _ in range(2):
        assert not channel(shop).push_return([told])
    assert (asked.status, asked.note, asked.told) == ("DECLINED", "too late", ["refused"])


def test_what_the_merchant_has_opened_can_not_be_declined(shop: ShopWorld, order: Order) -> None:
    asked = shop.state.returns.ask(order, {"mug": 2}, status="OPEN")
    (refusal,) = channel(shop).push_return([update(order, "refused", {"mug": 2}, asked=asked)])
    assert refusal.error.code == "return_open"


def test_what_came_is_confirmed_and_not_restocked(shop: ShopWorld, order: Order) -> None:
    asked = shop.state.returns.ask(order, {"mug": 3}, status="OPEN")
    before = dict(shop.state.available)
    assert not channel(shop).push_return([update(order, "received", {"mug": 1}, asked=asked)])
    assert (sum(item.processed for item in asked.items), asked.status) == (1, "OPEN")
    rest = update(order, "received", {"mug": 2}, asked=asked, key="r2")
    for _ in range(2):
        assert not channel(shop).push_return([rest])
    assert (sum(item.processed for item in asked.items), asked.status) == (3, "CLOSED")
    assert asked.told == ["received", "received"]
    assert shop.state.available == before


@pytest.mark.parametrize("name", ["ProcessReturn", "CloseReturn"])
def test_a_confirmation_whose_answer_was_lost_is_found(
    shop: ShopWorld, order: Order, name: str
) -> None:
    asked = shop.state.returns.ask(order, {"mug": 2}, status="OPEN")
    first = update(order, "received", {"mug": 1}, asked=asked)
    if name == "CloseReturn":
        assert not channel(shop).push_return([first])
        first = update(order, "received", {"mug": 1}, asked=asked, key="r2")
    shop.server.fail_next(answer_lost, name=name)
    with pytest.raises(OutcomeUnknown):
        channel(shop).push_return([first])
    assert not channel(shop).push_return([first])
    processed = sum(item.processed for item in asked.items)
    assert processed == (1 if name == "ProcessReturn" else 2)


def test_what_nobody_asked_for_in_shopify_is_made_there_and_not_asked_of_the_engine(
    shop: ShopWorld, order: Order
) -> None:
    told = update(order, "authorised", {"mug": 3}, labels=3)
    shop.server.fail_next(answer_lost, name="CreateReturn")
    with pytest.raises(OutcomeUnknown):
        channel(shop).push_return([told])
    assert not channel(shop).push_return([told])
    (made,) = shop.state.returns.all
    assert sum(item.quantity for item in made.items) == 3
    assert len(made.labels) == 3
    assert page(shop).returns == []
    for _ in range(2):
        assert not channel(shop).push_return([update(order, "received", {"mug": 3})])
    assert shop.state.returns.all == [made]
    assert (made.status, made.told) == ("CLOSED", ["authorised", "received"])


def test_a_parcel_that_came_back_by_itself_is_a_return_in_shopify(
    shop: ShopWorld, order: Order
) -> None:
    for _ in range(2):
        assert not channel(shop).push_return([update(order, "received", {"mug": 2})])
    (made,) = shop.state.returns.all
    assert (made.status, made.told) == ("CLOSED", ["authorised", "received"])


def test_what_shopify_lets_nobody_return_is_refused(shop: ShopWorld, order: Order) -> None:
    shop.state.returns.ask(order, {"lamp": 1})
    (refusal,) = channel(shop).push_return([update(order, "received", {"lamp": 1})])
    assert refusal.error.code == "not_returnable"


def test_a_return_that_is_gone_is_refused(shop: ShopWorld, order: Order) -> None:
    asked = shop.state.returns.ask(order, {"lamp": 1})
    shop.state.returns.all.clear()
    (refusal,) = channel(shop).push_return([update(order, "received", {"lamp": 1}, asked=asked)])
    assert refusal.error.code == "unknown_return"


def test_the_scope_is_missed(shop: ShopWorld) -> None:
    shop.server.scopes.discard("write_returns")
    assert [problem.code for problem in channel(shop).check()] == ["scopes_missing"]
    assert shop.channel().check() == []
