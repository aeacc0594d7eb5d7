"""Reading stock: levels, moves, and the age of what is on hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text

from stockpool.ledger.buckets import PLACES, UNSELLABLE, Bucket, Place, place
from stockpool.ledger.posting import StockMove
from stockpool.ledger.tables import ARRIVES, stock_levels, stock_moves

ON_HAND: tuple[Bucket, ...] = (
    Bucket.FULFILLABLE,
    Bucket.HELD,
    Bucket.COMMITTED,
    Bucket.PENDING_REMOVAL,
    Bucket.PENDING_CUSTOMER_ORDER,
    Bucket.PENDING_TRANSSHIPMENT,
    Bucket.FC_PROCESSING,
    Bucket.RESEARCHING,
    *UNSELLABLE,
)
"""Buckets of units that are physically in a center (and so have an age)."""


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Units of one SKU in one pool, by bucket and outside account."""

    pool: str
    sku: str
    units: Mapping[Place, int]

    def __getattr__(self, name: str) -> int:
        """`level.fulfillable`, `level.held` ...: the units in that bucket or account."""
        try:
            return self.units.get(place(name), 0)
        except ValueError:
            raise AttributeError(name) from None

    @property
    def on_hand(self) -> int:
        """Units physically in a center."""
        return sum(self.units.get(bucket, 0) for bucket in ON_HAND)


@dataclass(frozen=True, slots=True)
class PostedMove:
    """A move as it stands in the ledger."""

    id: int
    move: StockMove
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AgeLayer:
    """Units still on hand of one receipt, under first in, first out over the whole pool."""

    received_at: datetime
    quantity: int
    receipt: str


def level(connection: Connection, pool: str, sku: str) -> StockLevel:
    """The level of one stock SKU; all zero if it was never seen there."""
    found = levels(connection, pool=pool, sku=sku)
    return found[0] if found else StockLevel(pool, sku, {})


def levels(
    connection: Connection, *, pool: str | None = None, sku: str | None = None
) -> list[StockLevel]:
    """Levels by pool and SKU, in that order."""
    query = select(stock_levels).order_by(stock_levels.c.pool, stock_levels.c.sku)
    if pool is not None:
        query = query.where(stock_levels.c.pool == pool)
    if sku is not None:
        query = query.where(stock_levels.c.sku == sku)
    return [
        StockLevel(row.pool, row.sku, {name: getattr(row, name.value) for name in PLACES})
        for row in connection.execute(query)
    ]


def moves(
    connection: Connection,
    *,
    pool: str | None = None,
    sku: str | None = None,
    reference: str | None = None,
    limit: int = 100,
) -> list[PostedMove]:
    """The newest moves first."""
    query = select(stock_moves).order_by(stock_moves.c.id.desc()).limit(limit)
    if pool is not None:
        query = query.where(stock_moves.c.pool == pool)
    if sku is not None:
        query = query.where(stock_moves.c.sku == sku)
    if reference is not None:
        query = query.where(stock_moves.c.reference == reference)
    return [
        PostedMove(
            row.id,
            StockMove(
                row.pool,
                row.sku,
                place(row.source),
                place(row.target),
                row.quantity,
                row.cause,
                row.reference,
                row.key,
            ),
            row.occurred_at,
        )
        for row in connection.execute(query)
    ]


def ages(connection: Connection, pool: str, sku: str) -> list[AgeLayer]:
    """What is on hand, by receipt, oldest first.

    Amazon counts age first in, first out over a country's whole network, not by unit: every unit
    that leaves is taken from the oldest receipt. So what is left are the newest receipts, as many
    as cover the units on hand; nothing has to be stored for it.
    """
    left = level(connection, pool, sku).on_hand
    receipts = connection.execute(
        select(stock_moves.c.occurred_at, stock_moves.c.quantity, stock_moves.c.key)
        .where(
            stock_moves.c.pool == pool,
            stock_moves.c.sku == sku,
            text(ARRIVES),
            stock_moves.c.target.in_([bucket.value for bucket in ON_HAND]),
        )
        .order_by(stock_moves.c.occurred_at.desc(), stock_moves.c.id.desc())
    )
    return age_layers(left, [AgeLayer(row.occurred_at, row.quantity, row.key) for row in receipts])


def age_layers(on_hand: int, receipts_newest_first: Sequence[AgeLayer]) -> list[AgeLayer]:
    """The receipts that cover `on_hand` units, newest ones first taken, returned oldest first."""
    layers: list[AgeLayer] = []
    left = on_hand
    for receipt in receipts_newest_first:
        if left <= 0:
            break
        layers.append(AgeLayer(receipt.received_at, min(receipt.quantity, left), receipt.receipt))
        left -= receipt.quantity
    layers.reverse()
    return layers
