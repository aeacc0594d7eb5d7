"""Reports of a network: whatever file is given, all of it is taken in by rows, or nothing."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzed import ODD_WORDS, tables
from stockpool.engine import Engine
from stockpool.errors import RefusedError
from stockpool.reports.report_types import known_type

TYPES = {
    "GET_RESERVED_INVENTORY_DATA": ["MUG", "CUP", "--", "N/A"],
    "GET_FBA_REIMBURSEMENTS_DATA": ["R-1", "MUG", "12.50"],
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": ["112-1", "MUG", "2026-01-31"],
}
POOL = "amazon-na:US"


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
def test_every_row_is_counted_once(engine: Engine, name: str, data: st.DataObject) -> None:
    kind = known_type(name)
    headers = [column.name for column in kind.layout.columns][:8]
    content = data.draw(st.binary(max_size=200) | tables(headers, [*TYPES[name], *ODD_WORDS]))
    before = list(engine.reports.rows(name, POOL))
    try:
        done = engine.reports.take_in(io.BytesIO(content), kind, POOL, source="r.txt")
    except RefusedError as refusal:
        (problem,) = refusal.problems
        assert problem.fix
        assert problem.source
        assert list(engine.reports.rows(name, POOL)) == before
        return
    if done.repeated:
        return
    assert done.added + done.changed + done.refused <= done.rows
    after = list(engine.reports.rows(name, POOL))
    assert len(after) == len(before) + done.added - done.gone
    assert all(problem.fix and problem.source for problem in done.problems)
    if kind.personal:
        named = {column.name for column in kind.layout.columns}
        assert all(set(row) <= named for row in after), json.dumps(after)


def test_a_report_of_a_million_columns_changes_nothing(engine: Engine) -> None:
    kind = known_type("GET_RESERVED_INVENTORY_DATA")
    content = b"sku" + b"\tx" * 90_000 + b"\nMUG\n"
    with pytest.raises(RefusedError, match="more than 500 columns"):
        engine.reports.take_in(io.BytesIO(content), kind, POOL, source="r.txt")
    assert list(engine.reports.rows(kind.name, POOL)) == []
