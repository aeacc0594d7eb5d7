"""Doing what items of the attention queue suggest: once, however often it is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sample_orders import an_order
from shop import Shop
from stockpool.attention.queue import AttentionItem
from stockpool.errors import NotFoundError, RefusedError
from stockpool.order_request import OrderLine
from stockpool.plugins.network import PackageStatus
from stockpool.remedies.actions import Action


def the_item(shop: Shop, code: str) -> AttentionItem:
    (item,) = [one for one in shop.engine.attention.list() if one.code == code]
    return item


@pytest.fixture
def lost(shop: Shop) -> Shop:
    """Three mugs at 9.50 USD in two parcels, of which the one with two mugs was lost."""
    shop.receive("MUG-1", 20)
    line = OrderLine(line_id="1", channel_sku="mug", quantity=3, unit_price="9.50")
    shop.engine.orders.submit(an_order(1001, lines=(line,), currency="USD"))
    shop.settle()
    name = shop.fulfillment_id(1001)
    (item,) = shop.network.orders[name].items
    first = shop.network.ship(name, {item.item_id: 2})
    shop.network.ship(name)
    shop.network.deliver(name, PackageStatus.UNDELIVERABLE, first.packages[0].package_number)
    shop.settle()
    return shop


def told_again(shop: Shop) -> None:
    """The network tells once more that the parcel is lost."""
    name = shop.fulfillment_id(1001)
    number = shop.network.orders[name].shipments[0].packages[0].package_number
    shop.network.deliver(name, PackageStatus.UNDELIVERABLE, number)
    shop.settle()


def test_what_was_in_a_lost_parcel_is_sent_again_once(lost: Shop) -> None:
    item = the_item(lost, "delivery_failed")
    done = lost.engine.carry_out(item.id, "replace", by="maria")
    assert "2 of line 1" in done
    (made,) = lost.engine.care.replacements.list()
    assert dict(made.lines) == {"1": 2}
    assert lost.engine.attention.get(item.id).state == "resolved"
    with pytest.raises(RefusedError, match="it is closed"):
        lost.engine.carry_out(item.id, "replace")
    assert len(lost.engine.care.replacements.list()) == 1


def test_what_was_in_a_lost_parcel_is_refunded_once_even_if_the_item_comes_again(
    lost: Shop,
) -> None:
    item = the_item(lost, "delivery_failed")
    assert "19.00 USD" in lost.engine.carry_out(item.id, Action.REFUND)
    told_again(lost)
    assert lost.engine.attention.get(item.id).state == "open"
    lost.engine.carry_out(item.id, Action.REFUND)
    lost.settle()
    assert [str(one.amount) for one in lost.channel.refunds] == ["19.00 USD"]


def test_a_parcel_that_came_back_is_not_refunded_beside_its_return(shop: Shop) -> None:
    shop.receive("MUG-1", 20)
    shop.submit(1001, ("mug", 1))
    shop.settle()
    name = shop.fulfillment_id(1001)
    shop.network.ship(name)
    shop.network.deliver(name, PackageStatus.RETURNED)
    shop.settle()
    item = the_item(shop, "delivery_failed")
    with pytest.raises(RefusedError, match="no whole item"):
        shop.engine.carry_out(item.id, "refund")
    assert shop.engine.attention.get(item.id).state == "open"
    shop.engine.carry_out(item.id, "replace")
    assert len(shop.engine.care.replacements.list()) == 1


def test_of_a_kit_only_what_is_wholly_in_the_parcel_is_sent_again(shop: Shop) -> None:
    shop.receive("MUG-1", 20)
    shop.submit(1001, ("mug-pair", 2))
    shop.settle()
    name = shop.fulfillment_id(1001)
    (item,) = shop.network.orders[name].items
    first = shop.network.ship(name, {item.item_id: 3})
    shop.network.ship(name)
    shop.network.deliver(name, PackageStatus.UNDELIVERABLE, first.packages[0].package_number)
    shop.settle()
    shop.engine.carry_out(the_item(shop, "delivery_failed").id, "replace")
    (made,) = shop.engine.care.replacements.list()
    assert dict(made.lines) == {"1": 1}


def test_an_order_on_hold_is_released_or_cancelled(shop: Shop) -> None:
    for number in (1001, 1002):
        shop.submit(number, ("mug", 1))
        shop.engine.orders.hold(shop.order(number).order_id, reason="fraud?")
    shop.clock.advance(hours=24 * 10)
    shop.engine.duties.remind()
    items = {item.subject: item for item in shop.engine.attention.list(kind="deadline")}
    one, other = (items[shop.order(number).order_id] for number in (1001, 1002))
    shop.engine.carry_out(one.id, "release")
    shop.engine.carry_out(other.id, "cancel")
    assert shop.order(1001).hold_reason is None
    assert shop.counts(1002).cancelled == 1
    assert one.due_at - shop.clock.now() == timedelta(days=4)


def test_who_did_what_is_in_the_history(lost: Shop) -> None:
    item = the_item(lost, "delivery_failed")
    lost.engine.carry_out(item.id, "drop", by="maria")
    (event,) = lost.engine.attention.history(item.id)
    assert (event.kind, event.by) == ("dropped", "maria")
    assert lost.engine.attention.get(item.id).state == "dropped"


def test_what_is_not_suggested_is_refused_with_what_is(lost: Shop) -> None:
    item = the_item(lost, "delivery_failed")
    with pytest.raises(RefusedError, match="possible: replace, refund, drop"):
        lost.engine.carry_out(item.id, "retry")
    with pytest.raises(RefusedError, match="'dance' is no action"):
        lost.engine.carry_out(item.id, "dance")
    with pytest.raises(NotFoundError):
        lost.engine.carry_out("nothing", "drop")


def test_a_parked_order_is_tried_again(shop: Shop) -> None:
    shop.receive("MUG-1", 5)
    shop.channel.add_page([an_order(1001, ("new-mug", 1))])
    shop.settle()
    item = the_item(shop, "unknown_sku")
    with pytest.raises(RefusedError, match="still can't be accepted"):
        shop.engine.carry_out(item.id, "retry")
    shop.engine.catalog.list_on("web", channel_sku="new-mug", sku="MUG-1")
    assert "was accepted" in shop.engine.carry_out(item.id, "retry")


def test_items_are_overdue_by_their_kind_and_urgent_anew_when_they_come_again(lost: Shop) -> None:
    item = the_item(lost, "delivery_failed")
    assert item.due_at == item.first_seen_at + timedelta(days=1)
    assert lost.engine.attention.list(overdue=True) == []
    lost.clock.advance(hours=24)
    assert [one.id for one in lost.engine.attention.list(overdue=True)] == [item.id]
    lost.engine.drop(item.id)
    told_again(lost)
    assert lost.engine.attention.list(overdue=True) == []


# Refunds that are due ---------------------------------------------------------------------------


@pytest.fixture
def due(shop: Shop) -> Shop:
    """Of three mugs one was cancelled, and nobody has refunded it for ten days."""
    shop.receive("MUG-1", 20)
    line = OrderLine(line_id="1", channel_sku="mug", quantity=3, unit_price="9.50")
    receipt = shop.engine.orders.submit(an_order(1001, lines=(line,), currency="USD", hold="asks"))
    shop.engine.orders.cancel(receipt.order_id, lines={"1": 1}, reason="buyer")
    shop.settle()
    shop.clock.advance(hours=24 * 10)
    shop.engine.duties.remind()
    return shop


def the_reminder(shop: Shop) -> AttentionItem:
    (item,) = [
        one for one in shop.engine.attention.list() if one.key.startswith("deadline:refund_due:")
    ]
    return item


def test_what_is_due_is_refunded_from_its_reminder(due: Shop) -> None:
    done = due.engine.carry_out(the_reminder(due).id, "refund", by="maria")
    assert done == "9.50 USD of it are refunded"
    due.settle()
    assert [str(one.amount) for one in due.engine.care.refunds.list()] == ["9.50 USD"]
    due.engine.duties.remind()
    assert not [one for one in due.engine.attention.list() if "refund_due" in one.key]


def test_or_nothing_has_to_be(due: Shop) -> None:
    assert "nothing" in due.engine.carry_out(the_reminder(due).id, "nothing-due", by="maria")
    due.engine.duties.remind()
    assert due.engine.care.refunds.list() == []
    assert not [one for one in due.engine.attention.list() if "refund_due" in one.key]
