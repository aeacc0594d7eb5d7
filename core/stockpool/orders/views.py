"""Reading orders: one whole order, a list, statuses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from stockpool.care.tables import refunds
from stockpool.errors import NotFoundError
from stockpool.orders.status import LineCounts, OrderStatus, derive_status, status_expression
from stockpool.orders.tables import (
    cancellations,
    fulfillment_items,
    fulfillment_orders,
    order_lines,
    orders,
    packages,
    shipment_items,
    shipments,
)

_COUNTS = (
    "ordered",
    "held",
    "committed",
    "shipped",
    "delivered",
    "cancelled",
    "unfulfillable",
    "waiting",
    "returned",
    "refunded",
)


@dataclass(frozen=True, slots=True)
class LineView:
    """One seller SKU of an order line. A kit line has several, with the same `line_id`."""

    line_id: str
    channel_sku: str
    sku: str
    count: int
    each: int
    counts: LineCounts


@dataclass(frozen=True, slots=True)
class PackageView:
    """A parcel."""

    package_number: int
    shipment_id: str
    fulfillment_center_id: str
    carrier_code: str
    tracking_number: str | None
    status: str
    shipped_at: datetime | None
    estimated_arrival: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class FulfillmentOrderView:
    """An MCF order. `status` is Amazon's; None until the network has accepted it."""

    fulfillment_order_id: str
    pool: str
    speed: str
    status: str | None
    status_reason: str | None
    fee_minor: int
    transit_days: int
    planned_at: datetime
    received_at: datetime | None
    withdrawn_at: datetime | None
    items: tuple[dict[str, Any], ...]
    packages: tuple[PackageView, ...]


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with all that became of it. Holds no personal data."""

    order_id: str
    channel: str
    channel_order_id: str
    status: OrderStatus
    country: str
    speed: str
    policy: str
    priority: int
    hold_reason: str | None
    ordered_at: datetime
    accepted_at: datetime
    source: str | None
    counts: LineCounts
    lines: tuple[LineView, ...]
    fulfillment_orders: tuple[FulfillmentOrderView, ...]
    cancellations: tuple[dict[str, Any], ...]
    refunds: tuple[dict[str, Any], ...]
    replaces: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        document: dict[str, Any] = json.loads(json.dumps(asdict(self), default=_plain))
        return document


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """An order in a list."""

    order_id: str
    channel: str
    channel_order_id: str
    status: OrderStatus
    country: str
    units: int
    accepted_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        document: dict[str, Any] = json.loads(json.dumps(asdict(self), default=_plain))
        return document


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


class _Sums(NamedTuple):
    ordered: Any
    held: Any
    committed: Any
    shipped: Any
    delivered: Any
    cancelled: Any
    unfulfillable: Any
    waiting: Any
    returned: Any
    refunded: Any
    on_hold: Any


def _sums() -> _Sums:
    on_hold = func.max(orders.c.hold_reason.is_not(None).cast(order_lines.c.ordered.type))
    return _Sums._make([*(func.sum(order_lines.c[name]) for name in _COUNTS), on_hold])


def order_statuses(connection: Connection, order_ids: Iterable[str]) -> dict[str, OrderStatus]:
    """The status of each of these orders."""
    wanted = sorted(set(order_ids))
    found: dict[str, OrderStatus] = {}
    for start in range(0, len(wanted), 500):
        query = (
            select(orders.c.id, status_expression(_sums()))
            .join(order_lines, order_lines.c.order_id == orders.c.id)
            .where(orders.c.id.in_(wanted[start : start + 500]))
            .group_by(orders.c.id)
        )
        found |= {row[0]: OrderStatus(row[1]) for row in connection.execute(query)}
    return found


def count_by_status(connection: Connection) -> dict[OrderStatus, int]:
    """How many orders there are of each status."""
    each = (
        select(status_expression(_sums()).label("status"))
        .select_from(orders)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .group_by(orders.c.id)
        .subquery()
    )
    rows = connection.execute(
        select(each.c.status, func.count()).group_by(each.c.status).order_by(each.c.status)
    )
    return {OrderStatus(status): count for status, count in rows}


def find_id(connection: Connection, channel: str, channel_order_id: str) -> str | None:
    """The engine's id of a channel's order."""
    return connection.execute(
        select(orders.c.id).where(
            orders.c.channel == channel, orders.c.channel_order_id == channel_order_id
        )
    ).scalar_one_or_none()


def list_orders(
    connection: Connection,
    *,
    channel: str | None = None,
    status: OrderStatus | None = None,
    limit: int = 100,
) -> list[OrderSummary]:
    """Orders, the newest first.

    Reads back from the newest in windows, so that the cost depends on how far back the wanted ones
    lie, not on how many orders there are.
    """
    found: list[OrderSummary] = []
    before: tuple[datetime, str] | None = None
    while len(found) < limit:
        window = _window(connection, channel, before, limit)
        if not window:
            break
        before = (window[-1].accepted_at, window[-1].order_id)
        found += [entry for entry in window if status is None or entry.status is status]
    return found[:limit]


def _window(
    connection: Connection,
    channel: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[OrderSummary]:
    newest = (
        select(orders.c.id)
        .order_by(orders.c.accepted_at.desc(), orders.c.id.desc())
        .limit(max(limit, 500))
    )
    if channel is not None:
        newest = newest.where(orders.c.channel == channel)
    if before is not None:
        accepted_at, order_id = before
        newest = newest.where(
            (orders.c.accepted_at < accepted_at)
            | ((orders.c.accepted_at == accepted_at) & (orders.c.id < order_id))
        )
    query: Select[Any] = (
        select(
            orders.c.id,
            orders.c.channel,
            orders.c.channel_order_id,
            status_expression(_sums()).label("status"),
            orders.c.country,
            func.sum(order_lines.c.ordered).label("units"),
            orders.c.accepted_at,
        )
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .where(orders.c.id.in_(newest))
        .group_by(orders.c.id)
        .order_by(orders.c.accepted_at.desc(), orders.c.id.desc())
    )
    return [
        OrderSummary(
            row.id,
            row.channel,
            row.channel_order_id,
            OrderStatus(row.status),
            row.country,
            int(row.units),
            row.accepted_at,
        )
        for row in connection.execute(query)
    ]


def read_order(connection: Connection, order_id: str) -> OrderView:
    """One order with its lines, fulfillment orders, parcels, cancellations and refunds.

    Raises:
        NotFoundError: if there is none with that id.
    """
    row = connection.execute(select(orders).where(orders.c.id == order_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no order {order_id}")
    lines = tuple(
        LineView(
            line.line_id,
            line.channel_sku,
            line.sku,
            line.items,
            line.each,
            LineCounts(**{name: getattr(line, name) for name in _COUNTS}),
        )
        for line in connection.execute(
            select(order_lines)
            .where(order_lines.c.order_id == order_id)
            .order_by(order_lines.c.position, order_lines.c.sku)
        )
    )
    counts = LineCounts(
        **{name: sum(getattr(line.counts, name) for line in lines) for name in _COUNTS},
        on_hold=int(row.hold_reason is not None),
    )
    return OrderView(
        row.id,
        row.channel,
        row.channel_order_id,
        derive_status(counts),
        row.country,
        row.speed,
        row.policy,
        row.priority,
        row.hold_reason,
        row.ordered_at,
        row.accepted_at,
        row.source,
        counts,
        lines,
        tuple(_fulfillment_orders(connection, order_id)),
        tuple(
            {
                "id": c.id,
                "fulfillment_order_id": c.fulfillment_order_id,
                "state": c.state,
                "reason": c.reason,
                "quantities": json.loads(c.quantities),
                "requested_at": c.requested_at,
                "decided_at": c.decided_at,
            }
            for c in connection.execute(
                select(cancellations)
                .where(cancellations.c.order_id == order_id)
                .order_by(cancellations.c.requested_at, cancellations.c.id)
            )
        ),
        tuple(
            {
                "id": r.id,
                "state": r.state,
                "origin": r.origin,
                "reason": r.reason,
                "amount_minor": r.amount_minor,
                "currency": r.currency,
                "recorded_at": r.recorded_at,
            }
            for r in connection.execute(
                select(refunds)
                .where(refunds.c.order_id == order_id)
                .order_by(refunds.c.recorded_at, refunds.c.id)
            )
        ),
        row.replaces,
    )


def _fulfillment_orders(connection: Connection, order_id: str) -> Iterable[FulfillmentOrderView]:
    rows = connection.execute(
        select(fulfillment_orders)
        .where(fulfillment_orders.c.order_id == order_id)
        .order_by(fulfillment_orders.c.planned_at, fulfillment_orders.c.id)
    ).all()
    for row in rows:
        yield FulfillmentOrderView(
            row.id,
            row.pool,
            row.speed,
            row.status,
            row.status_reason,
            row.fee_minor,
            row.transit_days,
            row.planned_at,
            row.received_at,
            row.withdrawn_at,
            tuple(_items(connection, row.id)),
            tuple(_packages(connection, row.id)),
        )


def _items(connection: Connection, fulfillment_order_id: str) -> Iterable[dict[str, Any]]:
    query = select(fulfillment_items).where(
        fulfillment_items.c.fulfillment_order_id == fulfillment_order_id
    )
    names: Sequence[str] = (
        "item_id",
        "line_id",
        "sku",
        "quantity",
        "held",
        "committed",
        "shipped",
        "cancelled",
        "unfulfillable",
    )
    for item in connection.execute(query.order_by(fulfillment_items.c.item_id)):
        units = connection.execute(
            select(shipment_items.c.package_number, shipment_items.c.quantity).where(
                shipment_items.c.fulfillment_order_id == fulfillment_order_id,
                shipment_items.c.item_id == item.item_id,
            )
        )
        yield {
            **{name: getattr(item, name) for name in names},
            "packages": {str(number): quantity for number, quantity in units},
        }


def _packages(connection: Connection, fulfillment_order_id: str) -> Iterable[PackageView]:
    query = (
        select(packages, shipments.c.fulfillment_center_id, shipments.c.shipped_at)
        .join(
            shipments,
            (shipments.c.fulfillment_order_id == packages.c.fulfillment_order_id)
            & (shipments.c.shipment_id == packages.c.shipment_id),
        )
        .where(packages.c.fulfillment_order_id == fulfillment_order_id)
        .order_by(packages.c.package_number)
    )
    for row in connection.execute(query):
        yield PackageView(
            row.package_number,
            row.shipment_id,
            row.fulfillment_center_id,
            row.carrier_code,
            row.tracking_number,
            row.status,
            row.shipped_at,
            row.estimated_arrival,
            row.delivered_at,
        )
