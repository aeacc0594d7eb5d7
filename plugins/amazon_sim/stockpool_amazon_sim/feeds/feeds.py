"""Feeds: a file waits in the queue, is worked through, and what became of it is told in a report.

    IN_QUEUE --starts--> IN_PROGRESS --ends--> DONE or FATAL
       \\-- cancelled by the seller: CANCELLED

DONE says that the file was worked through; what went wrong with its rows stands in the report.
FATAL says that nothing of it could be done (Feeds API 2021-06-30).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from stockpool.errors import RejectedError
from stockpool_amazon_sim import documents
from stockpool_amazon_sim.feeds import feed_listings, feed_orders, feed_removals
from stockpool_amazon_sim.feeds.feed_records import Feed
from stockpool_amazon_sim.feeds.feed_tables import UnreadableFeed, decoded
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY, Micros
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

KEPT: Micros = 90 * DAY
"""How long feeds are told of."""

LISTINGS: Final = "JSON_LISTINGS_FEED"

_FLAT_FILES: Final[Mapping[str, Callable[[World, Sequence[str], str], str]]] = {
    "POST_FLAT_FILE_FULFILLMENT_ORDER_REQUEST_DATA": feed_orders.place_orders,
    "POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA": feed_orders.cancel_orders,
    "POST_FLAT_FILE_FBA_CREATE_REMOVAL": feed_removals.create_removals,
}

_RETIRED: Final = frozenset(
    {
        "POST_FLAT_FILE_INVLOADER_DATA",
        "POST_FLAT_FILE_LISTINGS_DATA",
        "POST_FLAT_FILE_PRICEANDQUANTITYONLY_UPDATE_DATA",
        "POST_INVENTORY_AVAILABILITY_DATA",
        "POST_PRODUCT_DATA",
        "POST_PRODUCT_PRICING_DATA",
    }
)
"""Listings by flat file or XML: taken, and FATAL, since the end of July 2025."""

_NOT_SERVED: Final = {
    "POST_FULFILLMENT_ORDER_REQUEST_DATA": "POST_FLAT_FILE_FULFILLMENT_ORDER_REQUEST_DATA",
    "POST_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA": (
        "POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA"
    ),
    "POST_FBA_INBOUND_CARTON_CONTENTS": "setPackingInformation",
}
"""Feeds in XML that Amazon works through and the simulator does not, with what does the same."""

TYPES: Final = frozenset({LISTINGS, *_FLAT_FILES, *_RETIRED})

_COUNTRIES_MOST = 25


def create(
    world: World,
    feed_type: str,
    countries: Sequence[str],
    document_id: str,
    options: Mapping[str, str],
) -> Feed:
    """Put an uploaded document into the queue.

    Raises:
        RejectedError: InvalidInput for a type that is not served here, and for a document that is
            not known or was not uploaded.
    """
    if feed_type in _NOT_SERVED:
        raise invalid(f"feedType {feed_type} is not simulated; use {_NOT_SERVED[feed_type]}")
    if feed_type not in TYPES:
        raise invalid(f"feedType {feed_type} is not known; there are {', '.join(sorted(TYPES))}")
    if not 1 <= len(countries) <= _COUNTRIES_MOST:
        raise invalid(f"marketplaceIds has 1 to {_COUNTRIES_MOST} values")
    try:
        document = documents.known_document(world, document_id)
    except RejectedError as error:
        raise invalid(f"inputFeedDocumentId: {error.reason}") from None
    if document.content is None:
        raise invalid("inputFeedDocumentId: the document was not uploaded")
    world.store.count("feeds")
    feed_id = str(50_000_000_000 + world.store.counter("feeds"))
    feed = Feed(feed_id, feed_type, list(countries), document_id, world.now, options=dict(options))
    world.store.feeds.put(feed_id, feed)
    delay = world.hours(world.settings.steps.feed_queue, feed_id, "queue")
    world.schedule(delay, "feed_starts", feed_id)
    return feed


def cancel(world: World, feed_id: str) -> None:
    """Take a feed out of the queue.

    Raises:
        RejectedError: NotFound; InvalidInput if it is not in the queue any more.
    """
    feed = known_feed(world, feed_id)
    if feed.status != "IN_QUEUE":
        raise invalid(f"the feed is {feed.status}; only one that is IN_QUEUE can be cancelled")
    world.store.drop_events(feed_id)
    feed.status, feed.ended_at = "CANCELLED", world.now
    world.store.feeds.put(feed_id, feed)
    world.notice("feed_ended", feed_id)


def start(world: World, event: Event) -> None:
    """A feed's turn has come."""
    feed = known_feed(world, event.subject)
    feed.status, feed.started_at = "IN_PROGRESS", world.now
    world.store.feeds.put(feed.feed_id, feed)
    delay = world.hours(world.settings.steps.feed_processing, feed.feed_id, "processing")
    world.schedule(delay, "feed_ends", feed.feed_id)


def end(world: World, event: Event) -> None:
    """A feed is worked through."""
    feed = known_feed(world, event.subject)
    content_type = "application/json" if feed.feed_type == LISTINGS else "text/tab-separated-values"
    try:
        report, feed.status = _processed(world, feed), "DONE"
    except UnreadableFeed as error:
        report, feed.status, content_type = str(error), "FATAL", "text/plain"
    made = documents.make(world, f"{content_type}; charset=UTF-8", [report.encode()])
    feed.result_document_id, feed.ended_at = made.document_id, world.now
    world.store.feeds.put(feed.feed_id, feed)
    world.notice("feed_ended", feed.feed_id)


def known_feed(world: World, feed_id: str) -> Feed:
    """A feed by its id.

    Raises:
        RejectedError: NotFound if there is none, or it is forgotten.
    """
    feed = world.store.feeds.get(feed_id) if feed_id.isprintable() else None
    if feed is None or feed.created_at + KEPT <= world.now:
        raise RejectedError("NotFound", f"there is no feed {feed_id}")
    return feed


def newest_first(world: World) -> Iterator[Feed]:
    """All feeds that are still told of."""
    known = [feed for _, feed in world.store.feeds.all()]
    for feed in reversed(known):
        if feed.created_at + KEPT > world.now:
            yield feed


def _processed(world: World, feed: Feed) -> str:
    if feed.fails:
        raise UnreadableFeed("The feed could not be processed.")
    if feed.feed_type in _RETIRED:
        raise UnreadableFeed(f"{feed.feed_type} is not supported any more; use {LISTINGS}.")
    # The file was taken when the feed was created: that its id is forgotten since does not matter.
    document = world.store.documents.get(feed.input_document_id)
    assert document is not None, feed
    assert document.data is not None, feed
    if feed.feed_type == LISTINGS:
        text = decoded(document.data, "application/json; charset=utf-8", feed.countries[0])
        return feed_listings.change_listings(world, feed.countries, feed.feed_id, text)
    text = decoded(document.data, document.content_type, feed.countries[0])
    return _FLAT_FILES[feed.feed_type](world, feed.countries, text)
