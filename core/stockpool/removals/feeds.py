"""Removal orders of a network that takes files and tells what became of them in reports.

    asked --file sent--> Submitted --decided--> as reports tell, or Refused
             |
             +-- no answer: asked again only when nothing can have come of the first file

A file can't be recognised: the network doesn't tell what was in it. So after a lost answer there
are two proofs that nothing came of it: no file was taken since that is not one of ours by its
receipt; or all that were are decided, and a report made long enough afterwards doesn't know the
removal order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.ids import IdSource
from stockpool.outbox import cursors
from stockpool.outbox.effects import Done, Later, LeasedEffect, Outcome
from stockpool.plugins.network import Network
from stockpool.plugins.network_removals import RemovalDecision, RemovalFeed, RemovalRequest
from stockpool.problems import Problem
from stockpool.removals.news import FINAL, apply_state, give_back
from stockpool.removals.tables import SUBMITTED, removal_orders
from stockpool.storage.database import Database

_CLOCKS_APART = timedelta(hours=1)
"""How far the network's clock may be behind ours."""

_REPORTS_BEHIND = timedelta(hours=1)
"""How long after its file was decided a removal order may be missing in a report."""

_WAIT_SECONDS = 600.0


def submit(
    database: Database, name: str, network: Network, effect: LeasedEffect, request: RemovalRequest
) -> Outcome:
    """Send the file of a removal order, unless an earlier one may still come to something."""
    if effect.may_have_happened:
        with database.read() as connection:
            head = connection.execute(
                select(removal_orders).where(removal_orders.c.id == request.removal_order_id)
            ).one()
        if head.status is not None:
            return Done(effect, {"adopted": True})
        feeds = network.removal_feeds(head.requested_at - _CLOCKS_APART)
        with database.read() as connection:
            # Read after the feeds: a receipt that was stored meanwhile is known.
            strangers = _strangers(connection, feeds)
            as_of = _as_of(connection, name)
        if why := _may_come(strangers, as_of):
            return Later(effect, why, after=_WAIT_SECONDS, excused=True)
    return Done(effect, {"feed_id": network.submit_removal(request)})


def _strangers(connection: Connection, feeds: Sequence[RemovalFeed]) -> list[RemovalFeed]:
    ids = [feed.feed_id for feed in feeds]
    ours = set(
        connection.execute(
            select(removal_orders.c.feed_id).where(removal_orders.c.feed_id.in_(ids))
        ).scalars()
    )
    return [feed for feed in feeds if feed.feed_id not in ours]


def _may_come(strangers: Sequence[RemovalFeed], as_of: datetime | None) -> str | None:
    """Why a removal order that no report knows may still be there; None if it is not."""
    for feed in strangers:
        if feed.ended_at is None:
            return f"feed {feed.feed_id} may be of this removal order, and is not decided yet"
        if as_of is None or as_of < feed.ended_at + _REPORTS_BEHIND:
            return f"feed {feed.feed_id} may be of this removal order; a report will tell"
    return None


@dataclass(frozen=True, slots=True)
class FeedFollowing:
    """Follows the removal orders of one such network."""

    database: Database
    ids: IdSource
    name: str
    network: Network

    def follow(self) -> int:
        """Take decisions and news; returns how many removal orders have changed.

        Raises:
            PluginError: the network did not answer.
        """
        return self._decisions() + self._news()

    def _decisions(self) -> int:
        with self.database.read() as connection:
            waiting = connection.execute(
                select(removal_orders.c.id, removal_orders.c.feed_id)
                .where(
                    removal_orders.c.pool.startswith(f"{self.name}:", autoescape=True),
                    removal_orders.c.status == SUBMITTED,
                )
                .order_by(removal_orders.c.id)
            ).all()
        decided = 0
        for removal_id, feed_id in waiting:
            decision = self.network.removal_decision(feed_id)
            if decision is not None and self._is_final(decision):
                decided += self._decide(removal_id, decision.refusals)
        return decided

    def _is_final(self, decision: RemovalDecision) -> bool:
        with self.database.read() as connection:
            as_of = _as_of(connection, self.name)
        return decision.certain or (
            as_of is not None and as_of >= decision.ended_at + _REPORTS_BEHIND
        )

    def _decide(self, removal_id: str, refusals: Sequence[str]) -> int:
        def work(connection: Connection) -> int:
            at = self.database.clock.now()
            if refusals:
                if not give_back(connection, removal_id, at=at):
                    return 0
                concern = Concern(
                    f"removal:{removal_id}", "stock", removal_id, _problems(removal_id, refusals)
                )
                raise_concerns(connection, [concern], at=at, new_ids=[self.ids.new_id(at)])
                return 1
            taken = connection.execute(
                update(removal_orders)
                .where(removal_orders.c.id == removal_id, removal_orders.c.status == SUBMITTED)
                .values(status="Pending", updated_at=at)
            )
            return int(taken.rowcount)

        return self.database.run(work)

    def _news(self) -> int:
        with self.database.read() as connection:
            oldest = connection.execute(
                select(removal_orders.c.requested_at)
                .where(
                    removal_orders.c.pool.startswith(f"{self.name}:", autoescape=True),
                    removal_orders.c.status.is_(None) | removal_orders.c.status.not_in(FINAL),
                )
                .order_by(removal_orders.c.requested_at)
                .limit(1)
            ).scalar_one_or_none()
            cursor = cursors.position(connection, _cursor(self.name))
        if oldest is None:
            return 0
        news = self.network.removal_news(cursor, since=oldest - _CLOCKS_APART)

        def work(connection: Connection) -> int:
            at = self.database.clock.now()
            changed = sum(
                [apply_state(connection, state, ids=self.ids, at=at) for state in news.states]
            )
            cursors.move(connection, _cursor(self.name), news.cursor, at=at)
            if news.as_of is not None:
                cursors.move(connection, _as_of_key(self.name), news.as_of.isoformat(), at=at)
            return changed

        if news.cursor == cursor and not news.states and news.as_of is None:
            return 0
        return self.database.run(work)


def _problems(removal_id: str, refusals: Sequence[str]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "removal_refused",
            f"removal order {removal_id}: {refusal}",
            fix="its units are free again; ask for what is there, under another id",
        )
        for refusal in refusals
    )


def _cursor(name: str) -> str:
    return f"removals:{name}"


def _as_of_key(name: str) -> str:
    return f"removals:{name}:as_of"


def _as_of(connection: Connection, name: str) -> datetime | None:
    told = cursors.position(connection, _as_of_key(name))
    return None if told is None else datetime.fromisoformat(told)
