"""Named leases: which one process may do a thing now (poll a channel, lead the schedule)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken, or was not to be had."""

    database: Database
    name: str
    owner: str
    seconds: float
    taken: bool

    def renew(self) -> bool:
        """Whether it is still ours; if so, for `seconds` from now."""
        return self.taken and self.database.run(
            lambda connection: acquire(
                connection,
                self.name,
                self.owner,
                at=self.database.clock.now(),
                seconds=self.seconds,
            )
        )


@contextmanager
def held(database: Database, name: str, owner: str, *, seconds: float) -> Iterator[Lease]:
    """Hold the lease `name` for the block, if it is to be had; renew it in long loops.

    A process that dies in the block leaves it to others after `seconds`.
    """
    taken = database.run(
        lambda connection: acquire(
            connection, name, owner, at=database.clock.now(), seconds=seconds
        )
    )
    try:
        yield Lease(database, name, owner, seconds, taken)
    finally:
        if taken:
            database.run(lambda connection: release(connection, name, owner))
