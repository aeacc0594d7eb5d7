"""`push_availability` and `fetch_listings`: what the shop sells, and how much of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stockpool.plugins.channel import AvailabilityUpdate, Channel, ChannelCapability
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.channel_conformance.channel_tests import LAMP, MUG, ChannelTests, requires
from stockpool.testing.channel_conformance.pushing import check_refusals
from stockpool.testing.channel_conformance.world import ChannelWorld

_FIRST = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)
_PAGES_MOST = 1_000


class AvailabilityTests(ChannelTests):
    """Only for a channel that declares AVAILABILITY."""

    @pytest.fixture
    def offering(self, world: ChannelWorld) -> Channel:
        """A channel that is told what can be sold, of two items that it lists."""
        requires(world.channel(), ChannelCapability.AVAILABILITY)
        if ChannelCapability.LISTINGS in world.channel().capabilities:
            world.list_for_sale(MUG)
            world.list_for_sale(LAMP)
        return world.channel()

    def test_quantities_are_told_as_they_are(self, world: ChannelWorld, offering: Channel) -> None:
        refusals = offering.push_availability([_level(1, MUG, 5), _level(2, LAMP, 0)])
        check_refusals(refusals, set())
        assert _told(world) == {MUG: 5, LAMP: 0}

    def test_the_newest_quantity_counts(self, world: ChannelWorld, offering: Channel) -> None:
        """Quantities are absolute: they are not added up."""
        offering.push_availability([_level(1, MUG, 5), _level(2, LAMP, 4)])
        offering.push_availability([_level(3, MUG, 7)])
        assert _told(world) == {MUG: 7, LAMP: 4}
        offering.push_availability([_level(4, MUG, 2)])
        assert _told(world) == {MUG: 2, LAMP: 4}

    def test_an_old_quantity_that_comes_again_changes_nothing(
        self, world: ChannelWorld, offering: Channel
    ) -> None:
        old = _level(1, MUG, 5)
        offering.push_availability([old])
        offering.push_availability([_level(2, MUG, 2)])
        check_refusals(offering.push_availability([old]), set())
        assert _told(world)[MUG] == 2

    def test_an_old_quantity_from_another_instance_changes_nothing(
        self, world: ChannelWorld, offering: Channel
    ) -> None:
        needs(world, WorldAbility.REOPEN)
        old = _level(1, MUG, 5)
        offering.push_availability([old])
        offering.push_availability([_level(2, MUG, 2)])
        check_refusals(world.reopened().push_availability([old]), set())
        assert _told(world)[MUG] == 2


class ListingTests(ChannelTests):
    """Only for a channel that declares LISTINGS."""

    def test_every_listing_comes(self, world: ChannelWorld, channel: Channel) -> None:
        requires(channel, ChannelCapability.LISTINGS)
        world.list_for_sale(MUG)
        world.list_for_sale(LAMP)
        listed: set[str] = set()
        cursor: str | None = None
        for _ in range(_PAGES_MOST):
            page = channel.fetch_listings(cursor)
            for listing in page.listings:
                listed.add(listing.channel_sku)
                assert all(units > 0 for units in (listing.components or {}).values())
            if not page.more or page.cursor == cursor:
                break
            cursor = page.cursor
        assert listed >= {MUG, LAMP}


def _level(number: int, channel_sku: str, quantity: int) -> AvailabilityUpdate:
    as_of = _FIRST + timedelta(minutes=number)
    return AvailabilityUpdate(f"conformance-level-{number}", channel_sku, quantity, as_of)


def _told(world: ChannelWorld) -> dict[str, int]:
    return dict(world.told_availability())
