"""what the network's own shop has sold; the condition of stock"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "network_figures",
        sa.Column("condition", sa.String(), server_default="", nullable=False),
    )
    op.create_table(
        "amazon_sales",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("amazon_order_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("merchant_order_id", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("sales_channel", sa.String(), nullable=False),
        sa.Column("fulfilled_by", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("purchased_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("pool", "amazon_order_id", "sku", name=op.f("pk_amazon_sales")),
    )
    op.create_index(
        "ix_amazon_sales_purchased_at",
        "amazon_sales",
        ["purchased_at", "amazon_order_id"],
        unique=False,
    )
    op.create_index(
        "ix_amazon_sales_sku", "amazon_sales", ["pool", "sku", "purchased_at"], unique=False
    )
    op.create_table(
        "amazon_parcels",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("shipment_id", sa.String(), nullable=False),
        sa.Column("shipment_item_id", sa.String(), nullable=False),
        sa.Column("amazon_order_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=True),
        sa.Column("tracking_number", sa.String(), nullable=True),
        sa.Column("shipped_at", UtcDateTime(), nullable=True),
        sa.Column("estimated_arrival", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint(
            "pool", "shipment_id", "shipment_item_id", name=op.f("pk_amazon_parcels")
        ),
    )
    op.create_index(
        "ix_amazon_parcels_order", "amazon_parcels", ["pool", "amazon_order_id"], unique=False
    )
    op.create_index(
        "ix_amazon_parcels_tracking_number", "amazon_parcels", ["tracking_number"], unique=False
    )


def downgrade() -> None:
    op.drop_table("amazon_parcels")
    op.drop_table("amazon_sales")
    op.drop_column("network_figures", "condition")
