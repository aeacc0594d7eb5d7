"""claims, and the shipments of inbound plans"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbound_plans", sa.Column("look_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_inbound_plans_look_at",
        "inbound_plans",
        ["look_at"],
        unique=False,
        postgresql_where=sa.text("look_at IS NOT NULL"),
        sqlite_where=sa.text("look_at IS NOT NULL"),
    )
    op.execute("UPDATE inbound_plans SET look_at = finished_at WHERE state = 'made'")
    op.create_table(
        "inbound_shipments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("shipment_confirmation_id", sa.String(), nullable=True),
        sa.Column("center", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("receiving_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["inbound_plans.id"],
            name=op.f("fk_inbound_shipments_plan_id_inbound_plans"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_shipments")),
    )
    op.create_index(
        op.f("ix_inbound_shipments_plan_id"), "inbound_shipments", ["plan_id"], unique=False
    )
    op.create_table(
        "inbound_shipment_items",
        sa.Column("shipment_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("stock_sku", sa.String(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changes", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "expected >= 0 AND received >= 0 AND not_shipped >= 0",
            name=op.f("ck_inbound_shipment_items_never_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["inbound_shipments.id"],
            name=op.f("fk_inbound_shipment_items_shipment_id_inbound_shipments"),
        ),
        sa.PrimaryKeyConstraint("shipment_id", "sku", name=op.f("pk_inbound_shipment_items")),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("stock_sku", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("claimed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paid", sa.Integer(), server_default="0", nullable=False),
        sa.Column("replaced", sa.Integer(), server_default="0", nullable=False),
        sa.Column("written_off", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found_settled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unit_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("denied", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="{}", nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("window_confirmed", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("changes", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "claimed >= 0 AND found >= 0 AND paid >= 0 AND replaced >= 0 AND written_off >= 0 "
            "AND found_settled >= 0",
            name=op.f("ck_claims_never_negative"),
        ),
        sa.CheckConstraint(
            "found + paid + replaced + written_off <= claimed AND found + found_settled <= claimed",
            name=op.f("ck_claims_within_claimed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("key", name=op.f("uq_claims_key")),
    )
    op.create_index("ix_claims_stock", "claims", ["pool", "stock_sku"], unique=False)
    op.create_index("ix_claims_subject", "claims", ["subject"], unique=False)
    op.create_index("ix_claims_closes_at", "claims", ["closes_at"], unique=False)
    op.create_table(
        "claim_events",
        sa.Column("claim_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk_claim_events_claim_id_claims")
        ),
        sa.PrimaryKeyConstraint("claim_id", "number", name=op.f("pk_claim_events")),
    )
    op.create_table(
        "reimbursements",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("report_key", sa.String(length=32), nullable=False),
        sa.Column("report_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reimbursement_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("units_cash", sa.Integer(), nullable=False),
        sa.Column("units_inventory", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("original_id", sa.String(), nullable=True),
        sa.Column("matched", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken_in_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "pool", "report_key", "report_number", name=op.f("pk_reimbursements")
        ),
    )
    op.create_index("ix_reimbursements_sku", "reimbursements", ["pool", "sku"], unique=False)
    op.create_index(
        "ix_reimbursements_id", "reimbursements", ["pool", "reimbursement_id"], unique=False
    )
    op.create_table(
        "reimbursement_matches",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("report_key", sa.String(length=32), nullable=False),
        sa.Column("report_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("claim_id", sa.String(), nullable=False),
        sa.Column("units_cash", sa.Integer(), nullable=False),
        sa.Column("units_inventory", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk_reimbursement_matches_claim_id_claims")
        ),
        sa.ForeignKeyConstraint(
            ["pool", "report_key", "report_number"],
            [
                "reimbursements.pool",
                "reimbursements.report_key",
                "reimbursements.report_number",
            ],
            name=op.f("fk_reimbursement_matches_pool_report_key_report_number_reimbursements"),
        ),
        sa.PrimaryKeyConstraint(
            "pool",
            "report_key",
            "report_number",
            "claim_id",
            name=op.f("pk_reimbursement_matches"),
        ),
    )
    op.create_index(
        op.f("ix_reimbursement_matches_claim_id"),
        "reimbursement_matches",
        ["claim_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("reimbursement_matches")
    op.drop_table("reimbursements")
    op.drop_table("claim_events")
    op.drop_table("claims")
    op.drop_table("inbound_shipment_items")
    op.drop_table("inbound_shipments")
    op.drop_index("ix_inbound_plans_look_at", table_name="inbound_plans")
    op.drop_column("inbound_plans", "look_at")
