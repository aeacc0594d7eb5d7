"""All variants of a large shop: a bulk operation, asked for once and read piece by piece."""

from __future__ import annotations

import pytest

from shopify_shop.server import answer_lost
from shopify_world import ShopWorld
from stockpool.errors import ConfigurationError, OutcomeUnknown, RejectedError, TransientError
from stockpool.plugins.channel import Channel, ListingPage

VARIANTS = 1_203
"""Three pieces of a file."""


@pytest.fixture
def large(shop: ShopWorld) -> ShopWorld:
    for number in range(VARIANTS - 1):
        shop.state.add_variant(f"sku-{number}")
    shop.clock.advance(3_600)
    return shop


def channel(shop: ShopWorld) -> Channel:
    """Another process each time: what is known stands in the cursor."""
    return shop.channel(bulk_listings_from=1_000)


def look(shop: ShopWorld, cursor: str | None) -> tuple[list[ListingPage], str | None]:
    """One look, as the engine has it: pages as long as there are more."""
    pages: list[ListingPage] = []
    more = True
    while more:
        page = channel(shop).fetch_listings(cursor)
        pages.append(page)
        more = page.more and page.cursor != cursor
        cursor = page.cursor
    return pages, cursor


def skus(pages: list[ListingPage]) -> list[str]:
    return [listing.channel_sku for page in pages for listing in page.listings]


def test_it_is_asked_for_once_and_read_when_it_is_done(large: ShopWorld) -> None:
    cursor = None
    for _ in range(3):
        pages, cursor = look(large, cursor)
        assert skus(pages) == []
    assert large.server.names().count("RunBulkQuery") == 1
    large.server.finish_bulk()
    pages, cursor = look(large, cursor)
    assert sorted(skus(pages)) == sorted(v.sku or "" for v in large.state.variants)
    assert max(len(page.listings) for page in pages) <= 500
    assert len(set(large.server.downloads)) == len(large.server.downloads) == 3


def test_what_changed_meanwhile_is_read_afterwards(large: ShopWorld) -> None:
    _, cursor = look(large, None)
    large.clock.advance(3_600)
    large.server.finish_bulk()
    large.clock.advance(3_600)
    large.state.add_variant("new")
    _, cursor = look(large, cursor)
    pages, cursor = look(large, cursor)
    assert skus(pages) == ["new"]
    assert large.server.names().count("RunBulkQuery") == 1


def test_all_is_read_again_after_a_day(large: ShopWorld) -> None:
    _, cursor = look(large, None)
    large.server.finish_bulk()
    _, cursor = look(large, cursor)
    large.clock.advance(25 * 3_600)
    _, cursor = look(large, cursor)
    large.server.finish_bulk()
    pages, _ = look(large, cursor)
    assert len(skus(pages)) == VARIANTS


def test_a_start_whose_answer_was_lost_is_found(large: ShopWorld) -> None:
    large.server.fail_next(answer_lost, name="RunBulkQuery")
    first = channel(large).fetch_listings(None)
    with pytest.raises(OutcomeUnknown):
        channel(large).fetch_listings(first.cursor)
    large.server.finish_bulk()
    pages, _ = look(large, first.cursor)
    assert len(skus(pages)) == VARIANTS
    assert large.server.names().count("RunBulkQuery") == 1


def test_another_operation_of_the_app_is_waited_for(large: ShopWorld) -> None:
    """Shopify takes no more for now."""
    other = channel(large).fetch_listings(None).cursor
    look(large, other)
    large.state.bulk.operations[0].query = "{ productVariants { edges { node { id } } } }"
    _, cursor = look(large, None)
    assert len(large.state.bulk.operations) == 1
    large.server.finish_bulk()
    _, cursor = look(large, cursor)
    large.server.finish_bulk()
    assert len(skus(look(large, cursor)[0])) == VARIANTS


def test_what_there_is_of_one_that_failed_is_taken_and_it_is_tried_again(large: ShopWorld) -> None:
    _, cursor = look(large, None)
    large.server.fail_bulk(lines=700)
    pages, cursor = look(large, cursor)
    assert len(skus(pages)) == 700
    assert all(page.problems is None for page in pages)
    large.server.finish_bulk()
    pages, _ = look(large, cursor)
    assert len(skus(pages)) == VARIANTS


def test_pages_take_over_from_one_that_fails_twice(large: ShopWorld) -> None:
    _, cursor = look(large, None)
    large.server.fail_bulk(lines=0)
    _, cursor = look(large, cursor)
    large.server.fail_bulk(lines=10)
    pages, cursor = look(large, cursor)
    assert set(skus(pages)) == {v.sku for v in large.state.variants}
    assert pages[-1].problems == []


@pytest.mark.parametrize("status", ["EXPIRED", "CANCELED"])
def test_one_that_is_gone_is_run_again(large: ShopWorld, status: str) -> None:
    _, cursor = look(large, None)
    large.state.bulk.end(status)
    _, cursor = look(large, cursor)
    large.server.finish_bulk()
    assert len(skus(look(large, cursor)[0])) == VARIANTS


def test_a_file_that_is_gone_while_it_is_read_is_made_again(large: ShopWorld) -> None:
    _, cursor = look(large, None)
    done = large.server.finish_bulk()
    page = channel(large).fetch_listings(cursor)
    large.state.bulk.operations.clear()
    assert done.file
    _, cursor = look(large, page.cursor)
    large.server.finish_bulk()
    assert len(skus(look(large, cursor)[0])) == VARIANTS


def test_a_file_that_breaks_off_is_no_whole_one(large: ShopWorld) -> None:
    _, cursor = look(large, None)
    done = large.server.finish_bulk()
    whole = done.file or b""
    large.server.cut_files_after = len(whole) // 3
    with pytest.raises(TransientError, match="broke off"):
        look(large, cursor)
    large.server.cut_files_after = None
    assert len(skus(look(large, cursor)[0])) == VARIANTS


def test_a_store_that_knows_no_ranges_is_read_all_the_same(large: ShopWorld) -> None:
    large.server.knows_ranges = False
    _, cursor = look(large, None)
    large.server.finish_bulk()
    pages, _ = look(large, cursor)
    assert sorted(skus(pages)) == sorted(v.sku or "" for v in large.state.variants)


@pytest.mark.parametrize(
    "line", [b"<html>", b"{", b"[1]", b'{"id": "gid://shopify/ProductVariant/1"}', b"\xff\xfe"]
)
def test_a_line_that_is_no_variant_is_said_and_nothing_is_taken(
    large: ShopWorld, line: bytes
) -> None:
    _, cursor = look(large, None)
    done = large.server.finish_bulk()
    whole = done.file or b""
    done.file = line + b"\n" + whole
    with pytest.raises(TransientError, match="bulk operation"):
        look(large, cursor)
    done.file = whole
    assert len(skus(look(large, cursor)[0])) == VARIANTS


def test_a_missing_scope_is_said(large: ShopWorld) -> None:
    _, cursor = look(large, None)
    large.server.fail_bulk(lines=0, error="ACCESS_DENIED")
    with pytest.raises(ConfigurationError, match="read_products"):
        look(large, cursor)


def test_an_empty_result_is_the_end(large: ShopWorld) -> None:
    _, cursor = look(large, None)
    large.state.variants.clear()
    large.server.finish_bulk()
    pages, _ = look(large, cursor)
    assert skus(pages) == []
    assert pages[-1].problems == []


def test_a_small_shop_is_read_by_pages(shop: ShopWorld) -> None:
    pages, _ = look(shop, None)
    assert skus(pages) == ["first"]
    assert "RunBulkQuery" not in shop.server.names()


def test_a_cursor_of_somebody_else_is_refused(shop: ShopWorld) -> None:
    with pytest.raises(RejectedError):
        shop.channel().fetch_listings("page-2")
