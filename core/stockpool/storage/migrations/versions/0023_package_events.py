"""what happens to parcels on their way"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("packages", sa.Column("promised_arrival", UtcDateTime(), nullable=True))
    op.execute("UPDATE packages SET promised_arrival = estimated_arrival")
    op.create_table(
        "package_events",
        sa.Column("fulfillment_order_id", sa.String(40), nullable=False),
        sa.Column("package_number", sa.Integer(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id", "package_number"],
            ["packages.fulfillment_order_id", "packages.package_number"],
            name=op.f("fk_package_events_fulfillment_order_id_package_number_packages"),
        ),
        sa.PrimaryKeyConstraint(
            "fulfillment_order_id",
            "package_number",
            "occurred_at",
            "code",
            name=op.f("pk_package_events"),
        ),
    )


def downgrade() -> None:
    op.drop_table("package_events")
    op.drop_column("packages", "promised_arrival")
