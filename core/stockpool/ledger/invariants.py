"""The ledger's invariants, proved over the whole database."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Connection, select, text

from stockpool.ledger.buckets import PLACES, Bucket
from stockpool.ledger.tables import stock_levels
from stockpool.proof import Finding, Invariant, rows_that_break

_NETTED = """
    SELECT pool, sku, place, SUM(units) AS units FROM (
        SELECT pool, sku, target AS place, quantity AS units FROM stock_moves
        UNION ALL
        SELECT pool, sku, source, -quantity FROM stock_moves
    ) AS sides GROUP BY pool, sku, place"""


def _levels_equal_moves(connection: Connection) -> Finding:
    recorded = {
        (row.pool, row.sku, place.value): getattr(row, place.value)
        for row in connection.execute(select(stock_levels))
        for place in PLACES
    }
    checked = len(recorded)
    for pool, sku, place, units in connection.execute(text(_NETTED)):
        recorded[pool, sku, place] = recorded.get((pool, sku, place), 0) - int(units)

    def broken() -> Iterator[str]:
        for (pool, sku, place), difference in sorted(recorded.items()):
            if difference:
                yield f"{pool} {sku}: {place} is {difference:+d} units off its moves"

    return Finding(checked, tuple(islice(broken(), 5)))


_NEGATIVE = " OR ".join(f"{bucket.value} < 0" for bucket in Bucket)
_SUM = " + ".join(place.value for place in PLACES)

INVARIANTS = (
    Invariant(
        "levels_equal_moves",
        "each level equals what moved in less what moved out",
        _levels_equal_moves,
    ),
    Invariant(
        "no_bucket_negative",
        "no bucket holds fewer than zero units",
        rows_that_break(
            "SELECT COUNT(*) FROM stock_levels",
            f"SELECT pool || ' ' || sku FROM stock_levels WHERE {_NEGATIVE} ORDER BY 1",  # noqa: S608
        ),
    ),
    Invariant(
        "units_conserved",
        "over buckets and outside accounts together, units sum to zero",
        rows_that_break(
            "SELECT COUNT(*) FROM stock_levels",
            f"SELECT pool || ' ' || sku FROM stock_levels WHERE {_SUM} <> 0 ORDER BY 1",  # noqa: S608
        ),
    ),
)
