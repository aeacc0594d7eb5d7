"""python-amazon-sp-api: feeds."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sp_api.api import FeedsV20210630

from sp_api_caller import US
from stockpool_amazon_sim import Simulator

CANCELS = "POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA"
TABS = "text/tab-separated-values; charset=UTF-8"


@pytest.fixture(scope="module")
def feeds(library: Any) -> FeedsV20210630:
    return library(FeedsV20210630)


def test_a_feed_is_submitted_and_its_report_is_read(
    feeds: FeedsV20210630, simulator: Simulator
) -> None:
    file = BytesIO(b"MerchantFulfillmentOrderID\nLIB-NONE\n")
    _, made = feeds.submit_feed(CANCELS, file, TABS, marketplaceIds=[US])
    feed_id = made.payload["feedId"]
    assert feeds.get_feed(feed_id).payload["processingStatus"] == "IN_QUEUE"
    simulator.finish_feeds()
    done = feeds.get_feed(feed_id).payload
    assert done["processingStatus"] == "DONE"
    report = feeds.get_feed_document(done["resultFeedDocumentId"])
    assert "Number of records successful\t\t0" in report
    assert feeds.get_feed_result_document(done["resultFeedDocumentId"]) == report
    listed = feeds.get_feeds(feedTypes=[CANCELS]).payload["feeds"]
    assert [feed["feedId"] for feed in listed] == [feed_id]


def test_a_feed_is_cancelled(feeds: FeedsV20210630) -> None:
    file = BytesIO(b"MerchantFulfillmentOrderID\n")
    document = feeds.create_feed_document(file, TABS).payload
    created = feeds.create_feed(CANCELS, document["feedDocumentId"], marketplaceIds=[US])
    feed_id = created.payload["feedId"]
    feeds.cancel_feed(feed_id)
    assert feeds.get_feed(feed_id).payload["processingStatus"] == "CANCELLED"
