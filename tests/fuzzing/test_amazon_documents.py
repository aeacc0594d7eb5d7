"""Documents of reports and feeds: unpacked piece by piece, within bounds, or refused."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzed import ODD_WORDS, TEXTS, damaged, tables, words_of
from stockpool.errors import StockpoolError
from stockpool.plugins.network_reports import ReportDocument
from stockpool_amazon import removal_report
from stockpool_amazon.connection import Connection
from stockpool_amazon.documents import checked_address, opened
from stockpool_amazon.errors import UnreadableAnswer
from stockpool_amazon.fields import Fields
from stockpool_amazon.removal_report import read_orders

URL = "https://documents.example/1"
ENDPOINT = "https://sellingpartnerapi-na.amazon.com"


class Served:
    """A connection over which one document comes, in chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    @contextmanager
    def stream(self, url: str) -> Iterator[tuple[int, Mapping[str, str], Iterator[bytes]]]:
        yield 200, {}, self._chunks


def read(chunks: Iterator[bytes], *, bytes_most: int = 10_000, packed: str | None = "GZIP") -> int:
    """The length of a document, of which no more than a piece is held."""
    document = Fields({"url": URL, "compressionAlgorithm": packed}, "getReportDocument")
    connection = cast(Connection, Served(chunks))
    with opened(connection, document, ENDPOINT, bytes_most=bytes_most) as found:
        return sum(map(len, found.chunks))


def cut(content: bytes, size: int = 1 << 16) -> Iterator[bytes]:
    for begin in range(0, len(content), size):
        yield content[begin : begin + size]


PACKED = gzip.compress(b"sku\tquantity\nMUG\t1\n" * 20, mtime=0)


@given(
    content=st.binary(max_size=200) | damaged(PACKED) | damaged(PACKED + PACKED),
    size=st.integers(1, 50),
)
def test_whatever_comes_is_unpacked_or_refused(content: bytes, size: int) -> None:
    try:
        length = read(cut(content, size))
    except StockpoolError as error:
        assert str(error).startswith("a document ")
    else:
        assert length == len(gzip.decompress(content))


def test_a_bomb_goes_off_in_nobodys_memory() -> None:
    """Ten megabytes that would be ten gigabytes: a thousandth of them is unpacked."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    megabyte = b"\0" * (1 << 20)
    bomb = packer.compress(megabyte * 64) + packer.flush()
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableAnswer, match="longer than 10000000 bytes"):
            read(iter([bomb]), bytes_most=10_000_000)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "tail", [b"x" * 1_000, gzip.compress(b"", mtime=0) * 50], ids=["no gzip", "empty members"]
)
def test_what_follows_the_end_of_a_document_can_not_go_on_for_ever(tail: bytes) -> None:
    def endless() -> Iterator[bytes]:
        yield PACKED
        for _ in range(100_000):
            yield tail
        raise AssertionError("all of it was read")

    with pytest.raises(UnreadableAnswer):
        read(endless())


def test_a_document_of_several_members_is_read_whole() -> None:
    assert read(cut(PACKED * 3, 7)) == 3 * len(gzip.decompress(PACKED))


@given(
    url=TEXTS
    | st.builds(
        "{}://{}{}/x".format,
        st.sampled_from(["https", "http", "file", "HTTPS", ""]),
        st.sampled_from(["[", "]", "[::1", "a\u2100b", "", "x:y", "user:pass@host"]),
        st.sampled_from(ODD_WORDS),
    )
)
def test_an_address_is_https_or_is_refused(url: str) -> None:
    try:
        assert checked_address(url, ENDPOINT).lower().startswith("https://")
    except UnreadableAnswer as error:
        assert url not in str(error) or len(url) < 4


COLUMNS = [column.name for column in removal_report._LAYOUT.columns]


@given(
    content=st.binary(max_size=200) | tables(COLUMNS, words_of(removal_report)),
    charset=st.sampled_from([None, "utf-8", "windows-1252", "Shift_JIS", "x"]),
)
def test_a_removal_report_is_read_or_refused(content: bytes, charset: str | None) -> None:
    document = ReportDocument(charset, iter([content]))
    try:
        orders = read_orders(document, "US")
    except UnreadableAnswer as error:
        assert str(error)
    else:
        assert all(order.updated_at.tzinfo is UTC for order in orders)
