"""orders that replace others"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a foreign key: SQLite would have to copy all orders for it.
    op.add_column("orders", sa.Column("replaces", sa.String(), nullable=True))
    op.create_table(
        "replacements",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_order_id", sa.String(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("ship_to", sa.Text(), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("replacement_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_replacements_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["replacement_id"], ["orders.id"], name=op.f("fk_replacements_replacement_id_orders")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_replacements")),
        sa.UniqueConstraint(
            "channel", "channel_order_id", name=op.f("uq_replacements_channel_channel_order_id")
        ),
    )
    op.create_index(op.f("ix_replacements_order_id"), "replacements", ["order_id"], unique=False)
    op.create_index(
        "ix_replacements_open",
        "replacements",
        ["requested_at"],
        unique=False,
        postgresql_where=sa.text("replacement_id IS NULL"),
        sqlite_where=sa.text("replacement_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("replacements")
    op.drop_column("orders", "replaces")
