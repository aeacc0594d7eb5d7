"""Named leases: which one process may do a thing now (poll a channel, lead the schedule)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.outbox.tables import leases
from stockpool.storage.database import Database


def acquire(connection: Connection, name: str, owner: str, *, at: datetime, seconds: float) -> bool:
    """Take or renew the lease `name` for `seconds`; False if another owner has it."""
    until = at + timedelta(seconds=seconds)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(
        dialect.insert(leases)
        .values(name=name, owner=owner, until=at, fence=0)
        .on_conflict_do_nothing()
    )
    taken = connection.execute(
        update(leases)
        .where(leases.c.name == name, (leases.c.owner == owner) | (leases.c.until <= at))
        .values(owner=owner, until=until, fence=leases.c.fence + 1)
    )
    return taken.rowcount == 1


def release(connection: Connection, name: str, owner: str) -> None:
    """Give the lease back, if it is still ours."""
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))


def holder(connection: Connection, name: str, *, at: datetime) -> str | None:
    """Who has the lease now."""
    return connection.execute(
        select(leases.c.owner).where(leases.c.name == name, leases.c.until > at)
    ).scalar_one_or_none()


@contextmanager
def held(database: Database, name: str, owner: str, *, seconds: float) -> Iterator[bool]:
    """Hold the lease `name` for the block; yields whether it was to be had."""
    taken = database.run(
        lambda connection: acquire(
            connection, name, owner, at=database.clock.now(), seconds=seconds
        )
    )
    try:
        yield taken
    finally:
        if taken:
            database.run(lambda connection: release(connection, name, owner))
