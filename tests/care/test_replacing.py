"""Replacements: sent again once, never more than was sent, and without money."""

from __future__ import annotations

from typing import Any

import pytest

from sample_orders import TORONTO, an_order
from shop import Shop, dying_at
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.order_request import OrderLine
from stockpool.orders.status import OrderStatus
from stockpool.plugins.channel import ChannelCapability


def shipped(shop: Shop, *lines: tuple[str, int], **members: Any) -> str:
    """Order 1001 has left; returns its id."""
    shop.receive("MUG-1", 20)
    shop.receive("TEE-1", 20)
    order = an_order(
        1001,
        lines=tuple(
            OrderLine(line_id=str(n), channel_sku=sku, quantity=quantity, unit_price="9.50")
            for n, (sku, quantity) in enumerate(lines, 1)
        ),
        currency="USD",
        **members,
    )
    receipt = shop.engine.orders.submit(order)
    assert receipt.order_id is not None
    shop.place()
    shop.network.ship(shop.fulfillment_id(1001))
    shop.follow()
    return receipt.order_id


def again(shop: Shop, order_id: str, lines: dict[str, int], key: str = "k", **more: Any) -> Any:
    return shop.engine.care.replacements.make(order_id, lines, reason="broken", key=key, **more)


def test_it_is_an_order_to_the_same_address_that_costs_nothing(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 3), ("gift-set", 1))
    made = again(shop, order_id, {"1": 2, "2": 1}, cause="parcel:X-1")
    assert (made.channel_order_id, made.order_id, made.cause) == ("1001-R1", order_id, "parcel:X-1")
    view = shop.engine.orders.get(made.replacement_id)
    assert (view.replaces, view.status) == (order_id, OrderStatus.RESERVED)
    assert {line.line_id: line.count for line in view.lines} == {"1": 2, "2": 1}
    shop.place()
    first, second = (shop.network.requests[shop.fulfillment_id(n)] for n in (1001, "1001-R1"))
    assert second.ship_to == first.ship_to
    assert shop.engine.care.refunds.list(order_id=made.replacement_id) == []
    with pytest.raises(RefusedError):
        shop.engine.care.refunds.make(
            made.replacement_id, amount=("1.00", "USD"), reason="x", key="x"
        )


def test_the_same_key_is_the_same_replacement(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 3))
    made = again(shop, order_id, {"1": 1})
    assert again(shop, order_id, {"1": 1}) == made
    assert len(shop.engine.care.replacements.list(order_id=order_id)) == 1
    with pytest.raises(ConflictError):
        again(shop, order_id, {"1": 2})


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({"1": 4}, "not_replaceable"),
        ({"1": 0}, "not_replaceable"),
        ({"9": 1}, "unknown_line"),
        ({}, "no_units"),
    ],
)
def test_what_was_not_sent_is_not_sent_again(shop: Shop, lines: dict[str, int], code: str) -> None:
    order_id = shipped(shop, ("mug", 3))
    with pytest.raises(RefusedError) as refusal:
        again(shop, order_id, lines)
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert shop.engine.care.replacements.list() == []


def test_all_replacements_together_are_within_what_was_sent(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 3))
    again(shop, order_id, {"1": 2})
    with pytest.raises(RefusedError) as refusal:
        again(shop, order_id, {"1": 2}, "other")
    assert refusal.value.problems[0].limit == "1"
    assert again(shop, order_id, {"1": 1}, "other").channel_order_id == "1001-R2"


def test_items_of_a_replacement_that_is_cancelled_may_be_sent_again(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 3))
    made = again(shop, order_id, {"1": 3})
    shop.engine.orders.cancel(made.replacement_id, reason="wrong address")
    assert again(shop, order_id, {"1": 3}, "other").replacement_id is not None


def test_what_the_network_could_not_ship_may_be_sent(shop: Shop) -> None:
    shop.receive("MUG-1", 2)
    shop.submit(1001, ("mug", 2))
    shop.place()
    shop.network.cannot_fill(shop.fulfillment_id(1001))
    shop.follow()
    shop.receive("MUG-1", 2)
    assert again(shop, shop.order(1001).order_id, {"1": 2}).replacement_id is not None


def test_it_may_go_elsewhere_and_faster(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    elsewhere = an_order(1).ship_to.model_copy(update={"line1": "2 Other Street"})
    made = again(shop, order_id, {"1": 1}, ship_to=elsewhere, speed="expedited")
    shop.place()
    request = shop.network.requests[shop.fulfillment_id("1001-R1")]
    assert (request.ship_to.line1, request.speed) == ("2 Other Street", "expedited")
    with pytest.raises(RefusedError):
        again(shop, made.replacement_id, {"1": 1}, "lost-again", ship_to=TORONTO)


def test_one_that_can_not_be_taken_in_leaves_nothing_behind(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    nowhere = an_order(1).ship_to.model_copy(update={"country": "XX"})
    with pytest.raises(RefusedError):
        again(shop, order_id, {"1": 1}, ship_to=nowhere)
    assert shop.attention() == []
    assert again(shop, order_id, {"1": 1}).channel_order_id == "1001-R1"


def test_a_death_leaves_it_to_the_workers(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    with dying_at("intake.before_commit"):
        again(shop, order_id, {"1": 1})
    shop.settle()
    (made,) = shop.engine.care.replacements.list()
    assert made.replacement_id is not None
    assert again(shop, order_id, {"1": 1}) == made


def test_a_channel_is_told_of_it_only_if_it_knows_what_that_is(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    again(shop, order_id, {"1": 1})
    shop.place()
    shop.network.ship(shop.fulfillment_id("1001-R1"))
    shop.settle()
    assert [one.channel_order_id for one in shop.channel.tracking] == ["1001", "1001-R1"]


def test_another_channel_hears_nothing_of_it(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 2))
    shop.channel.capabilities -= {ChannelCapability.REPLACEMENTS}
    deaf = shop.reopened()
    again(deaf, order_id, {"1": 1})
    again(deaf, order_id, {"1": 1}, "other")
    deaf.place()
    deaf.network.ship(deaf.fulfillment_id("1001-R1"))
    deaf.network.deliver(deaf.fulfillment_id("1001-R1"))
    deaf.engine.orders.cancel(deaf.order("1001-R2").order_id, reason="found it")
    deaf.network.cancel(deaf.fulfillment_id("1001-R2"))
    deaf.settle()
    assert {
        one.channel_order_id for one in deaf.channel.told.values() if hasattr(one, "lines")
    } == {"1001"}


def test_there_must_be_an_order(shop: Shop) -> None:
    with pytest.raises(NotFoundError):
        again(shop, "nothing", {"1": 1})
    with pytest.raises(NotFoundError):
        shop.engine.care.replacements.get("nothing")
