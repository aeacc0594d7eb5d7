"""Token buckets shared by all workers: one per party (account) and operation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.outbox.tables import rate_buckets
from stockpool.plugins.network import RateLimit


def take(
    connection: Connection,
    party: str,
    operation: str,
    limit: RateLimit,
    *,
    wanted: int,
    at: datetime,
) -> int:
    """Take up to `wanted` tokens and say how many were there.

    The bucket holds at most `limit.burst` tokens and gains `limit.rate` a second.
    """
    row = _held(connection, party, operation)
    if row is None:
        # Two workers may be first at once: one makes the bucket, both take from it.
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(
            dialect.insert(rate_buckets)
            .values(
                party=party,
                operation=operation,
                rate=limit.rate,
                burst=limit.burst,
                tokens=float(limit.burst),
                refilled_at=at,
            )
            .on_conflict_do_nothing()
        )
        row = _held(connection, party, operation)
    elapsed = max((at - row.refilled_at).total_seconds(), 0.0)
    tokens = min(float(limit.burst), row.tokens + elapsed * limit.rate)
    granted = max(min(wanted, int(tokens)), 0)
    connection.execute(
        update(rate_buckets)
        .where(rate_buckets.c.party == party, rate_buckets.c.operation == operation)
        .values(
            rate=limit.rate,
            burst=limit.burst,
            tokens=tokens - granted,
            # A bucket that is closed until later keeps its later time.
            refilled_at=max(at, row.refilled_at),
        )
    )
    return granted


def close_until(
    connection: Connection, party: str, operation: str, *, at: datetime, seconds: float
) -> None:
    """The other side said "too many": grant nothing for `seconds`."""
    row = _held(connection, party, operation)
    if row is None:
        return
    connection.execute(
        update(rate_buckets)
        .where(rate_buckets.c.party == party, rate_buckets.c.operation == operation)
        # Several workers may be told so: the longest time counts.
        .values(tokens=0.0, refilled_at=max(row.refilled_at, at + timedelta(seconds=seconds)))
    )


def _held(connection: Connection, party: str, operation: str) -> Any:
    return connection.execute(
        select(rate_buckets)
        .where(rate_buckets.c.party == party, rate_buckets.c.operation == operation)
        .with_for_update()
    ).one_or_none()
