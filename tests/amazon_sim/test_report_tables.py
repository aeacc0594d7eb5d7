"""Reports are written row by row, and kept compressed."""

from __future__ import annotations

import gzip
import weakref
from collections.abc import Iterator
from typing import Any

from stockpool.clock import SystemClock
from stockpool_amazon_sim import AmazonSimSettings, Simulator, documents
from stockpool_amazon_sim.reports.report_tables import Drift, ReportType, written

ROWS = 5_000


class Row(dict[str, Any]):
    """A row that can be watched, since it is told apart by what it is, not by what it says."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def no_rows(*_: object) -> Iterator[Row]:
    return iter(())


def test_no_row_is_held_once_its_line_is_written() -> None:
    alive: weakref.WeakSet[Row] = weakref.WeakSet()
    most = 0

    def rows() -> Iterator[Row]:
        nonlocal most
        for number in range(ROWS):
            row = Row(sku=f"SKU-{number}")
            alive.add(row)
            most = max(most, len(alive))
            yield row

    made = written(ReportType(("sku",), no_rows), rows(), "US", Drift())
    assert made is not None
    simulator = Simulator(AmazonSimSettings(), SystemClock())
    with simulator._call() as world:
        document = documents.make(world, *made)
    assert most <= 3
    assert document.packed
    assert document.compressed
    expected = "".join(f"{line}\r\n" for line in ["sku", *(f"SKU-{n}" for n in range(ROWS))])
    assert document.data == gzip.decompress(document.gzipped) == expected.encode()
    pieces = list(document.chunks())
    assert b"".join(pieces) == document.data
    assert len(document.content or "") < len(expected) / 2
    simulator.close()


def test_without_rows_there_is_no_file() -> None:
    assert written(ReportType(("sku",), no_rows), no_rows(), "US", Drift()) is None


def test_a_short_document_is_handed_out_as_it_is() -> None:
    simulator = Simulator(AmazonSimSettings(), SystemClock())
    with simulator._call() as world:
        document = documents.make(world, "text/plain", [b"sku\r\n", b"MUG\r\n"])
    assert not document.compressed
    assert document.data == b"sku\r\nMUG\r\n"
    simulator.close()
