"""units that centers have lost and found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "center_events",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "key", name=op.f("pk_center_events")),
    )
    op.create_index(op.f("ix_center_events_sku"), "center_events", ["sku"], unique=False)


def downgrade() -> None:
    op.drop_table("center_events")
