"""inbound plans that were asked for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbound_plans",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("inbound_plan_id", sa.String(), nullable=True),
        sa.Column("operation_id", sa.String(), nullable=True),
        sa.Column("problems", sa.Text(), server_default="[]", nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_plans")),
    )
    op.create_index(
        "ix_inbound_plans_started",
        "inbound_plans",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'started'"),
        sqlite_where=sa.text("state = 'started'"),
    )


def downgrade() -> None:
    op.drop_index("ix_inbound_plans_started", table_name="inbound_plans")
    op.drop_table("inbound_plans")
