"""`fetch_orders`: every order comes, whatever is repeated, and none is lost."""

from __future__ import annotations

from collections import Counter

import pytest

from stockpool.plugins.channel import Channel, ChannelCapability
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.addresses import sample_address
from stockpool.testing.channel_conformance.channel_tests import (
    LAMP,
    MUG,
    ChannelTests,
    Reading,
    read,
    requires,
)
from stockpool.testing.channel_conformance.world import ChannelWorld

BUYER = sample_address("US")


class OrderTests(ChannelTests):
    """Only for a channel that declares ORDERS."""

    @pytest.fixture
    def shop(self, world: ChannelWorld) -> Channel:
        """A channel that takes orders."""
        requires(world.channel(), ChannelCapability.ORDERS)
        return world.channel()

    def test_a_shop_without_orders_has_none(self, shop: Channel) -> None:
        reading = read(shop)
        assert reading.orders == {}
        assert reading.problems == []

    def test_an_order_comes_as_it_was_placed(self, world: ChannelWorld, shop: Channel) -> None:
        order_id = world.place_order({MUG: 2, LAMP: 1}, BUYER)
        reading = read(shop)
        assert set(reading.orders) == {order_id}, reading.problems
        order = reading.orders[order_id]
        assert order.channel == world.name, "OrderRequest.channel is the instance's name"
        units: Counter[str] = Counter()
        for line in order.lines:
            units[line.channel_sku] += line.quantity
        assert units == {MUG: 2, LAMP: 1}
        lines = [line.line_id for line in order.lines]
        assert len(set(lines)) == len(lines), "line ids are unique in an order"
        for part in ("name", "line1", "city", "region", "postal_code", "country"):
            assert getattr(order.ship_to, part) == getattr(BUYER, part), part

    def test_every_order_comes(self, world: ChannelWorld, shop: Channel) -> None:
        placed = {world.place_order({MUG: 1}, BUYER) for _ in range(3)}
        assert set(read(shop).orders) == placed

    def test_no_order_is_lost_between_two_pages(self, world: ChannelWorld, shop: Channel) -> None:
        if world.orders_a_page is None:
            pytest.skip("the world does not say how many orders make a second page")
        placed = {world.place_order({MUG: 1}, BUYER) for _ in range(world.orders_a_page + 1)}
        first = shop.fetch_orders(None)
        assert len(first.orders) < len(placed), f"{len(placed)} orders fit on one page"
        assert first.more, "there is more, but the page says there is not"
        reading = read(shop, first.cursor)
        reading.add(first)
        assert set(reading.orders) == placed

    def test_a_cursor_leads_to_what_came_after_it(self, world: ChannelWorld, shop: Channel) -> None:
        world.place_order({MUG: 1}, BUYER)
        cursor = read(shop).cursor
        later = {world.place_order({LAMP: 1}, BUYER) for _ in range(2)}
        assert set(read(shop, cursor).orders) >= later

    def test_a_page_that_was_not_stored_comes_again(
        self, world: ChannelWorld, shop: Channel
    ) -> None:
        """The engine died with the page in its hands: its next call has the same cursor."""
        cursor = read(shop).cursor
        placed = {world.place_order({MUG: 1, LAMP: 2}, BUYER) for _ in range(3)}
        lost = Reading(cursor)
        lost.add(shop.fetch_orders(cursor))
        assert lost.orders, "three orders were placed, and the page is empty"
        later = world.place_order({MUG: 1}, BUYER)
        again = read(shop, cursor)
        assert set(again.orders) >= {*placed, later}
        for order_id, order in lost.orders.items():
            assert again.orders[order_id] == order, "an order that comes again is the same order"

    def test_a_cursor_is_good_for_every_instance(self, world: ChannelWorld, shop: Channel) -> None:
        needs(world, WorldAbility.REOPEN)
        world.place_order({MUG: 1}, BUYER)
        cursor = read(shop).cursor
        placed = {world.place_order({MUG: 1}, BUYER) for _ in range(2)}
        lost = Reading(cursor)
        lost.add(shop.fetch_orders(cursor))
        again = read(world.reopened(), cursor)
        assert set(again.orders) >= placed
        for order_id, order in lost.orders.items():
            assert again.orders[order_id] == order

    def test_what_was_stored_does_not_come_for_ever(
        self, world: ChannelWorld, shop: Channel
    ) -> None:
        world.place_order({MUG: 1}, BUYER)
        cursor = read(shop).cursor
        following = read(shop, cursor)
        assert read(shop, following.cursor).orders == {}
