"""Stock out: what the shop may sell, written over what it was, and never a unit twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_shop.server import answer_lost
from shopify_shop.state import LOCATION
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown, Throttled, TransientError
from stockpool.plugins.channel import AvailabilityUpdate
from stockpool.testing.addresses import sample_address
from stockpool_shopify.availability import _quoted
from stockpool_shopify.written_stock import later_times

BUYER = sample_address("US")


def level(shop: ShopWorld, sku: str, quantity: int, number: int = 1) -> AvailabilityUpdate:
    as_of = shop.clock.now() + timedelta(milliseconds=number)
    return AvailabilityUpdate(f"key-{number}-{sku}", sku, quantity, as_of)


def available(shop: ShopWorld, sku: str) -> int:
    return shop.state.available[shop.state.variant(sku).item_id, LOCATION]


def test_many_items_are_written_by_few_calls(shop: ShopWorld) -> None:
    for number in range(300):
        shop.state.add_variant(f"sku-{number}")
    updates = [level(shop, f"sku-{number}", number + 1) for number in range(300)]
    assert not shop.channel().push_availability(updates)
    assert [available(shop, f"sku-{number}") for number in range(300)] == list(range(1, 301))
    assert shop.server.names().count("SetAvailable") == 2


def test_what_is_as_it_should_be_is_not_written(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=7)
    shop.channel().push_availability([level(shop, "mug", 7)])
    assert "SetAvailable" not in shop.server.names()


def test_an_item_that_is_not_stocked_at_our_location_is_stocked(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=None)
    assert not shop.channel().push_availability([level(shop, "mug", 7)])
    assert available(shop, "mug") == 7


def test_a_sale_in_between_is_seen(shop: ShopWorld) -> None:
    """Shopify sold one between our look and our write: the write is refused, and done anew."""
    shop.state.add_variant("mug", available=5)
    channel = shop.channel()
    cursor = channel.fetch_orders(None).cursor
    channel.fetch_orders(cursor)

    def sell() -> None:
        shop.state.sell({"mug": 1}, BUYER)

    shop.server.before_next("SetAvailable", sell)
    assert not channel.push_availability([level(shop, "mug", 9)])
    assert available(shop, "mug") == 8
    assert shop.server.names().count("SetAvailable") == 2


def test_one_item_that_changed_keeps_no_other_back(shop: ShopWorld) -> None:
    for sku in ("mug", "lamp", "vase"):
        shop.state.add_variant(sku, available=5)

    def count() -> None:
        shop.state.available[shop.state.variant("lamp").item_id, LOCATION] = 4

    shop.server.before_next("SetAvailable", count)
    updates = [level(shop, sku, 9) for sku in ("mug", "lamp", "vase")]
    assert not shop.channel().push_availability(updates)
    assert [available(shop, sku) for sku in ("mug", "lamp", "vase")] == [9, 9, 9]


def test_an_item_that_never_stands_still_is_tried_againlater_times(shop: ShopWorld) -> None:
    variant = shop.state.add_variant("mug", available=100)

    def sell() -> None:
        shop.state.available[variant.item_id, LOCATION] -= 1
        shop.server.before_next("SetAvailable", sell)

    shop.server.before_next("SetAvailable", sell)
    with pytest.raises(TransientError, match="faster"):
        shop.channel().push_availability([level(shop, "mug", 9)])


def test_orders_that_the_engine_does_not_know_yet_are_taken_off(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=10)
    channel = shop.channel()
    channel.fetch_orders(channel.fetch_orders(None).cursor)
    shop.state.sell({"mug": 2}, BUYER)
    channel.push_availability([level(shop, "mug", 10)])
    assert available(shop, "mug") == 8


def test_orders_from_before_the_first_look_are_taken_off(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=10)
    shop.state.sell({"mug": 2}, BUYER)
    shop.channel().push_availability([level(shop, "mug", 10)])
    assert available(shop, "mug") == 8


def test_stock_waits_until_many_orders_are_read(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=1_000)
    for _ in range(301):
        shop.state.sell({"mug": 1}, BUYER)
    channel = shop.channel(page_orders=100)
    with pytest.raises(Throttled):
        channel.push_availability([level(shop, "mug", 500)])
    page = channel.fetch_orders(None)
    while page.more:
        shop.clock.advance(60)
        page = channel.fetch_orders(page.cursor)
    channel.fetch_orders(page.cursor)
    channel.push_availability([level(shop, "mug", 199)])
    assert available(shop, "mug") == 199


def test_orders_that_wait_for_their_payment_are_taken_off_until_they_come(
    shop: ShopWorld,
) -> None:
    shop.state.add_variant("mug", available=10)
    order = shop.state.sell({"mug": 2}, BUYER, financial_status="PENDING")
    channel = shop.channel()
    cursor = channel.fetch_orders(None).cursor
    channel.fetch_orders(cursor)
    channel.push_availability([level(shop, "mug", 10)])
    assert available(shop, "mug") == 8
    order.financial_status = "PAID"
    shop.state.touch(order)
    page = channel.fetch_orders(cursor)
    assert len(page.orders) == 1
    channel.fetch_orders(page.cursor)
    channel.push_availability([level(shop, "mug", 8, 2)])
    assert available(shop, "mug") == 8


def test_orders_that_the_engine_has_are_not_taken_off_again(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=10)
    order = shop.state.sell({"mug": 2}, BUYER)
    channel = shop.channel()
    page = channel.fetch_orders(None)
    channel.fetch_orders(page.cursor)
    shop.state.touch(order)
    channel.push_availability([level(shop, "mug", 8)])
    assert available(shop, "mug") == 8


class TestWhatWasLeftOut:
    """The engine tells what changes there; what ends in Shopify alone has to be told as well."""

    def test_nothing_is_told_again_of_what_was_told_whole(self, shop: ShopWorld) -> None:
        shop.state.add_variant("mug", available=10)
        channel = shop.channel()
        channel.push_availability([level(shop, "mug", 10)])
        assert not channel.availability_to_repeat()

    def test_an_order_that_never_reached_the_engine(self, shop: ShopWorld) -> None:
        shop.state.add_variant("mug", available=10)
        order = shop.state.sell({"mug": 2}, BUYER)
        channel = shop.channel()
        channel.push_availability([level(shop, "mug", 10)])
        shop.state.cancel(order)
        assert channel.availability_to_repeat() == {"mug"}
        channel.push_availability([level(shop, "mug", 10, 2)])
        assert available(shop, "mug") == 10
        assert not channel.availability_to_repeat()

    def test_an_order_whose_units_the_engine_had_left_out_itself(self, shop: ShopWorld) -> None:
        """The page is stored, and the process died before it asked for the next one."""
        shop.state.add_variant("mug", available=10)
        shop.state.sell({"mug": 2}, BUYER)
        channel = shop.channel()
        page = channel.fetch_orders(None)
        channel.push_availability([level(shop, "mug", 8)])
        assert available(shop, "mug") == 6
        channel.fetch_orders(page.cursor)
        assert channel.availability_to_repeat() == {"mug"}
        channel.push_availability([level(shop, "mug", 8, 2)])
        assert available(shop, "mug") == 8
        assert not channel.availability_to_repeat()

    def test_an_order_that_waits_is_told_again_when_it_ends(self, shop: ShopWorld) -> None:
        shop.state.add_variant("mug", available=10)
        order = shop.state.sell({"mug": 2}, BUYER, financial_status="PENDING")
        channel = shop.channel()
        cursor = channel.fetch_orders(None).cursor
        channel.fetch_orders(cursor)
        channel.push_availability([level(shop, "mug", 10)])
        assert not channel.availability_to_repeat(), "it waits as it did"
        shop.state.cancel(order)
        channel.fetch_orders(cursor)
        assert channel.availability_to_repeat() == {"mug"}
        channel.push_availability([level(shop, "mug", 10, 2)])
        assert available(shop, "mug") == 10


def test_capitals_of_a_sku_count(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=1)
    shop.state.add_variant("MUG", available=1)
    assert not shop.channel().push_availability([level(shop, "MUG", 7)])
    assert (available(shop, "mug"), available(shop, "MUG")) == (1, 7)


def test_variants_that_share_a_sku_are_told_the_same(shop: ShopWorld) -> None:
    twins = [shop.state.add_variant("mug"), shop.state.add_variant("mug")]
    shop.channel().push_availability([level(shop, "mug", 7)])
    assert [shop.state.available[twin.item_id, LOCATION] for twin in twins] == [7, 7]


def test_what_can_not_be_written_is_refused_by_its_key_alone(shop: ShopWorld) -> None:
    shop.state.add_variant("mug")
    shop.state.add_variant("kit", requires_components=True)
    shop.state.add_variant("endless", tracked=False)
    updates = [level(shop, sku, 3) for sku in ("mug", "kit", "endless", "gone")]
    refusals = shop.channel().push_availability(updates)
    assert {r.key: r.error.code for r in refusals} == {
        "key-1-kit": "bundle",
        "key-1-endless": "not_tracked",
        "key-1-gone": "unknown_sku",
    }
    assert available(shop, "mug") == 3


def test_a_write_whose_answer_was_lost_is_repeated(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=1)
    shop.server.fail_next(answer_lost, name="SetAvailable")
    update = level(shop, "mug", 7)
    with pytest.raises(OutcomeUnknown):
        shop.channel().push_availability([update])
    assert not shop.channel().push_availability([update])
    assert available(shop, "mug") == 7


@given(st.text(min_size=1, max_size=20))
def test_any_sku_can_be_quoted(sku: str) -> None:
    quoted = _quoted(sku)
    assert quoted[0] == quoted[-1] == '"'
    inner = quoted[1:-1]
    assert inner.replace("\\\\", "").count('"') == inner.replace("\\\\", "").count('\\"')


def test_times_only_grow() -> None:
    late, early = "2026-11-02T12:00:00+00:00", "2026-11-02T11:00:00+00:00"
    assert later_times(later_times(None, {"a": late}), {"a": early}) == later_times(
        None, {"a": late}
    )


# Edited by hand ---------------------------------------------------------------------------------


def test_each_figure_has_its_turn_once_in_the_time_that_was_set(shop: ShopWorld) -> None:
    skus = [f"sku-{number}" for number in range(100)]
    channel = shop.channel(compare_stock_hours=6)
    for sku in skus:
        shop.state.add_variant(sku, available=0)
    channel.push_availability([level(shop, sku, 5) for sku in skus])
    turns: list[str] = []
    shop.clock.advance(3600)
    for _ in range(6 * 60):
        shop.clock.advance(60)
        again = sorted(channel.availability_to_repeat())
        channel.push_availability([level(shop, sku, 5, number=2) for sku in again])
        assert not channel.availability_to_repeat()
        turns += again
    assert sorted(turns) == sorted(skus)
    assert shop.server.names().count("SetAvailable") == 1, "what is right is not written"


def test_nothing_is_compared_where_that_is_switched_off(shop: ShopWorld) -> None:
    shop.state.add_variant("mug", available=0)
    channel = shop.channel(compare_stock_hours=0)
    channel.push_availability([level(shop, "mug", 5)])
    for _ in range(24 * 60):
        shop.clock.advance(60)
        assert not channel.availability_to_repeat()
