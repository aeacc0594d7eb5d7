"""The attention queue: raising, closing and reading what a person must see."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.attention.tables import attention_events, attention_items
from stockpool.errors import NotFoundError, RefusedError
from stockpool.problems import Problem
from stockpool.storage.database import Database

SEEN_TO_WITHIN: Mapping[str, timedelta] = {
    "intake": timedelta(hours=12),
    "order": timedelta(days=1),
    "effect": timedelta(hours=12),
    "stock": timedelta(days=2),
    "network": timedelta(hours=4),
    "channel": timedelta(days=1),
    "report": timedelta(days=3),
    "deadline": timedelta(days=2),
}
"""How soon somebody should see to an item of a kind, where nothing says until when: what
keeps orders from leaving is soonest, since marketplaces measure sellers by it."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something a person must see.

    Attributes:
        key: what makes two sightings one item; it is reopened when it is seen again.
        kind: `intake`, `order`, `effect`, `stock`, `network`, `channel`, `report`.
        subject: the identifier of what it is about.
        due_at: until when somebody has to see to it; None: `SEEN_TO_WITHIN` of its kind.
    """

    key: str
    kind: str
    subject: str
    problems: tuple[Problem, ...]
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """An item of the queue as it stands."""

    id: str
    key: str
    kind: str
    subject: str
    code: str
    message: str
    fix: str | None
    problems: tuple[Problem, ...]
    state: str
    sightings: int
    first_seen_at: datetime
    last_seen_at: datetime
    owner: str | None
    due_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "id": self.id,
            "kind": self.kind,
            "subject": self.subject,
            "code": self.code,
            "message": self.message,
            "fix": self.fix,
            "problems": [problem.as_dict() for problem in self.problems],
            "state": self.state,
            "sightings": self.sightings,
            "first_seen_at": self.first_seen_at.isoformat(),
            "last_seen_at": self.last_seen_at.isoformat(),
            "owner": self.owner,
            "due_at": self.due_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class AttentionEvent:
    """Something that a person has done about an item."""

    at: datetime
    kind: str
    detail: str
    by: str


def raise_concerns(
    connection: Connection, concerns: Sequence[Concern], *, at: datetime, new_ids: Sequence[str]
) -> None:
    """Put `concerns` into the queue; one that is there already is counted once more."""
    if not concerns:
        return
    rows: dict[str, dict[str, Any]] = {}
    for concern, item_id in zip(concerns, new_ids, strict=True):
        first = concern.problems[0]
        rows[concern.key] = {
            "id": item_id,
            "key": concern.key,
            "kind": concern.kind,
            "subject": concern.subject,
            "code": first.code,
            "message": str(first),
            "fix": first.fix,
            "problems": json.dumps([problem.as_dict() for problem in concern.problems]),
            "state": "open",
            "sightings": 1,
            "first_seen_at": at,
            "last_seen_at": at,
            "due_at": concern.due_at or at + _soon(concern.kind),
        }
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(attention_items)
    replaced = ("code", "message", "fix", "problems", "state", "last_seen_at")
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            **{name: statement.excluded[name] for name in replaced},
            "sightings": attention_items.c.sightings + 1,
            # One that comes again after it was settled is as urgent as a new one.
            "due_at": case(
                (attention_items.c.state == "open", attention_items.c.due_at),
                else_=statement.excluded.due_at,
            ),
            "closed_at": None,
            "closed_by": None,
        },
    )
    connection.execute(statement, [rows[key] for key in sorted(rows)])


def close_concerns(connection: Connection, keys: Sequence[str], *, at: datetime, by: str) -> None:
    """Close the open items with these keys: what they complain of is settled."""
    if keys:
        connection.execute(
            update(attention_items)
            .where(attention_items.c.key.in_(keys), attention_items.c.state == "open")
            .values(state="resolved", closed_at=at, closed_by=by)
        )


def close_others(
    connection: Connection, prefix: str, *, kind: str, still: Collection[str], at: datetime, by: str
) -> None:
    """Close the open items of `kind` whose key starts with `prefix`, except those in `still`."""
    open_keys = connection.execute(
        select(attention_items.c.key).where(
            attention_items.c.state == "open",
            attention_items.c.kind == kind,
            attention_items.c.key.startswith(prefix, autoescape=True),
        )
    ).scalars()
    settled = sorted(set(open_keys).difference(still))
    for start in range(0, len(settled), 500):
        close_concerns(connection, settled[start : start + 500], at=at, by=by)


def note_event(
    connection: Connection, item_id: str, kind: str, *, at: datetime, by: str, detail: str = ""
) -> None:
    """Write down what a person has done about an item."""
    connection.execute(
        select(attention_items.c.id).where(attention_items.c.id == item_id).with_for_update()
    )
    known = connection.execute(
        select(func.count()).where(attention_events.c.item_id == item_id)
    ).scalar_one()
    connection.execute(
        insert(attention_events).values(
            item_id=item_id, number=known, kind=kind, detail=detail, by=by, occurred_at=at
        )
    )


def drop_item(connection: Connection, item_id: str, *, at: datetime, by: str = "operator") -> None:
    """Close an item by hand."""
    note_event(connection, item_id, "dropped", at=at, by=by)
    connection.execute(
        update(attention_items)
        .where(attention_items.c.id == item_id)
        .values(state="dropped", closed_at=at, closed_by=by)
    )


class AttentionQueue:
    """`engine.attention`: reading the queue and closing items by hand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(
        self,
        *,
        kind: str | None = None,
        state: str = "open",
        owner: str | None = None,
        overdue: bool = False,
        limit: int = 1_000,
    ) -> Sequence[AttentionItem]:
        """Items, latest first.

        Args:
            overdue: only those that somebody should have seen to by now, the longest first.
        """
        query = (
            select(attention_items)
            .where(attention_items.c.state == state)
            .order_by(attention_items.c.last_seen_at.desc(), attention_items.c.id)
        )
        if kind is not None:
            query = query.where(attention_items.c.kind == kind)
        if owner is not None:
            query = query.where(attention_items.c.owner == owner)
        with self._database.read() as connection:
            if not overdue:
                return [_item(row) for row in connection.execute(query.limit(limit))]
            now = self._database.clock.now()
            late = [i for row in connection.execute(query) if (i := _item(row)).due_at <= now]
        return sorted(late, key=lambda item: (item.due_at, item.id))[:limit]

    def count(self) -> int:
        """How many items are open."""
        with self._database.read() as connection:
            return int(
                connection.execute(
                    select(func.count()).where(attention_items.c.state == "open")
                ).scalar_one()
            )

    def get(self, item_id: str) -> AttentionItem:
        """One item.

        Raises:
            NotFoundError: if there is none with that id.
        """
        with self._database.read() as connection:
            row = connection.execute(
                select(attention_items).where(attention_items.c.id == item_id)
            ).one_or_none()
        if row is None:
            raise NotFoundError(f"the attention queue has no item {item_id}")
        return _item(row)

    def assign(self, item_id: str, owner: str, *, by: str = "operator") -> AttentionItem:
        """Say who sees to an item.

        Raises:
            NotFoundError: there is none with that id.
            RefusedError: the name is empty or longer than 100 characters.
        """
        if not 1 <= len(owner.strip()) <= 100:
            raise RefusedError(
                "an item is assigned to somebody",
                [Problem("invalid_owner", "a name has 1 to 100 characters", "owner", "100")],
            )
        self.get(item_id)
        now = self._database.clock.now()

        def work(connection: Connection) -> None:
            note_event(connection, item_id, "assigned", at=now, by=by, detail=owner.strip())
            connection.execute(
                update(attention_items)
                .where(attention_items.c.id == item_id)
                .values(owner=owner.strip())
            )

        self._database.run(work)
        return self.get(item_id)

    def history(self, item_id: str) -> Sequence[AttentionEvent]:
        """What people have done about an item, the first first."""
        query = select(attention_events).where(attention_events.c.item_id == item_id)
        with self._database.read() as connection:
            return [
                AttentionEvent(row.occurred_at, row.kind, row.detail, row.by)
                for row in connection.execute(query.order_by(attention_events.c.number))
            ]

    def drop(self, item_id: str, *, by: str = "operator") -> None:
        """Close an item by hand: it was seen, and nothing more will be done."""
        item = self.get(item_id)
        now = self._database.clock.now()
        self._database.run(lambda connection: drop_item(connection, item.id, at=now, by=by))


def _item(row: Any) -> AttentionItem:
    return AttentionItem(
        row.id,
        row.key,
        row.kind,
        row.subject,
        row.code,
        row.message,
        row.fix,
        tuple(Problem(**members) for members in json.loads(row.problems)),
        row.state,
        row.sightings,
        row.first_seen_at,
        row.last_seen_at,
        row.owner,
        row.due_at or row.first_seen_at + _soon(row.kind),
    )


def _soon(kind: str) -> timedelta:
    return SEEN_TO_WITHIN.get(kind, timedelta(days=1))
