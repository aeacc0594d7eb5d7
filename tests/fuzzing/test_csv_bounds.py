"""Files of a channel that are made to take all memory or time are refused, and the next is read.

That any bytes are contained is the property of `tests/csv_channel/test_fuzz.py`.
"""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from stockpool_csv_channel.findings import FileRefused
from stockpool_csv_channel.settings import CsvChannelSettings
from stockpool_csv_channel.table import open_table

HEADER = b"order_id,line_id,sku,quantity,name,address1,country"


def refusal(path: Path, content: bytes) -> tuple[str, int]:
    """The code with which a file is refused, and the most memory that reading it took."""
    path.write_bytes(content)
    settings = CsvChannelSettings(folder=path.parent)
    tracemalloc.start()
    try:
        with path.open("rb") as file, pytest.raises(FileRefused) as refused:
            for _ in open_table(file, "utf-8", settings).records():
                pass
        return refused.value.finding.code, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEADER + b",x" * 1_000_000, "too_many_columns"),
        (HEADER + b",x" * 10_000_000, "record_too_long"),
        (HEADER + b"\n" + b"," * 20_000_000, "record_too_long"),
        (HEADER + b'\n"' + b"x" * 10_000_000, "record_too_long"),
        (HEADER + b'\n"' + b"x" * 1_000_000, "cell_too_long"),
        (HEADER + b'\n"' + b"x\n" * 200_000, "cell_too_long"),
        (HEADER + b"\n" + b'"x\n",' * 2_000_000, "record_too_long"),
    ],
    ids=["columns", "header", "cells", "line", "cell", "open quote", "lines"],
)
def test_what_is_larger_than_any_table_is_refused(
    tmp_path: Path, content: bytes, code: str
) -> None:
    found, memory = refusal(tmp_path / "orders.csv", content)
    assert found == code
    assert memory < 200_000_000
