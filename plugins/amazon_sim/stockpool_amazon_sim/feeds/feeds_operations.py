"""The Feeds API 2021-06-30, and what a test may do with feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from stockpool_amazon_sim import documents
from stockpool_amazon_sim.document_records import Document
from stockpool_amazon_sim.feeds import feeds
from stockpool_amazon_sim.feeds.feed_records import Feed
from stockpool_amazon_sim.frame import Frame


class FeedsOperations(Frame):
    """The operations. See `feeds` and `documents` for what is refused."""

    def create_feed_document(self, content_type: str) -> Document:
        """createFeedDocument."""
        return self._perform(
            "createFeedDocument",
            content_type,
            lambda world: documents.announce(world, content_type),
            writes=True,
        )

    def upload_document(self, document_id: str, content_type: str, content: bytes) -> None:
        """What the address that createFeedDocument gives takes; no operation of the API."""
        with self._call(writes=True) as world:
            documents.upload(world, document_id, content_type, content)

    def fetch_document(self, document_id: str) -> Document:
        """What the address of a document gives; no operation of the API."""
        with self._call() as world:
            return documents.known_document(world, document_id)

    def get_feed_document(self, document_id: str) -> Document:
        """getFeedDocument."""
        return self._perform(
            "getFeedDocument",
            document_id,
            lambda world: documents.known_document(world, document_id),
        )

    def create_feed(
        self,
        feed_type: str,
        countries: Sequence[str],
        document_id: str,
        options: Mapping[str, str] | None = None,
    ) -> Feed:
        """createFeed."""
        return self._perform(
            "createFeed",
            document_id,
            lambda world: feeds.create(world, feed_type, countries, document_id, options or {}),
            writes=True,
        )

    def get_feed(self, feed_id: str) -> Feed:
        """getFeed."""
        return self._perform("getFeed", feed_id, lambda world: feeds.known_feed(world, feed_id))

    def cancel_feed(self, feed_id: str) -> None:
        """cancelFeed."""
        self._perform(
            "cancelFeed", feed_id, lambda world: feeds.cancel(world, feed_id), writes=True
        )

    def get_feeds(self, wanted: Callable[[Feed], bool], after: str, limit: int) -> list[Feed]:
        """getFeeds: the newest first, those older than `after` (a feed's id) that are wanted."""
        return self._perform(
            "getFeeds",
            after,
            lambda world: [
                feed
                for feed in feeds.newest_first(world)
                if (not after or feed.feed_id < after) and wanted(feed)
            ][:limit],
        )


class FeedControls(Frame):
    """Control calls about feeds. They raise as `Controls` do."""

    def finish_feeds(self) -> int:
        """Let all feeds that wait or are under way be worked through now; returns how many."""
        done = 0
        with self._call(writes=True) as world:
            for feed in list(feeds.newest_first(world))[::-1]:
                for kind, act in (("feed_starts", feeds.start), ("feed_ends", feeds.end)):
                    event = world.store.take_next(feed.feed_id, [kind])
                    if event is not None:
                        act(world, event)
                        done += kind == "feed_ends"
        return done

    def fail_feed(self, feed_id: str) -> None:
        """Let the processing of a feed that has not ended end in FATAL."""
        with self._call(writes=True) as world:
            feed = world.store.feeds.get(feed_id)
            if feed is None or feed.status not in ("IN_QUEUE", "IN_PROGRESS"):
                raise ValueError(f"no feed {feed_id!r} is waiting or under way")
            feed.fails = True
            world.store.feeds.put(feed_id, feed)
