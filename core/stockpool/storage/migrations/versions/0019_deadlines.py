"""indexes by which the deadline book is read"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_packages_under_way", "packages", "estimated_arrival", "delivered_at IS NULL"),
    ("ix_orders_on_hold", "orders", "accepted_at", "hold_reason IS NOT NULL"),
    ("ix_refunds_due_waiting", "refunds_due", "noted_at", "state IN ('due', 'by_hand')"),
)


def upgrade() -> None:
    for name, table, column, where in _INDEXES:
        op.create_index(
            name,
            table,
            [column],
            unique=False,
            postgresql_where=sa.text(where),
            sqlite_where=sa.text(where),
        )


def downgrade() -> None:
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table_name=table)
