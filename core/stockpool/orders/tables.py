"""Tables of orders.

* `orders`: what was asked for, once per `(channel, channel_order_id)`; no status is stored.
* `recipients`: the buyer's personal data; beside it only comments, gift messages and parked
  requests have any (see `stockpool.privacy`).
* `order_lines`: a row per line and seller SKU (a kit line has one per component), counting units.
  The database checks that the counts never exceed what was ordered.
* `fulfillment_orders`, `fulfillment_items`: the MCF orders, one per pool that ships.
* `shipments`, `shipment_items`, `packages`: what the network did, as it told us.
* `decisions`, `routing_rules`: why; enough to replay each decision byte for byte.
* `cancellations`: requests and what became of them.
* `parked_requests`: what could not be accepted, as it came.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from stockpool.storage.metadata import UtcDateTime, metadata

orders = Table(
    "orders",
    metadata,
    Column("id", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("channel_order_id", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("country", String, nullable=False),
    Column("speed", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("backorder", Boolean, nullable=False),
    Column("features", String, nullable=False),
    Column("hold_reason", String),
    Column("priority", Integer, nullable=False),
    Column("currency", String),
    Column("shipping_minor", BigInteger),
    Column("shipping_tax_minor", BigInteger),
    Column("comment", String),
    Column("source", String),
    Column("ordered_at", UtcDateTime, nullable=False),
    Column("accepted_at", UtcDateTime, nullable=False),
    # The order that it replaces, if it does.
    Column("replaces", String),
    UniqueConstraint("channel", "channel_order_id"),
)
Index("ix_orders_accepted_at", orders.c.accepted_at)
Index(
    "ix_orders_on_hold",
    orders.c.accepted_at,
    postgresql_where=text("hold_reason IS NOT NULL"),
    sqlite_where=text("hold_reason IS NOT NULL"),
)

recipients = Table(
    "recipients",
    metadata,
    Column("order_id", String, ForeignKey("orders.id"), primary_key=True),
    Column("address", Text, nullable=False),
)

_COUNTED = ("held", "committed", "shipped", "cancelled", "unfulfillable")

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", String, ForeignKey("orders.id"), primary_key=True),
    Column("line_id", String, primary_key=True),
    Column("sku", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("channel_sku", String, nullable=False),
    Column("stock_sku", String, nullable=False),
    Column("items", Integer, nullable=False),
    Column("each", Integer, nullable=False),
    Column("unit_price_minor", BigInteger),
    Column("tax_minor", BigInteger),
    Column("gift_message", String),
    Column("comment", String),
    Column("ordered", Integer, nullable=False),
    *(Column(name, Integer, nullable=False, server_default="0") for name in _COUNTED),
    Column("delivered", Integer, nullable=False, server_default="0"),
    Column("returned", Integer, nullable=False, server_default="0"),
    Column("refunded", Integer, nullable=False, server_default="0"),
    Column(
        "waiting",
        Integer,
        Computed(f"ordered - {' - '.join(_COUNTED)}", persisted=True),
    ),
    CheckConstraint("ordered > 0 AND ordered = items * each", name="ordered_items"),
    CheckConstraint(
        " AND ".join(f"{name} >= 0" for name in (*_COUNTED, "delivered", "returned", "refunded")),
        name="never_negative",
    ),
    CheckConstraint(f"{' + '.join(_COUNTED)} <= ordered", name="within_ordered"),
    CheckConstraint("delivered <= shipped AND returned <= shipped", name="within_shipped"),
    CheckConstraint("refunded <= ordered", name="refunded_within_ordered"),
)
Index(
    "ix_order_lines_waiting",
    order_lines.c.stock_sku,
    order_lines.c.order_id,
    postgresql_where=text("waiting > 0"),
    sqlite_where=text("waiting > 0"),
)

fulfillment_orders = Table(
    "fulfillment_orders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("order_id", String, ForeignKey("orders.id"), nullable=False, index=True),
    Column("pool", String, nullable=False),
    Column("speed", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("features", String, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("transit_days", Integer, nullable=False),
    Column("cross_border", String),
    Column("planned_at", UtcDateTime, nullable=False),
    # Amazon's own status; empty until the network has accepted the order.
    Column("status", String),
    Column("status_reason", String),
    Column("granted_features", String),
    Column("received_at", UtcDateTime),
    Column("updated_at", UtcDateTime),
    # Set when the order was given up before the network took it.
    Column("withdrawn_at", UtcDateTime),
    # When to ask what has become of its parcels, while some are on the way.
    Column("ask_at", UtcDateTime),
)
Index(
    "ix_fulfillment_orders_ask_at",
    fulfillment_orders.c.ask_at,
    postgresql_where=text("ask_at IS NOT NULL"),
    sqlite_where=text("ask_at IS NOT NULL"),
)
Index(
    "ix_fulfillment_orders_open",
    fulfillment_orders.c.pool,
    fulfillment_orders.c.received_at,
    postgresql_where=text("status IN ('New', 'Received', 'Planning', 'Processing')"),
    sqlite_where=text("status IN ('New', 'Received', 'Planning', 'Processing')"),
)

fulfillment_items = Table(
    "fulfillment_items",
    metadata,
    Column("fulfillment_order_id", String(40), primary_key=True),
    Column("item_id", String(50), primary_key=True),
    Column("order_id", String, nullable=False),
    Column("line_id", String, nullable=False),
    Column("sku", String, nullable=False),
    Column("stock_sku", String, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    *(Column(name, Integer, nullable=False, server_default="0") for name in _COUNTED[1:]),
    Column("delivered", Integer, nullable=False, server_default="0"),
    ForeignKeyConstraint(["fulfillment_order_id"], ["fulfillment_orders.id"]),
    CheckConstraint("delivered >= 0 AND delivered <= shipped", name="delivered_within_shipped"),
    CheckConstraint(
        "quantity > 0 AND " + " AND ".join(f"{name} >= 0" for name in _COUNTED),
        name="never_negative",
    ),
    CheckConstraint(f"{' + '.join(_COUNTED)} = quantity", name="all_accounted_for"),
)
Index(
    "ix_fulfillment_items_held",
    fulfillment_items.c.stock_sku,
    postgresql_where=text("held > 0"),
    sqlite_where=text("held > 0"),
)

shipments = Table(
    "shipments",
    metadata,
    Column(
        "fulfillment_order_id", String(40), ForeignKey("fulfillment_orders.id"), primary_key=True
    ),
    Column("shipment_id", String, primary_key=True),
    Column("fulfillment_center_id", String, nullable=False),
    Column("status", String, nullable=False),
    Column("shipped_at", UtcDateTime),
    Column("estimated_arrival", UtcDateTime),
)

shipment_items = Table(
    "shipment_items",
    metadata,
    Column("fulfillment_order_id", String(40), primary_key=True),
    Column("shipment_id", String, primary_key=True),
    Column("item_id", String(50), primary_key=True),
    # 0 until the units are packed.
    Column("package_number", Integer, primary_key=True),
    Column("quantity", Integer, nullable=False),
    ForeignKeyConstraint(
        ["fulfillment_order_id", "shipment_id"],
        ["shipments.fulfillment_order_id", "shipments.shipment_id"],
    ),
    CheckConstraint("quantity > 0", name="some_units"),
)

packages = Table(
    "packages",
    metadata,
    Column("fulfillment_order_id", String(40), primary_key=True),
    Column("package_number", Integer, primary_key=True),
    Column("shipment_id", String, nullable=False),
    Column("carrier_code", String, nullable=False),
    Column("tracking_number", String),
    Column("status", String, nullable=False),
    Column("estimated_arrival", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    # The first estimate that the network gave; `estimated_arrival` is its latest.
    Column("promised_arrival", UtcDateTime),
    ForeignKeyConstraint(
        ["fulfillment_order_id", "shipment_id"],
        ["shipments.fulfillment_order_id", "shipments.shipment_id"],
    ),
)
Index(
    "ix_packages_under_way",
    packages.c.estimated_arrival,
    postgresql_where=text("delivered_at IS NULL"),
    sqlite_where=text("delivered_at IS NULL"),
)
Index(
    "ix_packages_returned",
    packages.c.fulfillment_order_id,
    packages.c.package_number,
    postgresql_where=text("status = 'RETURNED'"),
    sqlite_where=text("status = 'RETURNED'"),
)

package_events = Table(
    "package_events",
    metadata,
    Column("fulfillment_order_id", String(40), primary_key=True),
    Column("package_number", Integer, primary_key=True),
    Column("occurred_at", UtcDateTime, primary_key=True),
    Column("code", String, primary_key=True),
    Column("description", String, nullable=False),
    Column("place", String, nullable=False),
    ForeignKeyConstraint(
        ["fulfillment_order_id", "package_number"],
        ["packages.fulfillment_order_id", "packages.package_number"],
    ),
)

decisions = Table(
    "decisions",
    metadata,
    Column("order_id", String, ForeignKey("orders.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("policy", String, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("rules_digest", String, nullable=False),
    Column("input_digest", String, nullable=False),
    Column("input", Text, nullable=False),
    Column("plan", Text, nullable=False),
)

routing_rules = Table(
    "routing_rules",
    metadata,
    Column("digest", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("first_used_at", UtcDateTime, nullable=False),
)

cancellations = Table(
    "cancellations",
    metadata,
    Column("id", String, primary_key=True),
    Column("order_id", String, ForeignKey("orders.id"), nullable=False, index=True),
    Column("fulfillment_order_id", String(40)),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("quantities", Text, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    # Units that the network is to be left with, by fulfillment item.
    Column("targets", Text, nullable=False, server_default="{}"),
    # The channel's id of the request, if a channel has asked.
    Column("asked_by", String),
    # The channel counts the units as cancelled already.
    Column("done", Boolean, nullable=False, server_default=false()),
)
Index(
    "ix_cancellations_requested",
    cancellations.c.fulfillment_order_id,
    postgresql_where=text("state = 'requested'"),
    sqlite_where=text("state = 'requested'"),
)

parked_requests = Table(
    "parked_requests",
    metadata,
    Column("channel", String, primary_key=True),
    Column("channel_order_id", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("request", Text, nullable=False),
    Column("parked_at", UtcDateTime, nullable=False),
)
