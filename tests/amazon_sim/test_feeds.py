"""Feeds in the simulator itself, in memory and in a file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stockpool_amazon_sim import AmazonSimNetwork
from stockpool_amazon_sim.feeds.feed_tables import Row, UnreadableFeed, decoded, lines, table

REMOVALS = "POST_FLAT_FILE_FBA_CREATE_REMOVAL"
FILE = """MerchantRemovalOrderID\tRemovalDisposition\tMerchantSKU\tSellableQuantity
R-1\tDisposal\tMUG\t2
"""


def test_a_feed_is_worked_through_once(network: AmazonSimNetwork) -> None:
    sim = network.simulator
    sim.stock("US", "MUG", 5)
    document = sim.create_feed_document("text/plain")
    sim.upload_document(document.document_id, "text/plain", FILE.encode())
    feed = sim.create_feed(REMOVALS, ["US"], document.document_id)
    assert sim.finish_feeds() == 1
    assert sim.finish_feeds() == 0
    assert sim.get_feed(feed.feed_id).status == "DONE"
    removal = sim.get_removal_order("R-1", lambda one: one)
    assert removal is not None
    assert removal.items[0].requested == 2
    assert sim.audit() == []


def rows_of(content: bytes, content_type: str) -> list[Row] | None:
    """The rows; None if the file was refused."""
    try:
        return list(table(lines(decoded(content, content_type, "US")), []))
    except UnreadableFeed:
        return None


@given(st.binary(max_size=300), st.sampled_from(["", "text/plain; charset=utf-8", "x; charset=?"]))
def test_any_bytes_are_rows_or_are_refused(content: bytes, content_type: str) -> None:
    rows = rows_of(content, content_type)
    if rows is not None:
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
