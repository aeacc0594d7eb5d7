"""`engine.warehousing`: sizes of units, capacity and its use, and what storage will cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, String, cast, delete, func, insert, select

from stockpool.catalog.tables import products
from stockpool.errors import NotFoundError, RefusedError
from stockpool.ledger.buckets import INBOUND
from stockpool.ledger.levels import ON_HAND, ages, levels
from stockpool.ledger.tables import stock_moves
from stockpool.money import Money
from stockpool.plugins.network_inbound import InboundItem
from stockpool.plugins.network_removals import RemovalItem
from stockpool.problems import Problem
from stockpool.stock_view import StockView
from stockpool.storage.database import Database
from stockpool.warehousing.forecasting import (
    AgedFee,
    MonthlyFee,
    StockToStore,
    aged_fees,
    monthly_fee,
    next_snapshot,
)
from stockpool.warehousing.rates import removal_fee
from stockpool.warehousing.sizes import CUBIC_FOOT_IN_CM3, StorageType, UnitSize
from stockpool.warehousing.tables import capacity_limits, unit_sizes


@dataclass(frozen=True, slots=True)
class CapacityUse:
    """Room of one storage type in one pool.

    Attributes:
        limit_cm3: None if nobody has told it.
        on_hand_cm3 / inbound_cm3: units in centers, and in open inbound shipments: both count.
        unsized: SKUs with units whose size nobody has told; they are not counted.
    """

    pool: str
    storage_type: StorageType
    limit_cm3: int | None
    on_hand_cm3: int
    inbound_cm3: int
    unsized: Sequence[str] = ()

    @property
    def used_cm3(self) -> int:
        """What counts against the limit."""
        return self.on_hand_cm3 + self.inbound_cm3

    @property
    def free_cm3(self) -> int | None:
        """What is left; below zero if more is used than allowed."""
        return None if self.limit_cm3 is None else self.limit_cm3 - self.used_cm3


@dataclass(frozen=True, slots=True)
class StorageForecast:
    """What a pool's storage will cost.

    Attributes:
        unsized: SKUs with units whose size nobody has told: they are left out.
    """

    pool: str
    monthly: Sequence[MonthlyFee]
    aged: Sequence[AgedFee]
    unsized: Sequence[str]

    @property
    def rates_known(self) -> bool:
        """Whether there are rates for this country."""
        return all(fee.fee is not None for fee in self.monthly)


@dataclass(frozen=True, slots=True)
class RemovalQuote:
    """What a removal order would cost; `total` is None where no rate or size is known."""

    total: Money | None
    fees: Mapping[str, Money]
    unknown: Sequence[str]


class Warehousing:
    """Room at the networks, and its price."""

    def __init__(self, database: Database, stock_view: StockView) -> None:
        self._database = database
        self._stock_view = stock_view

    def set_sizes(self, *sizes: UnitSize) -> None:
        """Say how much room units take.

        Raises:
            RefusedError: a volume or weight is not above zero.
            NotFoundError: a SKU is not in the catalog. Nothing was stored.
        """
        for size in sizes:
            if size.volume_cm3 < 1 or size.weight_g < 1:
                raise RefusedError(
                    f"{size.sku} takes no room",
                    [Problem("invalid_size", "volume and weight are above zero", size.sku)],
                )

        def work(connection: Connection) -> None:
            skus = [size.sku for size in sizes]
            known = set(
                connection.execute(select(products.c.sku).where(products.c.sku.in_(skus))).scalars()
            )
            if missing := sorted(set(skus) - known):
                raise NotFoundError(f"no product has the SKU {missing[0]}")
            connection.execute(delete(unit_sizes).where(unit_sizes.c.sku.in_(skus)))
            connection.execute(
                insert(unit_sizes),
                [
                    {
                        "sku": size.sku,
                        "volume_cm3": size.volume_cm3,
                        "weight_g": size.weight_g,
                        "storage_type": size.storage_type.value,
                        "told_at": self._database.clock.now(),
                    }
                    for size in sizes
                ],
            )

        if sizes:
            self._database.run(work)

    def sizes(self) -> Mapping[str, UnitSize]:
        """All sizes by SKU."""
        with self._database.read() as connection:
            return _sizes(connection)

    def set_limit(
        self, pool: str, storage_type: StorageType, month: date, cubic_feet: Decimal
    ) -> None:
        """Say how much room the network allows in a month; no API tells it.

        Raises:
            RefusedError: it is below zero.
        """
        if cubic_feet < 0:
            raise RefusedError(
                f"{cubic_feet} cubic feet", [Problem("invalid_limit", "at least zero", "limit")]
            )
        key = {
            "pool": pool,
            "storage_type": storage_type.value,
            "month": month.replace(day=1),
        }

        def work(connection: Connection) -> None:
            connection.execute(
                delete(capacity_limits).where(
                    *(capacity_limits.c[name] == value for name, value in key.items())
                )
            )
            connection.execute(
                insert(capacity_limits).values(
                    **key,
                    limit_cm3=int(cubic_feet * CUBIC_FOOT_IN_CM3),
                    told_at=self._database.clock.now(),
                )
            )

        self._database.run(work)

    def capacity(self, pool: str) -> Sequence[CapacityUse]:
        """Limits of this month and their use, by storage type: those with a limit or units."""
        month = self._today().replace(day=1)
        with self._database.read() as connection:
            sizes = _sizes(connection)
            limits = dict(
                connection.execute(
                    select(capacity_limits.c.storage_type, capacity_limits.c.limit_cm3).where(
                        capacity_limits.c.pool == pool, capacity_limits.c.month == month
                    )
                ).all()
            )
            on_hand: defaultdict[str, int] = defaultdict(int)
            inbound: defaultdict[str, int] = defaultdict(int)
            unsized = []
            for level in levels(connection, pool=pool):
                coming = sum(level.units.get(bucket, 0) for bucket in INBOUND)
                size = sizes.get(level.sku)
                if size is None:
                    unsized += [level.sku] if level.on_hand + coming else []
                    continue
                on_hand[size.storage_type] += level.on_hand * size.volume_cm3
                inbound[size.storage_type] += coming * size.volume_cm3
        return [
            CapacityUse(pool, kind, limits.get(kind), on_hand[kind], inbound[kind], unsized)
            for kind in StorageType
            if kind in limits or on_hand[kind] or inbound[kind]
        ]

    def room_problems(self, pool: str, items: Sequence[InboundItem]) -> Sequence[Problem]:
        """Why units do not fit: more would be used of a storage type than its limit allows."""
        sizes = self.sizes()
        wanted: defaultdict[StorageType, int] = defaultdict(int)
        for item in items:
            if item.sku in sizes:
                size = sizes[item.sku]
                wanted[size.storage_type] += item.quantity * size.volume_cm3
        if not wanted:
            return ()
        found = []
        for use in self.capacity(pool):
            more = wanted.get(use.storage_type, 0)
            if use.free_cm3 is not None and more > use.free_cm3:
                found.append(
                    Problem(
                        "over_capacity",
                        f"{_feet(more)} cubic feet of {use.storage_type.value} do not fit into "
                        f"{pool}: {_feet(use.used_cm3)} of {_feet(use.limit_cm3 or 0)} are used",
                        "items",
                        str(_feet(max(use.free_cm3, 0))),
                        "send less, take stock out, or ask for more room in Capacity Manager",
                    )
                )
        return found

    def forecast(self, pool: str, *, months: int = 3) -> StorageForecast:
        """What storage will cost this month and the next ones, and the next aged-stock surcharge.

        Units are taken to leave as they did in the last thirty days.
        """
        today = self._today()
        country = pool.partition(":")[2]
        stocks, unsized = self._stocks(pool)
        first = [_month_after(today, number) for number in range(months)]
        snapshot = next_snapshot(country, today)
        return StorageForecast(
            pool,
            [monthly_fee(country, stock, month, today) for month in first for stock in stocks],
            []
            if snapshot is None
            else [fee for stock in stocks for fee in aged_fees(country, stock, snapshot, today)],
            unsized,
        )

    def utilisation(self, pool: str, *, days: int = 90) -> Mapping[date, int]:
        """The volume on hand at the end of each day, in cubic centimetres, from the ledger."""
        today = self._today()
        first = today - timedelta(days=days - 1)
        with self._database.read(consistent=True) as connection:
            sizes = _sizes(connection)
            now = sum(
                level.on_hand * sizes[level.sku].volume_cm3
                for level in levels(connection, pool=pool)
                if level.sku in sizes
            )
            changes: defaultdict[date, int] = defaultdict(int)
            for text, sku, units in _changes(connection, pool, first):
                if sku in sizes:
                    changes[date.fromisoformat(text)] += units * sizes[sku].volume_cm3
        found = {}
        volume = now
        for offset in range(days):
            day = today - timedelta(days=offset)
            found[day] = volume
            volume -= changes[day]
        return dict(sorted(found.items()))

    def removal_quote(self, pool: str, items: Sequence[RemovalItem]) -> RemovalQuote:
        """What taking units out will cost, by the rates of today."""
        sizes = self.sizes()
        country, today = pool.partition(":")[2], self._today()
        fees: dict[str, Money] = {}
        unknown = []
        for item in items:
            size = sizes.get(item.sku)
            fee = None if size is None else removal_fee(country, today, size)
            units = item.sellable + item.unsellable
            if fee is None:
                unknown.append(item.sku)
            else:
                fees[item.sku] = Money(fee.minor * units, fee.currency)
        if unknown or not fees:
            return RemovalQuote(None, fees, unknown)
        currency = next(iter(fees.values())).currency
        total = Money(sum(fee.minor for fee in fees.values()), currency)
        return RemovalQuote(total, fees, ())

    def _stocks(self, pool: str) -> tuple[Sequence[StockToStore], Sequence[str]]:
        lines = self._stock_view.lines(pool=pool)
        with self._database.read() as connection:
            sizes = _sizes(connection)
            stocks = [
                StockToStore(
                    sizes[line.level.sku],
                    ages(connection, pool, line.level.sku),
                    line.sold_per_day or 0.0,
                )
                for line in lines
                if line.level.sku in sizes and line.level.on_hand
            ]
        unsized = [
            line.level.sku for line in lines if line.level.sku not in sizes and line.level.on_hand
        ]
        return stocks, unsized

    def _today(self) -> date:
        return self._database.clock.now().date()


def _sizes(connection: Connection) -> dict[str, UnitSize]:
    return {
        row.sku: UnitSize(row.sku, row.volume_cm3, row.weight_g, StorageType(row.storage_type))
        for row in connection.execute(select(unit_sizes))
    }


def _changes(connection: Connection, pool: str, first: date) -> Iterator[tuple[str, str, int]]:
    """How many units came (or left) on each day, by SKU."""
    m = stock_moves.c
    here = [bucket.value for bucket in ON_HAND]
    if connection.dialect.name == "sqlite":
        day: Any = func.substr(cast(m.occurred_at, String), 1, 10)
    else:
        day = func.to_char(func.timezone("UTC", m.occurred_at), "YYYY-MM-DD")
    for place, sign in ((m.target, 1), (m.source, -1)):
        query = (
            select(day, m.sku, func.sum(m.quantity))
            .where(m.pool == pool, place.in_(here), day >= first.isoformat())
            .group_by(day, m.sku)
        )
        for row in connection.execute(query):
            yield row[0], row[1], sign * int(row[2])


def _month_after(day: date, number: int) -> date:
    years, month = divmod(day.month - 1 + number, 12)
    return date(day.year + years, month + 1, 1)


def _feet(volume_cm3: int) -> Decimal:
    return (Decimal(volume_cm3) / CUBIC_FOOT_IN_CM3).quantize(Decimal("0.1"))
