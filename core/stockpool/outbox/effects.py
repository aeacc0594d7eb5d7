"""Recording effects, leasing them, and storing what became of them.

The life of an effect:

    pending ──lease──► leased ──finish──► done
       ▲                 │ ├──retry later──► pending (due later)
       │                 │ └──give up──────► dead  (in the attention queue)
       └── lease expired ┘
    pending ──withdraw──► withdrawn   (what it was for is no longer wanted)
    dead ──retry by hand──► pending,  dead ──drop by hand──► dropped

A lease has a fence, one higher each time. A result is stored only under the fence it was leased
with, so a worker that wakes up after its lease went to another changes nothing. Attempts are
counted when the lease is taken, so that an effect which kills its worker stops too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.outbox.tables import effects, is_open
from stockpool.storage.bulk import Inserter, Sql, execute, fetch
from stockpool.storage.metadata import sortable_text


class Lane(StrEnum):
    """Where an effect queues: lanes do not wait for each other."""

    CANCELLATIONS = "cancellations"
    UPDATES = "updates"
    FULFILLMENT = "fulfillment"
    PUSHES = "pushes"
    REFUNDS = "refunds"
    REMOVALS = "removals"
    LISTINGS = "listings"
    INBOUND = "inbound"
    RETURNS = "returns"


class EffectKind(StrEnum):
    """What is to be done outside."""

    CREATE_FULFILLMENT = "fulfillment.create"
    CANCEL_FULFILLMENT = "fulfillment.cancel"
    UPDATE_FULFILLMENT = "fulfillment.update"
    PUSH_TRACKING = "tracking.push"
    PUSH_TRACKING_CHANGE = "tracking.change"
    PUSH_DELIVERY = "delivery.push"
    PUSH_CANCELLATION = "cancellation.push"
    PUSH_CANCELLATION_ANSWER = "cancellation.answer"
    PUSH_AVAILABILITY = "availability.push"
    PUSH_REFUND = "refund.push"
    PUSH_RETURN = "return.push"
    CREATE_REMOVAL = "removal.create"
    SUBMIT_LISTING = "listing.submit"
    CREATE_INBOUND_PLAN = "inbound.create"
    INBOUND_STEP = "inbound.step"
    CREATE_RETURN = "return.create"

    @property
    def lane(self) -> Lane:
        """The lane it queues in."""
        return _LANES[self]


_LANES = {
    EffectKind.CREATE_FULFILLMENT: Lane.FULFILLMENT,
    EffectKind.CANCEL_FULFILLMENT: Lane.CANCELLATIONS,
    EffectKind.UPDATE_FULFILLMENT: Lane.UPDATES,
    EffectKind.PUSH_TRACKING: Lane.PUSHES,
    EffectKind.PUSH_TRACKING_CHANGE: Lane.PUSHES,
    EffectKind.PUSH_DELIVERY: Lane.PUSHES,
    EffectKind.PUSH_CANCELLATION: Lane.PUSHES,
    EffectKind.PUSH_CANCELLATION_ANSWER: Lane.PUSHES,
    EffectKind.PUSH_AVAILABILITY: Lane.PUSHES,
    EffectKind.PUSH_REFUND: Lane.REFUNDS,
    EffectKind.PUSH_RETURN: Lane.PUSHES,
    EffectKind.CREATE_REMOVAL: Lane.REMOVALS,
    EffectKind.SUBMIT_LISTING: Lane.LISTINGS,
    EffectKind.CREATE_INBOUND_PLAN: Lane.INBOUND,
    EffectKind.INBOUND_STEP: Lane.INBOUND,
    EffectKind.CREATE_RETURN: Lane.RETURNS,
}


@dataclass(frozen=True, slots=True)
class NewEffect:
    """An effect to be recorded in the transaction of the change that wants it.

    Attributes:
        key: idempotency key, as the other side sees it: letters, digits and dash.
        party: the network or channel that it goes to.
        aggregate: effects of one aggregate are carried out one after the other.
        payload: identifiers only; personal data stays in its own table.
    """

    kind: EffectKind
    key: str
    party: str
    aggregate: str
    payload: Mapping[str, Any]
    share: str = ""
    priority: int = 0
    promised_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeasedEffect:
    """An effect that this worker, and no other, may carry out until its lease ends."""

    id: int
    kind: EffectKind
    key: str
    party: str
    aggregate: str
    payload: Mapping[str, Any]
    attempts: int
    fence: int
    last_error: str | None
    leased_until: datetime

    @property
    def may_have_happened(self) -> bool:
        """Whether an earlier attempt may have reached the other side."""
        return self.attempts > 1


@dataclass(frozen=True, slots=True)
class Done:
    """It happened. `result` is what the other side answered."""

    effect: LeasedEffect
    result: Mapping[str, Any] = field(default_factory=dict)
    answer: object = None
    """The other side's whole answer, for the handler; not stored."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never happen as it was asked."""

    effect: LeasedEffect
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Later:
    """Try again. `after` seconds, or None for the usual backoff; `excused` costs no attempt."""

    effect: LeasedEffect
    error: str
    after: float | None = None
    excused: bool = False


Outcome = Done | Refused | Later

_insert = Inserter(
    "effects",
    (
        "key",
        "kind",
        "lane",
        "party",
        "aggregate",
        "share",
        "payload",
        "priority",
        "promised_at",
        "state",
        "due_at",
        "recorded_at",
    ),
)


_compact = json.JSONEncoder(separators=(",", ":")).encode
"""Made once: `json.dumps` with separators makes an encoder for each call."""


def effect_rows(new: Sequence[NewEffect], *, at: datetime, sqlite: bool) -> list[tuple[Any, ...]]:
    """Rows for `inserter`, in the same order."""
    now = sortable_text(at) if sqlite else at
    rows = []
    for effect in new:
        due: Any = now
        if effect.due_at is not None:
            due = sortable_text(effect.due_at) if sqlite else effect.due_at
        promised: Any = due
        if effect.promised_at is not None:
            promised = sortable_text(effect.promised_at) if sqlite else effect.promised_at
        rows.append(
            (
                effect.key,
                effect.kind.value,
                _LANES[effect.kind].value,
                effect.party,
                effect.aggregate,
                effect.share,
                _compact(effect.payload),
                effect.priority,
                promised,
                "pending",
                due,
                now,
            )
        )
    return rows


def inserter() -> Inserter:
    """Inserts the rows of `effect_rows`, so that they can join a larger batch."""
    return _insert


def record(connection: Connection, new: Sequence[NewEffect], *, at: datetime) -> list[str]:
    """Record effects; one whose key is known is left as it is. Returns the keys that were new."""
    if not new:
        return []
    by_key = {effect.key: effect for effect in reversed(new)}
    known = {row[0] for row in fetch(connection, _known, list(by_key))}
    fresh = [by_key[key] for key in dict.fromkeys(e.key for e in new) if key not in known]
    if not fresh:
        return []
    rows = effect_rows(fresh, at=at, sqlite=connection.dialect.name == "sqlite")
    if connection.dialect.name == "sqlite":
        _insert.insert(connection, rows)
        return [effect.key for effect in fresh]
    # Somebody else may be recording the same key right now.
    claimed = {row[0] for row in fetch(connection, _claim, *zip(*rows, strict=True))}
    return [effect.key for effect in fresh if effect.key in claimed]


_known = Sql(
    postgresql="SELECT key FROM effects WHERE key = ANY (%s::text[])",
    sqlite="""
        SELECT key FROM effects
        WHERE key IN (SELECT json_extract(value, '$[0]') FROM json_each(?))""",
)

_claim = Sql(
    postgresql=f"""
        INSERT INTO effects ({", ".join(_insert.columns)})
        SELECT * FROM unnest({"%s::text[], " * 7} %s::int[], %s::timestamptz[], %s::text[],
                             %s::timestamptz[], %s::timestamptz[])
        ON CONFLICT (key) DO NOTHING RETURNING key""",  # noqa: S608  (a constant list of columns)
    sqlite="",
)

_LEASED = "id, kind, key, party, aggregate, payload, attempts, fence, last_error"

_lease = Sql(
    postgresql=f"""
        WITH taken AS (
            SELECT e.id FROM effects e
            WHERE e.id = ANY (%s::bigint[])
              AND (e.state = 'pending' AND e.due_at <= %s
                   OR e.state = 'leased' AND e.leased_until <= %s)
              AND NOT EXISTS (
                  SELECT 1 FROM effects earlier
                  WHERE earlier.aggregate = e.aggregate AND earlier.id < e.id
                    AND earlier.state IN ('pending', 'leased'))
            ORDER BY e.id FOR UPDATE OF e SKIP LOCKED)
        UPDATE effects SET state = 'leased', attempts = attempts + 1, fence = fence + 1,
               leased_until = %s, leased_by = %s
        WHERE id IN (SELECT id FROM taken)
        RETURNING {_LEASED}""",  # noqa: S608  (a constant list of columns)
    sqlite=f"""
        UPDATE effects SET state = 'leased', attempts = attempts + 1, fence = fence + 1,
               leased_until = ?4, leased_by = ?5
        WHERE id IN (SELECT json_extract(value, '$[0]') FROM json_each(?1))
          AND (state = 'pending' AND due_at <= ?2 OR state = 'leased' AND leased_until <= ?3)
          AND NOT EXISTS (
              SELECT 1 FROM effects earlier
              WHERE earlier.aggregate = effects.aggregate AND earlier.id < effects.id
                AND earlier.state IN ('pending', 'leased'))
        RETURNING {_LEASED}""",  # noqa: S608  (a constant list of columns)
)


def lease(
    connection: Connection, ids: Sequence[int], *, owner: str, at: datetime, until: datetime
) -> list[LeasedEffect]:
    """Take those of `ids` that are due, not leased, and next in their aggregate."""
    if not ids:
        return []
    sqlite = connection.dialect.name == "sqlite"
    now, end = (sortable_text(at), sortable_text(until)) if sqlite else (at, until)
    rows = fetch(connection, _lease, list(ids), scalars=(now, now, end, owner))
    return [
        LeasedEffect(
            row[0],
            EffectKind(row[1]),
            row[2],
            row[3],
            row[4],
            json.loads(row[5]),
            row[6],
            row[7],
            row[8],
            until,
        )
        for row in sorted(rows)
    ]


_ours = Sql(
    postgresql="""
        SELECT e.id FROM effects e
        JOIN unnest(%s::bigint[], %s::int[]) AS k (id, fence) ON k.id = e.id
        WHERE e.fence = k.fence AND e.state = 'leased' ORDER BY e.id FOR UPDATE OF e""",
    sqlite="""
        SELECT e.id FROM json_each(?) AS k
        JOIN effects e ON e.id = json_extract(k.value, '$[0]')
         AND e.fence = json_extract(k.value, '$[1]')
        WHERE e.state = 'leased' ORDER BY e.id""",
)


def still_ours(connection: Connection, leased: Sequence[LeasedEffect]) -> set[int]:
    """Ids of the effects whose lease has not gone to another worker; their rows are held."""
    if not leased:
        return set()
    rows = fetch(connection, _ours, [e.id for e in leased], [e.fence for e in leased])
    return {row[0] for row in rows}


_finish = Sql(
    postgresql="""
        UPDATE effects e SET state = d.state, due_at = d.due_at, attempts = e.attempts - d.excused,
               last_error = d.error, result = d.result, leased_until = NULL, sent_at = NULL,
               finished_at = d.finished_at
        FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::int[], %s::text[],
                    %s::text[], %s::timestamptz[])
          AS d (id, state, due_at, excused, error, result, finished_at)
        WHERE e.id = d.id""",
    sqlite="""
        UPDATE effects SET state = ?2, due_at = ?3, attempts = attempts - ?4, last_error = ?5,
               result = ?6, leased_until = NULL, sent_at = NULL, finished_at = ?7
        WHERE id = ?1""",
)

_attempt = Inserter("effect_attempts", ("effect_id", "fence", "at", "outcome", "error"))


@dataclass(frozen=True, slots=True)
class Ending:
    """What a finished attempt leaves behind. `state`: done, pending (again) or dead."""

    effect: LeasedEffect
    state: str
    due_at: datetime
    error: str | None = None
    excused: bool = False
    result: Mapping[str, Any] = field(default_factory=dict)


def finish(connection: Connection, endings: Sequence[Ending], *, at: datetime) -> None:
    """Store endings of effects that are still ours. Failed attempts keep their history."""
    sqlite = connection.dialect.name == "sqlite"

    def instant(value: datetime) -> Any:
        return sortable_text(value) if sqlite else value

    execute(
        connection,
        _finish,
        [
            (
                ending.effect.id,
                ending.state,
                instant(ending.due_at),
                int(ending.excused),
                ending.error,
                json.dumps(ending.result) if ending.result else None,
                instant(at) if ending.state != "pending" else None,
            )
            for ending in endings
        ],
    )
    _attempt.insert(
        connection,
        [
            (ending.effect.id, ending.effect.fence, instant(at), ending.state, ending.error)
            for ending in endings
            if ending.error is not None
        ],
    )


def withdraw(
    connection: Connection, keys: Sequence[str], *, reason: str, at: datetime
) -> list[str]:
    """Take back effects that no worker has ever leased. Returns the keys that were taken back.

    One that was leased, even once, may have happened and is left to run its course.
    """
    rows = connection.execute(
        update(effects)
        .where(
            effects.c.key.in_(sorted(keys)),
            effects.c.state == "pending",
            effects.c.attempts == 0,
        )
        .values(state="withdrawn", finished_at=at, last_error=reason)
        .returning(effects.c.key)
    )
    return [row.key for row in rows]


def unfinished(connection: Connection) -> int:
    """How many effects are still to be done, now or later."""
    from sqlalchemy import func

    return int(connection.execute(select(func.count()).where(is_open())).scalar_one())
