"""returns: units that customers send back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_returns",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("ask_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_returns_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_returns")),
        sa.UniqueConstraint("key", name=op.f("uq_order_returns_key")),
    )
    op.create_index(op.f("ix_order_returns_order_id"), "order_returns", ["order_id"], unique=False)
    op.create_index(
        "ix_order_returns_ask_at",
        "order_returns",
        ["ask_at"],
        unique=False,
        postgresql_where=sa.text("ask_at IS NOT NULL"),
        sqlite_where=sa.text("ask_at IS NOT NULL"),
    )
    op.create_table(
        "return_units",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("fulfillment_order_id", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=50), nullable=False),
        sa.Column("shipment_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("stock_sku", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("authorization", sa.Text(), nullable=True),
        sa.Column("received_condition", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id", "item_id"],
            ["fulfillment_items.fulfillment_order_id", "fulfillment_items.item_id"],
            name=op.f("fk_return_units_fulfillment_order_id_item_id_fulfillment_items"),
        ),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["order_returns.id"],
            name=op.f("fk_return_units_return_id_order_returns"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_units")),
    )
    op.create_index(op.f("ix_return_units_return_id"), "return_units", ["return_id"], unique=False)
    op.create_index(op.f("ix_return_units_order_id"), "return_units", ["order_id"], unique=False)


def downgrade() -> None:
    op.drop_table("return_units")
    op.drop_table("order_returns")
