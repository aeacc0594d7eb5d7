"""first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attention_items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sightings", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention_items")),
        sa.UniqueConstraint("key", name=op.f("uq_attention_items_key")),
    )
    op.create_index(
        "ix_attention_items_open",
        "attention_items",
        ["kind", "last_seen_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    op.create_table(
        "effect_attempts",
        sa.Column(
            "effect_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("effect_id", "fence", name=op.f("pk_effect_attempts")),
    )
    op.create_table(
        "effects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("aggregate", sa.String(), nullable=False),
        sa.Column("share", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("promised_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_effects_attempts_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
        sa.UniqueConstraint("key", name=op.f("uq_effects_key")),
    )
    op.create_index(
        "ix_effects_dead",
        "effects",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
        sqlite_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_effects_open_aggregate",
        "effects",
        ["aggregate", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'leased')"),
        sqlite_where=sa.text("state IN ('pending', 'leased')"),
    )
    op.create_index(
        "ix_effects_open_lane",
        "effects",
        ["lane", "party", "share", sa.literal_column("priority DESC"), "promised_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'leased')"),
        sqlite_where=sa.text("state IN ('pending', 'leased')"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "network_figures",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("network_time", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("fulfillable", sa.BigInteger(), nullable=False),
        sa.Column("pending_customer_order", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "sku", name=op.f("pk_network_figures")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_order_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("speed", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("backorder", sa.Boolean(), nullable=False),
        sa.Column("features", sa.String(), nullable=False),
        sa.Column("hold_reason", sa.String(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=True),
        sa.Column("shipping_tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint(
            "channel", "channel_order_id", name=op.f("uq_orders_channel_channel_order_id")
        ),
    )
    op.create_index("ix_orders_accepted_at", "orders", ["accepted_at"], unique=False)
    op.create_table(
        "parked_requests",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_order_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("parked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "channel_order_id", name=op.f("pk_parked_requests")),
    )
    op.create_table(
        "products",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("stock_sku", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_products")),
    )
    op.create_index(op.f("ix_products_stock_sku"), "products", ["stock_sku"], unique=False)
    op.create_table(
        "rate_buckets",
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("burst", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("refilled_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("party", "operation", name=op.f("pk_rate_buckets")),
    )
    op.create_table(
        "removal_orders",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("ship_to", sa.Text(), nullable=True),
        sa.Column("tracking_numbers", sa.Text(), server_default="[]", nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal_orders")),
    )
    op.create_table(
        "routing_rules",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("first_used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_routing_rules")),
    )
    op.create_table(
        "stock_levels",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("fulfillable", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("committed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pending_removal", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("inbound_working", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("inbound_shipped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("inbound_receiving", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pending_customer_order", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pending_transshipment", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fc_processing", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("researching", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("customer_damaged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("warehouse_damaged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("distributor_damaged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("carrier_damaged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("defective", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expired", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("supplier", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("customer", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned_to_seller", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("disposed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("liquidated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("owed_by_amazon", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("written_off", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("adjustment", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "fulfillable + held + committed + pending_removal + inbound_working + inbound_shipped + inbound_receiving + pending_customer_order + pending_transshipment + fc_processing + researching + customer_damaged + warehouse_damaged + distributor_damaged + carrier_damaged + defective + expired + supplier + customer + returned_to_seller + disposed + liquidated + owed_by_amazon + written_off + adjustment = 0",
            name=op.f("ck_stock_levels_conserved"),
        ),
        sa.CheckConstraint(
            "fulfillable >= 0 AND held >= 0 AND committed >= 0 AND pending_removal >= 0 AND inbound_working >= 0 AND inbound_shipped >= 0 AND inbound_receiving >= 0 AND pending_customer_order >= 0 AND pending_transshipment >= 0 AND fc_processing >= 0 AND researching >= 0 AND customer_damaged >= 0 AND warehouse_damaged >= 0 AND distributor_damaged >= 0 AND carrier_damaged >= 0 AND defective >= 0 AND expired >= 0",
            name=op.f("ck_stock_levels_never_negative"),
        ),
        sa.PrimaryKeyConstraint("pool", "sku", name=op.f("pk_stock_levels")),
    )
    op.create_index("ix_stock_levels_sku", "stock_levels", ["sku"], unique=False)
    op.create_table(
        "stock_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_moves_moves_something")),
        sa.CheckConstraint("source <> target", name=op.f("ck_stock_moves_moves_somewhere")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_moves")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_moves_key")),
        sqlite_autoincrement=False,
    )
    op.create_index("ix_stock_moves_pool_sku", "stock_moves", ["pool", "sku", "id"], unique=False)
    op.create_index(
        "ix_stock_moves_receipts",
        "stock_moves",
        ["pool", "sku", "occurred_at"],
        unique=False,
        postgresql_where=sa.text(
            "source IN ('supplier', 'customer', 'returned_to_seller', 'disposed', 'liquidated', 'owed_by_amazon', 'written_off', 'adjustment', 'inbound_working', 'inbound_shipped', 'inbound_receiving')"
        ),
        sqlite_where=sa.text(
            "source IN ('supplier', 'customer', 'returned_to_seller', 'disposed', 'liquidated', 'owed_by_amazon', 'written_off', 'adjustment', 'inbound_working', 'inbound_shipped', 'inbound_receiving')"
        ),
    )
    op.create_table(
        "stock_snapshots",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("network_time", UtcDateTime(), nullable=False),
        sa.Column("skus", sa.Integer(), nullable=False),
        sa.Column("adjusted_skus", sa.Integer(), nullable=False),
        sa.Column("adjusted_units", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool", "taken_at", name=op.f("pk_stock_snapshots")),
    )
    op.create_table(
        "told_availability",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "channel_sku", name=op.f("pk_told_availability")),
    )
    op.create_table(
        "cancellations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("fulfillment_order_id", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("quantities", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_cancellations_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellations")),
    )
    op.create_index(op.f("ix_cancellations_order_id"), "cancellations", ["order_id"], unique=False)
    op.create_index(
        "ix_cancellations_requested",
        "cancellations",
        ["fulfillment_order_id"],
        unique=False,
        postgresql_where=sa.text("state = 'requested'"),
        sqlite_where=sa.text("state = 'requested'"),
    )
    op.create_table(
        "decisions",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("rules_digest", sa.String(), nullable=False),
        sa.Column("input_digest", sa.String(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_decisions_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("order_id", "number", name=op.f("pk_decisions")),
    )
    op.create_table(
        "fulfillment_orders",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("speed", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("features", sa.String(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("transit_days", sa.Integer(), nullable=False),
        sa.Column("cross_border", sa.String(), nullable=True),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("status_reason", sa.String(), nullable=True),
        sa.Column("granted_features", sa.String(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_fulfillment_orders_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_orders")),
    )
    op.create_index(
        "ix_fulfillment_orders_open",
        "fulfillment_orders",
        ["pool", "received_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('New', 'Received', 'Planning', 'Processing')"),
        sqlite_where=sa.text("status IN ('New', 'Received', 'Planning', 'Processing')"),
    )
    op.create_index(
        op.f("ix_fulfillment_orders_order_id"), "fulfillment_orders", ["order_id"], unique=False
    )
    op.create_table(
        "listing_components",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_sku", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_listing_components_some_units")),
        sa.ForeignKeyConstraint(
            ["sku"], ["products.sku"], name=op.f("fk_listing_components_sku_products")
        ),
        sa.PrimaryKeyConstraint(
            "channel", "channel_sku", "sku", name=op.f("pk_listing_components")
        ),
    )
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("channel_sku", sa.String(), nullable=False),
        sa.Column("stock_sku", sa.String(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("each", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("gift_message", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("ordered", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("committed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unfulfillable", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("returned", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refunded", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "waiting",
            sa.Integer(),
            sa.Computed(
                "ordered - held - committed - shipped - cancelled - unfulfillable", persisted=True
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "delivered <= shipped AND returned <= shipped",
            name=op.f("ck_order_lines_within_shipped"),
        ),
        sa.CheckConstraint(
            "held + committed + shipped + cancelled + unfulfillable <= ordered",
            name=op.f("ck_order_lines_within_ordered"),
        ),
        sa.CheckConstraint(
            "held >= 0 AND committed >= 0 AND shipped >= 0 AND cancelled >= 0 AND unfulfillable >= 0 AND delivered >= 0 AND returned >= 0 AND refunded >= 0",
            name=op.f("ck_order_lines_never_negative"),
        ),
        sa.CheckConstraint(
            "ordered > 0 AND ordered = items * each", name=op.f("ck_order_lines_ordered_items")
        ),
        sa.CheckConstraint(
            "refunded <= ordered", name=op.f("ck_order_lines_refunded_within_ordered")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("order_id", "line_id", "sku", name=op.f("pk_order_lines")),
    )
    op.create_index(
        "ix_order_lines_waiting",
        "order_lines",
        ["stock_sku", "order_id"],
        unique=False,
        postgresql_where=sa.text("waiting > 0"),
        sqlite_where=sa.text("waiting > 0"),
    )
    op.create_table(
        "recipients",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_recipients_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_recipients")),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("quantities", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("pushed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refunds_some_money")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("key", name=op.f("uq_refunds_key")),
    )
    op.create_index(op.f("ix_refunds_order_id"), "refunds", ["order_id"], unique=False)
    op.create_table(
        "removal_items",
        sa.Column("removal_order_id", sa.String(length=50), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("sellable", sa.Boolean(), nullable=False),
        sa.Column("stock_sku", sa.String(), nullable=False),
        sa.Column("taken_from", sa.Text(), nullable=False),
        sa.Column("requested", sa.Integer(), nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("disposed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("requested > 0", name=op.f("ck_removal_items_some_units")),
        sa.CheckConstraint(
            "shipped >= 0 AND disposed >= 0 AND cancelled >= 0 AND shipped + disposed + cancelled <= requested",
            name=op.f("ck_removal_items_within_requested"),
        ),
        sa.ForeignKeyConstraint(
            ["removal_order_id"],
            ["removal_orders.id"],
            name=op.f("fk_removal_items_removal_order_id_removal_orders"),
        ),
        sa.PrimaryKeyConstraint(
            "removal_order_id", "sku", "sellable", name=op.f("pk_removal_items")
        ),
    )
    op.create_table(
        "fulfillment_items",
        sa.Column("fulfillment_order_id", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=50), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("stock_sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("committed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unfulfillable", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "delivered >= 0 AND delivered <= shipped",
            name=op.f("ck_fulfillment_items_delivered_within_shipped"),
        ),
        sa.CheckConstraint(
            "held + committed + shipped + cancelled + unfulfillable = quantity",
            name=op.f("ck_fulfillment_items_all_accounted_for"),
        ),
        sa.CheckConstraint(
            "quantity > 0 AND held >= 0 AND committed >= 0 AND shipped >= 0 AND cancelled >= 0 AND unfulfillable >= 0",
            name=op.f("ck_fulfillment_items_never_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id"],
            ["fulfillment_orders.id"],
            name=op.f("fk_fulfillment_items_fulfillment_order_id_fulfillment_orders"),
        ),
        sa.PrimaryKeyConstraint(
            "fulfillment_order_id", "item_id", name=op.f("pk_fulfillment_items")
        ),
    )
    op.create_index(
        "ix_fulfillment_items_held",
        "fulfillment_items",
        ["stock_sku"],
        unique=False,
        postgresql_where=sa.text("held > 0"),
        sqlite_where=sa.text("held > 0"),
    )
    op.create_table(
        "shipments",
        sa.Column("fulfillment_order_id", sa.String(length=40), nullable=False),
        sa.Column("shipment_id", sa.String(), nullable=False),
        sa.Column("fulfillment_center_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("shipped_at", UtcDateTime(), nullable=True),
        sa.Column("estimated_arrival", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id"],
            ["fulfillment_orders.id"],
            name=op.f("fk_shipments_fulfillment_order_id_fulfillment_orders"),
        ),
        sa.PrimaryKeyConstraint("fulfillment_order_id", "shipment_id", name=op.f("pk_shipments")),
    )
    op.create_table(
        "packages",
        sa.Column("fulfillment_order_id", sa.String(length=40), nullable=False),
        sa.Column("package_number", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.String(), nullable=False),
        sa.Column("carrier_code", sa.String(), nullable=False),
        sa.Column("tracking_number", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("estimated_arrival", UtcDateTime(), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id", "shipment_id"],
            ["shipments.fulfillment_order_id", "shipments.shipment_id"],
            name=op.f("fk_packages_fulfillment_order_id_shipment_id_shipments"),
        ),
        sa.PrimaryKeyConstraint("fulfillment_order_id", "package_number", name=op.f("pk_packages")),
    )
    op.create_table(
        "shipment_items",
        sa.Column("fulfillment_order_id", sa.String(length=40), nullable=False),
        sa.Column("shipment_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(length=50), nullable=False),
        sa.Column("package_number", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shipment_items_some_units")),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id", "shipment_id"],
            ["shipments.fulfillment_order_id", "shipments.shipment_id"],
            name=op.f("fk_shipment_items_fulfillment_order_id_shipment_id_shipments"),
        ),
        sa.PrimaryKeyConstraint(
            "fulfillment_order_id",
            "shipment_id",
            "item_id",
            "package_number",
            name=op.f("pk_shipment_items"),
        ),
    )
