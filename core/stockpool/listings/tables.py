"""Tables of listings: changes that were asked for, and stock that no live offer is left for."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text

from stockpool.storage.metadata import UtcDateTime, metadata

listing_changes = Table(
    "listing_changes",
    metadata,
    # The effect's key, too.
    Column("id", String, primary_key=True),
    Column("pool", String, nullable=False),
    Column("sku", String, nullable=False),
    Column("kind", String, nullable=False),
    # What is sent to the network, as JSON.
    Column("content", Text, nullable=False),
    # The merchant has accepted that units will be stranded.
    Column("strands", Boolean, nullable=False),
    # recorded → accepted → done; or refused; or overdue instead of done.
    Column("state", String, nullable=False),
    Column("problems", Text, nullable=False, server_default="[]"),
    Column("submission_id", String),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("accepted_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
)
Index("ix_listing_changes_place", listing_changes.c.pool, listing_changes.c.sku)
Index(
    "ix_listing_changes_accepted",
    listing_changes.c.id,
    postgresql_where=listing_changes.c.state == "accepted",
    sqlite_where=listing_changes.c.state == "accepted",
)

stranded_stock = Table(
    "stranded_stock",
    metadata,
    Column("pool", String, primary_key=True),
    # The SKU under which the units are kept.
    Column("sku", String, primary_key=True),
    Column("units", Integer, nullable=False),
    Column("reason", String, nullable=False),
    # Since when it was seen so; the offer may have ended earlier.
    Column("since", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    CheckConstraint("units > 0", name="some_units"),
)
