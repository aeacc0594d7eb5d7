"""Asking what became of units that customers were allowed to send back. A worker's duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, select, update

from stockpool.care.refunding import Surroundings
from stockpool.orders.tables import fulfillment_orders
from stockpool.orders.withdrawal import lock_order
from stockpool.plugins.network import Network
from stockpool.returns.news import UnitNews, take_news
from stockpool.returns.tables import order_returns, return_units
from stockpool.storage.database import Database

ASK_EVERY = timedelta(hours=6)
"""A parcel takes days, and grading it takes days more."""

_MOST = 100
"""Returns in one go."""


@dataclass(frozen=True, slots=True)
class ReturnFollowing:
    """Follows the returns at one network."""

    database: Database
    surroundings: Surroundings
    name: str
    network: Network

    def follow(self) -> int:
        """Ask about returns that it is time for; returns how many units have changed.

        Raises:
            PluginError: the network did not answer about one. What it told of others is stored.
        """
        changed = 0
        for return_id, order_id, asked in self._open():
            news: list[UnitNews] = []
            for fulfillment_order_id in asked:
                returns = self.network.get_returns(fulfillment_order_id)
                news += [UnitNews(item) for item in (returns.items if returns else ())]
            changed += self._store(return_id, order_id, news)
        return changed

    def _open(self) -> list[tuple[str, str, list[str]]]:
        now = self.database.clock.now()
        r, u, f = order_returns.c, return_units.c, fulfillment_orders.c
        with self.database.read() as connection:
            rows = connection.execute(
                select(r.id, r.order_id, u.fulfillment_order_id)
                .join(return_units, u.return_id == r.id)
                .join(fulfillment_orders, f.id == u.fulfillment_order_id)
                .where(
                    r.ask_at <= now,
                    u.state == "authorised",
                    f.pool.startswith(f"{self.name}:", autoescape=True),
                )
                .distinct()
                .order_by(r.id, u.fulfillment_order_id)
                .limit(_MOST)
            ).all()
        found: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            found.setdefault((row.id, row.order_id), []).append(row.fulfillment_order_id)
        return [(*key, asked) for key, asked in found.items()]

    def _store(self, return_id: str, order_id: str, news: list[UnitNews]) -> int:
        def work(connection: Connection) -> int:
            lock_order(connection, order_id)
            at = self.database.clock.now()
            changed = take_news(connection, return_id, news, self.surroundings, at=at)
            connection.execute(
                update(order_returns)
                .where(order_returns.c.id == return_id, order_returns.c.ask_at.is_not(None))
                .values(ask_at=at + ASK_EVERY)
            )
            return changed

        return self.database.run(work)
