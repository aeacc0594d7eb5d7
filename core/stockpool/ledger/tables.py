"""Tables of the stock ledger.

`stock_levels` has a row per pool and stock SKU and a column per bucket and outside account. Two
facts are checked by the database itself, whatever the code does: no bucket is negative, and the
columns of a row sum to zero, so that units come from and go to named outside accounts only.
`stock_moves` is append-only.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Table, text

from stockpool.ledger.buckets import INBOUND, PLACES, Account, Bucket
from stockpool.storage.metadata import UtcDateTime, metadata

stock_levels = Table(
    "stock_levels",
    metadata,
    Column("pool", String, primary_key=True),
    Column("sku", String, primary_key=True),
    *(Column(place.value, BigInteger, nullable=False, server_default="0") for place in PLACES),
    CheckConstraint(
        " AND ".join(f"{bucket.value} >= 0" for bucket in Bucket), name="never_negative"
    ),
    CheckConstraint(" + ".join(place.value for place in PLACES) + " = 0", name="conserved"),
)

# Which pools have a SKU: asked for every SKU that some order waits for.
Index("ix_stock_levels_sku", stock_levels.c.sku)

stock_moves = Table(
    "stock_moves",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("pool", String, nullable=False),
    Column("sku", String, nullable=False),
    Column("source", String, nullable=False),
    Column("target", String, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("cause", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    CheckConstraint("quantity > 0", name="moves_something"),
    CheckConstraint("source <> target", name="moves_somewhere"),
    sqlite_autoincrement=False,
)

Index("ix_stock_moves_pool_sku", stock_moves.c.pool, stock_moves.c.sku, stock_moves.c.id)

_NOT_ON_HAND = ", ".join(f"'{place.value}'" for place in (*Account, *INBOUND))
ARRIVES = f"source IN ({_NOT_ON_HAND})"
"""Moves by which units may arrive in a center. Queries repeat it word for word: SQLite takes a
partial index only then."""

Index(
    "ix_stock_moves_receipts",
    stock_moves.c.pool,
    stock_moves.c.sku,
    stock_moves.c.occurred_at,
    postgresql_where=text(ARRIVES),
    sqlite_where=text(ARRIVES),
)

stock_snapshots = Table(
    "stock_snapshots",
    metadata,
    Column("pool", String, primary_key=True),
    Column("taken_at", UtcDateTime, primary_key=True),
    Column("network_time", UtcDateTime, nullable=False),
    Column("skus", Integer, nullable=False),
    Column("adjusted_skus", Integer, nullable=False),
    Column("adjusted_units", BigInteger, nullable=False),
)

network_figures = Table(
    "network_figures",
    metadata,
    Column("pool", String, primary_key=True),
    Column("sku", String, primary_key=True),
    Column("network_time", UtcDateTime, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("fulfillable", BigInteger, nullable=False),
    Column("pending_customer_order", BigInteger, nullable=False),
    # As the network calls it; empty if it was not told.
    Column("condition", String, nullable=False, server_default=""),
)
