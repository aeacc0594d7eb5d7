"""Feeds: the Feeds API 2021-06-30."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from stockpool.errors import TransientError
from stockpool_amazon import documents
from stockpool_amazon.connection import Connection
from stockpool_amazon.errors import UnreadableAnswer
from stockpool_amazon.fields import Fields
from stockpool_amazon.outbound import segment
from stockpool_amazon.transport import Call, Transport
from stockpool_amazon.wire import timestamp

_BASE = "/feeds/2021-06-30"
_PAGE = 100
_PAGES_MOST = 100
_RESULT_BYTES_MOST = 64 * 1024 * 1024

ENDED = ("DONE", "FATAL", "CANCELLED")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is now."""

    feed_id: str
    status: str
    created_at: datetime
    ended_at: datetime | None
    result_document_id: str | None


class Feeds:
    """The feeds of an account.

    Args:
        endpoint: where calls go.
    """

    def __init__(self, transport: Transport, connection: Connection, endpoint: str) -> None:
        self._transport = transport
        self._connection = connection
        self._endpoint = endpoint

    def create(self, feed_type: str, marketplace_id: str, content: bytes, content_type: str) -> str:
        """Send a document and make a feed of it; returns the feed's id.

        Raises:
            OutcomeUnknown: only if there may be a feed. A document by itself is nothing.
        """
        announced = self._call(
            Call(
                "createFeedDocument",
                "POST",
                f"{_BASE}/documents",
                body={"contentType": content_type},
            )
        )
        url = documents.checked_address(announced.text("url"), self._endpoint)
        documents.upload(self._connection, url, content, content_type)
        body = {
            "feedType": feed_type,
            "marketplaceIds": [marketplace_id],
            "inputFeedDocumentId": announced.text("feedDocumentId"),
        }
        made = self._call(Call("createFeed", "POST", f"{_BASE}/feeds", body=body, writes=True))
        return made.text("feedId")

    def get(self, feed_id: str) -> Feed:
        """A feed."""
        return _feed(self._call(Call("getFeed", "GET", f"{_BASE}/feeds/{segment(feed_id)}")))

    def created_since(self, feed_type: str, since: datetime) -> Sequence[Feed]:
        """All feeds of a type since then.

        Raises:
            TransientError: there are more than can be listed.
        """
        query = {"feedTypes": feed_type, "createdSince": timestamp(since), "pageSize": str(_PAGE)}
        found: list[Feed] = []
        for _ in range(_PAGES_MOST):
            page = self._call(Call("getFeeds", "GET", f"{_BASE}/feeds", query))
            found += [_feed(feed) for feed in page.objects("feeds", required=True)]
            token = page.optional_text("nextToken")
            if token is None:
                return found
            query = {"nextToken": token}
        raise TransientError(f"getFeeds: more than {_PAGE * _PAGES_MOST} feeds of {feed_type}")

    def result(self, feed: Feed) -> BinaryIO:
        """The document that tells what became of a feed's records; the caller closes it.

        Raises:
            UnreadableAnswer: there is none.
        """
        if feed.result_document_id is None:
            raise UnreadableAnswer(f"feed {feed.feed_id} is {feed.status} and has no result")
        path = f"{_BASE}/documents/{segment(feed.result_document_id)}"
        document = self._call(Call("getFeedDocument", "GET", path))
        return spooled(self._connection, document, self._endpoint, _RESULT_BYTES_MOST)[0]

    def _call(self, call: Call) -> Fields:
        return Fields(self._transport.send(call).document, call.operation)


def spooled(
    connection: Connection, document: Fields, endpoint: str, bytes_most: int
) -> tuple[BinaryIO, str | None]:
    """A whole document as a file, with its charset; the caller closes it."""
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=1 << 20))  # noqa: SIM115  (given away)
    try:
        with documents.opened(connection, document, endpoint, bytes_most=bytes_most) as opened:
            for chunk in opened.chunks:
                file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, opened.charset


def _feed(feed: Fields) -> Feed:
    return Feed(
        feed.text("feedId"),
        feed.text("processingStatus"),
        feed.time("createdTime"),
        feed.optional_time("processingEndTime"),
        feed.optional_text("resultFeedDocumentId"),
    )
