"""Tables of removal orders. Units: asked = in process + shipped + disposed + cancelled."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from stockpool.storage.metadata import UtcDateTime, metadata

SUBMITTED = "Submitted"
"""The network has the file and has not decided about it. The word is ours."""

removal_orders = Table(
    "removal_orders",
    metadata,
    Column("id", String(50), primary_key=True),
    Column("pool", String, nullable=False),
    Column("disposition", String, nullable=False),
    # Empty until the network has taken it; then the network's status, or SUBMITTED.
    Column("status", String),
    # The receipt of its file, at a network that decides later.
    Column("feed_id", String),
    Column("ship_to", Text),
    Column("tracking_numbers", Text, nullable=False, server_default="[]"),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime),
)

removal_items = Table(
    "removal_items",
    metadata,
    Column("removal_order_id", String(50), ForeignKey("removal_orders.id"), primary_key=True),
    Column("sku", String, primary_key=True),
    Column("sellable", Boolean, primary_key=True),
    Column("stock_sku", String, nullable=False),
    # From which bucket the units were set aside, e.g. {"defective": 2}.
    Column("taken_from", Text, nullable=False),
    Column("requested", Integer, nullable=False),
    Column("shipped", Integer, nullable=False, server_default="0"),
    Column("disposed", Integer, nullable=False, server_default="0"),
    Column("cancelled", Integer, nullable=False, server_default="0"),
    CheckConstraint("requested > 0", name="some_units"),
    CheckConstraint(
        "shipped >= 0 AND disposed >= 0 AND cancelled >= 0 "
        "AND shipped + disposed + cancelled <= requested",
        name="within_requested",
    ),
)

foreign_removals = Table(
    "foreign_removals",
    metadata,
    # Removal orders that this engine has not asked for: the network's own, or made by hand.
    Column("pool", String, primary_key=True),
    Column("order_id", String, primary_key=True),
    Column("sku", String, primary_key=True),
    Column("disposition", String, primary_key=True),
    Column("stock_sku", String, nullable=False),
    Column("order_type", String, nullable=False),
    Column("status", String, nullable=False),
    Column("requested", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("requested_at", UtcDateTime),
    Column("changes", Integer, nullable=False, server_default="0"),
    CheckConstraint("requested >= 0 AND cancelled >= 0 AND gone >= 0", name="never_negative"),
)

removal_parcels = Table(
    "removal_parcels",
    metadata,
    # Units of a removal order on their way to the merchant, as the network's report tells them.
    Column("pool", String, primary_key=True),
    Column("order_id", String, primary_key=True),
    Column("tracking_number", String, primary_key=True),
    Column("shipped_at", UtcDateTime, primary_key=True, index=True),
    Column("sku", String, primary_key=True),
    Column("fnsku", String, primary_key=True),
    Column("disposition", String, primary_key=True),
    Column("carrier", String, nullable=False),
    Column("units", Integer, nullable=False),
    # Empty as long as nobody has said it.
    Column("arrived", Integer),
    Column("noted_at", UtcDateTime),
    CheckConstraint(
        "units >= 0 AND (arrived IS NULL OR (arrived >= 0 AND arrived <= units))",
        name="arrived_of_sent",
    ),
)
