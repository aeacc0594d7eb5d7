"""The tables of inbound plans that were asked for, and of what was asked of them."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from stockpool.storage.metadata import UtcDateTime, metadata, one_of

inbound_plans = Table(
    "inbound_plans",
    metadata,
    # The effect's key, and the plan's name at the network, by which it is found.
    Column("id", String(40), primary_key=True),
    Column("pool", String, nullable=False),
    # JSON: the items, and the merchant's own address that is shipped from.
    Column("items", Text, nullable=False),
    Column("source", Text, nullable=False),
    # recorded → started → made → cancelled; or failed.
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

inbound_steps = Table(
    "inbound_steps",
    metadata,
    # The effect's key.
    Column("id", String(40), primary_key=True),
    # What is done one after the other: a plan of ours, or the preparation of a pool's SKUs.
    Column("subject", String, nullable=False),
    Column("pool", String, nullable=False),
    Column("kind", String, nullable=False),
    # JSON: what the network is told, and why that was chosen.
    Column("arguments", Text, nullable=False),
    Column("explanation", Text, nullable=False, server_default=""),
    # recorded → started → done; or failed.
    Column("state", String, nullable=False),
    Column("operation_id", String),
    Column("problems", Text, nullable=False, server_default="[]"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)
OPEN_STEPS = ("recorded", "started")
Index(
    "uq_inbound_steps_open",
    inbound_steps.c.subject,
    unique=True,
    postgresql_where=one_of(inbound_steps.c.state, OPEN_STEPS),
    sqlite_where=one_of(inbound_steps.c.state, OPEN_STEPS),
)
Index("ix_inbound_steps_subject", inbound_steps.c.subject, inbound_steps.c.id)
