"""Refunds: never more than was paid, each recorded and paid once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sample_orders import an_order
from shop import Shop
from stockpool.errors import ConflictError, NotFoundError, OutcomeUnknown, RefusedError
from stockpool.order_request import OrderLine


@pytest.fixture
def paid(shop: Shop) -> Shop:
    """Order 1001: two mugs for 9.50 each, 1.00 tax, 4.00 shipping and 0.32 tax on it: 24.32."""
    line = OrderLine(
        line_id="1", channel_sku="mug", quantity=2, unit_price="9.50", tax="1.00", currency="USD"
    )
    request = an_order(1001, shipping_price="4.00", shipping_tax="0.32")
    shop.engine.orders.submit(request.model_copy(update={"lines": (line,)}))
    return shop


def refund(shop: Shop, amount: str | Decimal, key: str = "k1", **members: Any) -> str:
    members = {"currency": "USD", "reason": "broken", **members}
    return shop.engine.orders.refund(shop.order(1001).order_id, amount, key=key, **members)


def test_a_refund_is_paid_by_the_channel_once(paid: Shop) -> None:
    refund(paid, "9.50", lines={"1": 1})
    paid.settle()
    (update,) = paid.channel.refunds
    assert (str(update.amount), update.channel_order_id) == ("9.50 USD", "1001")
    assert [(line.channel_sku, line.quantity) for line in update.lines] == [("mug", 1)]
    assert [r["state"] for r in paid.order(1001).refunds] == ["pushed"]
    assert paid.counts(1001).refunded == 1


def test_the_same_key_again_is_the_same_refund(paid: Shop) -> None:
    assert refund(paid, "20.00") == refund(paid, "20.00")
    paid.settle()
    assert len(paid.channel.refunds) == 1


@pytest.mark.parametrize("other", [{"amount": "2.00"}, {"lines": {"1": 1}}])
def test_the_same_key_for_another_refund_is_a_conflict(paid: Shop, other: dict[str, Any]) -> None:
    refund(paid, "1.00")
    with pytest.raises(ConflictError, match="k1 was used for another refund"):
        refund(paid, **{"amount": "1.00", **other})


def test_everything_that_was_paid_can_be_refunded_and_no_more(paid: Shop) -> None:
    refund(paid, "20.00", "k1")
    with pytest.raises(RefusedError) as refused:
        refund(paid, "4.33", "k2")
    assert refused.value.problems[0].limit == "4.32 USD"
    refund(paid, "4.32", "k3")
    with pytest.raises(RefusedError):
        refund(paid, "0.01", "k4")


@pytest.mark.parametrize("amount", ["0", "-1.00"])
def test_a_refund_is_some_money(paid: Shop, amount: str) -> None:
    with pytest.raises(RefusedError):
        refund(paid, amount)


def test_a_refund_is_in_the_orders_currency(paid: Shop) -> None:
    with pytest.raises(RefusedError, match=r"1\.00 EUR"):
        refund(paid, "1.00", currency="EUR")


def test_an_order_without_prices_is_refunded_in_the_channel(shop: Shop) -> None:
    shop.submit(1001, ("mug", 1))
    with pytest.raises(RefusedError, match="came without prices"):
        refund(shop, "1.00")


def test_more_items_than_were_ordered_are_refused(paid: Shop) -> None:
    refund(paid, "1.00", "k1", lines={"1": 2})
    with pytest.raises(RefusedError) as refused:
        refund(paid, "1.00", "k2", lines={"1": 1})
    assert (refused.value.problems[0].field, refused.value.problems[0].limit) == ("lines[1]", "0")
    with pytest.raises(NotFoundError, match="has no line 9"):
        refund(paid, "1.00", "k3", lines={"9": 1})
    with pytest.raises(ValueError, match="at least one"):
        refund(paid, "1.00", "k4", lines={"1": 0})


def test_a_refund_that_the_channel_refuses_can_be_made_otherwise(paid: Shop) -> None:
    paid.channel.refuse(lambda update: update.key.startswith("refund-"), "NotPaid")
    refund(paid, "24.32", "k1", lines={"1": 2})
    paid.settle()
    assert [r["state"] for r in paid.order(1001).refunds] == ["refused"]
    assert paid.counts(1001).refunded == 0
    assert len(paid.attention("NotPaid")) == 1
    refund(paid, "24.32", "k2", lines={"1": 2})


def test_a_refused_refund_is_retried_only_while_there_is_money_left(paid: Shop) -> None:
    paid.channel.refuse(lambda update: update.key.startswith("refund-"), "NotNow")
    refund(paid, "20.00", "k1")
    paid.settle()
    (item,) = paid.attention("NotNow")
    refund(paid, "10.00", "k2")
    with pytest.raises(RefusedError):
        paid.engine.retry(item.id)
    assert paid.attention("NotNow") == [item], "it is still there to be dropped"


def test_a_refused_refund_that_still_fits_is_tried_again(paid: Shop) -> None:
    paid.channel.refuse(lambda update: True, "NotNow")
    refund(paid, "20.00", "k1", lines={"1": 1})
    paid.settle()
    paid.channel._refusals.clear()
    paid.engine.retry(paid.attention("NotNow")[0].id)
    paid.settle()
    assert [r["state"] for r in paid.order(1001).refunds] == ["pushed"]
    assert (paid.counts(1001).refunded, len(paid.channel.refunds)) == (1, 1)


def test_a_refund_that_may_have_been_paid_is_not_free_again(paid: Shop) -> None:
    """Given up after many calls without an answer."""
    paid.channel.faults.fail("push_refund", lambda: OutcomeUnknown("cut"), after=True, times=None)
    refund(paid, "20.00", "k1")
    paid.settle()
    assert len(paid.attention("gave_up")) == 1
    with pytest.raises(RefusedError):
        refund(paid, "20.00", "k2")
    paid.channel.faults.heal()
    paid.engine.retry(paid.attention("gave_up")[0].id)
    paid.settle()
    assert [r["state"] for r in paid.order(1001).refunds] == ["pushed"]
    assert len(paid.channel.refunds) == 1
