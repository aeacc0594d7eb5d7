"""refunds that are due, and news from channels"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refunds_due",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("quantities", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), server_default="due", nullable=False),
        sa.Column("refund_id", sa.String(), nullable=True),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_refunds_due_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_refunds_due")),
    )
    op.create_index(op.f("ix_refunds_due_order_id"), "refunds_due", ["order_id"], unique=False)
    op.create_index(
        "ix_refunds_due_due",
        "refunds_due",
        ["noted_at", "key"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
        sqlite_where=sa.text("state = 'due'"),
    )
    op.create_table(
        "channel_news",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("news_id", sa.String(), nullable=False),
        sa.Column("channel_order_id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "kind", "news_id", name=op.f("pk_channel_news")),
    )
    op.create_index(
        "ix_channel_news_open",
        "channel_news",
        ["channel", "channel_order_id"],
        unique=False,
        postgresql_where=sa.text("taken_at IS NULL"),
        sqlite_where=sa.text("taken_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_channel_news_open", table_name="channel_news")
    op.drop_table("channel_news")
    op.drop_index("ix_refunds_due_due", table_name="refunds_due")
    op.drop_index(op.f("ix_refunds_due_order_id"), table_name="refunds_due")
    op.drop_table("refunds_due")
