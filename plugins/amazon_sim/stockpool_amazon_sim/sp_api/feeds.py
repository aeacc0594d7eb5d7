"""Feeds API 2021-06-30."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.document_records import Document
from stockpool_amazon_sim.feeds.feed_records import Feed
from stockpool_amazon_sim.sp_api import document_links, work_lists
from stockpool_amazon_sim.sp_api.messages import Answer, Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.reading import (
    Body,
    country_of,
    flag,
    read_body,
)
from stockpool_amazon_sim.sp_api.writing import present, timestamp

LINK_SECONDS = 300
"""An address to upload to or to fetch from holds for five minutes."""


class _CreateFeedDocument(Body):
    content_type: Annotated[str, Field(min_length=1, max_length=200)]


class _CreateFeed(Body):
    feed_type: str
    marketplace_ids: Annotated[list[str], Field(min_length=1, max_length=25)]
    input_feed_document_id: str
    feed_options: Mapping[str, str] = {}


def create_feed_document(call: Call) -> Answer:
    """createFeedDocument: where to upload the document to."""
    document = call.simulator.create_feed_document(
        read_body(call, _CreateFeedDocument).content_type
    )
    url, _ = document_links.link(
        call, document_links.UPLOAD, document.document_id, seconds=LINK_SECONDS
    )
    return Answer(201, {"feedDocumentId": document.document_id, "url": url})


def get_feed_document(call: Call) -> Json:
    """getFeedDocument: where to fetch the document from."""
    return document_json(call, call.simulator.get_feed_document(call.names["feedDocumentId"]))


def document_json(call: Call, document: Document, name: str = "feedDocumentId") -> dict[str, Any]:
    """A document that can be fetched."""
    if document.content is None:
        raise invalid_input("The document was not uploaded.")
    encoded = flag(call, "enableContentEncodingUrlHeader")
    url, _ = document_links.link(
        call, document_links.FETCH, document.document_id, encoded, seconds=LINK_SECONDS
    )
    algorithm = "GZIP" if document.compressed else None
    return present(**{name: document.document_id}, url=url, compressionAlgorithm=algorithm)


def create_feed(call: Call) -> Answer:
    """createFeed."""
    body = read_body(call, _CreateFeed)
    countries = [country_of(call, one, "marketplaceIds") for one in body.marketplace_ids]
    feed = call.simulator.create_feed(
        body.feed_type, countries, body.input_feed_document_id, body.feed_options
    )
    return Answer(202, {"feedId": feed.feed_id})


def get_feed(call: Call) -> Json:
    """getFeed."""
    return _feed(call.simulator.get_feed(call.names["feedId"]))


def cancel_feed(call: Call) -> Answer:
    """cancelFeed."""
    call.simulator.cancel_feed(call.names["feedId"])
    return Answer(200, None)


def get_feeds(call: Call) -> Json:
    """getFeeds."""
    found, more = work_lists.page(
        call,
        "getFeeds",
        "feedTypes",
        call.simulator.get_feeds,
        lambda feed: feed.feed_type,
        lambda feed: feed.feed_id,
    )
    return present(feeds=[_feed(feed) for feed in found], nextToken=more)


def _feed(feed: Feed) -> dict[str, Any]:
    return present(
        feedId=feed.feed_id,
        feedType=feed.feed_type,
        marketplaceIds=[country(code).marketplace_id for code in feed.countries],
        createdTime=timestamp(feed.created_at),
        processingStatus=feed.status,
        processingStartTime=timestamp(feed.started_at) if feed.started_at else None,
        processingEndTime=timestamp(feed.ended_at) if feed.ended_at else None,
        resultFeedDocumentId=feed.result_document_id or None,
    )


_BASE = "/feeds/2021-06-30"

OPERATIONS = (
    Operation("getFeeds", "GET", f"{_BASE}/feeds", get_feeds, 0.0222),
    Operation("createFeed", "POST", f"{_BASE}/feeds", create_feed, 0.0083),
    Operation("getFeed", "GET", f"{_BASE}/feeds/{{feedId}}", get_feed, 2.0),
    Operation("cancelFeed", "DELETE", f"{_BASE}/feeds/{{feedId}}", cancel_feed, 2.0),
    Operation("createFeedDocument", "POST", f"{_BASE}/documents", create_feed_document, 0.5),
    Operation(
        "getFeedDocument", "GET", f"{_BASE}/documents/{{feedDocumentId}}", get_feed_document, 0.0222
    ),
)
