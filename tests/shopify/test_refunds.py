"""Money back: once for each key, by the payments that it came from, never more than was paid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_shop.server import answer_lost
from shopify_shop.state import Order, Transaction
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown, RejectedError
from stockpool.money import Money
from stockpool.plugins.channel import RefundUpdate
from stockpool.testing.addresses import sample_address
from stockpool_shopify.answers import Payments
from stockpool_shopify.refunds import shares


def sold(shop: ShopWorld, *paid: str) -> Order:
    order = shop.state.sell({"mug": 2}, sample_address("US"))
    if paid:
        order.transactions = [
            Transaction(shop.state.number(), "SALE", Decimal(amount)) for amount in paid
        ]
    return order


def refund(order: Order, amount: str, key: str = "r1", currency: str = "USD") -> RefundUpdate:
    return RefundUpdate(key, order.id, Money.parse(amount, currency), "returned", [])


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
