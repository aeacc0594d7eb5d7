"""Refunds by line, quantity and shipping; what they are made of, and who makes them."""

from __future__ import annotations

from typing import Any

import pytest

from fake_channel import FakeChannel
from sample_orders import an_order
from shop import Shop
from stockpool.care.refund_views import RefundView
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.order_request import OrderLine
from stockpool.plugins.channel import ChannelCapability


@pytest.fixture
def paid(shop: Shop) -> Shop:
    """Order 1001: three mugs for 9.50 with 1.00 tax, two gift sets for 20.00; 4.00 + 0.32 to ship.

    28.50 + 1.00 + 40.00 + 4.32 = 73.82.
    """
    lines = (
        OrderLine(line_id="1", channel_sku="mug", quantity=3, unit_price="9.50", tax="1.00"),
        OrderLine(line_id="2", channel_sku="gift-set", quantity=2, unit_price="20.00"),
    )
    shop.engine.orders.submit(
        an_order(1001, lines=lines, currency="USD", shipping_price="4.00", shipping_tax="0.32")
    )
    return shop


def make(shop: Shop, key: str = "k1", **members: Any) -> RefundView:
    order_id = shop.order(1001).order_id
    return shop.engine.care.refunds.make(order_id, reason="broken", key=key, **members)


def parts(refund: RefundView) -> list[tuple[str | None, str, str]]:
    return [(p.line_id, p.part, str(p.amount.amount)) for p in refund.parts]


def test_items_give_back_their_price_and_their_share_of_the_tax(paid: Shop) -> None:
    first = make(paid, lines={"1": 1})
    assert parts(first) == [("1", "goods", "9.50"), ("1", "tax", "0.34")]
    second, third = (make(paid, key, lines={"1": 1}) for key in ("k2", "k3"))
    assert [str(r.amount) for r in (second, third)] == ["9.83 USD", "9.83 USD"]
    with pytest.raises(RefusedError, match="cannot refund 1 of line 1"):
        make(paid, "k4", lines={"1": 1})


def test_a_kit_is_given_back_as_a_kit(paid: Shop) -> None:
    assert parts(make(paid, lines={"2": 1})) == [("2", "goods", "20.00")]
    refunded = {x.sku: x.counts.refunded for x in paid.order(1001).lines if x.line_id == "2"}
    assert refunded == {"MUG-1": 1, "TEE-1": 2}


def test_shipping_is_given_back_with_its_tax(paid: Shop) -> None:
    some = make(paid, shipping=("2.16", "USD"))
    assert parts(some) == [(None, "shipping", "2.00"), (None, "shipping_tax", "0.16")]
    rest = make(paid, "k2", lines={"1": 3}, all_shipping=True)
    assert str(rest.amount) == "31.66 USD"
    with pytest.raises(RefusedError) as refused:
        make(paid, "k3", shipping=("0.01", "USD"))
    assert refused.value.problems[0].field == "shipping"


def test_a_sum_is_taken_from_the_named_lines_first(paid: Shop) -> None:
    refund = make(paid, amount=("40.00", "USD"), lines={"1": 3})
    assert {line: a for line, part, a in parts(refund) if part == "goods"}["1"] == "28.50"
    assert str(refund.amount) == "40.00 USD"


def test_the_channel_is_told_the_parts(paid: Shop) -> None:
    make(paid, lines={"1": 1}, all_shipping=True)
    paid.settle()
    (update,) = paid.channel.refunds
    assert [(p.line_id, p.part, str(p.amount)) for p in update.parts] == [
        ("1", "goods", "9.50 USD"),
        ("1", "tax", "0.34 USD"),
        (None, "shipping", "4.00 USD"),
        (None, "shipping_tax", "0.32 USD"),
    ]
    assert sum(p.amount.minor for p in update.parts) == update.amount.minor


def test_all_of_an_order_is_given_back_exactly(paid: Shop) -> None:
    made = [
        make(paid, "a", lines={"1": 2}),
        make(paid, "b", amount=("7.77", "USD")),
        make(paid, "c", lines={"1": 1, "2": 2}, all_shipping=True),
    ]
    assert sum(refund.amount.minor for refund in made) == 7382
    with pytest.raises(RefusedError):
        make(paid, "d", amount=("0.01", "USD"))


def test_the_same_key_is_the_same_refund_even_when_its_worth_has_changed(paid: Shop) -> None:
    first = make(paid, lines={"1": 1})
    make(paid, "k2", amount=("10.00", "USD"))
    assert make(paid, lines={"1": 1}) == first
    with pytest.raises(ConflictError):
        make(paid, lines={"1": 2})


def test_what_makes_no_sense_is_refused(paid: Shop) -> None:
    for members in ({}, {"amount": ("1.00", "USD"), "all_shipping": True}):
        with pytest.raises(ValueError, match="refund"):
            make(paid, **members)
    with pytest.raises(RefusedError, match="cannot refund"):
        make(paid, shipping=("1.00", "EUR"))
    with pytest.raises(NotFoundError, match="no line 7"):
        make(paid, lines={"7": 1})
    with pytest.raises(NotFoundError, match="no order X"):
        paid.engine.care.refunds.make("X", reason="r", key="k", lines={"1": 1})
    with pytest.raises(NotFoundError, match="no refund X"):
        paid.engine.care.refunds.get("X")
    assert paid.engine.care.refunds.list() == []


def test_an_order_of_which_money_was_given_back_cannot_be_edited(paid: Shop) -> None:
    make(paid, lines={"1": 1})
    with pytest.raises(ConflictError):
        paid.submit(1001, ("mug", 1))


def test_refunds_are_listed_the_newest_first(paid: Shop) -> None:
    first = make(paid, lines={"1": 1})
    paid.settle()
    paid.clock.advance(60)
    second = make(paid, "k2", lines={"1": 1})
    refunds = paid.engine.care.refunds
    assert [r.refund_id for r in refunds.list()] == [second.refund_id, first.refund_id]
    assert [r.refund_id for r in refunds.list(state="pushed")] == [first.refund_id]
    assert refunds.list(order_id="X") == []
    assert refunds.get(first.refund_id).as_dict()["amount"] == "9.84"


class TestByHand:
    """A channel that can't refund."""

    @pytest.fixture
    def channel(self) -> FakeChannel:
        return FakeChannel(capabilities=set(ChannelCapability) - {ChannelCapability.REFUNDS})

    def test_a_person_makes_it_and_says_so(self, paid: Shop) -> None:
        refund = make(paid, lines={"1": 1})
        paid.settle()
        (item,) = paid.attention("refund_by_hand")
        assert refund.refund_id in (item.fix or "")
        made = paid.engine.care.refunds.made(refund.refund_id)
        assert made.state == "pushed"
        assert paid.attention() == []
        with pytest.raises(RefusedError, match="is pushed"):
            paid.engine.care.refunds.made(refund.refund_id)


def test_what_the_channel_makes_is_not_made_by_hand(paid: Shop) -> None:
    refund = make(paid, lines={"1": 1})
    with pytest.raises(RefusedError, match="is recorded; only one"):
        paid.engine.care.refunds.made(refund.refund_id)
