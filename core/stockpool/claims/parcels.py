"""Parcels that never arrived: claimed by themselves, and taken back when they turn up.

A parcel counts as lost when it was not delivered a month after it was to arrive. One that the
carrier brings back to Amazon (RETURNED) is no loss: its units are graded there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, cast, func, literal, select

from stockpool.claims import posting
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.posting import NewClaim
from stockpool.claims.service import Claims
from stockpool.claims.tables import claims
from stockpool.ids import IdSource
from stockpool.ledger.posting import lock
from stockpool.orders.tables import fulfillment_items, fulfillment_orders, packages, shipment_items
from stockpool.plugins.network import PackageStatus
from stockpool.storage.database import Database

LOST_AFTER = timedelta(days=30)
"""After its estimated arrival."""

_LOOKS_BACK = timedelta(days=180)
"""Parcels that were to arrive earlier are not looked at any more: no claim is open so long."""

_MOST = 500


@dataclass(frozen=True, slots=True)
class ParcelClaims:
    """Looks for lost parcels."""

    database: Database
    ids: IdSource
    claims: Claims

    def look(self) -> int:
        """Claim what was lost, and close claims of what has come; returns how many have changed."""
        with self.database.read() as connection:
            lost = self._lost(connection)
            come = _come(connection)
        changed = sum(
            self.database.run(lambda connection, row=row: self._claim(connection, row))  # type: ignore[misc]
            for row in lost
        )
        at = self.database.clock.now()
        for claim_id in come:
            self.database.run(
                lambda connection, claim_id=claim_id: posting.lose_more_or_less(  # type: ignore[misc]
                    connection, claim_id, 0, at=at
                )
            )
        return changed + len(come)

    def _lost(self, connection: Connection) -> Sequence[Any]:
        """Units of lost parcels that are not claimed yet, by SKU."""
        now = self.database.clock.now()
        p, s, i, f = packages.c, shipment_items.c, fulfillment_items.c, fulfillment_orders.c
        key = (
            literal(f"{ClaimKind.LOST_PARCEL.value}:")
            + p.fulfillment_order_id
            + "-"
            + cast(p.package_number, String)
            + ":"
            + i.sku
        )
        claimed = select(claims.c.id).where(claims.c.key == key)
        query = (
            select(
                p.fulfillment_order_id,
                p.package_number,
                p.tracking_number,
                p.estimated_arrival,
                f.pool,
                i.sku,
                i.stock_sku,
                func.sum(s.quantity).label("units"),
            )
            .join(
                shipment_items,
                (s.fulfillment_order_id == p.fulfillment_order_id)
                & (s.shipment_id == p.shipment_id)
                & (s.package_number == p.package_number),
            )
            .join(
                fulfillment_items,
                (i.fulfillment_order_id == s.fulfillment_order_id) & (i.item_id == s.item_id),
            )
            .join(fulfillment_orders, f.id == p.fulfillment_order_id)
            .where(
                p.delivered_at.is_(None),
                p.estimated_arrival < now - LOST_AFTER,
                p.estimated_arrival > now - _LOOKS_BACK,
                p.status.not_in([PackageStatus.RETURNED.value, PackageStatus.DELIVERED.value]),
                ~claimed.exists(),
            )
            .group_by(
                p.fulfillment_order_id,
                p.package_number,
                p.tracking_number,
                p.estimated_arrival,
                f.pool,
                i.sku,
                i.stock_sku,
            )
            .order_by(p.estimated_arrival, p.fulfillment_order_id, p.package_number, i.sku)
            .limit(_MOST)
        )
        return connection.execute(query).all()

    def _claim(self, connection: Connection, row: Any) -> bool:
        at: datetime = self.database.clock.now()
        kind = ClaimKind.LOST_PARCEL
        subject = f"{row.fulfillment_order_id}-{row.package_number}"
        lock(connection, [(row.pool, row.stock_sku)])
        loss = NewClaim(
            f"{kind.value}:{subject}:{row.sku}",
            kind,
            row.pool,
            row.sku,
            row.stock_sku,
            subject,
            row.estimated_arrival,
            self.claims.window(kind, row.pool.partition(":")[2], row.estimated_arrival),
            {"tracking": row.tracking_number or ""},
        )
        return posting.lose(connection, loss, int(row.units), new_id=self.ids.new_id(at), at=at)


def _come(connection: Connection) -> list[str]:
    """Claims of parcels that were delivered, or came back, after all."""
    open_ones = connection.execute(
        select(claims.c.id, claims.c.subject)
        .where(
            claims.c.kind == ClaimKind.LOST_PARCEL.value,
            claims.c.claimed > claims.c.found + claims.c.found_settled,
        )
        .order_by(claims.c.id)
    ).all()
    return [row.id for row in open_ones if _has_come(connection, row.subject)]


def _has_come(connection: Connection, subject: str) -> bool:
    fulfillment_order_id, _, number = subject.rpartition("-")
    if not number.isdigit():
        return False
    row = connection.execute(
        select(packages.c.delivered_at, packages.c.status).where(
            packages.c.fulfillment_order_id == fulfillment_order_id,
            packages.c.package_number == int(number),
        )
    ).one_or_none()
    return row is not None and (
        row.delivered_at is not None or row.status == PackageStatus.RETURNED.value
    )
