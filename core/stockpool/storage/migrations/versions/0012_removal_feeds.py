"""receipts of removal orders that are sent as files"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("removal_orders", sa.Column("feed_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("removal_orders", "feed_id")
