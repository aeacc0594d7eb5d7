"""Tables of what follows an order: `refunds`, and in `refund_parts` the portions they give back."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from stockpool.storage.metadata import UtcDateTime, metadata

refunds = Table(
    "refunds",
    metadata,
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("order_id", String, ForeignKey("orders.id"), nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    Column("quantities", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("pushed_at", UtcDateTime),
    # `engine`: ours, to be pushed; `channel`: made by hand in the channel.
    Column("origin", String, nullable=False, server_default="engine"),
    # The request as it came, by which a repeat under the same key is known.
    Column("asked", Text, nullable=False, server_default="{}"),
    # One higher each time that a refused refund is tried again.
    Column("tries", Integer, nullable=False, server_default="1"),
    CheckConstraint("amount_minor > 0", name="some_money"),
)
Index("ix_refunds_recorded_at", refunds.c.recorded_at)

refund_parts = Table(
    "refund_parts",
    metadata,
    Column("refund_id", String, ForeignKey("refunds.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("line_id", String, nullable=False),
    Column("part", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    CheckConstraint("amount_minor > 0", name="some_money"),
)
