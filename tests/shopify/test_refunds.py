"""Money back: once for each key, by the payments that it came from, never more than was paid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_shop.server import answer_lost
from shopify_shop.state import LOCATION, Order, Transaction
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown, RejectedError
from stockpool.money import Money
from stockpool.plugins.channel import CancellationUpdate, LineQuantity, RefundUpdate
from stockpool.testing.addresses import sample_address
from stockpool_shopify.answers import Payments, RefundableLine
from stockpool_shopify.refunds import refunded_items, shares


def sold(shop: ShopWorld, *paid: str) -> Order:
    order = shop.state.sell({"mug": 2}, sample_address("US"))
    if paid:
        order.transactions = [
            Transaction(shop.state.number(), "SALE", Decimal(amount)) for amount in paid
        ]
    return order


def refund(
    order: Order, amount: str, key: str = "r1", currency: str = "USD", units: int = 0
) -> RefundUpdate:
    item = order.items[0]
    lines = [LineQuantity(item.id, "mug", units)] if units else []
    return RefundUpdate(key, order.id, Money.parse(amount, currency), "returned", lines)


def named(order: Order) -> list[tuple[str, int]]:
    """SKUs and units of the items that refunds are for."""
    return [(line[0].sku or "", line[1]) for made in order.refunds for line in made.lines]


def given_back(order: Order) -> list[str]:
    return [str(t.amount) for t in order.transactions if t.kind == "REFUND"]


def test_refunds_are_made_by_setting_only(shop: ShopWorld) -> None:
    with pytest.raises(NotImplementedError):
        shop.channel().push_refund([])


def test_a_key_is_one_refund(shop: ShopWorld) -> None:
    order = sold(shop)
    channel = shop.channel(refunds=True)
    for _ in range(2):
        assert not channel.push_refund([refund(order, "5.00"), refund(order, "2.50", "r2")])
    assert given_back(order) == ["5.00", "2.50"]


def test_a_refund_is_known_long_after_its_idempotency_key_is_forgotten(shop: ShopWorld) -> None:
    order = sold(shop)
    shop.server.fail_next(answer_lost, name="MakeRefund")
    with pytest.raises(OutcomeUnknown):
        shop.channel(refunds=True).push_refund([refund(order, "5.00")])
    shop.server.forget_keys()
    assert not shop.channel(refunds=True).push_refund([refund(order, "5.00")])
    assert given_back(order) == ["5.00"]


def test_a_refund_that_does_not_show_yet_is_not_made_again(shop: ShopWorld) -> None:
    order = sold(shop)
    channel = shop.channel(refunds=True)
    channel.push_refund([refund(order, "5.00")])
    hidden = order.refunds[:], order.transactions[:]
    order.refunds.clear()
    order.transactions = [t for t in order.transactions if t.kind != "REFUND"]
    assert not channel.push_refund([refund(order, "5.00")])
    assert given_back(order) == []
    order.refunds[:], order.transactions = hidden
    assert given_back(order) == ["5.00"]


def test_items_that_have_left_are_named_and_not_put_back_into_stock(shop: ShopWorld) -> None:
    """They go back to the network, whose stock is told when it has them."""
    order = sold(shop)
    (line,) = order.works[0].lines
    shop.state.fulfill(order, [(line, 2)], numbers=["1Z"])
    available = dict(shop.state.available)
    channel = shop.channel(refunds=True)
    for _ in range(2):
        assert not channel.push_refund([refund(order, "5.00", units=1)])
    assert named(order) == [("mug", 1)]
    assert shop.state.available == available


def test_no_more_items_are_named_than_shopify_counts_as_refundable(shop: ShopWorld) -> None:
    """The merchant may have refunded one by hand; the money that is owed is given all the same."""
    order = sold(shop)
    (line,) = order.works[0].lines
    shop.state.fulfill(order, [(line, 2)], numbers=["1Z"])
    shop.state.refund_by_hand(order, "1.00", {order.items[0].id: 1})
    assert not shop.channel(refunds=True).push_refund([refund(order, "5.00", units=2)])
    assert named(order) == [("mug", 1), ("mug", 1)]
    assert given_back(order) == ["1.00", "5.00"]


def test_items_that_are_still_to_be_shipped_are_not_taken_out_of_the_work(shop: ShopWorld) -> None:
    order = sold(shop)
    assert not shop.channel(refunds=True).push_refund([refund(order, "5.00", units=2)])
    assert named(order) == []
    assert order.works[0].remaining == 2


def test_items_that_were_given_up_leave_the_work_and_are_back_for_sale(shop: ShopWorld) -> None:
    order = sold(shop)
    item = order.items[0]
    assert item.variant is not None
    before = shop.state.available[item.variant.item_id, LOCATION]
    channel = shop.channel(refunds=True)
    lines = [LineQuantity(item.id, "mug", 1)]
    assert not channel.push_cancellation([CancellationUpdate("c1", order.id, "no_stock", lines)])
    assert not channel.push_refund([refund(order, "5.00", units=2)])
    assert named(order) == [("mug", 1)]
    assert sorted((work.status, work.remaining) for work in order.works) == [
        ("CLOSED", 0),
        ("OPEN", 1),
    ]
    assert shop.state.available[item.variant.item_id, LOCATION] == before + 1


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))),
)
def test_named_items_are_refundable_and_what_is_to_be_shipped_stays(
    rows: list[tuple[int, int, int, int]],
) -> None:
    lines = [LineQuantity(str(n), "mug", row[0]) for n, row in enumerate(rows)]
    known = [
        RefundableLine(id=str(n), refundable_quantity=row[1], unfulfilled_quantity=row[2])
        for n, row in enumerate(rows)
    ]
    given_up = {str(n): row[3] for n, row in enumerate(rows)}
    for found in refunded_items(lines, known, given_up, LOCATION):
        asked, refundable, unfulfilled, dropped = rows[int(found["lineItemId"])]
        assert 0 < found["quantity"] <= min(asked, refundable)
        if found["restockType"] == "CANCEL":
            assert found["quantity"] <= min(unfulfilled, dropped)
        else:
            assert found["quantity"] <= refundable - unfulfilled


def test_several_payments_bear_it_in_their_order(shop: ShopWorld) -> None:
    order = sold(shop, "3.00", "10.00")
    shop.channel(refunds=True).push_refund([refund(order, "5.00")])
    assert given_back(order) == ["3.00", "2.00"]


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [("999.00", "USD", "more_than_paid"), ("5.00", "EUR", "currency")],
)
def test_what_was_not_paid_is_not_given_back(
    shop: ShopWorld, amount: str, currency: str, code: str
) -> None:
    order = sold(shop)
    (refusal,) = shop.channel(refunds=True).push_refund([refund(order, amount, "r", currency)])
    assert refusal.error.code == code
    assert given_back(order) == []


def test_an_order_that_was_paid_in_another_currency_is_left_to_a_person(shop: ShopWorld) -> None:
    order = sold(shop)
    order.presentment_currency = "EUR"
    (refusal,) = shop.channel(refunds=True).push_refund([refund(order, "5.00")])
    assert refusal.error.code == "two_currencies"


def payments(paid: Sequence[int], gone: Sequence[int]) -> Payments:
    def transaction(id: str, kind: str, cents: int, parent: str | None) -> dict[str, Any]:
        return {
            "id": id,
            "kind": kind,
            "status": "SUCCESS",
            "gateway": "g",
            "amountSet": {
                "shopMoney": {"amount": str(Decimal(cents) / 100), "currencyCode": "USD"}
            },
            "parentTransaction": {"id": parent} if parent else None,
        }

    rows = [transaction(f"p{n}", "SALE", cents, None) for n, cents in enumerate(paid)]
    rows += [transaction(f"r{n}", "REFUND", cents, f"p{n}") for n, cents in enumerate(gone)]
    return Payments.model_validate(
        {
            "currencyCode": "USD",
            "presentmentCurrencyCode": "USD",
            "refunds": [],
            "transactions": rows,
        }
    )


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), max_size=5),
    st.integers(1, 10_000),
)
def test_shares_sum_to_the_refund_and_no_payment_gives_more_than_it_has(
    rows: list[tuple[int, int]], cents: int
) -> None:
    paid = [max(row) for row in rows]
    gone = [min(row) for row in rows]
    wanted = Money(cents, "USD")
    if cents > sum(paid) - sum(gone):
        with pytest.raises(RejectedError):
            shares(wanted, payments(paid, gone))
        return
    found = shares(wanted, payments(paid, gone))
    assert sum((amount for _, amount in found), Decimal(0)) == wanted.amount
    for payment, amount in found:
        number = int(payment.id[1:])
        assert 0 < amount <= Decimal(paid[number] - gone[number]) / 100
