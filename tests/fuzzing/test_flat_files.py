"""Amazon's tab-delimited files: whatever bytes come, values or refusals that help come out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fuzzed import tables, words_of
from stockpool.flatfiles import (
    addresses,
    fulfillment_cancellations,
    fulfillment_orders,
    inbound_plans,
    inventory_loader,
    processing_report,
    removal_orders,
)
from stockpool.flatfiles.layout import Layout
from stockpool.flatfiles.reader import FlatFile, Limits, open_flat_file
from stockpool.flatfiles.refusal import FileRefused
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.problems import Problem


def inbound_items(file: FlatFile) -> Iterable[Any]:
    return inbound_plans.read_inbound_items(file, inbound_plans.read_inbound_head(file))


KINDS: dict[str, tuple[Layout, Callable[[FlatFile], Iterable[Any]], Any]] = {
    "fulfillment orders": (
        fulfillment_orders.LAYOUT,
        fulfillment_orders.read_fulfillment_orders,
        fulfillment_orders,
    ),
    "cancellations": (
        fulfillment_cancellations.LAYOUT,
        fulfillment_cancellations.read_fulfillment_cancellations,
        fulfillment_cancellations,
    ),
    "removal orders": (
        removal_orders.LAYOUT,
        removal_orders.read_removal_orders,
        removal_orders,
    ),
    "inbound plans": (inbound_plans.LAYOUT, inbound_items, inbound_plans),
    "inventory loader": (
        inventory_loader.LAYOUT,
        inventory_loader.read_offer_changes,
        inventory_loader,
    ),
}


def helpful(problem: Problem) -> bool:
    """Whether it says where, what and what to do."""
    return bool(problem.code and problem.message and problem.fix and problem.source)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_row_is_a_value_or_is_refused_with_place_and_fix(
    kind: str, data: st.DataObject
) -> None:
    layout, read, module = KINDS[kind]
    headers = [column.name for column in (*layout.head, *layout.columns)]
    words = words_of(module, addresses)
    content = data.draw(st.binary(max_size=300) | tables(headers, words))
    try:
        found = list(read(open_flat_file(io.BytesIO(content), layout, name="f.txt")))
    except FileRefused as refusal:
        assert helpful(refusal.problem), refusal.problem
        return
    for row in found:
        if isinstance(row, RefusedRows):
            assert row.problems
            assert all(helpful(problem) for problem in row.problems), row.problems


@example(content=b"")
@example(content=b"\xff\xfe\x00")
@given(
    content=st.binary(max_size=300)
    | tables(
        ["original-record-number", "sku", "error-code", "error-type", "error-message"],
        [*words_of(processing_report), "Number of records processed\t\t12"],
    )
)
def test_a_processing_report_is_read_or_refused(content: bytes) -> None:
    try:
        report = processing_report.read_processing_report(io.BytesIO(content), name="r.txt")
    except FileRefused as refusal:
        assert helpful(refusal.problem)
    else:
        assert report.processed >= 0


# Bounds ------------------------------------------------------------------------------------------


def refused(content: bytes, limits: Limits | None = None) -> Problem:
    """Why a removal file is refused as a whole, or the first of its rows is."""
    file = io.BytesIO(content)
    try:
        opened = open_flat_file(file, removal_orders.LAYOUT, name="f.txt", limits=limits)
        first = next(iter(opened.rows()))
    except FileRefused as refusal:
        return refusal.problem
    return first.problems[0]


HEADER = "\t".join(column.name for column in removal_orders.LAYOUT.columns).encode() + b"\n"


def test_a_million_columns_are_refused() -> None:
    assert refused(HEADER.rstrip() + b"\tx" * 1_000_000 + b"\n").code == "line_too_long"
    assert refused(HEADER.rstrip() + b"\tx" * 90_000 + b"\n").code == "too_many_columns"


def test_a_cell_of_ten_million_characters_is_refused() -> None:
    problem = refused(HEADER + b"x" * 10_000_000)
    assert (problem.code, problem.source) == ("line_too_long", "f.txt:2")


class CountingLayout(Layout):
    """A layout that counts the cells that it is asked about."""

    looked_up = 0

    def known(self, header: Sequence[str]) -> list[str | None]:
        CountingLayout.looked_up += len(header)
        return super().known(header)


def test_lines_of_nothing_but_tabs_above_the_header_cost_no_more_than_others() -> None:
    layout = CountingLayout("file", removal_orders.LAYOUT.columns)
    content = (b"\t" * 199_999 + b"x\n") * 100
    with pytest.raises(FileRefused, match="no line names the columns"):
        open_flat_file(io.BytesIO(content), layout, name="f.txt")
    assert CountingLayout.looked_up <= 2 * 100 * (Limits().columns + 1)


def test_cases_that_are_more_units_than_a_row_may_have_are_refused() -> None:
    content = b"MerchantSKU\tQuantity\tUnitsPerCase\tNumberOfCases\nMUG\t\t1000000\t1000000\n"
    file = open_flat_file(io.BytesIO(content), inbound_plans.LAYOUT, name="f.txt")
    (row,) = inbound_items(file)
    assert isinstance(row, RefusedRows)
    assert [problem.field for problem in row.problems] == ["NumberOfCases"]


def test_a_file_larger_than_the_limit_is_refused_before_it_is_read() -> None:
    assert refused(b"x" * 2_000, Limits(file=1_000)).code == "file_too_large"
