"""parcels of removal orders, and what of them has arrived"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = ("pool", "order_id", "tracking_number", "shipped_at", "sku", "fnsku", "disposition")
    op.create_table(
        "removal_parcels",
        *(
            sa.Column(name, UtcDateTime() if name == "shipped_at" else sa.String(), nullable=False)
            for name in key
        ),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=True),
        sa.Column("noted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "units >= 0 AND (arrived IS NULL OR (arrived >= 0 AND arrived <= units))",
            name=op.f("ck_removal_parcels_arrived_of_sent"),
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_removal_parcels")),
    )
    op.create_index(
        op.f("ix_removal_parcels_shipped_at"), "removal_parcels", ["shipped_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("removal_parcels")
