"""An outbox on both databases, without an engine around it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from stockpool.clock import ManualClock
from stockpool.outbox import dispatch, effects
from stockpool.outbox.dispatch import Dispatch
from stockpool.outbox.effects import EffectKind, LeasedEffect, NewEffect
from stockpool.outbox.tables import effects as table
from stockpool.plugins.network import RateLimit
from stockpool.storage.database import Database


class Outbox:
    """The outbox's verbs, each in a transaction of its own, at the clock's time."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database = database
        self.clock = clock

    def record(self, *keys: str, **members: Any) -> list[str]:
        """Record effects; `members` as of NewEffect, the aggregate is the key by default."""
        return self.record_all([an_effect(key, **members) for key in keys])

    def record_all(self, new: list[NewEffect]) -> list[str]:
        at = self.clock.now()
        return self.database.run(lambda connection: effects.record(connection, new, at=at))

    def ids(self, *keys: str) -> list[int]:
        with self.database.read() as connection:
            found = dict(connection.execute(select(table.c.key, table.c.id)).all())  # type: ignore[arg-type]
        return [found[key] for key in keys or sorted(found, key=found.__getitem__)]

    def row(self, key: str) -> Any:
        with self.database.read() as connection:
            return connection.execute(select(table).where(table.c.key == key)).one()

    def lease(self, *keys: str, owner: str = "me", seconds: float = 40) -> list[LeasedEffect]:
        """Lease by key (all by default)."""
        ids, at = self.ids(*keys), self.clock.now()
        until = at + timedelta(seconds=seconds)
        return self.database.run(
            lambda connection: effects.lease(connection, ids, owner=owner, at=at, until=until)
        )

    def finish(self, *ended: effects.Ending) -> None:
        at = self.clock.now()
        self.database.run(lambda connection: effects.finish(connection, ended, at=at))

    def done(self, *leased: LeasedEffect) -> None:
        self.finish(*(effects.Ending(effect, "done", self.clock.now()) for effect in leased))

    def still_ours(self, *leased: LeasedEffect) -> set[int]:
        return self.database.run(lambda connection: effects.still_ours(connection, leased))

    def withdraw(self, *keys: str) -> list[str]:
        at = self.clock.now()
        return self.database.run(
            lambda connection: effects.withdraw(connection, keys, reason="unwanted", at=at)
        )

    def release(
        self, limits: dict[str, dict[str, RateLimit]] | None = None, **options: Any
    ) -> list[Dispatch]:
        at = self.clock.now()
        return self.database.run(
            lambda connection: dispatch.release(connection, at=at, limits=limits or {}, **options)
        )

    def released(self, **options: Any) -> list[str]:
        """The keys that are released, in order."""
        keys = {id_: key for key, id_ in zip(self.keys(), self.ids(*self.keys()), strict=True)}
        return [keys[id_] for sent in self.release(**options) for id_ in sent.effect_ids]

    def keys(self) -> list[str]:
        with self.database.read() as connection:
            return list(connection.execute(select(table.c.key).order_by(table.c.id)).scalars())


def an_effect(key: str, **members: Any) -> NewEffect:
    return NewEffect(
        **{
            "kind": EffectKind.CREATE_FULFILLMENT,
            "key": key,
            "party": "amazon-na",
            "aggregate": key,
            "payload": {"n": key},
            "share": "web",
            **members,
        }
    )


@pytest.fixture
def database(database_url: str, clock: ManualClock) -> Iterator[Database]:
    opened = Database(database_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def outbox(database: Database, clock: ManualClock) -> Outbox:
    return Outbox(database, clock)
