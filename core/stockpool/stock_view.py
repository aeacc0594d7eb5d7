"""`engine.stock_view`: every unit by pool, SKU, condition and bucket, with the time of each figure.

Days of supply are what can be sold now divided by what left a day: our own orders of all channels
by the ledger, and what the network's own shop has sold by its reports, as far as they were
imported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from stockpool.catalog.availability import availability
from stockpool.catalog.tables import listing_components, products
from stockpool.fba_orders.view import units_sold_by_amazon
from stockpool.ledger.buckets import INBOUND, UNSELLABLE, Account, Bucket
from stockpool.ledger.levels import StockLevel, levels
from stockpool.ledger.tables import network_figures, stock_moves
from stockpool.storage.database import Database

OTHER_RESERVED = (
    Bucket.PENDING_CUSTOMER_ORDER,
    Bucket.PENDING_TRANSSHIPMENT,
    Bucket.FC_PROCESSING,
)
"""Reserved by the network for what is not ours."""


@dataclass(frozen=True, slots=True)
class StockLine:
    """One physical stock in one pool.

    Attributes:
        skus: all SKUs that share these units, the one that they are kept under first.
        condition: as the network calls it (`NewItem` ...); empty before its first figures.
        figures_at: the network's time of its last figures; None if there are none.
        sold_per_day: units that left a day, over the days looked at; None if none did.
        days_of_supply: how long what can be promised lasts; None if nothing is sold.
        channels: how many of each channel's SKU can be sold now, by channel and channel SKU.
    """

    level: StockLevel
    skus: Sequence[str]
    title: str
    condition: str
    figures_at: datetime | None
    available: int
    sold_per_day: float | None
    days_of_supply: float | None
    channels: Mapping[str, Mapping[str, int]]

    @property
    def inbound(self) -> int:
        """Units on their way into a center."""
        return sum(self.level.units.get(bucket, 0) for bucket in INBOUND)

    @property
    def reserved(self) -> int:
        """Units that the network has set aside for what is not ours."""
        return sum(self.level.units.get(bucket, 0) for bucket in OTHER_RESERVED)

    @property
    def unsellable(self) -> int:
        """Units that can't be sold."""
        return sum(self.level.units.get(bucket, 0) for bucket in UNSELLABLE)


class StockView:
    """Reads the whole stock.

    Args:
        buffers: units of each SKU that are never promised, by pool.
        channel_pools: pools offered on each channel.
    """

    def __init__(
        self,
        database: Database,
        buffers: Callable[[], Mapping[str, int]],
        channel_pools: Mapping[str, Sequence[str]],
    ) -> None:
        self._database = database
        self._buffers = buffers
        self._channel_pools = channel_pools

    def lines(
        self, *, pool: str | None = None, sku: str | None = None, days: int = 30
    ) -> Sequence[StockLine]:
        """Every stock by pool and SKU.

        Args:
            sku: any SKU of the stock.
            days: over how many days sales are looked at.
        """
        since = self._database.clock.now() - timedelta(days=days)
        buffers = self._buffers()
        with self._database.read(consistent=True) as connection:
            shared = _shared(connection)
            stock_sku = None
            if sku is not None:
                stock_sku = next((key for key, known in shared.items() if sku in known), sku)
            found = levels(connection, pool=pool, sku=stock_sku)
            figures = _figures(connection)
            sold = _sold(connection, since, shared, pool)
            sellable = {
                channel: availability(connection, channel, pools=pools, buffers=buffers)
                for channel, pools in self._channel_pools.items()
            }
            listed = _listed(connection)
        return [
            _line(
                level,
                shared.get(level.sku, {level.sku: ""}),
                figures.get((level.pool, level.sku)),
                max(level.fulfillable - buffers.get(level.pool, 0), 0),
                sold.get((level.pool, level.sku), 0) / days,
                {
                    channel: {
                        name: sellable[channel].get(name, 0)
                        for name in listed[channel].get(level.sku, ())
                    }
                    for channel, pools in self._channel_pools.items()
                    if level.pool in pools and listed[channel].get(level.sku)
                },
            )
            for level in found
        ]


def days_of_supply(available: int, sold_per_day: float) -> float | None:
    """How long units last; None if none are sold."""
    return None if sold_per_day <= 0 else round(available / sold_per_day, 1)


def _line(
    level: StockLevel,
    skus: Mapping[str, str],
    figures: Any,
    available: int,
    sold_per_day: float,
    channels: Mapping[str, Mapping[str, int]],
) -> StockLine:
    first = [level.sku] if level.sku in skus else []
    return StockLine(
        level,
        first + [sku for sku in sorted(skus) if sku != level.sku],
        skus.get(level.sku, ""),
        figures.condition if figures is not None else "",
        figures.network_time if figures is not None else None,
        available,
        sold_per_day or None,
        days_of_supply(available, sold_per_day),
        channels,
    )


def _shared(connection: Connection) -> dict[str, dict[str, str]]:
    """SKUs and their titles by the SKU that their units are kept under."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(products)):
        found[row.stock_sku][row.sku] = row.title
    return found


def _figures(connection: Connection) -> dict[tuple[str, str], Any]:
    return {(row.pool, row.sku): row for row in connection.execute(select(network_figures))}


def _sold(
    connection: Connection,
    since: datetime,
    shared: Mapping[str, Mapping[str, str]],
    pool: str | None,
) -> dict[tuple[str, str], int]:
    sold: defaultdict[tuple[str, str], int] = defaultdict(int)
    query = (
        select(stock_moves.c.pool, stock_moves.c.sku, func.sum(stock_moves.c.quantity))
        .where(stock_moves.c.target == Account.CUSTOMER.value, stock_moves.c.occurred_at >= since)
        .group_by(stock_moves.c.pool, stock_moves.c.sku)
    )
    for row in connection.execute(query):
        sold[(row[0], row[1])] += int(row[2])
    kept_under = {sku: stock for stock, skus in shared.items() for sku in skus}
    for (where, sku), units in units_sold_by_amazon(connection, since=since, pool=pool).items():
        sold[(where, kept_under.get(sku, sku))] += units
    return sold


def _listed(connection: Connection) -> defaultdict[str, dict[str, list[str]]]:
    """Channel SKUs by channel and stock SKU."""
    found: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    query = (
        select(listing_components.c.channel, listing_components.c.channel_sku, products.c.stock_sku)
        .join(products, products.c.sku == listing_components.c.sku)
        .order_by(listing_components.c.channel_sku)
    )
    for row in connection.execute(query):
        found[row.channel].setdefault(row.stock_sku, []).append(row.channel_sku)
    return found
