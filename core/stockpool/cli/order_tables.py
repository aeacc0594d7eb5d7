"""How orders, receipts and previews look on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stockpool.cli.output import say, show_facts, show_table
from stockpool.orders.receipts import Receipt
from stockpool.orders.views import OrderSummary, OrderView


def show_receipts(receipts: Iterable[Receipt]) -> None:
    """A line for each receipt, with the first problem."""
    show_table(
        ("channel", "order", "status", "order id", "note"),
        [(r.channel, r.channel_order_id, r.status, r.order_id, _note(r)) for r in receipts],
        empty="There was nothing to submit.",
    )


def _note(receipt: Receipt) -> str:
    if receipt.duplicate:
        return "known already; nothing was done"
    note = "replaced its earlier content; " if receipt.edited else ""
    return note + "; ".join(str(problem) for problem in receipt.problems[:2])


def show_list(orders: Sequence[OrderSummary]) -> None:
    """A line for each order."""
    show_table(
        ("order id", "channel", "order", "status", "country", "units", "accepted (UTC)"),
        [
            (o.order_id, o.channel, o.channel_order_id, o.status, o.country, o.units, o.accepted_at)
            for o in orders
        ],
        empty="No orders.",
    )


def show_order(order: OrderView) -> None:
    """One order with all that became of it."""
    show_facts(
        [
            ("order", f"{order.channel_order_id} of {order.channel}"),
            ("order id", order.order_id),
            ("status", order.status),
            ("replaces", order.replaces),
            ("held back", order.hold_reason),
            ("to", order.country),
            ("speed", order.speed),
            ("policy", order.policy),
            ("accepted (UTC)", order.accepted_at),
            ("read from", order.source),
        ]
    )
    show_table(
        (
            "line",
            "item",
            "sku",
            "ordered",
            "waiting",
            "held",
            "committed",
            "shipped",
            "delivered",
            "cancelled",
            "unfulfillable",
        ),
        [
            (
                line.line_id,
                line.channel_sku,
                line.sku,
                line.counts.ordered,
                line.counts.waiting,
                line.counts.held,
                line.counts.committed,
                line.counts.shipped,
                line.counts.delivered,
                line.counts.cancelled,
                line.counts.unfulfillable,
            )
            for line in order.lines
        ],
        title="Units",
        empty="",
    )
    _show_fulfillment(order)
    if order.cancellations:
        show_table(
            ("requested (UTC)", "state", "reason", "fulfillment order"),
            [
                (c["requested_at"], c["state"], c["reason"], c["fulfillment_order_id"])
                for c in order.cancellations
            ],
            title="Cancellations",
            empty="",
        )
    if order.refunds:
        show_table(
            ("recorded (UTC)", "state", "amount (minor units)", "currency", "reason"),
            [
                (r["recorded_at"], r["state"], r["amount_minor"], r["currency"], r["reason"])
                for r in order.refunds
            ],
            title="Refunds",
            empty="",
        )


def _show_fulfillment(order: OrderView) -> None:
    if not order.fulfillment_orders:
        say("Nothing was sent to a network yet.")
        return
    show_table(
        ("fulfillment order", "pool", "status", "units", "note"),
        [
            (
                f.fulfillment_order_id,
                f.pool,
                "withdrawn" if f.withdrawn_at else f.status or "to be placed",
                sum(item["quantity"] for item in f.items),
                f.status_reason,
            )
            for f in order.fulfillment_orders
        ],
        title="Fulfillment orders",
        empty="",
    )
    parcels = [
        (
            p.tracking_number,
            p.carrier_code,
            p.status,
            p.fulfillment_center_id,
            p.shipped_at,
            p.delivered_at,
        )
        for f in order.fulfillment_orders
        for p in f.packages
    ]
    if parcels:
        show_table(
            ("tracking number", "carrier", "status", "from", "shipped (UTC)", "delivered (UTC)"),
            parcels,
            title="Parcels",
            empty="",
        )
