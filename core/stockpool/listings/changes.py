"""Changes of listings as they are stored: what is sent, and how far it has come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from stockpool.errors import NotFoundError
from stockpool.listings.attributes import holds
from stockpool.listings.tables import listing_changes
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.network_listings import (
    AttributePatch,
    ListingItem,
    ListingPatch,
    ListingPut,
)
from stockpool.problems import Problem
from stockpool.storage.metadata import one_of

SEEN_WITHIN = timedelta(hours=24)
"""After so long an accepted change that can't be seen is shown to a person. Amazon gives no figure;
most are done in minutes."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A listing is to be deleted."""

    sku: str
    country: str


Submission = ListingPut | ListingPatch | Deletion


@dataclass(frozen=True, slots=True)
class ListingChange:
    """A change that was asked for.

    Attributes:
        kind: put, patch or delete.
        state: `recorded` (a worker will send it), `accepted` (the network has it queued), `done`
            (it can be seen), `refused`, or `overdue` (accepted, and not seen in a day).
    """

    change_id: str
    pool: str
    sku: str
    kind: str
    state: str
    asked_at: datetime
    problems: tuple[Problem, ...] = ()
    submission_id: str | None = None
    finished_at: datetime | None = None


def add(
    connection: Connection,
    change_id: str,
    pool: str,
    submission: Submission,
    *,
    strands: bool,
    at: datetime,
) -> None:
    """Store a change, and the effect that sends it. Changes of one SKU go one after the other."""
    connection.execute(
        insert(listing_changes).values(
            id=change_id,
            pool=pool,
            sku=submission.sku,
            kind=_kind(submission),
            content=json.dumps(asdict(submission)),
            strands=strands,
            state="recorded",
            asked_at=at,
        )
    )
    effect = NewEffect(
        EffectKind.SUBMIT_LISTING,
        change_id,
        pool.partition(":")[0],
        f"listing:{pool}:{submission.sku}",
        {"change_id": change_id},
    )
    record(connection, [effect], at=at)


def submission_of(kind: str, content: str) -> Submission:
    """What is sent, from what is stored."""
    members: dict[str, Any] = json.loads(content)
    if kind == "put":
        return ListingPut(**members)
    if kind == "patch":
        patches = [AttributePatch(**patch) for patch in members.pop("patches")]
        return ListingPatch(**members, patches=patches)
    return Deletion(**members)


def can_be_seen(submission: Submission, item: ListingItem | None) -> bool:
    """Whether a listing shows that a change of it is done."""
    match submission:
        case Deletion():
            return item is None
        case ListingPut():
            return item is not None and holds(item, submission.attributes)
        case ListingPatch():
            replaced = {p.name: p.value for p in submission.patches if p.op != "delete"}
            gone = [p.name for p in submission.patches if p.op == "delete" and not p.value]
            return (
                item is not None
                and holds(item, replaced)
                and not any(item.attributes.get(name) for name in gone)
            )


def accepted(connection: Connection, pool: str, *, most: int) -> Sequence[Any]:
    """Rows of changes that the network has and that were not seen yet, the oldest first."""
    return connection.execute(
        select(listing_changes)
        .where(one_of(listing_changes.c.state, ["accepted"]), listing_changes.c.pool == pool)
        .order_by(listing_changes.c.id)
        .limit(most)
    ).all()


def move(
    connection: Connection,
    change_id: str,
    before: str,
    after: str,
    *,
    values: Mapping[str, Any],
) -> bool:
    """Bring a change from one state to the next; False if it is not in that state any more."""
    moved = connection.execute(
        update(listing_changes)
        .where(listing_changes.c.id == change_id, listing_changes.c.state == before)
        .values(state=after, **values)
    )
    return moved.rowcount == 1


def settle_earlier(
    connection: Connection, change_id: str, pool: str, sku: str, *, at: datetime
) -> None:
    """A change can be seen, so those of the same SKU before it are done: they are sent, and done
    by the network, in their order. What they asked for may not be seen any more."""
    connection.execute(
        update(listing_changes)
        .where(
            listing_changes.c.pool == pool,
            listing_changes.c.sku == sku,
            listing_changes.c.state == "accepted",
            listing_changes.c.id < change_id,
        )
        .values(state="done", finished_at=at)
    )


def read(connection: Connection, change_id: str) -> ListingChange:
    """One change.

    Raises:
        NotFoundError: there is none with that id.
    """
    row = connection.execute(
        select(listing_changes).where(listing_changes.c.id == change_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no listing change {change_id}")
    return _view(row)


def known(connection: Connection, change_ids: Sequence[str]) -> set[str]:
    """Those of some ids under which a change is stored."""
    found = connection.execute(
        select(listing_changes.c.id).where(listing_changes.c.id.in_(change_ids))
    )
    return set(found.scalars())


def newest(connection: Connection, *, sku: str | None, limit: int) -> list[ListingChange]:
    """Changes, the newest first."""
    query = select(listing_changes).order_by(listing_changes.c.id.desc()).limit(limit)
    if sku is not None:
        query = query.where(listing_changes.c.sku == sku)
    return [_view(row) for row in connection.execute(query)]


def _view(row: Any) -> ListingChange:
    return ListingChange(
        row.id,
        row.pool,
        row.sku,
        row.kind,
        row.state,
        row.asked_at,
        tuple(Problem(**members) for members in json.loads(row.problems)),
        row.submission_id,
        row.finished_at,
    )


def _kind(submission: Submission) -> str:
    match submission:
        case ListingPut():
            return "put"
        case ListingPatch():
            return "patch"
        case Deletion():
            return "delete"
