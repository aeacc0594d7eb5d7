"""Periodic work: each page once, and nobody's failure is anybody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fake_channel import FakeChannel
from sample_orders import SEATTLE, an_order
from shop import Shop, dying_at
from stockpool.errors import (
    ConfigurationError,
    ConflictError,
    NotFoundError,
    OutcomeUnknown,
    RejectedError,
    Throttled,
    TransientError,
)
from stockpool.outbox import leases
from stockpool.plugins.channel import ChannelListing, ListingProblem, OrderProblem
from stockpool.problems import Problem

ANYTHING = [
    TransientError("down"),
    OutcomeUnknown("cut"),
    RejectedError("Forbidden", "no"),
    ConfigurationError("the token is missing"),
    ConflictError("?"),
    NotFoundError("?"),
    ValueError("?"),
    MemoryError(),
    NotImplementedError(),
]


@pytest.fixture
def two_channels(shop: Shop) -> Shop:
    """A second channel, `shop-b`, with one mug to sell and an order for it."""
    other = FakeChannel()
    duties = shop.reopened()
    second = duties.engine.__class__.open(
        shop.engine.database.url.render_as_string(hide_password=False),
        config={"plugins": []},
        clock=shop.clock,
        networks=shop.engine.networks,
        channels={"web": shop.channel, "shop-b": other},
        migrate=False,
    )
    shop._opened.append(second)
    second.catalog.list_on("shop-b", channel_sku="mug", sku="MUG-1")
    other.add_page([an_order(1, ("mug", 1), channel="shop-b")])
    shop.receive("MUG-1", 10)
    return Shop(second, shop.network, shop.channel, shop.clock)


# Channels ---------------------------------------------------------------------------------------


def test_what_a_person_has_to_mend_in_a_channel_is_shown_until_it_is(shop: Shop) -> None:
    shop.channel.disconnected = [Problem("webhook_not_subscribed", "no webhooks come")]
    assert shop.engine.duties.keep_connected("web") == 1
    assert shop.engine.duties.keep_connected("web") == 1
    (item,) = shop.attention("webhook_not_subscribed")
    assert (item.kind, item.subject, item.sightings) == ("channel", "web", 2)
    shop.channel.disconnected = []
    assert shop.engine.duties.keep_connected("web") == 0
    assert shop.attention() == []


def test_a_channel_that_can_not_mend_itself_is_shown(shop: Shop) -> None:
    shop.channel.faults.fail("keep_connected", TransientError("down"))
    assert shop.engine.duties.keep_connected("web") == 0
    (item,) = shop.attention("plugin_failure")
    assert "connection" in item.message
    shop.engine.duties.keep_connected("web")
    assert shop.attention() == []


def test_pages_are_taken_in_one_after_the_other(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    for page in range(3):
        shop.channel.add_page(an_order(f"{page}-{n}", ("mug", 1)) for n in range(2))
    assert shop.engine.duties.poll_channel("web") == 6
    assert shop.channel.fetched_after == [None, "1", "2", "3"]
    assert shop.level("MUG-1").held == 6
    shop.channel.add_page([an_order("late", ("mug", 1))])
    assert shop.engine.duties.poll_channel("web") == 1


def test_what_the_channel_could_not_read_is_shown(shop: Shop) -> None:
    problem = Problem("not_a_number", "the quantity is no number", "quantity", source="o.csv:3")
    shop.channel.add_page([], [OrderProblem("o.csv:3", problem, "1001")])
    assert shop.engine.duties.poll_channel("web") == 1
    (item,) = shop.attention("not_a_number")
    assert (item.kind, item.subject, item.problems) == ("intake", "1001", (problem,))


@pytest.mark.parametrize("point", ["intake.before_commit", "intake.after_commit"])
def test_a_crash_around_a_page_repeats_it_harmlessly(shop: Shop, point: str) -> None:
    """The orders and the place in the channel are stored together, edits included."""
    shop.receive("MUG-1", 10)
    shop.submit(1001, ("mug", 1))
    shop.channel.add_page(
        [an_order(1001, ("mug", 3)), an_order(1002, ("mug", 2)), an_order(1003, ("cup", 1))]
    )
    with dying_at(point):
        shop.engine.duties.poll_channel("web")
    shop.clock.advance(60)
    reborn = shop.reopened()
    reborn.engine.duties.poll_channel("web")
    assert (shop.counts(1001).held, shop.counts(1002).held) == (3, 2)
    assert shop.level("MUG-1").held == 5
    assert len(shop.attention("unknown_sku")) == 1


def test_one_process_polls_a_channel_at_a_time(shop: Shop) -> None:
    shop.channel.add_page([an_order(1, ("mug", 1))])
    other = shop.reopened()
    seen: list[int] = []
    shop.channel.faults.before(
        "fetch_orders", lambda _: seen.append(other.engine.duties.poll_channel("web"))
    )
    assert shop.engine.duties.poll_channel("web") == 1
    assert seen == [0, 0]


def test_a_dead_processs_duty_is_free_after_its_lease(shop: Shop) -> None:
    shop.channel.add_page([an_order(1, ("mug", 1))])
    database = shop.engine.database
    database.run(
        lambda connection: leases.acquire(
            connection, "poll:web", "dead", at=shop.clock.now(), seconds=40
        )
    )
    assert shop.engine.duties.poll_channel("web") == 0
    shop.clock.advance(41)
    assert shop.engine.duties.poll_channel("web") == 1


def test_a_channel_that_makes_no_progress_is_left_after_a_page(shop: Shop) -> None:
    """It hands out the same page for ever."""
    page = shop.channel
    page.add_page([an_order(1, ("mug", 1))])
    fetch = page.fetch_orders
    shop.channel.fetch_orders = lambda cursor: _stuck(fetch(None))  # type: ignore[method-assign]
    shop.receive("MUG-1", 10)
    shop.engine.duties.poll_channel("web")
    assert shop.level("MUG-1").held == 1


def _stuck(page: object) -> object:
    from dataclasses import replace

    return replace(page, cursor=None, more=True)  # type: ignore[type-var]


def test_listings_of_known_products_are_imported(shop: Shop) -> None:
    shop.channel.add_listings(
        [
            ChannelListing("cup", components={"MUG-1": 1}),
            ChannelListing("ghost", components={"NOT-OURS": 1}),
            ChannelListing("by-hand"),
        ]
    )
    assert shop.engine.duties.import_listings("web") == 1
    assert shop.submit(1, ("cup", 1)).status == "waiting"
    assert shop.submit(2, ("ghost", 1)).status == "parked"


# Failures are contained -------------------------------------------------------------------------


@pytest.mark.parametrize("error", ANYTHING, ids=lambda error: type(error).__name__)
def test_a_channel_that_raises_anything_stops_nobody(two_channels: Shop, error: Exception) -> None:
    two_channels.channel.faults.fail("fetch_orders", error, times=None)
    two_channels.engine.work()
    sold = two_channels.engine.orders.find("shop-b", "1")
    assert sold is not None
    (item,) = two_channels.attention("plugin_failure")
    assert (item.kind, item.subject) == ("channel", "web")
    two_channels.channel.faults.heal()
    two_channels.engine.work()
    assert two_channels.attention("plugin_failure") == []


@pytest.mark.parametrize("error", ANYTHING, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("operation", "duty"),
    [
        ("changes", lambda shop: shop.engine.duties.follow_network("amazon-na")),
        ("snapshot", lambda shop: shop.engine.duties.take_snapshots("amazon-na")),
    ],
)
def test_a_network_that_raises_anything_is_shown_until_it_recovers(
    shop: Shop, operation: str, duty: Callable[[Shop], int], error: Exception
) -> None:
    shop.network.faults.fail(operation, error)
    assert duty(shop) == 0
    (item,) = shop.attention("plugin_failure")
    assert (item.kind, item.subject) == ("network", "amazon-na")
    duty(shop)
    assert shop.attention("plugin_failure") == []


def test_a_network_that_only_says_not_now_is_no_failure(shop: Shop) -> None:
    shop.network.faults.fail("changes", Throttled("slow down"))
    assert shop.follow() == 0
    assert shop.attention() == []


def test_the_words_of_a_fault_are_not_repeated(shop: Shop) -> None:
    """They may hold personal data."""
    shop.channel.faults.fail("fetch_orders", ValueError(SEATTLE.name))
    shop.engine.duties.poll_channel("web")
    (item,) = shop.attention("plugin_failure")
    assert SEATTLE.name not in item.message
    assert "ValueError" in item.message


def test_recovery_is_seen_by_another_process_too(shop: Shop) -> None:
    """The one that complained was killed."""
    shop.channel.faults.fail("fetch_orders", TransientError("down"))
    shop.engine.duties.poll_channel("web")
    reborn = shop.reopened()
    reborn.engine.duties.poll_channel("web")
    assert shop.attention() == []


def test_who_was_not_let_in_does_not_speak_of_recovery(shop: Shop) -> None:
    shop.channel.faults.fail("fetch_orders", TransientError("down"))
    shop.engine.duties.poll_channel("web")
    other = shop.reopened()
    shop.channel.faults.fail("fetch_orders", TransientError("still down"))
    shop.channel.faults.before(
        "fetch_orders", lambda _: other.engine.duties.poll_channel("web") and None
    )
    shop.engine.duties.poll_channel("web")
    assert len(shop.attention("plugin_failure")) == 1


def test_a_push_that_fails_stops_no_other_push(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 1))
    shop.channel.faults.fail("push_availability", ValueError("?"), times=3)
    shop.place()
    shop.network.ship(shop.fulfillment_id(1))
    shop.settle()
    assert len(shop.channel.tracking) == 1
    assert shop.channel.availability["mug"] == 9


# Networks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["changes.before_commit", "changes.after_commit"])
def test_a_crash_around_a_page_of_news_repeats_it_harmlessly(shop: Shop, point: str) -> None:
    shop.receive("MUG-1", 10)
    shop.submit(1, ("mug", 2))
    shop.place()
    shop.network.ship(shop.fulfillment_id(1))
    with dying_at(point):
        shop.follow()
    shop.clock.advance(60)
    reborn = shop.reopened()
    reborn.settle()
    assert shop.counts(1).shipped == 2
    assert len(shop.channel.tracking) == 1


def test_a_long_page_of_news_is_read_to_its_end(shop: Shop) -> None:
    shop.network.page_size = 2
    shop.receive("MUG-1", 10)
    for number in range(5):
        shop.submit(number, ("mug", 1))
    shop.place()
    for number in range(5):
        shop.network.ship(shop.fulfillment_id(number))
    assert shop.follow() >= 5
    assert [shop.status(number) for number in range(5)] == ["shipped"] * 5


def test_a_dead_process_in_a_snapshot_leaves_nothing_behind(shop: Shop) -> None:
    shop.network.put("US", "MUG-1", 7)
    with dying_at("snapshot.before_commit"):
        shop.engine.duties.take_snapshots("amazon-na")
    assert shop.level("MUG-1").fulfillable == 0
    shop.clock.advance(60)
    shop.engine.duties.take_snapshots("amazon-na")
    assert shop.level("MUG-1").fulfillable == 7


def test_a_listing_that_is_there_stays_whatever_the_channel_proposes(shop: Shop) -> None:
    """It may have been mapped by hand."""
    shop.engine.catalog.list_on("web", channel_sku="mug-blue", sku="TEE-1")
    shop.channel.add_listings([ChannelListing("mug-blue", components={"MUG-1": 1})])
    assert shop.engine.duties.import_listings("web") == 0
    listed = {one.channel_sku: one.components for one in shop.engine.catalog.listings("web")}
    assert [part.sku for part in listed["mug-blue"]] == ["TEE-1"]


def test_what_must_be_mended_in_a_channels_listings_is_shown_until_it_is(shop: Shop) -> None:
    missing = ListingProblem(Problem("sku_missing", "2 variants have no SKU"))
    shared = [
        ListingProblem(Problem("sku_shared", "several variants"), sku) for sku in ("a", "mug")
    ]
    shop.channel.add_listings([], [missing, *shared])
    shop.channel.add_listings([])
    shop.engine.duties.import_listings("web")
    # "mug" is listed by hand, and so is no problem.
    assert {item.code: item.subject for item in shop.engine.attention.list(kind="channel")} == {
        "sku_missing": "web",
        "sku_shared": "web",
    }
    assert len(shop.engine.attention.list(kind="channel")) == 2
    shop.channel.add_listings([], [shared[0]])
    shop.engine.duties.import_listings("web")
    assert [item.code for item in shop.engine.attention.list(kind="channel")] == ["sku_shared"]
    shop.channel.add_listings([], [])
    shop.engine.duties.import_listings("web")
    assert shop.engine.attention.list(kind="channel") == []
