"""Files of lines: whatever they are cut into, each line comes once, and in its order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool_shopify.connection import AnswerTooLong, Connection, FileLines, read_lines

LINES = st.lists(st.binary(max_size=12).filter(lambda line: b"\n" not in line), max_size=20)


def chunks(content: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    return [content[start:end] for start, end in pairwise(places)]


@given(
    lines=LINES,
    ends=st.booleans(),
    cuts=st.lists(st.integers(0, 400), max_size=8),
    most=st.integers(1, 7),
    ranges=st.booleans(),
)
def test_each_line_comes_once(
    lines: list[bytes], ends: bool, cuts: list[int], most: int, ranges: bool
) -> None:
    """Whether the store of files knows ranges or sends the whole each time."""
    content = b"\n".join(lines) + (b"\n" if ends and lines else b"")
    found: list[bytes] = []
    page = FileLines(200, (), 0, ended=False)
    while not page.ended:
        sent = content[page.offset :] if ranges else content
        skipped = 0 if ranges else page.offset
        page = read_lines(chunks(sent, cuts), page.offset, skipped, most)
        assert len(page.lines) <= most
        found += page.lines
    assert page.offset == len(content)
    assert found == content.split(b"\n")[: None if content[-1:] not in (b"\n", b"") else -1]


def test_a_line_without_end_is_not_held() -> None:
    def endless() -> list[bytes]:
        return [b"x" * 65_536] * 100

    with pytest.raises(AnswerTooLong):
        read_lines(endless(), 0, 0, 10)


@pytest.mark.parametrize("url", ["http://files.example.com/1", "file:///etc/passwd", ""])
def test_only_https_is_fetched(url: str) -> None:
    connection = Connection("corner.myshopify.com", connect_seconds=1, read_seconds=1)
    with pytest.raises(ValueError, match="HTTPS"):
        connection.lines(url, offset=0, most=1)
    connection.close()
