"""who sees to an attention item, and what was done about it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attention_items", sa.Column("owner", sa.String(), nullable=True))
    op.create_table(
        "attention_events",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["attention_items.id"],
            name=op.f("fk_attention_events_item_id_attention_items"),
        ),
        sa.PrimaryKeyConstraint("item_id", "number", name=op.f("pk_attention_events")),
    )


def downgrade() -> None:
    op.drop_table("attention_events")
    op.drop_column("attention_items", "owner")
