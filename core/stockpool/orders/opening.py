"""How an intake begins: what is known, what is listed, whose order it is, what stock there is.

A batch goes step by step: it looks up what is known and listed, stores the orders that are new,
then locks what they want. A single order costs more round trips that way than anything else, and
nearly always is what it seems: new, and of listed SKUs. So a handful of orders is `claimed_ahead`
in one round trip on PostgreSQL: stored before anybody looked whether they may be, and the stock
locked by what is listed. Orders that somebody has are not stored twice by that; one that should
not have been stored at all (a SKU is not listed) makes the unit of work fail with
`ClaimedInVain`, and it is done again, step by step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from stockpool.catalog.products import Component
from stockpool.ledger.buckets import Bucket
from stockpool.ledger.posting import LevelKey, LockedLevels
from stockpool.orders.order_rows import ORDER_TYPES, orders
from stockpool.orders.preparation import Identity, Prepared
from stockpool.storage.bulk import FewRowsQuery, Row, Sql, ask

Listed = Mapping[tuple[str, str], tuple[Component, ...]]
"""What `(channel, channel SKU)` consists of."""

HANDFUL = 12
"""Up to so many order lines the round trips cost more than the rows."""

_known = Sql(
    postgresql="""
        WITH k AS (SELECT * FROM unnest(%s::text[], %s::text[]) AS k (channel, channel_order_id))
        SELECT o.channel, o.channel_order_id, o.id, o.fingerprint
        FROM k JOIN orders o USING (channel, channel_order_id)
        UNION ALL
        SELECT p.channel, p.channel_order_id, NULL, p.fingerprint
        FROM k JOIN parked_requests p USING (channel, channel_order_id)""",
    sqlite="""
        WITH k AS (SELECT json_extract(value, '$[0]') AS channel,
                          json_extract(value, '$[1]') AS channel_order_id FROM json_each(?))
        SELECT o.channel, o.channel_order_id, o.id, o.fingerprint
        FROM k JOIN orders o ON o.channel = k.channel
         AND o.channel_order_id = k.channel_order_id
        UNION ALL
        SELECT p.channel, p.channel_order_id, NULL, p.fingerprint
        FROM k JOIN parked_requests p ON p.channel = k.channel
         AND p.channel_order_id = k.channel_order_id""",
)

_claim = Sql(
    postgresql=f"""
        {orders.head}
        SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in ORDER_TYPES)}) AS new
        ON CONFLICT (channel, channel_order_id) DO NOTHING
        RETURNING channel, channel_order_id""",  # noqa: S608  (a constant list of columns)
    # Nobody else writes while a SQLite unit of work does, so there is nobody to lose against.
    sqlite="",
)

# The orders come first, and levels are locked by (pool, SKU): the lock order of the whole program.
_claim_ahead = FewRowsQuery(
    f"""
    WITH claimed AS (
        {orders.head} VALUES {{orders}}
        ON CONFLICT (channel, channel_order_id) DO NOTHING
        RETURNING channel, channel_order_id, EXISTS (
            SELECT FROM parked_requests p
            WHERE p.channel = orders.channel AND p.channel_order_id = orders.channel_order_id
        ) AS parked),
    wanted (channel, channel_sku, pool) AS (VALUES {{wanted}}),
    listed AS (
        SELECT w.pool, c.channel, c.channel_sku, c.sku, p.stock_sku, c.units
        FROM wanted w JOIN listing_components c USING (channel, channel_sku)
        JOIN products p ON p.sku = c.sku),
    held AS (
        SELECT l.pool, l.sku, l.fulfillable FROM stock_levels l
        WHERE (l.pool, l.sku) IN (SELECT pool, stock_sku FROM listed)
        ORDER BY l.pool, l.sku FOR NO KEY UPDATE OF l)
    SELECT channel, channel_order_id, parked, NULL, NULL, NULL, NULL, NULL FROM claimed
    UNION ALL
    SELECT channel, channel_sku, NULL, listed.sku, stock_sku, units, listed.pool, fulfillable
    FROM listed LEFT JOIN held ON held.pool = listed.pool AND held.sku = listed.stock_sku
    """,  # noqa: S608  (a constant list of columns)
    orders=ORDER_TYPES,
    wanted=("text", "text", "text"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """Identities that are there: orders with id and fingerprint, and parked requests."""

    orders: dict[Identity, tuple[str, str]]
    parked: frozenset[Identity]


def look_up(connection: Connection, identities: Sequence[Identity]) -> Known:
    """What is known under `identities`."""
    rows = ask(connection, _known, [c for c, _ in identities], [o for _, o in identities])()
    return Known(
        {(row[0], row[1]): (row[2], row[3]) for row in rows if row[2] is not None},
        frozenset([(row[0], row[1]) for row in rows if row[2] is None]),
    )


def claim(connection: Connection, rows: Sequence[Row], sqlite: bool) -> set[Identity]:
    """Store rows of `orders` that nobody else has stored meanwhile; returns whose they were."""
    if sqlite:
        orders.insert(connection, rows)
        return {(row[1], row[2]) for row in rows}
    answer = ask(connection, _claim, *zip(*rows, strict=True))
    return {(row[0], row[1]) for row in answer()}


class ClaimedInVain(Exception):
    """Orders were stored ahead that are not to be accepted."""


@dataclass(frozen=True, slots=True)
class ClaimedAhead:
    """What one round trip brought.

    Attributes:
        mine: orders that are ours now.
        parked: those of `mine` that were parked before.
    """

    mine: frozenset[Identity]
    parked: frozenset[Identity]
    listed: Listed
    locked: LockedLevels


def may_be_claimed_ahead(
    connection: Connection, prepared: Sequence[Prepared], pools: Collection[str]
) -> bool:
    """Whether nothing speaks against it: a handful of orders, all of them sound and distinct, and
    some of `pools` that may ship them."""
    return (
        connection.dialect.name != "sqlite"
        and bool(pools)
        and 1 <= sum([len(entry.request.lines) for entry in prepared]) <= HANDFUL
        and not any(entry.problems or entry.request.hold is not None for entry in prepared)
        and len({entry.identity for entry in prepared}) == len(prepared)
    )


def claim_ahead(
    connection: Connection,
    prepared: Sequence[Prepared],
    rows: Sequence[Row],
    pools: Collection[str],
) -> ClaimedAhead:
    """Store `rows` of orders, and lock in `pools` what the lines of `prepared` consist of.

    Raises:
        ClaimedInVain: a line of an order that is ours is not listed.
    """
    wanted = channel_skus(prepared)
    answer = _claim_ahead.ask(
        connection,
        rows,
        [(channel, sku, pool) for channel, sku in wanted for pool in sorted(pools)],
    )()
    parked = {(row[0], row[1]): row[2] for row in answer if row[2] is not None}
    listed, locked = _listed_and_locked([row for row in answer if row[2] is None])
    for entry in prepared:
        if entry.identity in parked:
            for channel_sku in channel_skus([entry]):
                if channel_sku not in listed:
                    raise ClaimedInVain
    return ClaimedAhead(
        frozenset(parked),
        frozenset([identity for identity, was_parked in parked.items() if was_parked]),
        listed,
        locked,
    )


def channel_skus(prepared: Sequence[Prepared]) -> list[tuple[str, str]]:
    """All channel SKUs that are ordered, sorted."""
    return sorted(
        {(e.request.channel, line.channel_sku) for e in prepared for line in e.request.lines}
    )


def _listed_and_locked(rows: Sequence[Row]) -> tuple[Listed, LockedLevels]:
    listed: dict[tuple[str, str], dict[str, Component]] = {}
    units: dict[LevelKey, tuple[int, ...]] = {}
    keys: set[LevelKey] = set()
    for channel, channel_sku, _, sku, stock_sku, count, pool, fulfillable in rows:
        parts = listed.setdefault((channel, channel_sku), {})
        if sku not in parts:
            parts[sku] = Component(sku, stock_sku, count)
        keys.add((pool, stock_sku))
        if fulfillable is not None:
            units[(pool, stock_sku)] = (fulfillable,)
    return (
        {key: tuple([parts[sku] for sku in sorted(parts)]) for key, parts in listed.items()},
        LockedLevels(frozenset(keys), units, (Bucket.FULFILLABLE,)),
    )
