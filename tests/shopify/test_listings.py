"""Listings in: which variants come, when, and what is proposed for them."""

from __future__ import annotations

from shopify_world import ShopWorld
from stockpool.plugins.channel import Channel, ChannelListing


def read(channel: Channel, cursor: str | None = None) -> tuple[list[ChannelListing], str | None]:
    listings: list[ChannelListing] = []
    more = True
    while more:
        page = channel.fetch_listings(cursor)
        listings += page.listings
        cursor, more = page.cursor, page.more
    return listings, cursor


def test_a_sku_of_its_own_is_proposed_as_it_is(shop: ShopWorld) -> None:
    listings, _ = read(shop.channel())
    assert listings == [ChannelListing("first", "Goods", {"first": 1})]


def test_what_can_not_be_told_by_its_sku_is_mapped_by_hand(shop: ShopWorld) -> None:
    shop.state.add_variant("twin")
    shop.state.add_variant("twin")
    shop.state.add_variant("kit", requires_components=True)
    shop.state.add_variant(None)
    shop.state.add_variant("voucher", requires_shipping=False)
    listings, _ = read(shop.channel())
    proposed = {listing.channel_sku: listing.components for listing in listings}
    assert proposed == {"first": {"first": 1}, "twin": None, "kit": None}


def test_all_pages_come_and_then_only_what_changes(shop: ShopWorld) -> None:
    for number in range(250):
        shop.state.add_variant(f"sku-{number}")
    channel = shop.channel()
    listings, cursor = read(channel)
    assert len({listing.channel_sku for listing in listings}) == 251
    shop.clock.advance(3600)
    shop.state.add_variant("new")
    _, cursor = read(channel, cursor)
    shop.clock.advance(3600)
    shop.state.variant("first").updated_at = shop.clock.now()
    listings, _ = read(channel, cursor)
    assert "first" in {listing.channel_sku for listing in listings}
    assert "sku-1" not in {listing.channel_sku for listing in listings}


def test_a_pass_over_all_says_what_is_to_be_mended_in_shopify(shop: ShopWorld) -> None:
    shop.state.add_variant("twin", title="Red mug")
    twin = shop.state.add_variant("twin", title="Blue mug")
    nameless = [shop.state.add_variant(None, title=f"Nameless {n}") for n in range(6)]
    shop.state.add_variant(None, title="A voucher", requires_shipping=False)
    shop.state.add_variant("kit", requires_components=True)
    channel = shop.channel()
    page = channel.fetch_listings(None)
    shared, missing = sorted(page.problems or (), key=lambda one: one.channel_sku or "~")
    assert (shared.channel_sku, shared.problem.code) == ("twin", "sku_shared")
    assert "Red mug; Blue mug" in shared.problem.message
    assert (missing.channel_sku, missing.problem.code) == (None, "sku_missing")
    assert missing.problem.message.startswith("6 variants have no SKU")
    assert channel.fetch_listings(page.cursor).problems is None
    twin.sku = "twin-blue"
    for number, variant in enumerate(nameless):
        variant.sku = f"named-{number}"
    shop.clock.advance(25 * 3_600)
    after = channel.fetch_listings(page.cursor)
    assert after.problems == []
    assert {one.channel_sku: one.components for one in after.listings}["twin"] == {"twin": 1}


def test_the_cursor_of_an_earlier_version_begins_a_pass_over_all(shop: ShopWorld) -> None:
    text = '{"since": "2026-11-02T11:00:00+00:00", "newest": null, "last": "12"}'
    assert [one.channel_sku for one in shop.channel().fetch_listings(text).listings] == ["first"]
