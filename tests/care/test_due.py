"""Refunds that are made by themselves: as the channel's policy says, and only when owed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select

from sample_orders import an_order
from shop import Shop, dying_at
from stockpool.care.tables import refunds_due
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.order_request import OrderLine
from stockpool.storage.bulk import statements

AUTOMATIC = {"web": {"type": "instance", "refund_on": ["cancellation", "return"]}}


@pytest.fixture
def paying(shop: Shop) -> Shop:
    """The shop refunds by itself; there are ten mugs and ten tees."""
    shop.receive("MUG-1", 10)
    shop.receive("TEE-1", 10)
    return shop.reopened(channels=AUTOMATIC)


def submit(shop: Shop, number: int = 1001, quantity: int = 3, **members: Any) -> str:
    """Mugs for 9.50 with 0.10 tax in all, and 4.00 for shipping."""
    line = OrderLine(line_id="1", channel_sku="mug", quantity=quantity, unit_price="9.50", tax=".1")
    order = an_order(number, lines=(line,), currency="USD", shipping_price="4.00", **members)
    receipt = shop.engine.orders.submit(order)
    assert receipt.order_id is not None
    return receipt.order_id


def refunded(shop: Shop) -> list[tuple[str, dict[str, int]]]:
    """Sums and items that the channel was told to give back, in order."""
    return [
        (str(update.amount.amount), {x.line_id: x.quantity for x in update.lines})
        for update in shop.channel.refunds
    ]


def states(shop: Shop) -> list[str]:
    with shop.engine.database.read() as connection:
        query = select(refunds_due.c.state).order_by(refunds_due.c.noted_at, refunds_due.c.key)
        return list(connection.execute(query).scalars())


def cancel(shop: Shop, lines: dict[str, int] | None = None) -> None:
    shop.engine.orders.cancel(shop.order(1001).order_id, reason="buyer", lines=lines)


def test_a_cancelled_order_is_refunded_with_its_shipping(paying: Shop) -> None:
    submit(paying)
    cancel(paying)
    paying.settle()
    assert refunded(paying) == [("32.60", {"1": 3})]
    assert paying.counts(1001).refunded == 3


def test_a_part_is_refunded_without_shipping_and_the_last_one_with_it(paying: Shop) -> None:
    submit(paying)
    cancel(paying, {"1": 1})
    paying.settle()
    assert refunded(paying) == [("9.54", {"1": 1})]


def test_nothing_is_refunded_before_the_network_confirms(paying: Shop) -> None:
    submit(paying)
    paying.place()
    paying.network.ignores_cancellation = True
    cancel(paying)
    paying.settle()
    assert refunded(paying) == []
    paying.network.cancel(paying.fulfillment_id(1001))
    paying.settle()
    assert refunded(paying) == [("32.60", {"1": 3})]


def test_what_shipped_all_the_same_is_not_refunded(paying: Shop) -> None:
    submit(paying)
    paying.place()
    paying.network.ignores_cancellation = True
    cancel(paying)
    paying.network.ship(paying.fulfillment_id(1001))
    paying.settle()
    assert refunded(paying) == []
    assert states(paying) == []


def test_what_the_network_cannot_ship_is_refunded(paying: Shop) -> None:
    submit(paying)
    paying.place()
    number = paying.fulfillment_id(1001)
    paying.network.cannot_fill(number, {"1": 1})
    paying.network.ship(number)
    paying.settle()
    assert refunded(paying) == [("9.54", {"1": 1})]


def test_what_is_short_at_intake_is_refunded(paying: Shop) -> None:
    submit(paying, quantity=12, fulfillment_policy="FillAllAvailable", backorder=False)
    paying.settle()
    assert refunded(paying) == [("19.02", {"1": 2})]


def test_by_default_nothing_is_refunded_by_itself(shop: Shop) -> None:
    submit(shop)
    cancel(shop)
    shop.settle()
    assert refunded(shop) == []
    assert states(shop) == ["by_hand"]


def test_an_order_without_prices_is_left_alone(paying: Shop) -> None:
    paying.submit(1001, ("mug", 1))
    cancel(paying)
    paying.settle()
    assert states(paying) == ["no_prices"]


def test_items_that_were_refunded_by_hand_are_not_refunded_again(paying: Shop) -> None:
    order_id = submit(paying)
    paying.engine.care.refunds.make(order_id, lines={"1": 1}, reason="late", key="k")
    cancel(paying, {"1": 1})
    paying.settle()
    assert refunded(paying) == [("9.54", {"1": 1})]
    assert states(paying) == ["nothing_left"]
    cancel(paying)
    paying.settle()
    assert refunded(paying)[1:] == [("23.06", {"1": 2})]


def test_what_is_due_can_not_be_edited_away(paying: Shop) -> None:
    submit(paying, quantity=12, backorder=False)
    with pytest.raises(ConflictError):
        submit(paying, quantity=2)
    paying.settle()
    assert refunded(paying) == [("118.10", {"1": 12})]


def test_a_crash_while_refunding_refunds_once(paying: Shop) -> None:
    submit(paying)
    cancel(paying)
    with dying_at("care.before_commit"):
        paying.engine.care.settle_due()
    assert paying.engine.care.settle_due() == 1
    assert paying.engine.care.settle_due() == 0
    paying.settle()
    assert refunded(paying) == [("32.60", {"1": 3})]


def test_many_orders_take_as_many_statements_as_few(paying: Shop) -> None:
    def counted(numbers: range) -> int:
        for number in numbers:
            order_id = submit(paying, number, quantity=1)
            paying.engine.orders.cancel(order_id, reason="buyer")
        made = 0

        def count(*_: Any) -> None:
            nonlocal made
            made += 1

        sql = paying.engine.database.engine
        with paying.engine.database.read() as connection:
            before = statements(connection)
        event.listen(sql, "before_cursor_execute", count)
        paying.engine.care.settle_due()
        event.remove(sql, "before_cursor_execute", count)
        with paying.engine.database.read() as connection:
            return made + statements(connection) - before

    counted(range(1, 3))
    few, many = counted(range(10, 20)), counted(range(100, 180))
    assert few == many


# Left to a person -------------------------------------------------------------------------------


@pytest.fixture
def left(shop: Shop) -> Shop:
    """Two of three items were cancelled, one after the other, and nothing is refunded by itself."""
    submit(shop)
    cancel(shop, {"1": 1})
    shop.settle()
    shop.clock.advance(hours=1)
    cancel(shop, {"1": 1})
    shop.settle()
    assert states(shop) == ["by_hand", "by_hand"]
    return shop


def keys(shop: Shop) -> list[str]:
    """What is due, the oldest first."""
    return [one.key for one in reversed(shop.engine.care.refunds.due())]


def test_a_person_decides_to_refund_what_is_due_once(left: Shop) -> None:
    first, second = keys(left)
    for _ in range(2):
        decided = left.engine.care.refunds.decide(first, refund=True)
        assert decided.state == "made"
    left.settle()
    assert refunded(left) == [("9.54", {"1": 1})]
    assert left.engine.care.refunds.decide(second, refund=False).state == "nothing_left"
    left.settle()
    assert refunded(left) == [("9.54", {"1": 1})]
    with pytest.raises(RefusedError, match="is made"):
        left.engine.care.refunds.decide(first, refund=False)
    with pytest.raises(NotFoundError, match="refunds due"):
        left.engine.care.refunds.decide("nothing", refund=True)
    assert left.engine.verify().ok


def test_what_a_person_refunds_otherwise_settles_what_was_noted_first(left: Shop) -> None:
    (order_id,) = {one.order_id for one in left.engine.care.refunds.due()}
    left.engine.care.refunds.make(order_id, lines={"1": 1}, reason="late", key="k")
    left.settle()
    assert [one.state for one in reversed(left.engine.care.refunds.due())] == [
        "nothing_left",
        "by_hand",
    ]
    assert left.engine.care.refunds.decide(keys(left)[0], refund=True).refund_id is None
    left.engine.care.refunds.make(order_id, lines={"1": 1}, reason="late", key="k2")
    left.settle()
    assert states(left) == ["nothing_left", "nothing_left"]
    assert left.engine.verify().ok


def test_a_refund_of_other_items_settles_nothing(shop: Shop) -> None:
    order_id = submit(shop)
    shop.engine.care.refunds.make(order_id, amount=("1.00", "USD"), reason="late", key="k")
    cancel(shop, {"1": 1})
    shop.settle()
    shop.engine.care.refunds.make(order_id, amount=("1.00", "USD"), reason="late", key="k2")
    shop.settle()
    assert states(shop) == ["by_hand"]
    assert shop.engine.care.refunds.decide(keys(shop)[0], refund=True).refund_id is not None
