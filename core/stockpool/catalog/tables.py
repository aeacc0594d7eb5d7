"""Tables of the catalog: products, and the listings of each channel with their components."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from stockpool.storage.metadata import UtcDateTime, metadata

products = Table(
    "products",
    metadata,
    Column("sku", String, primary_key=True),
    Column("title", String, nullable=False, server_default=""),
    # The SKU under which the physical pool is kept; itself, unless the pool is shared.
    Column("stock_sku", String, nullable=False, index=True),
    Column("added_at", UtcDateTime, nullable=False),
)

# One row per component; an ordinary listing has one component of one unit.
listing_components = Table(
    "listing_components",
    metadata,
    Column("channel", String, primary_key=True),
    Column("channel_sku", String, primary_key=True),
    Column("sku", String, ForeignKey("products.sku"), primary_key=True),
    Column("units", Integer, nullable=False),
    CheckConstraint("units > 0", name="some_units"),
)

# What each channel was last told about what can be sold.
told_availability = Table(
    "told_availability",
    metadata,
    Column("channel", String, primary_key=True),
    Column("channel_sku", String, primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
)
