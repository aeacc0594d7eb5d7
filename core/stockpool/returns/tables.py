"""Tables of returns. A row of `return_units` is one unit, as Amazon counts them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
)

from stockpool.storage.metadata import UtcDateTime, metadata

order_returns = Table(
    "order_returns",
    metadata,
    Column("id", String, primary_key=True),
    # The same key is the same return.
    Column("key", String, nullable=False, unique=True),
    Column("order_id", String, ForeignKey("orders.id"), nullable=False, index=True),
    # A digest of the request, by which a repeat under the same key is known.
    Column("asked", Text, nullable=False),
    Column("reason_code", String, nullable=False),
    Column("comment", Text, nullable=False, server_default=""),
    Column("requested_at", UtcDateTime, nullable=False),
    # Who began it: merchant, channel, or carrier (a parcel that came back by itself).
    Column("origin", String, nullable=False, server_default="merchant"),
    # The channel's id of it, if a channel has asked.
    Column("asked_by", String),
    # When to ask what has become of its units, while some are on the way.
    Column("ask_at", UtcDateTime),
)
Index(
    "ix_order_returns_ask_at",
    order_returns.c.ask_at,
    postgresql_where=order_returns.c.ask_at.is_not(None),
    sqlite_where=order_returns.c.ask_at.is_not(None),
)

return_units = Table(
    "return_units",
    metadata,
    # `sellerReturnItemId`.
    Column("id", String(80), primary_key=True),
    Column("return_id", String, ForeignKey("order_returns.id"), nullable=False, index=True),
    Column("order_id", String, nullable=False, index=True),
    Column("fulfillment_order_id", String(40), nullable=False),
    Column("item_id", String(50), nullable=False),
    Column("shipment_id", String, nullable=False),
    Column("line_id", String, nullable=False),
    Column("sku", String, nullable=False),
    Column("stock_sku", String, nullable=False),
    # asked → authorised → received, or refused.
    Column("state", String, nullable=False),
    # Why it was refused.
    Column("problem", Text),
    # JSON of what the customer needs to send it back.
    Column("authorization", Text),
    # What the network found it to be.
    Column("received_condition", String),
    Column("decided_at", UtcDateTime),
    Column("received_at", UtcDateTime),
    ForeignKeyConstraint(
        ["fulfillment_order_id", "item_id"],
        ["fulfillment_items.fulfillment_order_id", "fulfillment_items.item_id"],
    ),
)
