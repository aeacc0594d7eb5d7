"""The table of inbound plans that were asked for."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from stockpool.storage.metadata import UtcDateTime, metadata

inbound_plans = Table(
    "inbound_plans",
    metadata,
    # The effect's key, and the plan's name at the network, by which it is found.
    Column("id", String(40), primary_key=True),
    Column("pool", String, nullable=False),
    # JSON: the items, and the merchant's own address that is shipped from.
    Column("items", Text, nullable=False),
    Column("source", Text, nullable=False),
    # recorded → started → made; or failed.
    Column("state", String, nullable=False),
    Column("inbound_plan_id", String),
    Column("operation_id", String),
    Column("problems", Text, nullable=False, server_default="[]"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)
Index(
    "ix_inbound_plans_started",
    inbound_plans.c.id,
    postgresql_where=inbound_plans.c.state == "started",
    sqlite_where=inbound_plans.c.state == "started",
)
