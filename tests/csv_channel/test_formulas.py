"""No cell of a file for people is calculated by a spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.flatfiles.formulas import STARTERS, guard, guard_row, unguard

DANGEROUS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@given(st.text() | st.builds(str.__add__, st.sampled_from(DANGEROUS), st.text()))
def test_no_guarded_cell_starts_like_a_formula(cell):
    assert not guard(cell).startswith(DANGEROUS)


@given(st.text() | st.builds(str.__add__, st.sampled_from(DANGEROUS), st.text()))
def test_a_guarded_cell_reads_as_what_it_was(cell):
    if not (cell.startswith("'") and cell.startswith(STARTERS, 1)):
        assert unguard(guard(cell)) == cell


@pytest.mark.parametrize("cell", ["", "MUG-1", "1Z999AA10123456784", "a=b", "'", "O'Neil", "''"])
def test_other_cells_stay_as_they_are(cell):
    assert guard(cell) == cell
    assert unguard(cell) == cell


def test_all_cells_of_a_row_are_guarded():
    assert guard_row(["=1", "x", "-2"]) == ["'=1", "x", "'-2"]
