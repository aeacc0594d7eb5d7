"""Tables of bulk work: plans, and an item for each order, removal or refused row of the file.

`content` may hold a buyer's address; it is emptied when the item's outcome is stored, and when the
plan is discarded.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from stockpool.storage.metadata import UtcDateTime, metadata

bulk_plans = Table(
    "bulk_plans",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("options", Text, nullable=False),
    Column("file_name", String, nullable=False),
    Column("file_sha256", String, nullable=False),
    # reading → planned → applying → applied; or discarded instead of applying.
    Column("state", String, nullable=False),
    Column("unknown_columns", Text, nullable=False),
    Column("ignored_lines", Text, nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
)
Index(
    "ix_bulk_plans_applying",
    bulk_plans.c.id,
    postgresql_where=bulk_plans.c.state == "applying",
    sqlite_where=bulk_plans.c.state == "applying",
)

bulk_items = Table(
    "bulk_items",
    metadata,
    Column("plan_id", String, ForeignKey("bulk_plans.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("line", Integer, nullable=False),
    # Rows of the file that the item stands for, and how many of them were refused.
    Column("rows", Integer, nullable=False),
    Column("refused_rows", Integer, nullable=False),
    Column("key", String, nullable=False),
    Column("action", String, nullable=False),
    Column("content", Text, nullable=False),
    # What the item's decision rested on when it was planned.
    Column("world", String, nullable=False),
    # Empty while it is still to be applied.
    Column("outcome", String),
    Column("result", String, nullable=False),
    Column("problems", Text, nullable=False),
    CheckConstraint("rows > 0 AND refused_rows BETWEEN 0 AND rows", name="rows_counted"),
)
Index(
    "ix_bulk_items_open",
    bulk_items.c.plan_id,
    bulk_items.c.position,
    postgresql_where=bulk_items.c.outcome.is_(None),
    sqlite_where=bulk_items.c.outcome.is_(None),
)
