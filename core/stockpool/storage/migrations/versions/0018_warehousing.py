"""sizes of units, capacity, and removal orders of others"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_sizes",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("weight_g", sa.Integer(), nullable=False),
        sa.Column("storage_type", sa.String(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "volume_cm3 > 0 AND weight_g > 0", name=op.f("ck_unit_sizes_takes_room")
        ),
        sa.ForeignKeyConstraint(["sku"], ["products.sku"], name=op.f("fk_unit_sizes_sku_products")),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_unit_sizes")),
    )
    op.create_table(
        "capacity_limits",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("storage_type", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("limit_cm3", sa.BigInteger(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("limit_cm3 >= 0", name=op.f("ck_capacity_limits_some_room")),
        sa.PrimaryKeyConstraint("pool", "storage_type", "month", name=op.f("pk_capacity_limits")),
    )
    op.create_table(
        "foreign_removals",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("stock_sku", sa.String(), nullable=False),
        sa.Column("order_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=True),
        sa.Column("changes", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "requested >= 0 AND cancelled >= 0 AND gone >= 0",
            name=op.f("ck_foreign_removals_never_negative"),
        ),
        sa.PrimaryKeyConstraint(
            "pool", "order_id", "sku", "disposition", name=op.f("pk_foreign_removals")
        ),
    )


def downgrade() -> None:
    op.drop_table("foreign_removals")
    op.drop_table("capacity_limits")
    op.drop_table("unit_sizes")
