"""Tables of the attention queue. Rows hold no personal data."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from stockpool.storage.metadata import UtcDateTime, metadata

attention_items = Table(
    "attention_items",
    metadata,
    Column("id", String, primary_key=True),
    # What makes two sightings the same item, e.g. `intake:web:1001`.
    Column("key", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("code", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("fix", Text),
    Column("problems", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("sightings", Integer, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("closed_by", String),
    # Until when somebody should have seen to it; empty in items of before there was this.
    Column("due_at", UtcDateTime),
    # Who sees to it.
    Column("owner", String),
)
Index(
    "ix_attention_items_open",
    attention_items.c.kind,
    attention_items.c.last_seen_at,
    postgresql_where=text("state = 'open'"),
    sqlite_where=text("state = 'open'"),
)

attention_events = Table(
    "attention_events",
    metadata,
    Column("item_id", String, ForeignKey("attention_items.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # assigned, retried, dropped, or what was carried out.
    Column("kind", String, nullable=False),
    # To whom it was assigned; what came of it.
    Column("detail", String, nullable=False, server_default=""),
    Column("by", String, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
)
