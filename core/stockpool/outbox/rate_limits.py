"""Token buckets shared by all workers: one per party (account) and operation."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

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
    row = connection.execute(
        select(rate_buckets)
        .where(rate_buckets.c.party == party, rate_buckets.c.operation == operation)
        .with_for_update()
    ).one_or_none()
    if row is None:
        granted = min(wanted, limit.burst)
        connection.execute(
            insert(rate_buckets).values(
                party=party,
                operation=operation,
                rate=limit.rate,
                burst=limit.burst,
                tokens=limit.burst - granted,
                refilled_at=at,
            )
        )
        return granted
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
    connection.execute(
        update(rate_buckets)
        .where(rate_buckets.c.party == party, rate_buckets.c.operation == operation)
        .values(tokens=0.0, refilled_at=at + timedelta(seconds=seconds))
    )
