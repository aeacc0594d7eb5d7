"""what cancellation requests ask for, and returns that are due"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("targets", sa.Text(), server_default="{}", nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("done", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("cancellations", column)
    op.create_table(
        "returns_due",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("fulfillment_order_id", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), server_default="due", nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_returns_due_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_returns_due")),
    )
    op.create_index(op.f("ix_returns_due_order_id"), "returns_due", ["order_id"], unique=False)
    op.create_index(
        "ix_returns_due_due",
        "returns_due",
        ["noted_at", "key"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
        sqlite_where=sa.text("state = 'due'"),
    )


def downgrade() -> None:
    op.drop_index("ix_returns_due_due", table_name="returns_due")
    op.drop_index(op.f("ix_returns_due_order_id"), table_name="returns_due")
    op.drop_table("returns_due")
    for name in ("done", "asked_by", "targets"):
        op.drop_column("cancellations", name)
