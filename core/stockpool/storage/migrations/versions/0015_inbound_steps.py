"""inbound steps: packing, placement and carriage of plans"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbound_steps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("operation_id", sa.String(), nullable=True),
        sa.Column("problems", sa.Text(), server_default="[]", nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_steps")),
    )
    op.create_index(
        "uq_inbound_steps_open",
        "inbound_steps",
        ["subject"],
        unique=True,
        postgresql_where=sa.text("state IN ('recorded', 'started')"),
        sqlite_where=sa.text("state IN ('recorded', 'started')"),
    )
    op.create_index("ix_inbound_steps_subject", "inbound_steps", ["subject", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("inbound_steps")
