"""bulk plans"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_plans",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("unknown_columns", sa.Text(), nullable=False),
        sa.Column("ignored_lines", sa.Text(), nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_plans")),
    )
    op.create_index(
        "ix_bulk_plans_applying",
        "bulk_plans",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'applying'"),
        sqlite_where=sa.text("state = 'applying'"),
    )
    op.create_table(
        "bulk_items",
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused_rows", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "rows > 0 AND refused_rows BETWEEN 0 AND rows", name=op.f("ck_bulk_items_rows_counted")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["bulk_plans.id"], name=op.f("fk_bulk_items_plan_id_bulk_plans")
        ),
        sa.PrimaryKeyConstraint("plan_id", "position", name=op.f("pk_bulk_items")),
    )
    op.create_index(
        "ix_bulk_items_open",
        "bulk_items",
        ["plan_id", "position"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
        sqlite_where=sa.text("outcome IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("bulk_items")
    op.drop_table("bulk_plans")
