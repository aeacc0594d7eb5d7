"""The tables of deliveries, and of requests about buyers' data that came by them.

Bodies are not kept: they may hold a buyer's data. Of a request for privacy is kept who asks, until
it is done.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text, text

from stockpool.storage.metadata import UtcDateTime, metadata

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("channel", String, primary_key=True),
    # The channel's own id of the delivery, by which a repeat is known.
    Column("delivery_id", String, primary_key=True),
    Column("topic", String, nullable=False),
    # A JSON list of the orders that it names.
    Column("channel_order_ids", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    # When the channel was first read again because of it, whatever came of that.
    Column("tried_at", UtcDateTime),
    # When the channel was read again and all that it had was stored.
    Column("read_at", UtcDateTime),
)
Index(
    "ix_webhook_deliveries_open",
    webhook_deliveries.c.channel,
    webhook_deliveries.c.received_at,
    postgresql_where=text("read_at IS NULL"),
    sqlite_where=text("read_at IS NULL"),
)
Index("ix_webhook_deliveries_read_at", webhook_deliveries.c.channel, webhook_deliveries.c.read_at)

privacy_requests = Table(
    "privacy_requests",
    metadata,
    Column("channel", String, primary_key=True),
    # The delivery's id.
    Column("request_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    # Whom it is about; emptied when it is done.
    Column("body", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("tried_at", UtcDateTime),
    Column("done_at", UtcDateTime),
)
Index(
    "ix_privacy_requests_open",
    privacy_requests.c.received_at,
    postgresql_where=text("done_at IS NULL"),
    sqlite_where=text("done_at IS NULL"),
)
