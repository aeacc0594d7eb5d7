"""changes of listings, and stock without a live offer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("strands", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problems", sa.Text(), server_default="[]", nullable=False),
        sa.Column("submission_id", sa.String(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_changes")),
    )
    op.create_index("ix_listing_changes_place", "listing_changes", ["pool", "sku"], unique=False)
    op.create_index(
        "ix_listing_changes_accepted",
        "listing_changes",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'accepted'"),
        sqlite_where=sa.text("state = 'accepted'"),
    )
    op.create_table(
        "stranded_stock",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("units > 0", name=op.f("ck_stranded_stock_some_units")),
        sa.PrimaryKeyConstraint("pool", "sku", name=op.f("pk_stranded_stock")),
    )


def downgrade() -> None:
    op.drop_table("stranded_stock")
    op.drop_index("ix_listing_changes_accepted", table_name="listing_changes")
    op.drop_index("ix_listing_changes_place", table_name="listing_changes")
    op.drop_table("listing_changes")
