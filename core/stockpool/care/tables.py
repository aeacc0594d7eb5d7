"""Tables of what follows an order.

* `refunds`, `refund_parts`: money given back, and the portions that it was paid for.
* `refunds_due`: items that will not be shipped or came back; the channel's policy decides on them.
* `returns_due`: units that left although they were to be cancelled.
* `channel_news`: refunds made by hand in a channel, cancellations and returns asked for there.
* `replacements`: orders that are sent again, recorded before they are taken in.
"""

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
    UniqueConstraint,
    text,
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

refunds_due = Table(
    "refunds_due",
    metadata,
    # The same cause gives the same key, so it is noted once.
    Column("key", String, primary_key=True),
    Column("order_id", String, ForeignKey("orders.id"), nullable=False, index=True),
    Column("cause", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("quantities", Text, nullable=False),
    Column("state", String, nullable=False, server_default="due"),
    Column("refund_id", String),
    Column("noted_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
)
Index(
    "ix_refunds_due_waiting",
    refunds_due.c.noted_at,
    postgresql_where=text("state IN ('due', 'by_hand')"),
    sqlite_where=text("state IN ('due', 'by_hand')"),
)
Index(
    "ix_refunds_due_due",
    refunds_due.c.noted_at,
    refunds_due.c.key,
    postgresql_where=text("state = 'due'"),
    sqlite_where=text("state = 'due'"),
)

channel_news = Table(
    "channel_news",
    metadata,
    Column("channel", String, primary_key=True),
    Column("kind", String, primary_key=True),
    # The channel's own id of the refund or the cancellation.
    Column("news_id", String, primary_key=True),
    Column("channel_order_id", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
    Column("taken_at", UtcDateTime),
)
Index(
    "ix_channel_news_open",
    channel_news.c.channel,
    channel_news.c.channel_order_id,
    postgresql_where=text("taken_at IS NULL"),
    sqlite_where=text("taken_at IS NULL"),
)

returns_due = Table(
    "returns_due",
    metadata,
    # The same cause gives the same key, so it is noted once.
    Column("key", String, primary_key=True),
    Column("order_id", String, ForeignKey("orders.id"), nullable=False, index=True),
    Column("fulfillment_order_id", String(40), nullable=False),
    Column("cause", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("units", Text, nullable=False),
    Column("state", String, nullable=False, server_default="due"),
    Column("noted_at", UtcDateTime, nullable=False),
)
Index(
    "ix_returns_due_due",
    returns_due.c.noted_at,
    returns_due.c.key,
    postgresql_where=text("state = 'due'"),
    sqlite_where=text("state = 'due'"),
)

replacements = Table(
    "replacements",
    metadata,
    # The same key is the same replacement.
    Column("key", String, primary_key=True),
    # The order that is replaced.
    Column("order_id", String, ForeignKey("orders.id"), nullable=False, index=True),
    # Under which the order that replaces it is taken in.
    Column("channel", String, nullable=False),
    Column("channel_order_id", String, nullable=False),
    # JSON: the lines, the reason, the cause and the speed that were asked for.
    Column("asked", Text, nullable=False),
    # Another address than the order's, until the replacement is taken in.
    Column("ship_to", Text),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("replacement_id", String, ForeignKey("orders.id")),
    UniqueConstraint("channel", "channel_order_id"),
)
Index(
    "ix_replacements_open",
    replacements.c.requested_at,
    postgresql_where=text("replacement_id IS NULL"),
    sqlite_where=text("replacement_id IS NULL"),
)
