"""What each channel can sell, and that it is told when that changes: the newest figure, once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from fake_channel import FakeChannel
from sample_orders import an_order
from settling import settle
from stockpool.catalog.availability import availability
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.errors import OutcomeUnknown, TransientError
from stockpool.ledger.buckets import Account, Bucket

US, CA = "amazon-na:US", "amazon-na:CA"


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """Mugs, cups, a set of one mug and two cups, and a second SKU for the same mugs."""
    engine.catalog.add(Product("MUG"), Product("CUP"), Product("MUG-2", shares_pool_with="MUG"))
    engine.catalog.list_many(
        "web", {"mug": {"MUG": 1}, "set": {"MUG": 1, "CUP": 2}, "mug2": {"MUG-2": 1}}
    )
    return engine


def stock(shop: Engine, *, mugs: int = 0, cups: int = 0, pool: str = US, key: str = "r") -> None:
    for sku, units in (("MUG", mugs), ("CUP", cups)):
        if units:
            shop.inventory.receive(pool, sku, units, key=key)


def sellable(shop: Engine, **options: Any) -> dict[str, int]:
    options = {"pools": [US, CA], "buffers": {}} | options
    with shop.database.read() as connection:
        return availability(connection, "web", **options)


# How many --------------------------------------------------------------------------------------


def test_nothing_in_stock_is_told_as_none(shop: Engine) -> None:
    assert sellable(shop) == {"mug": 0, "set": 0, "mug2": 0}


def test_a_kit_is_sold_as_often_as_its_scarcest_part_allows(shop: Engine) -> None:
    stock(shop, mugs=10, cups=7)
    assert sellable(shop) == {"mug": 10, "set": 3, "mug2": 10}


def test_pools_are_summed_and_others_left_out(shop: Engine) -> None:
    stock(shop, mugs=3, pool=US)
    stock(shop, mugs=4, pool=CA)
    assert sellable(shop)["mug"] == 7
    assert sellable(shop, pools=[CA])["mug"] == 4
    assert sellable(shop, pools=[])["mug"] == 0


def test_the_buffer_of_each_pool_is_not_for_sale(shop: Engine) -> None:
    stock(shop, mugs=3, pool=US)
    stock(shop, mugs=10, pool=CA)
    assert sellable(shop, buffers={US: 5, CA: 4})["mug"] == 6, "and never less than none"


def test_what_is_promised_is_not_offered_again(shop: Engine) -> None:
    stock(shop, mugs=10)
    shop.orders.submit(an_order(1, ("mug", 4)))
    assert sellable(shop)["mug"] == 6


@given(
    mugs=st.integers(0, 30),
    cups=st.integers(0, 30),
    parts=st.dictionaries(st.sampled_from(["MUG", "CUP"]), st.integers(1, 6), min_size=1),
)
def test_a_kit_can_be_sold_so_often_and_not_once_more(
    shop: Engine, mugs: int, cups: int, parts: dict[str, int]
) -> None:
    there = {"MUG": mugs, "CUP": cups}
    for sku, wanted in there.items():
        level = shop.inventory.level(US, sku)
        by = wanted - level.fulfillable
        source, target = (Account.ADJUSTMENT, Bucket.FULFILLABLE)
        if by < 0:
            source, target = target, source  # type: ignore[assignment]
        if by:
            key = shop.ids.new_id(shop.clock.now())
            shop.inventory.move(
                US, sku, abs(by), source=source, target=target, reason="test", key=key
            )
    shop.catalog.list_on("web", channel_sku="kit", components=parts)
    times = sellable(shop)["kit"]
    assert all(there[sku] >= times * units for sku, units in parts.items())
    assert any(there[sku] < (times + 1) * units for sku, units in parts.items())


# Telling ---------------------------------------------------------------------------------------


def test_the_channel_is_told_what_it_can_sell(shop: Engine, channel: FakeChannel) -> None:
    stock(shop, mugs=10, cups=7)
    settle(shop)
    assert channel.availability == {"mug": 10, "set": 3, "mug2": 10}


def test_it_is_told_only_what_has_changed(shop: Engine, channel: FakeChannel) -> None:
    stock(shop, mugs=10, cups=7)
    settle(shop)
    channel.pushes.clear()
    settle(shop)
    assert channel.pushes == []
    shop.inventory.receive(US, "CUP", 1, key="one-more")
    settle(shop)
    (push,) = channel.pushes
    assert [(u.channel_sku, u.quantity) for u in push.updates] == [("set", 4)]


def test_it_is_told_again_of_what_it_asks_for_although_nothing_has_changed(
    shop: Engine, channel: FakeChannel
) -> None:
    stock(shop, mugs=10, cups=7)
    settle(shop)
    channel.pushes.clear()
    channel.repeated = {"mug", "of-nobody"}
    shop.duties.publish_availability("web")
    channel.repeated.clear()
    settle(shop)
    (push,) = channel.pushes
    assert [(u.channel_sku, u.quantity) for u in push.updates] == [("mug", 10)]


def test_a_channel_that_can_not_say_is_told_what_has_changed(
    shop: Engine, channel: FakeChannel
) -> None:
    stock(shop, mugs=10)
    channel.faults.fail("availability_to_repeat", TransientError("later"))
    settle(shop)
    assert channel.availability == {"mug": 10, "set": 0, "mug2": 10}


def test_many_changes_before_it_is_told_are_one_message_with_the_last_figure(
    shop: Engine, channel: FakeChannel
) -> None:
    for n in range(5):
        stock(shop, mugs=1, key=f"r{n}")
        shop.duties.publish_availability("web")
    settle(shop)
    (push,) = [p for p in channel.pushes if any(u.channel_sku == "mug" for u in p.updates)]
    assert {u.channel_sku: u.quantity for u in push.updates}["mug"] == 5


def test_what_is_sold_out_is_told_as_none(shop: Engine, channel: FakeChannel) -> None:
    stock(shop, mugs=2)
    settle(shop)
    shop.orders.submit(an_order(1, ("mug", 2)))
    settle(shop)
    assert channel.availability == {"mug": 0, "set": 0, "mug2": 0}


def test_a_repeat_after_a_lost_answer_tells_the_figure_of_now(
    shop: Engine, channel: FakeChannel
) -> None:
    """Under a key of its own: one that was taken before would change nothing."""
    stock(shop, mugs=10)
    channel.faults.fail("push_availability", OutcomeUnknown("cut"), after=True)
    shop.work()
    shop.orders.submit(an_order(1, ("mug", 4)))
    settle(shop)
    assert channel.availability["mug"] == 6
    assert channel.altered == []


def test_a_channel_that_is_down_is_told_when_it_is_back(shop: Engine, channel: FakeChannel) -> None:
    channel.faults.fail("push_availability", TransientError("down"), times=3)
    stock(shop, mugs=10)
    settle(shop)
    assert channel.availability["mug"] == 10


def test_a_channel_that_cannot_be_told_is_not_told(shop: Engine, channel: FakeChannel) -> None:
    channel.capabilities = frozenset()
    stock(shop, mugs=10)
    settle(shop)
    assert channel.pushes == []


def test_a_refused_figure_is_shown_and_the_others_are_told(
    shop: Engine, channel: FakeChannel
) -> None:
    channel.refuse(lambda update: update.channel_sku == "mug")
    stock(shop, mugs=10, cups=7)
    settle(shop)
    assert channel.availability == {"set": 3, "mug2": 10}
    (item,) = shop.attention.list()
    assert (item.kind, item.subject, item.code) == ("channel", "web", "availability_refused")
    assert "mug" in item.message
    pushes = len(channel.pushes)
    settle(shop)
    assert len(channel.pushes) == pushes, "the same figure is not told again and again"


def test_a_refused_figure_is_told_again_when_it_changes(shop: Engine, channel: FakeChannel) -> None:
    listed = False
    channel.refuse(lambda update: update.channel_sku == "mug" and not listed)
    stock(shop, mugs=10)
    settle(shop)
    stock(shop, mugs=1, key="more")
    settle(shop)
    (item,) = shop.attention.list()
    assert item.sightings == 2
    listed = True
    stock(shop, mugs=1, key="even more")
    settle(shop)
    assert channel.availability["mug"] == 12
    assert shop.attention.list() == []


def test_a_refused_figure_is_told_again_by_hand(shop: Engine, channel: FakeChannel) -> None:
    listed = False
    channel.refuse(lambda update: update.channel_sku == "mug" and not listed)
    stock(shop, mugs=10)
    settle(shop)
    listed = True
    (item,) = shop.attention.list()
    assert shop.retry(item.id) == "web is told the quantity of mug again"
    settle(shop)
    assert channel.availability["mug"] == 10


def test_more_listings_than_fit_into_one_message_are_told_in_several(
    shop: Engine, channel: FakeChannel
) -> None:
    shop.catalog.list_many("web", {f"c{n}": {"MUG": 1} for n in range(1_100)})
    stock(shop, mugs=3)
    settle(shop)
    assert len(channel.availability) == 1_103
    assert set(channel.availability.values()) == {0, 3}
    assert max(len(push.updates) for push in channel.pushes) == 500
    with shop.database.read() as connection:
        told = connection.execute(text("SELECT COUNT(*) FROM told_availability")).scalar_one()
    assert told == 1_103
