"""Whatever the simulated Amazon reports can be taken in, by its columns' names."""

from __future__ import annotations

import pytest

from stockpool.reports.report_types import TYPES, known_type
from stockpool_amazon_sim.reports import reports


@pytest.mark.parametrize("name", sorted(reports.TYPES))
def test_the_simulators_reports_can_be_taken_in(name: str) -> None:
    kind = known_type(name)
    columns = kind.layout.known(reports.TYPES[name].columns)
    known = {column for column in columns if column is not None}
    assert set(kind.key) <= known
    assert len(known) == len(columns) - columns.count(None), "two columns are taken for one"
    if not kind.personal:
        assert None not in columns, "a column has no name here"


@pytest.mark.parametrize("name", sorted(TYPES))
def test_nothing_personal_is_kept(name: str) -> None:
    """Whose columns are known by name has none of a buyer's."""
    words = ("buyer", "recipient", "ship-", "bill-", "phone", "comments", "email")
    allowed = {
        "ship-service-level",
        "ship-promotion-discount",
        "Recommended ship-in quantity",
    }
    columns = {column.name for column in TYPES[name].layout.columns} - allowed
    assert not [column for column in columns if any(word in column.lower() for word in words)]
