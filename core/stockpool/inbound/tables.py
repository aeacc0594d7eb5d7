"""The tables of inbound plans that were asked for, and of what was asked of them."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

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
    # When its shipments are asked about next; empty when nothing more is expected of them.
    Column("look_at", UtcDateTime),
)
Index(
    "ix_inbound_plans_look_at",
    inbound_plans.c.look_at,
    postgresql_where=inbound_plans.c.look_at.is_not(None),
    sqlite_where=inbound_plans.c.look_at.is_not(None),
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

inbound_shipments = Table(
    "inbound_shipments",
    metadata,
    # The network's id.
    Column("id", String, primary_key=True),
    Column("plan_id", String(40), ForeignKey("inbound_plans.id"), nullable=False, index=True),
    Column("pool", String, nullable=False),
    # What stands on labels, once the carrier is confirmed.
    Column("shipment_confirmation_id", String),
    Column("center", String),
    Column("status", String, nullable=False),
    # When each of these was first seen; a network may skip some.
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("left_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("receiving_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
)

inbound_shipment_items = Table(
    "inbound_shipment_items",
    metadata,
    Column("shipment_id", String, ForeignKey("inbound_shipments.id"), primary_key=True),
    Column("sku", String, primary_key=True),
    Column("stock_sku", String, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("received", Integer, nullable=False, server_default="0"),
    # Of what is missing, what was never sent: the merchant says so.
    Column("not_shipped", Integer, nullable=False, server_default="0"),
    # Counts the changes, for the keys of moves.
    Column("changes", Integer, nullable=False, server_default="0"),
    CheckConstraint("expected >= 0 AND received >= 0 AND not_shipped >= 0", name="never_negative"),
)
