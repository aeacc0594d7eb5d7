"""The only way in which stock changes: posting moves.

All stock writes pass through `post`, and it takes the rows in one order, (pool, SKU), before
anything that refers to them is inserted. So two units of work can wait for each other, but never
in a circle. A move is posted once: its key is unique, and the same key again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from stockpool.errors import ConflictError, InvariantViolation, RefusedError
from stockpool.ledger.buckets import Bucket, Place
from stockpool.problems import Problem
from stockpool.storage.bulk import Batches, Inserter, Row, Sql, execute, fetch
from stockpool.storage.increments import Counters
from stockpool.storage.metadata import sortable_text

LevelKey = tuple[str, str]
"""A pool and a stock SKU."""


@dataclass(frozen=True, slots=True)
class StockMove:
    """`quantity` units of one SKU in one pool go from `source` to `target`.

    Attributes:
        cause: what kind of thing caused it (`order`, `receipt`, `shipment`, `snapshot` ...).
        reference: which one (the order's id ...).
        key: idempotency key; the same key again is the same move.
    """

    pool: str
    sku: str
    source: Place
    target: Place
    quantity: int
    cause: str
    reference: str
    key: str


@dataclass(slots=True)
class LockedLevels:
    """Levels whose rows this unit of work holds; missing rows count as zero."""

    keys: frozenset[LevelKey]
    units: dict[LevelKey, tuple[int, ...]]
    columns: tuple[Bucket, ...]

    def get(self, pool: str, sku: str, bucket: Bucket = Bucket.FULFILLABLE) -> int:
        """Units in `bucket`, which must be one of the locked columns."""
        row = self.units.get((pool, sku))
        return row[self.columns.index(bucket)] if row else 0


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting did: keys that were new, and keys that had been posted before."""

    new: frozenset[str] = field(default_factory=frozenset)
    repeated: frozenset[str] = field(default_factory=frozenset)


_levels = Counters("stock_levels", ("pool", "sku"))
_moves = Inserter(
    "stock_moves",
    ("key", "pool", "sku", "source", "target", "quantity", "cause", "reference", "occurred_at"),
)

_ensure = Sql(
    postgresql="""
        INSERT INTO stock_levels (pool, sku)
        SELECT k.pool, k.sku FROM unnest(%s::text[], %s::text[]) AS k (pool, sku)
        ORDER BY 1, 2 ON CONFLICT DO NOTHING""",
    sqlite="INSERT INTO stock_levels (pool, sku) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
)

_known_keys = Sql(
    postgresql="""
        SELECT key, pool, sku, source, target, quantity FROM stock_moves
        WHERE key = ANY (%s::text[])""",
    sqlite="""
        SELECT key, pool, sku, source, target, quantity FROM stock_moves
        WHERE key IN (SELECT json_extract(value, '$[0]') FROM json_each(?))""",
)


@lru_cache(maxsize=64)
def _lock_statement(columns: tuple[Bucket, ...]) -> Sql:
    names = ", ".join(f"l.{column.value}" for column in columns)
    return Sql(
        postgresql=f"""
            SELECT l.pool, l.sku, {names} FROM stock_levels l
            JOIN unnest(%s::text[], %s::text[]) AS k (pool, sku)
              ON k.pool = l.pool AND k.sku = l.sku
            ORDER BY l.pool, l.sku FOR NO KEY UPDATE OF l""",  # noqa: S608  (bucket names)
        sqlite=f"""
            SELECT l.pool, l.sku, {names} FROM json_each(?) AS k
            JOIN stock_levels l ON l.pool = json_extract(k.value, '$[0]')
              AND l.sku = json_extract(k.value, '$[1]')""",  # noqa: S608  (bucket names)
    )


def lock(
    connection: Connection,
    keys: Iterable[LevelKey],
    columns: tuple[Bucket, ...] = (Bucket.FULFILLABLE,),
) -> LockedLevels:
    """Hold the rows of `keys` until the unit of work ends, and read `columns` of them."""
    wanted = sorted(set(keys))
    if not wanted:
        return LockedLevels(frozenset(), {}, columns)
    rows = fetch(
        connection,
        _lock_statement(columns),
        [pool for pool, _ in wanted],
        [sku for _, sku in wanted],
    )
    return LockedLevels(
        frozenset(wanted), {(row[0], row[1]): tuple(row[2:]) for row in rows}, columns
    )


def post(connection: Connection, moves: Sequence[StockMove], *, at: datetime) -> Posted:
    """Post `moves` as one: all of them, or none.

    Moves whose key was posted before are left out, so a repeated call does nothing.

    Raises:
        RefusedError: `not_enough_units`, if a bucket would become negative.
        ConflictError: a key was posted before with other content.
    """
    if not moves:
        return Posted()
    keys = {(move.pool, move.sku) for move in moves}
    taken_from = tuple(
        sorted({move.source for move in moves if isinstance(move.source, Bucket)})
    ) or (Bucket.FULFILLABLE,)
    locked = lock(connection, keys, taken_from)
    missing = sorted(keys - locked.units.keys())
    if missing:
        execute(connection, _ensure, missing)
        locked = lock(connection, keys, taken_from)
    repeated = _posted_before(connection, moves)
    fresh = [move for move in moves if move.key not in repeated]
    changes = _net_changes(fresh)
    _refuse_shortage(locked, changes)
    _apply(connection, changes, fresh, at)
    return Posted(frozenset(move.key for move in fresh), frozenset(repeated))


def post_locked(
    connection: Connection, locked: LockedLevels, moves: Sequence[StockMove], *, at: datetime
) -> Batches:
    """Post moves with new keys on rows that this unit of work has locked and checked.

    The changes of the levels and the rows of the moves are handed back, so that the caller writes
    them together with what they are for (`bulk.write_all`).

    Raises:
        InvariantViolation: if a row is not among the locked ones.
    """
    changes = _net_changes(moves)
    if not locked.keys.issuperset(changes):
        move = next(move for move in moves if (move.pool, move.sku) not in locked.keys)
        raise InvariantViolation(
            f"stock of {move.sku} in {move.pool} was not locked before it was moved "
            f"({move.cause} {move.reference})"
        )
    return [_levels.additions(changes), (_moves, _move_rows(connection, moves, at))]


def _posted_before(connection: Connection, moves: Sequence[StockMove]) -> set[str]:
    by_key: dict[str, StockMove] = {}
    for move in moves:
        if move.quantity <= 0:
            raise ValueError(f"a move takes at least one unit, not {move.quantity} ({move.key})")
        if by_key.setdefault(move.key, move) is not move:
            raise ConflictError(f"two moves of one posting have the key {move.key}")
    known = fetch(connection, _known_keys, list(by_key))
    for key, *content in known:
        move = by_key[key]
        if content != [
            move.pool,
            move.sku,
            move.source.value,
            move.target.value,
            move.quantity,
        ]:
            raise ConflictError(
                f"the move {key} was posted before with other content: "
                f"{content[4]} of {content[1]} in {content[0]}, {content[2]} to {content[3]}"
            )
    return {row[0] for row in known}


def _net_changes(moves: Sequence[StockMove]) -> dict[LevelKey, dict[str, int]]:
    units: dict[tuple[str, str, Place, Place], int] = defaultdict(int)
    for move in moves:
        units[(move.pool, move.sku, move.source, move.target)] += move.quantity
    changes: dict[LevelKey, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (pool, sku, source, target), quantity in units.items():
        row = changes[(pool, sku)]
        row[source.value] -= quantity
        row[target.value] += quantity
    return changes


def _refuse_shortage(locked: LockedLevels, changes: Mapping[LevelKey, Mapping[str, int]]) -> None:
    for (pool, sku), row in changes.items():
        for bucket in locked.columns:
            there = locked.get(pool, sku, bucket)
            if there + row.get(bucket.value, 0) < 0:
                raise RefusedError(
                    f"{sku} in {pool}: {-row[bucket.value]} units asked of {bucket.value}, "
                    f"{there} are there",
                    [
                        Problem(
                            code="not_enough_units",
                            message=f"{sku} in {pool} has {there} {bucket.value} units",
                            field=bucket.value,
                            limit=str(there),
                            fix="ask for fewer, or wait until more have arrived",
                        )
                    ],
                )


def _apply(
    connection: Connection,
    changes: Mapping[LevelKey, Mapping[str, int]],
    moves: Sequence[StockMove],
    at: datetime,
) -> None:
    if not moves:
        return
    _levels.add(connection, changes)
    _moves.insert(connection, _move_rows(connection, moves, at))


def _move_rows(connection: Connection, moves: Sequence[StockMove], at: datetime) -> list[Row]:
    instant = sortable_text(at) if connection.dialect.name == "sqlite" else at
    return [
        (
            move.key,
            move.pool,
            move.sku,
            move.source.value,
            move.target.value,
            move.quantity,
            move.cause,
            move.reference,
            instant,
        )
        for move in moves
    ]
