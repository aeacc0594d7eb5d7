"""until when somebody has to see to an attention item"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attention_items", sa.Column("due_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("attention_items", "due_at")
