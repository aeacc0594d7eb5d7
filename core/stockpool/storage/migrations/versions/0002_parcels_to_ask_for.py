"""parcels to ask for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fulfillment_orders", sa.Column("ask_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_fulfillment_orders_ask_at",
        "fulfillment_orders",
        ["ask_at"],
        unique=False,
        postgresql_where=sa.text("ask_at IS NOT NULL"),
        sqlite_where=sa.text("ask_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_fulfillment_orders_ask_at", table_name="fulfillment_orders")
    op.drop_column("fulfillment_orders", "ask_at")
