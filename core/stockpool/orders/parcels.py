"""Shipments and parcels as the network tells of them, stored and never turned back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.orders.announcements import Label
from stockpool.orders.merging import News, Shipped, content, newer_package, newer_shipment
from stockpool.orders.tables import package_events, packages, shipment_items, shipments
from stockpool.plugins.network import PackageState, PackageStatus, ShipmentStatus

_Key = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class KnownShipments:
    """Shipments as they are stored: by fulfillment order and shipment."""

    statuses: dict[_Key, ShipmentStatus]
    units: dict[_Key, dict[str, int]]
    """Units by item of those that have left."""
    unpacked: set[_Key]
    """Those that have left of which it is not known which parcel holds what."""

    def left(self, fulfillment_order_id: str) -> Shipped:
        """What is known to have left of one fulfillment order."""
        return {
            shipment_id: units
            for (order_id, shipment_id), units in self.units.items()
            if order_id == fulfillment_order_id
        }


def known_shipments(connection: Connection, ids: Sequence[str]) -> KnownShipments:
    """What is stored of the shipments of these fulfillment orders."""
    known = KnownShipments({}, {}, set())
    for start in range(0, len(ids), 500):
        for row in connection.execute(
            select(
                shipments.c.fulfillment_order_id,
                shipments.c.shipment_id,
                shipments.c.status,
                shipment_items.c.item_id,
                shipment_items.c.package_number,
                shipment_items.c.quantity,
            )
            .outerjoin(
                shipment_items,
                (shipment_items.c.fulfillment_order_id == shipments.c.fulfillment_order_id)
                & (shipment_items.c.shipment_id == shipments.c.shipment_id),
            )
            .where(shipments.c.fulfillment_order_id.in_(ids[start : start + 500]))
        ):
            key = (row.fulfillment_order_id, row.shipment_id)
            status = known.statuses[key] = ShipmentStatus(row.status)
            if status is ShipmentStatus.SHIPPED:
                units = known.units.setdefault(key, {})
                if row.item_id is not None:
                    units[row.item_id] = units.get(row.item_id, 0) + row.quantity
                    if row.package_number == 0:
                        known.unpacked.add(key)
    return known


Parcel = tuple[str, int]
"""A fulfillment order and a package number."""


@dataclass(slots=True)
class KeptParcels:
    """Parcels as they are stored after the news.

    Attributes:
        statuses: of those that the news tell of.
        relabelled: what was written on those that had left before and go by another label now.
    """

    statuses: dict[Parcel, PackageStatus] = field(default_factory=dict)
    relabelled: dict[Parcel, Label] = field(default_factory=dict)


def label_of(package: PackageState) -> Label | None:
    """What is written on a parcel, if the network says."""
    if not package.tracking_number:
        return None
    return Label(package.carrier_code, package.tracking_number)


def store_shipments(
    connection: Connection, news: Sequence[News], known: KnownShipments
) -> KeptParcels:
    """Store shipments, their items and parcels."""
    ids = [entry.row.id for entry in news if entry.state.shipments]
    known_shipments = known.statuses
    known_packages: dict[Parcel, PackageStatus] = {}
    labels: dict[Parcel, Label] = {}
    for start in range(0, len(ids), 500):
        for row in connection.execute(
            select(
                packages.c.fulfillment_order_id,
                packages.c.package_number,
                packages.c.status,
                packages.c.carrier_code,
                packages.c.tracking_number,
            ).where(packages.c.fulfillment_order_id.in_(ids[start : start + 500]))
        ):
            known_packages[(row[0], row[1])] = PackageStatus(row[2])
            if row.tracking_number:
                labels[(row[0], row[1])] = Label(row.carrier_code, row.tracking_number)
    shipment_rows: list[dict[str, Any]] = []
    item_rows: list[dict[str, Any]] = []
    package_rows: list[dict[str, Any]] = []
    replaced: list[tuple[str, str]] = []
    kept = KeptParcels()
    for entry in news:
        order_id = entry.row.id
        for shipment in entry.state.shipments:
            which = (order_id, shipment.shipment_id)
            before = known_shipments.get(which)
            shipment_rows.append(
                {
                    "fulfillment_order_id": order_id,
                    "shipment_id": shipment.shipment_id,
                    "fulfillment_center_id": shipment.fulfillment_center_id,
                    "status": newer_shipment(before, shipment).value,
                    "shipped_at": shipment.shipped_at,
                    "estimated_arrival": shipment.estimated_arrival,
                }
            )
            packed = which in known.unpacked and content(shipment) == known.units[which]
            if before is not ShipmentStatus.SHIPPED or packed:
                replaced.append(which)
                item_rows += _shipment_items(order_id, shipment.shipment_id, shipment.items)
            for package in shipment.packages:
                key = (order_id, package.package_number)
                status = newer_package(known_packages.get(key), package)
                kept.statuses[key] = status
                label, former = label_of(package), labels.get(key)
                if before is ShipmentStatus.SHIPPED and label and former and label != former:
                    kept.relabelled[key] = former
                package_rows.append(
                    {
                        "fulfillment_order_id": order_id,
                        "package_number": package.package_number,
                        "shipment_id": shipment.shipment_id,
                        "carrier_code": package.carrier_code,
                        "tracking_number": package.tracking_number,
                        "status": status.value,
                        "estimated_arrival": package.estimated_arrival,
                        "delivered_at": package.delivered_at,
                        "promised_arrival": package.estimated_arrival,
                    }
                )
    _replace(connection, shipments, shipment_rows, ("fulfillment_order_id", "shipment_id"))
    for order_id, shipment_id in replaced:
        if (order_id, shipment_id) in known_shipments:
            connection.execute(
                delete(shipment_items).where(
                    shipment_items.c.fulfillment_order_id == order_id,
                    shipment_items.c.shipment_id == shipment_id,
                )
            )
    if item_rows:
        connection.execute(shipment_items.insert(), item_rows)
    _replace(connection, packages, package_rows, ("fulfillment_order_id", "package_number"))
    _store_events(connection, news)
    return kept


def _store_events(connection: Connection, news: Sequence[News]) -> None:
    """What happened to parcels, whatever is told first, last or again; each event is kept once."""
    rows = {
        (entry.row.id, package.package_number, event.occurred_at, event.code): event
        for entry in news
        for shipment in entry.state.shipments
        for package in shipment.packages
        for event in package.events
    }
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(
        dialect.insert(package_events).on_conflict_do_nothing(),
        [
            {
                "fulfillment_order_id": order_id,
                "package_number": number,
                "occurred_at": occurred_at,
                "code": code,
                "description": event.description,
                "place": event.place,
            }
            for (order_id, number, occurred_at, code), event in rows.items()
        ],
    )


def _shipment_items(
    order_id: str, shipment_id: str, items: Iterable[Any]
) -> Iterable[dict[str, Any]]:
    units: dict[tuple[str, int], int] = {}
    for item in items:
        key = (item.item_id, item.package_number or 0)
        units[key] = units.get(key, 0) + item.quantity
    for (item_id, number), quantity in units.items():
        yield {
            "fulfillment_order_id": order_id,
            "shipment_id": shipment_id,
            "item_id": item_id,
            "package_number": number,
            "quantity": quantity,
        }


def _replace(
    connection: Connection, table: Any, rows: Sequence[dict[str, Any]], key: tuple[str, ...]
) -> None:
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    kept_if_missing = {"tracking_number", "delivered_at", "shipped_at", "estimated_arrival"}
    first_kept = {"promised_arrival"}
    changed: dict[str, Any] = {}
    for name in rows[0]:
        if name in key:
            continue
        told = statement.excluded[name]
        if name in first_kept:
            changed[name] = func.coalesce(table.c[name], told)
            continue
        # Late news may lack what earlier news had.
        keep = name in kept_if_missing
        changed[name] = func.coalesce(told, table.c[name]) if keep else told
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows
    )
