"""`engine.inventory`: receiving, reading and adjusting stock, and taking the network's figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from stockpool.catalog.products import stock_sku_of
from stockpool.errors import NotFoundError, Throttled
from stockpool.ids import IdSource
from stockpool.ledger import levels as reading
from stockpool.ledger.buckets import Account, Bucket
from stockpool.ledger.levels import AgeLayer, PostedMove, StockLevel
from stockpool.ledger.posting import StockMove, post
from stockpool.orders.snapshots import SnapshotResult, take_snapshot
from stockpool.outbox.rate_limits import take
from stockpool.plugins.network import Network, RateLimit, StockFigures
from stockpool.storage.database import Database

_WAITS_MOST = 20
"""Times to wait for the limit before giving up: others are asking for figures, too."""


class Inventory:
    """Stock by pool (`network:country`) and SKU.

    Args:
        stock_arrived: called after stock may have become available, to fill waiting orders.
        buffers: units of each SKU that are never promised, by pool.
    """

    def __init__(
        self,
        database: Database,
        ids: IdSource,
        networks: Mapping[str, Network],
        *,
        stock_arrived: Callable[[], int],
        buffers: Callable[[], Mapping[str, int]],
    ) -> None:
        self._database = database
        self._ids = ids
        self._networks = networks
        self._stock_arrived = stock_arrived
        self._buffers = buffers

    @property
    def pools(self) -> Sequence[str]:
        """All pools of all configured networks."""
        return [
            f"{name}:{profile.country}"
            for name, network in sorted(self._networks.items())
            for profile in network.pools()
        ]

    def receive(
        self,
        pool: str,
        sku: str,
        quantity: int,
        *,
        key: str,
        bucket: Bucket = Bucket.FULFILLABLE,
    ) -> StockLevel:
        """Post units from the supplier; the same `key` again posts nothing.

        Waiting orders are filled right after it.

        Raises:
            NotFoundError: the pool or the SKU is unknown.
            ConflictError: `key` was used for another receipt.
        """
        self._require(pool)
        level = self._database.run(
            lambda connection: self._receive(connection, pool, sku, quantity, key, bucket)
        )
        if bucket is Bucket.FULFILLABLE:
            self._stock_arrived()
            return self.level(pool, sku)
        return level

    def _receive(
        self, connection: Connection, pool: str, sku: str, quantity: int, key: str, bucket: Bucket
    ) -> StockLevel:
        stock_sku = stock_sku_of(connection, sku)
        move = StockMove(
            pool,
            stock_sku,
            Account.SUPPLIER,
            bucket,
            quantity,
            "receipt",
            key,
            f"receipt:{pool}:{key}:{stock_sku}",
        )
        post(connection, [move], at=self._database.clock.now())
        return reading.level(connection, pool, stock_sku)

    def move(
        self,
        pool: str,
        sku: str,
        quantity: int,
        *,
        source: Bucket | Account,
        target: Bucket | Account,
        reason: str,
        key: str,
    ) -> StockLevel:
        """Post a correction by hand; the same `key` again posts nothing.

        Raises:
            RefusedError: there are not enough units in `source`.
            ValueError: `held` and `committed` belong to orders and can't be moved by hand.
        """
        self._require(pool)
        reserved = {Bucket.HELD, Bucket.COMMITTED, Bucket.PENDING_REMOVAL}
        if reserved & {source, target}:
            raise ValueError("held, committed and pending_removal units belong to orders")

        def work(connection: Connection) -> StockLevel:
            stock_sku = stock_sku_of(connection, sku)
            move = StockMove(
                pool, stock_sku, source, target, quantity, "correction", reason, f"manual:{key}"
            )
            post(connection, [move], at=self._database.clock.now())
            return reading.level(connection, pool, stock_sku)

        return self._database.run(work)

    def level(self, pool: str, sku: str) -> StockLevel:
        """The level of one SKU in one pool; a shared SKU shows its partner's units.

        Raises:
            NotFoundError: the pool or the SKU is unknown.
        """
        self._require(pool)
        with self._database.read() as connection:
            return reading.level(connection, pool, stock_sku_of(connection, sku))

    def levels(self, *, pool: str | None = None, sku: str | None = None) -> Sequence[StockLevel]:
        """All levels, by pool and stock SKU."""
        with self._database.read() as connection:
            return reading.levels(connection, pool=pool, sku=sku)

    def moves(
        self,
        *,
        pool: str | None = None,
        sku: str | None = None,
        reference: str | None = None,
        limit: int = 100,
    ) -> Sequence[PostedMove]:
        """The newest moves first."""
        with self._database.read() as connection:
            return reading.moves(connection, pool=pool, sku=sku, reference=reference, limit=limit)

    def ages(self, pool: str, sku: str) -> Sequence[AgeLayer]:
        """What is on hand by receipt, oldest first (first in, first out over the pool)."""
        self._require(pool)
        with self._database.read() as connection:
            return reading.ages(connection, pool, stock_sku_of(connection, sku))

    def available(self, sku: str, *, country: str | None = None) -> int:
        """Units that can be promised now: fulfillable less the buffer, never below zero.

        Args:
            country: only pools of this country; without it the pools are summed, although one
                pool's stock does not serve another's country without a cross-border rule.
        """
        buffers = self._buffers()
        with self._database.read() as connection:
            stock_sku = stock_sku_of(connection, sku)
            return sum(
                max(level.fulfillable - buffers.get(level.pool, 0), 0)
                for level in reading.levels(connection, sku=stock_sku)
                if country is None or level.pool.endswith(f":{country}")
            )

    def snapshot(
        self,
        pools: Iterable[str] | None = None,
        *,
        before_page: Callable[[], object] = lambda: None,
    ) -> Sequence[SnapshotResult]:
        """Take the networks' figures into the books, then fill waiting orders.

        Once it has begun it waits for what the networks' limits allow: a page of figures may take
        half a second, and a token that leads to the next page lives half a minute.

        Args:
            before_page: called before each page, so that a caller can renew a lease.

        Raises:
            Throttled: the limit does not even allow the first page now.
        """
        wanted = list(pools) if pools is not None else list(self.pools)
        results = [
            self._snapshot(pool, before_page, waits=place > 0) for place, pool in enumerate(wanted)
        ]
        self._stock_arrived()
        return results

    def _snapshot(
        self, pool: str, before_page: Callable[[], object], *, waits: bool
    ) -> SnapshotResult:
        self._require(pool)
        name, _, country = pool.partition(":")
        network = self._networks[name]
        figures: list[StockFigures] = []
        cursor: str | None = None
        while True:
            before_page()
            self._take_token(name, network, waits=waits or cursor is not None)
            page = network.snapshot(country, cursor)
            figures += page.figures
            cursor = page.cursor
            if cursor is None:
                break
        return self._database.run(
            lambda connection: take_snapshot(
                connection,
                pool,
                figures,
                network_time=page.at,
                complete=True,
                ids=self._ids,
                at=self._database.clock.now(),
            )
        )

    def _take_token(self, name: str, network: Network, *, waits: bool) -> None:
        limit = network.rate_limits().get("getInventorySummaries")
        if limit is None:
            return
        for _ in range(_WAITS_MOST if waits else 1):
            if self._is_allowed(name, limit):
                return
            if waits:
                self._database.clock.sleep(1 / limit.rate)
        raise Throttled(f"{name}: stock figures", retry_after=1 / limit.rate)

    def _is_allowed(self, name: str, limit: RateLimit) -> bool:
        return self._database.run(
            lambda connection: bool(
                take(
                    connection,
                    name,
                    "getInventorySummaries",
                    limit,
                    wanted=1,
                    at=self._database.clock.now(),
                )
            )
        )

    def _require(self, pool: str) -> None:
        if pool not in self.pools:
            known = ", ".join(self.pools) or "none; configure a network"
            raise NotFoundError(f"there is no pool {pool}; known pools: {known}")
