"""Taking the network's stock figures into the books, as adjustments caused by that snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.attention.queue import Concern, close_others, raise_concerns
from stockpool.catalog.tables import products
from stockpool.crashpoints import reached
from stockpool.ids import IdSource
from stockpool.ledger.buckets import NETWORK_BUCKETS, Bucket
from stockpool.ledger.posting import StockMove, lock, post
from stockpool.ledger.reconciliation import Uncertain, differences, unbearable
from stockpool.ledger.tables import network_figures, stock_levels, stock_snapshots
from stockpool.orders.tables import fulfillment_items, fulfillment_orders
from stockpool.outbox.tables import effects
from stockpool.plugins.network import StockFigures
from stockpool.problems import Problem
from stockpool.storage.metadata import one_of

RESERVATION_LAG = timedelta(minutes=5)
"""How long an accepted order may be missing from the network's figures."""


@dataclass(frozen=True, slots=True)
class SnapshotResult:
    """What a snapshot changed.

    Attributes:
        unknown_skus: reported by the network, not in our catalog (nothing is posted for them).
        adjusted: SKU → net units added to (or taken from) our books.
    """

    pool: str
    skus: int
    unknown_skus: tuple[str, ...]
    adjusted: Mapping[str, int]


def take_snapshot(
    connection: Connection,
    pool: str,
    figures: Sequence[StockFigures],
    *,
    network_time: datetime,
    complete: bool,
    ids: IdSource,
    at: datetime,
) -> SnapshotResult:
    """Post what differs between `figures` (as of `network_time`) and our books.

    Args:
        complete: the figures are all there is; a SKU that is missing has no units.
    """
    by_stock_sku, conditions, unknown = _by_stock_sku(connection, figures)
    if complete:
        _add_missing(connection, pool, by_stock_sku)
    keys = [(pool, sku) for sku in by_stock_sku]
    locked = lock(connection, keys, tuple(Bucket))
    uncertain = _uncertain(connection, pool, network_time, at)
    snapshot_id = ids.new_id(at)
    moves: list[StockMove] = []
    short: list[tuple[str, int]] = []
    for sku, told in sorted(by_stock_sku.items()):
        row = locked.units.get((pool, sku), (0,) * len(Bucket))
        books: dict[Any, int] = dict(zip(Bucket, row, strict=True))
        margin = uncertain.get(sku, Uncertain())
        for difference in differences(books, told, margin):
            moves.append(
                StockMove(
                    pool,
                    sku,
                    difference.source,
                    difference.target,
                    difference.quantity,
                    "snapshot",
                    snapshot_id,
                    f"snapshot:{snapshot_id}:{sku}:{difference.source}:{difference.target}",
                )
            )
        missing = unbearable(books, told, margin)
        if missing:
            short.append((sku, missing))
    post(connection, moves, at=at)
    _store(connection, pool, by_stock_sku, conditions, moves, network_time, at)
    _warn(connection, pool, short, unknown, complete, ids, at)
    reached("snapshot.before_commit")
    return SnapshotResult(pool, len(by_stock_sku), tuple(unknown), _net(moves))


_Told = dict[str, dict[Bucket, int]]
_Conditions = dict[str, str]


def _by_stock_sku(
    connection: Connection, figures: Sequence[StockFigures]
) -> tuple[_Told, _Conditions, list[str]]:
    """Figures and conditions by physical pool: SKUs that share one report the same units, counted
    once; those that are not in the catalog."""
    stock_skus: dict[str, str] = {
        row.sku: row.stock_sku
        for row in connection.execute(select(products.c.sku, products.c.stock_sku))
    }
    told: _Told = {}
    conditions: _Conditions = {}
    unknown: list[str] = []
    for figure in figures:
        stock_sku = stock_skus.get(figure.sku)
        if stock_sku is None:
            unknown.append(figure.sku)
        elif stock_sku not in told or figure.sku == stock_sku:
            conditions[stock_sku] = figure.condition
            told[stock_sku] = {
                bucket: int(getattr(figure, bucket.value)) for bucket in NETWORK_BUCKETS
            }
    return told, conditions, sorted(unknown)


def _add_missing(connection: Connection, pool: str, told: _Told) -> None:
    for sku in connection.execute(
        select(stock_levels.c.sku).where(stock_levels.c.pool == pool)
    ).scalars():
        told.setdefault(sku, dict.fromkeys(NETWORK_BUCKETS, 0))


def _uncertain(
    connection: Connection, pool: str, network_time: datetime, at: datetime
) -> dict[str, Uncertain]:
    """Units of fulfillment orders that were under way around the time of the snapshot."""
    under_way = connection.execute(
        select(fulfillment_items.c.stock_sku, func.sum(fulfillment_items.c.held))
        .join(
            fulfillment_orders,
            fulfillment_orders.c.id == fulfillment_items.c.fulfillment_order_id,
        )
        .join(effects, effects.c.key == fulfillment_orders.c.id)
        .where(
            fulfillment_items.c.held > 0, fulfillment_orders.c.pool == pool, effects.c.attempts > 0
        )
        .group_by(fulfillment_items.c.stock_sku)
    )
    recent = connection.execute(
        select(fulfillment_items.c.stock_sku, func.sum(fulfillment_items.c.committed))
        .join(
            fulfillment_orders,
            fulfillment_orders.c.id == fulfillment_items.c.fulfillment_order_id,
        )
        .where(
            one_of(fulfillment_orders.c.status, ("New", "Received", "Planning", "Processing")),
            fulfillment_orders.c.pool == pool,
            fulfillment_orders.c.received_at >= network_time - RESERVATION_LAG,
        )
        .group_by(fulfillment_items.c.stock_sku)
    )
    held: dict[str, int] = defaultdict(int)
    committed: dict[str, int] = defaultdict(int)
    for sku, units in under_way:
        held[sku] += int(units)
    for sku, units in recent:
        committed[sku] += int(units)
    return {sku: Uncertain(held.get(sku, 0), committed.get(sku, 0)) for sku in {*held, *committed}}


def _net(moves: Sequence[StockMove]) -> dict[str, int]:
    net: dict[str, int] = defaultdict(int)
    for move in moves:
        net[move.sku] += move.quantity if isinstance(move.target, Bucket) else -move.quantity
    return dict(net)


def _store(
    connection: Connection,
    pool: str,
    told: _Told,
    conditions: _Conditions,
    moves: Sequence[StockMove],
    network_time: datetime,
    at: datetime,
) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    if told:
        statement = dialect.insert(network_figures)
        statement = statement.on_conflict_do_update(
            index_elements=["pool", "sku"],
            set_={
                name: statement.excluded[name]
                for name in (
                    "network_time",
                    "taken_at",
                    "fulfillable",
                    "pending_customer_order",
                    "condition",
                )
            },
        )
        connection.execute(
            statement,
            [
                {
                    "pool": pool,
                    "sku": sku,
                    "network_time": network_time,
                    "taken_at": at,
                    "fulfillable": buckets[Bucket.FULFILLABLE],
                    "pending_customer_order": buckets[Bucket.PENDING_CUSTOMER_ORDER],
                    "condition": conditions.get(sku, ""),
                }
                for sku, buckets in sorted(told.items())
            ],
        )
    connection.execute(
        dialect.insert(stock_snapshots)
        .values(
            pool=pool,
            taken_at=at,
            network_time=network_time,
            skus=len(told),
            adjusted_skus=len({move.sku for move in moves}),
            adjusted_units=sum(move.quantity for move in moves),
        )
        .on_conflict_do_nothing()
    )


def _warn(
    connection: Connection,
    pool: str,
    short: Sequence[tuple[str, int]],
    unknown: Sequence[str],
    complete: bool,
    ids: IdSource,
    at: datetime,
) -> None:
    """Show what is wrong with the stock; what a complete snapshot finds no more is settled."""
    concerns = [
        Concern(
            f"stock:{pool}:{sku}:promised",
            "stock",
            f"{pool} {sku}",
            (
                Problem(
                    "promised_more_than_there_is",
                    f"{units} units of {sku} are promised from {pool} and not submitted, "
                    "and the network does not have them",
                    fix="expect these orders to fail; send stock, or cancel some of them",
                ),
            ),
        )
        for sku, units in short
    ]
    if unknown:
        some = ", ".join(unknown[:5]) + (" ..." if len(unknown) > 5 else "")
        concerns.append(
            Concern(
                f"stock:{pool}:unknown",
                "stock",
                pool,
                (
                    Problem(
                        "unknown_stock",
                        f"{len(unknown)} SKUs in {pool} are not in the catalog: {some}",
                        fix="add them with catalog.add; the next snapshot takes their stock in",
                    ),
                ),
            )
        )
    raise_concerns(connection, concerns, at=at, new_ids=ids.new_ids(at, len(concerns)))
    if complete:
        still = {concern.key for concern in concerns}
        close_others(connection, f"stock:{pool}:", kind="stock", still=still, at=at, by="snapshot")


def last_taken(connection: Connection) -> dict[str, datetime]:
    """When each pool's last snapshot was taken (our clock)."""
    rows = connection.execute(
        select(stock_snapshots.c.pool, func.max(stock_snapshots.c.taken_at)).group_by(
            stock_snapshots.c.pool
        )
    )
    return {pool: _instant(taken) for pool, taken in rows}


def _instant(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
