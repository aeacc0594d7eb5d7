"""Amazon's SDK: feeds, with their documents fetched and uploaded by `requests`."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from spapi import FeedsApi
from spapi.models import feeds_v2021_06_30 as models

from sp_api_caller import US
from stockpool_amazon_sim import Simulator

REMOVALS = "POST_FLAT_FILE_FBA_CREATE_REMOVAL"
TABS = "text/tab-separated-values; charset=UTF-8"
HEADER = "MerchantRemovalOrderID\tRemovalDisposition\tMerchantSKU\tSellableQuantity\n"


@pytest.fixture(scope="module")
def feeds(sdk: Any) -> FeedsApi:
    return sdk(FeedsApi)


def submitted(feeds: FeedsApi, content: str) -> str:
    made = feeds.create_feed_document(models.CreateFeedDocumentSpecification(content_type=TABS))
    requests.put(made.url, content.encode(), headers={"content-type": TABS}, timeout=30)
    body = models.CreateFeedSpecification(
        feed_type=REMOVALS,
        marketplace_ids=[US],
        input_feed_document_id=made.feed_document_id,
    )
    return str(feeds.create_feed(body).feed_id)


def test_a_removal_order_is_placed_by_a_feed(feeds: FeedsApi, simulator: Simulator) -> None:
    feed_id = submitted(feeds, f"{HEADER}SDK-1\tDisposal\tMUG\t2\n")
    assert feeds.get_feed(feed_id).processing_status == "IN_QUEUE"
    simulator.finish_feeds()
    done = feeds.get_feed(feed_id)
    assert done.processing_status == "DONE"
    document = feeds.get_feed_document(done.result_feed_document_id)
    report = requests.get(document.url, timeout=30).text
    assert report.startswith("Feed Processing Summary:")
    removal = simulator.get_removal_order("SDK-1", lambda one: one)
    assert removal is not None
    assert removal.items[0].requested == 2
    found = feeds.get_feeds(feed_types=[REMOVALS], page_size=100)
    assert feed_id in [feed.feed_id for feed in found.feeds]


def test_a_feed_is_cancelled(feeds: FeedsApi, simulator: Simulator) -> None:
    feed_id = submitted(feeds, HEADER)
    feeds.cancel_feed(feed_id)
    assert feeds.get_feed(feed_id).processing_status == "CANCELLED"
