"""Choosing which effects go out next.

Lanes do not wait for each other. Inside a lane the higher priority goes first, then the earlier
promise, and shares (channels) take turns, so that one channel's backlog does not starve another.
No more is released than the network's rate limit allows. What was released and not taken up in
`RESEND_SECONDS` is released again: the broker may have lost the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, and_, exists, func, or_, select, tuple_, update

from stockpool.outbox.effects import Lane
from stockpool.outbox.rate_limits import take
from stockpool.outbox.tables import effects, is_open
from stockpool.plugins.network import RateLimit

RESEND_SECONDS = 15.0

OPERATIONS: Mapping[Lane, str] = {
    Lane.FULFILLMENT: "createFulfillmentOrder",
    Lane.CANCELLATIONS: "cancelFulfillmentOrder",
    Lane.UPDATES: "updateFulfillmentOrder",
    Lane.REMOVALS: "createRemovalOrder",
    Lane.LISTINGS: "patchListingsItem",
    Lane.INBOUND: "createInboundPlan",
    Lane.RETURNS: "createFulfillmentReturn",
}
"""The network operation that each lane's effects count against."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Effects for one worker to carry out together."""

    lane: Lane
    party: str
    effect_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    priority: int
    promised_at: datetime
    attempts: int


def release(
    connection: Connection,
    *,
    at: datetime,
    limits: Mapping[str, Mapping[str, RateLimit]],
    batch: int = 20,
    most: int = 500,
) -> list[Dispatch]:
    """Release what is due, marking it as sent.

    Args:
        limits: rate limits by party and operation.
        batch: effects a message carries; one that failed before travels alone, so that work
            which kills its process takes no other work with it.
        most: effects of a lane and party that may be released and not finished at a time; more
            would only wait in the broker, and be sent again before their turn.
    """
    dispatches: list[Dispatch] = []
    for (lane_name, party), shares in _queues(connection):
        lane = Lane(lane_name)
        room = most - _under_way(connection, lane, party, at)
        if room <= 0:
            continue
        due = _take_turns([_due(connection, lane, party, s, at, room) for s in shares])[:room]
        if not due:
            continue
        limit = limits.get(party, {}).get(OPERATIONS.get(lane, ""))
        if limit is not None:
            granted = take(connection, party, OPERATIONS[lane], limit, wanted=len(due), at=at)
            due = due[:granted]
        dispatches += _batches(lane, party, due, batch)
    ids = sorted(id_ for dispatch in dispatches for id_ in dispatch.effect_ids)
    for start in range(0, len(ids), 500):
        connection.execute(
            update(effects).where(effects.c.id.in_(ids[start : start + 500])).values(sent_at=at)
        )
    return dispatches


def _queues(connection: Connection) -> Iterator[tuple[tuple[str, str], list[str]]]:
    found: list[tuple[str, str, str]] = []
    place = tuple_(effects.c.lane, effects.c.party, effects.c.share)
    query = (
        select(effects.c.lane, effects.c.party, effects.c.share)
        .where(is_open())
        .order_by(effects.c.lane, effects.c.party, effects.c.share)
        .limit(1)
    )
    # Jumps from queue to queue by the index, whatever the number of effects in each.
    row = connection.execute(query).one_or_none()
    while row is not None:
        found.append((row.lane, row.party, row.share))
        row = connection.execute(query.where(place > found[-1])).one_or_none()
    for queue, members in groupby(found, key=lambda entry: entry[:2]):
        yield queue, [share for _, _, share in members]


def _under_way(connection: Connection, lane: Lane, party: str, at: datetime) -> int:
    """How many effects were released a short time ago and are not finished."""
    query = select(func.count()).where(
        is_open(),
        effects.c.lane == lane.value,
        effects.c.party == party,
        effects.c.sent_at > at - timedelta(seconds=RESEND_SECONDS),
    )
    return int(connection.execute(query).scalar_one())


def _due(
    connection: Connection, lane: Lane, party: str, share: str, at: datetime, most: int
) -> list[_Due]:
    earlier = effects.alias("earlier")
    query = (
        select(effects.c.id, effects.c.priority, effects.c.promised_at, effects.c.attempts)
        .where(
            is_open(),
            effects.c.lane == lane.value,
            effects.c.party == party,
            effects.c.share == share,
            or_(
                and_(effects.c.state == "pending", effects.c.due_at <= at),
                and_(effects.c.state == "leased", effects.c.leased_until <= at),
            ),
            or_(
                effects.c.sent_at.is_(None),
                effects.c.sent_at <= at - timedelta(seconds=RESEND_SECONDS),
            ),
            ~exists().where(
                earlier.c.aggregate == effects.c.aggregate,
                earlier.c.id < effects.c.id,
                is_open(earlier),
            ),
        )
        .order_by(effects.c.priority.desc(), effects.c.promised_at, effects.c.id)
        .limit(most)
    )
    return [
        _Due(row.id, row.priority, row.promised_at, row.attempts)
        for row in connection.execute(query)
    ]


def _take_turns(shares: Sequence[list[_Due]]) -> list[_Due]:
    """Higher priorities first; within one priority one effect of each share in turn."""
    turns: list[tuple[int, int, datetime, int, _Due]] = []
    for due in shares:
        turn: dict[int, int] = {}
        for effect in due:
            number = turn[effect.priority] = turn.get(effect.priority, -1) + 1
            turns.append((-effect.priority, number, effect.promised_at, effect.id, effect))
    turns.sort(key=lambda entry: entry[:4])
    return [entry[4] for entry in turns]


def _batches(lane: Lane, party: str, due: Sequence[_Due], size: int) -> list[Dispatch]:
    fresh = [effect.id for effect in due if effect.attempts == 0]
    tried = [effect.id for effect in due if effect.attempts > 0]
    groups = [fresh[start : start + size] for start in range(0, len(fresh), size)]
    groups += [[id_] for id_ in tried]
    return [Dispatch(lane, party, tuple(group)) for group in groups]
