"""returns that channels ask for, and parcels that come back by themselves"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "order_returns",
        sa.Column("origin", sa.String(), server_default="merchant", nullable=False),
    )
    op.add_column("order_returns", sa.Column("asked_by", sa.String(), nullable=True))
    op.create_index(
        "ix_packages_returned",
        "packages",
        ["fulfillment_order_id", "package_number"],
        unique=False,
        postgresql_where=sa.text("status = 'RETURNED'"),
        sqlite_where=sa.text("status = 'RETURNED'"),
    )


def downgrade() -> None:
    op.drop_index("ix_packages_returned", table_name="packages")
    op.drop_column("order_returns", "asked_by")
    op.drop_column("order_returns", "origin")
