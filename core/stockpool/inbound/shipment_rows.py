"""The rows of inbound shipments: what was told of them last, and the moves that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from stockpool.catalog.tables import products
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.tables import claims
from stockpool.inbound.reconciling import ShipmentDates
from stockpool.inbound.tables import inbound_shipment_items, inbound_shipments
from stockpool.ledger.buckets import Account
from stockpool.ledger.posting import StockMove
from stockpool.plugins.network_inbound import (
    InboundShipmentState,
    InboundShipmentStatus,
    ReceivedItem,
)

_STATUSES = list(InboundShipmentStatus)
_LEFT = _STATUSES.index(InboundShipmentStatus.SHIPPED)
_DELIVERED = _STATUSES.index(InboundShipmentStatus.DELIVERED)
_RECEIVING = _STATUSES.index(InboundShipmentStatus.RECEIVING)
_CLOSED = _STATUSES.index(InboundShipmentStatus.CLOSED)


def store_state(
    connection: Connection, plan: Any, state: InboundShipmentState, *, at: datetime
) -> tuple[ShipmentDates, bool]:
    """Keep a shipment's status; returns its dates, and whether something is news."""
    table = inbound_shipments.c
    known = connection.execute(
        select(inbound_shipments).where(table.id == state.shipment_id)
    ).one_or_none()
    reached = _reached(state.status)
    dates = {
        name: getattr(known, name, None) or (at if reached >= first else None)
        for name, first in (
            ("left_at", _LEFT),
            ("delivered_at", _DELIVERED),
            ("receiving_at", _RECEIVING),
            ("closed_at", _CLOSED),
        )
    }
    values = {
        "status": state.status.value,
        "center": state.center,
        "shipment_confirmation_id": state.shipment_confirmation_id,
        **dates,
    }
    found = ShipmentDates(dates["left_at"], dates["delivered_at"], dates["closed_at"])
    if known is None:
        connection.execute(
            insert(inbound_shipments).values(
                id=state.shipment_id,
                plan_id=plan.id,
                pool=plan.pool,
                first_seen_at=at,
                updated_at=at,
                **values,
            )
        )
        return found, True
    if all(getattr(known, name) == value for name, value in values.items()):
        return found, False
    connection.execute(
        update(inbound_shipments)
        .where(table.id == state.shipment_id)
        .values(updated_at=at, **values)
    )
    return found, True


def _reached(status: InboundShipmentStatus) -> int:
    """How far a status is on the usual way; those beside it have come nowhere."""
    place = _STATUSES.index(status)
    return place if place <= _CLOSED else -1


def known_items(connection: Connection, plan_id: str) -> Mapping[tuple[str, str], Any]:
    """The rows of a plan's items, by shipment and SKU."""
    query = (
        select(inbound_shipment_items)
        .join(inbound_shipments, inbound_shipments.c.id == inbound_shipment_items.c.shipment_id)
        .where(inbound_shipments.c.plan_id == plan_id)
    )
    return {(row.shipment_id, row.sku): row for row in connection.execute(query)}


def claimed(connection: Connection, names: Sequence[str]) -> set[str]:
    """Keys of what was claimed of these shipments before."""
    query = select(claims.c.key).where(
        claims.c.kind == ClaimKind.INBOUND_MISSING.value, claims.c.subject.in_(names)
    )
    return set(connection.execute(query).scalars())


def store_item(
    connection: Connection,
    state: InboundShipmentState,
    known: Any,
    item: ReceivedItem,
    stock_sku: str,
) -> bool:
    """Keep what was told of one SKU; returns whether it is news."""
    if known is None:
        connection.execute(
            insert(inbound_shipment_items).values(
                shipment_id=state.shipment_id,
                sku=item.sku,
                stock_sku=stock_sku,
                expected=item.quantity_shipped,
                received=item.quantity_received,
                changes=1,
            )
        )
        return True
    if (known.expected, known.received) == (item.quantity_shipped, item.quantity_received):
        return False
    connection.execute(
        update(inbound_shipment_items)
        .where(
            inbound_shipment_items.c.shipment_id == state.shipment_id,
            inbound_shipment_items.c.sku == item.sku,
        )
        .values(
            expected=item.quantity_shipped,
            received=item.quantity_received,
            changes=known.changes + 1,
        )
    )
    return True


def receipts(
    pool: str, shipment_id: str, known: Any, item: ReceivedItem, stock_sku: str
) -> Sequence[StockMove]:
    """The move of units that were received since, or of those that a correction took back."""
    before, changes = (0, 0) if known is None else (known.received, known.changes)
    difference = item.quantity_received - before
    if not difference:
        return ()
    way = (Account.SUPPLIER, Account.ADJUSTMENT)
    source, target = way if difference > 0 else way[::-1]
    return [
        StockMove(
            pool,
            stock_sku,
            source,
            target,
            abs(difference),
            "inbound_receipt",
            shipment_id,
            f"inbound:{shipment_id}:{item.sku}:{changes}",
        )
    ]


def stock_skus(connection: Connection, skus: Sequence[str]) -> Mapping[str, str]:
    """Under which SKU the units of each are kept; those that no product has are left out."""
    found: dict[str, str] = {}
    wanted = sorted(set(skus))
    for start in range(0, len(wanted), 500):
        query = select(products.c.sku, products.c.stock_sku).where(
            products.c.sku.in_(wanted[start : start + 500])
        )
        found |= {row.sku: row.stock_sku for row in connection.execute(query)}
    return found
