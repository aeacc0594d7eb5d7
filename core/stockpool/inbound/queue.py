"""`engine.inbound.queue`: the shipping queue and the reconciliation, as the books have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.claims import posting
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.service import Claims, ClaimView
from stockpool.errors import NotFoundError, RefusedError
from stockpool.inbound.reconciling import OVER, ItemCount, ShipmentDates, missing, state_of
from stockpool.inbound.tables import inbound_shipment_items, inbound_shipments
from stockpool.ledger.posting import lock
from stockpool.plugins.network_inbound import InboundShipmentStatus
from stockpool.problems import Problem
from stockpool.storage.database import Database


@dataclass(frozen=True, slots=True)
class QueuedItem:
    """Units of one SKU in a shipment.

    Attributes:
        claim: what is claimed of it, if anything ever was missing.
        state: `receiving`, `complete`, `short`, `overage`, `missing` (claimed and open), or
            `settled`.
    """

    sku: str
    expected: int
    received: int
    not_shipped: int
    state: str
    claim: ClaimView | None = None

    @property
    def short(self) -> int:
        """Sent, and not received until now."""
        return ItemCount(self.expected, self.received, self.not_shipped).short


@dataclass(frozen=True, slots=True)
class QueuedShipment:
    """A shipment of a confirmed placement, as it was told last."""

    shipment_id: str
    plan_id: str
    pool: str
    shipment_confirmation_id: str | None
    center: str | None
    status: InboundShipmentStatus
    first_seen_at: datetime
    left_at: datetime | None
    delivered_at: datetime | None
    receiving_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    items: Sequence[QueuedItem] = ()

    @property
    def expected(self) -> int:
        """Units that were announced."""
        return sum(item.expected for item in self.items)

    @property
    def received(self) -> int:
        """Units that were received, in whatever state."""
        return sum(item.received for item in self.items)


class ShippingQueue:
    """Shipments to the network's centers."""

    def __init__(self, database: Database, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    def list(
        self, *, pool: str | None = None, under_way: bool = False, limit: int = 100
    ) -> Sequence[QueuedShipment]:
        """Shipments, the newest first.

        Args:
            under_way: only those of which something is still expected.
        """
        table = inbound_shipments.c
        query = select(inbound_shipments).order_by(table.first_seen_at.desc(), table.id)
        if pool is not None:
            query = query.where(table.pool == pool)
        if under_way:
            query = query.where(table.status.not_in([status.value for status in OVER]))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
            return [self._shipment(connection, row) for row in rows]

    def get(self, shipment_id: str) -> QueuedShipment:
        """One shipment, by the network's id or by its name on labels.

        Raises:
            NotFoundError: no such shipment was told of.
        """
        table = inbound_shipments.c
        query = select(inbound_shipments).where(
            (table.id == shipment_id) | (table.shipment_confirmation_id == shipment_id)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                raise NotFoundError(f"there is no inbound shipment {shipment_id}")
            return self._shipment(connection, row)

    def acknowledge(self, shipment_id: str, sku: str, units: int) -> QueuedShipment:
        """Say that so many of the missing units were never sent: nobody owes them.

        The figure replaces what was said before.

        Raises:
            RefusedError: more than are short.
            NotFoundError: no such shipment or SKU in it.
        """
        shipment = self.get(shipment_id)
        item = next((one for one in shipment.items if one.sku == sku), None)
        if item is None:
            raise NotFoundError(f"{sku} is not in shipment {shipment_id}")
        most = max(item.expected - item.received, 0)
        if not 0 <= units <= most:
            raise RefusedError(
                f"{units} units of {sku} were not sent",
                [Problem("invalid_quantity", f"{most} are not received", "units", str(most))],
            )
        self._database.run(lambda connection: self._acknowledge(connection, shipment, item, units))
        return self.get(shipment_id)

    def _acknowledge(
        self, connection: Connection, shipment: QueuedShipment, item: QueuedItem, units: int
    ) -> None:
        at = self._database.clock.now()
        place = (
            inbound_shipment_items.c.shipment_id == shipment.shipment_id,
            inbound_shipment_items.c.sku == item.sku,
        )
        row = connection.execute(select(inbound_shipment_items).where(*place)).one()
        lock(connection, [(shipment.pool, row.stock_sku)])
        connection.execute(update(inbound_shipment_items).where(*place).values(not_shipped=units))
        dates = ShipmentDates(shipment.left_at, shipment.delivered_at, shipment.closed_at)
        count = ItemCount(row.expected, row.received, units)
        if item.claim is not None:
            posting.lose_more_or_less(
                connection,
                item.claim.claim_id,
                missing(count, shipment.status, dates, at),
                at=at,
            )

    def _shipment(self, connection: Connection, row: Any) -> QueuedShipment:
        status = InboundShipmentStatus(row.status)
        subject = row.shipment_confirmation_id or row.id
        known = {
            claim.sku: claim
            for claim in self._claims.list(
                subject=subject, kind=ClaimKind.INBOUND_MISSING, limit=10_000
            )
        }
        items = [
            _item(item, known.get(item.sku), status in OVER)
            for item in connection.execute(
                select(inbound_shipment_items)
                .where(inbound_shipment_items.c.shipment_id == row.id)
                .order_by(inbound_shipment_items.c.sku)
            )
        ]
        return QueuedShipment(
            row.id,
            row.plan_id,
            row.pool,
            row.shipment_confirmation_id,
            row.center,
            status,
            row.first_seen_at,
            row.left_at,
            row.delivered_at,
            row.receiving_at,
            row.closed_at,
            row.updated_at,
            items,
        )


def _item(row: Any, claim: ClaimView | None, over: bool) -> QueuedItem:
    count = ItemCount(row.expected, row.received, row.not_shipped)
    units = claim.units if claim is not None else None
    owed = units.owed if units else 0
    settled = units.paid + units.replaced + units.written_off if units else 0
    return QueuedItem(
        row.sku,
        row.expected,
        row.received,
        row.not_shipped,
        state_of(count, owed, settled, over),
        claim,
    )
