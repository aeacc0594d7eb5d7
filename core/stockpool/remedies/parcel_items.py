"""The items of an order that are in a parcel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from stockpool.orders.parcels import Parcel
from stockpool.orders.tables import (
    fulfillment_items,
    fulfillment_orders,
    order_lines,
    packages,
    shipment_items,
)
from stockpool.plugins.network import PackageStatus


def whole_items(connection: Connection, parcels: Sequence[Parcel]) -> dict[str, int]:
    """Items of each line that are wholly in these parcels of one order (kits: all parts)."""
    units: dict[tuple[str, str], int] = defaultdict(int)
    each: dict[tuple[str, str], int] = {}
    for fulfillment_order_id, package_number in parcels:
        s, i, f, o = shipment_items.c, fulfillment_items.c, fulfillment_orders.c, order_lines.c
        rows = connection.execute(
            select(o.order_id, o.line_id, o.sku, o.each, s.quantity)
            .join(fulfillment_orders, f.id == s.fulfillment_order_id)
            .join(
                fulfillment_items,
                (i.fulfillment_order_id == s.fulfillment_order_id) & (i.item_id == s.item_id),
            )
            .join(
                order_lines,
                (o.order_id == f.order_id) & (o.line_id == i.line_id) & (o.sku == i.sku),
            )
            .where(
                s.fulfillment_order_id == fulfillment_order_id,
                s.package_number == package_number,
            )
        ).all()
        for row in rows:
            units[row.line_id, row.sku] += row.quantity
        for order_id in {row.order_id for row in rows}:
            for part in connection.execute(select(order_lines).where(o.order_id == order_id)):
                each[part.line_id, part.sku] = part.each
    lines = {line_id for line_id, _ in units}
    items = {
        line_id: min(units[part] // n for part, n in each.items() if part[0] == line_id)
        for line_id in lines
    }
    return {line_id: count for line_id, count in sorted(items.items()) if count}


def parcels_that_are(
    connection: Connection, fulfillment_order_id: str, statuses: Sequence[PackageStatus]
) -> list[Parcel]:
    """Parcels of a fulfillment order that are in one of these states."""
    rows = connection.execute(
        select(packages.c.package_number)
        .where(
            packages.c.fulfillment_order_id == fulfillment_order_id,
            packages.c.status.in_([status.value for status in statuses]),
        )
        .order_by(packages.c.package_number)
    )
    return [(fulfillment_order_id, row.package_number) for row in rows]
