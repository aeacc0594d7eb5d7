"""What the books say of the units that a listing sells."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from stockpool.catalog.tables import products
from stockpool.ledger import levels
from stockpool.ledger.buckets import INBOUND, Bucket
from stockpool.ledger.levels import StockLevel


def units_left(level: StockLevel) -> int:
    """Units in the centers and on their way there, but for those that are asked to be taken out."""
    coming = sum(level.units.get(bucket, 0) for bucket in INBOUND)
    return level.on_hand - level.units.get(Bucket.PENDING_REMOVAL, 0) + coming


def units_of(connection: Connection, pool: str, sku: str) -> tuple[int, Sequence[str]]:
    """A SKU's units as `units_left` counts them, and the other SKUs that sell the same ones.

    A SKU that the catalog does not know has no units.
    """
    stock_sku = connection.execute(
        select(products.c.stock_sku).where(products.c.sku == sku)
    ).scalar_one_or_none()
    if stock_sku is None:
        return 0, ()
    others = connection.execute(
        select(products.c.sku)
        .where(products.c.stock_sku == stock_sku, products.c.sku != sku)
        .order_by(products.c.sku)
    )
    return units_left(levels.level(connection, pool, stock_sku)), tuple(others.scalars())
