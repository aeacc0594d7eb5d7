"""An order's status is derived from its counts, in Python and in SQL by the same rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select, union_all

from stockpool.orders.status import LineCounts, OrderStatus, derive_status, status_expression
from stockpool.storage.database import Database

NAMES = (
    "ordered",
    "held",
    "committed",
    "shipped",
    "delivered",
    "cancelled",
    "unfulfillable",
    "waiting",
    "on_hold",
)


@st.composite
def some_counts(draw: st.DrawFn) -> LineCounts:
    parts = {name: draw(st.integers(0, 3)) for name in (*NAMES[1:4], *NAMES[5:8])}
    if not sum(parts.values()):
        parts["waiting"] = 1
    return LineCounts(
        ordered=sum(parts.values()),
        delivered=draw(st.integers(0, parts["shipped"])),
        on_hold=draw(st.integers(0, 1)),
        **parts,
    )


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (LineCounts(ordered=3, waiting=3), "waiting"),
        (LineCounts(ordered=3, waiting=3, on_hold=1), "on_hold"),
        (LineCounts(ordered=3, committed=2, waiting=1, on_hold=1), "on_hold"),
        (LineCounts(ordered=3, held=3, on_hold=1), "reserved"),
        (LineCounts(ordered=3, held=1, waiting=2), "reserved"),
        (LineCounts(ordered=3, held=1, committed=2), "processing"),
        (LineCounts(ordered=3, shipped=1, committed=2), "partly_shipped"),
        (LineCounts(ordered=3, shipped=1, waiting=2), "partly_shipped"),
        (LineCounts(ordered=3, shipped=3), "shipped"),
        (LineCounts(ordered=3, shipped=2, cancelled=1), "shipped"),
        (LineCounts(ordered=3, shipped=3, delivered=2), "shipped"),
        (LineCounts(ordered=3, shipped=3, delivered=3), "delivered"),
        (LineCounts(ordered=3, shipped=1, delivered=1, unfulfillable=2), "delivered"),
        (LineCounts(ordered=3, cancelled=3), "cancelled"),
        (LineCounts(ordered=3, cancelled=3, on_hold=1), "cancelled"),
        (LineCounts(ordered=3, cancelled=1, unfulfillable=2), "unfulfillable"),
        (LineCounts(ordered=3, unfulfillable=3), "unfulfillable"),
    ],
)
def test_what_the_counts_say(counts: LineCounts, status: str) -> None:
    assert derive_status(counts) == status


@settings(max_examples=40)
@given(st.lists(some_counts(), min_size=1, max_size=30))
def test_python_and_sql_agree(database_url: str, cases: list[LineCounts]) -> None:
    rows = (
        select(literal(n).label("number"), *(literal(getattr(c, m)).label(m) for m in NAMES))
        for n, c in enumerate(cases)
    )
    table = union_all(*rows).subquery()
    query = select(status_expression(table.c)).order_by(table.c.number)  # type: ignore[arg-type]
    database = Database(database_url)
    with database.read() as connection:
        told = connection.execute(query).scalars().all()
    database.close()
    assert [OrderStatus(status) for status in told] == [derive_status(c) for c in cases]
