"""Tables of claims, what happened to them, and what the network paid."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from stockpool.storage.metadata import UtcDateTime, metadata

claims = Table(
    "claims",
    metadata,
    Column("id", String, primary_key=True),
    # What is claimed, so that one loss is one claim: `inbound_missing:SHIPMENT:SKU` ...
    Column("key", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("pool", String, nullable=False),
    Column("sku", String, nullable=False),
    Column("stock_sku", String, nullable=False),
    # The shipment, order, removal or report row that it is about.
    Column("subject", String, nullable=False),
    Column("claimed", Integer, nullable=False, server_default="0"),
    Column("found", Integer, nullable=False, server_default="0"),
    Column("paid", Integer, nullable=False, server_default="0"),
    Column("replaced", Integer, nullable=False, server_default="0"),
    Column("written_off", Integer, nullable=False, server_default="0"),
    Column("found_settled", Integer, nullable=False, server_default="0"),
    # What one unit is worth to the merchant; empty if nobody has said it.
    Column("unit_value_minor", BigInteger),
    Column("currency", String(3)),
    # The network's, once it is filed.
    Column("case_id", String),
    Column("denied", Boolean, nullable=False, server_default="0"),
    # JSON: what proves it, by name.
    Column("evidence", Text, nullable=False, server_default="{}"),
    Column("since", UtcDateTime, nullable=False),
    Column("opens_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime, nullable=False),
    # Whether the network has published these days.
    Column("window_confirmed", Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    # Counts the changes, for the keys of moves.
    Column("changes", Integer, nullable=False, server_default="0"),
    CheckConstraint(
        "claimed >= 0 AND found >= 0 AND paid >= 0 AND replaced >= 0 AND written_off >= 0 "
        "AND found_settled >= 0",
        name="never_negative",
    ),
    CheckConstraint(
        "found + paid + replaced + written_off <= claimed AND found + found_settled <= claimed",
        name="within_claimed",
    ),
)
OWED_UNITS = " - ".join(
    f"claims.{name}" for name in ("claimed", "found", "paid", "replaced", "written_off")
)
Index("ix_claims_stock", claims.c.pool, claims.c.stock_sku)
Index("ix_claims_subject", claims.c.subject)
Index("ix_claims_closes_at", claims.c.closes_at)

center_events = Table(
    "center_events",
    metadata,
    # Units that a center has lost or found, as the network's ledger tells.
    Column("pool", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("sku", String, nullable=False, index=True),
    Column("occurred_at", UtcDateTime, nullable=False),
    # Above zero: lost; below: found.
    Column("units", Integer, nullable=False),
)

claim_events = Table(
    "claim_events",
    metadata,
    Column("claim_id", String, ForeignKey("claims.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("units", Integer, nullable=False, server_default="0"),
    Column("note", Text, nullable=False, server_default=""),
    Column("occurred_at", UtcDateTime, nullable=False),
)

reimbursements = Table(
    "reimbursements",
    metadata,
    Column("pool", String, primary_key=True),
    # The row of the report: the digest of its key, and its number among rows that share it.
    Column("report_key", String(32), primary_key=True),
    Column("report_number", Integer, primary_key=True, autoincrement=False),
    Column("reimbursement_id", String, nullable=False),
    Column("sku", String, nullable=False),
    Column("reason", String, nullable=False),
    # What kind of claim the reason is about, if its words say it.
    Column("kind", String),
    Column("case_id", String),
    Column("approved_at", UtcDateTime),
    Column("units_cash", Integer, nullable=False),
    Column("units_inventory", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3)),
    # Another one that this takes back.
    Column("original_id", String),
    # Units that were counted against claims, or taken back from them.
    Column("matched", Integer, nullable=False, server_default="0"),
    Column("taken_in_at", UtcDateTime, nullable=False),
)
Index("ix_reimbursements_sku", reimbursements.c.pool, reimbursements.c.sku)
Index("ix_reimbursements_id", reimbursements.c.pool, reimbursements.c.reimbursement_id)

reimbursement_matches = Table(
    "reimbursement_matches",
    metadata,
    Column("pool", String, primary_key=True),
    Column("report_key", String(32), primary_key=True),
    Column("report_number", Integer, primary_key=True, autoincrement=False),
    Column("claim_id", String, ForeignKey("claims.id"), primary_key=True, index=True),
    Column("units_cash", Integer, nullable=False),
    Column("units_inventory", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["pool", "report_key", "report_number"],
        [
            "reimbursements.pool",
            "reimbursements.report_key",
            "reimbursements.report_number",
        ],
    ),
)
