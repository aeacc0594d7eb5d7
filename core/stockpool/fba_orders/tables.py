"""Tables of what the network's own shop has sold, as its reports tell it. No buyers' data."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from stockpool.storage.metadata import UtcDateTime, metadata

amazon_sales = Table(
    "amazon_sales",
    metadata,
    Column("pool", String, primary_key=True),
    Column("amazon_order_id", String, primary_key=True),
    Column("sku", String, primary_key=True),
    # Of an order that the merchant has placed himself: its id there.
    Column("merchant_order_id", String),
    # `amazon`: sold in the network's shop; `mcf`: sold elsewhere, whoever has placed it.
    Column("origin", String, nullable=False),
    Column("sales_channel", String, nullable=False),
    Column("fulfilled_by", String, nullable=False),
    Column("status", String, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("currency", String(3)),
    Column("price_minor", BigInteger),
    Column("purchased_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime),
)
Index("ix_amazon_sales_purchased_at", amazon_sales.c.purchased_at, amazon_sales.c.amazon_order_id)
Index("ix_amazon_sales_sku", amazon_sales.c.pool, amazon_sales.c.sku, amazon_sales.c.purchased_at)

amazon_parcels = Table(
    "amazon_parcels",
    metadata,
    Column("pool", String, primary_key=True),
    Column("shipment_id", String, primary_key=True),
    Column("shipment_item_id", String, primary_key=True),
    Column("amazon_order_id", String, nullable=False),
    Column("sku", String, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("carrier", String),
    Column("tracking_number", String),
    Column("shipped_at", UtcDateTime),
    Column("estimated_arrival", UtcDateTime),
)
Index("ix_amazon_parcels_order", amazon_parcels.c.pool, amazon_parcels.c.amazon_order_id)
Index("ix_amazon_parcels_tracking_number", amazon_parcels.c.tracking_number)
