"""Items that may have to be refunded, noted in the transaction that ends them, and settled later.

    due ──► made           by itself, as the channel's policy says
     ├────► by_hand        the policy leaves it to a person, or the channel has refunded a sum of
     │        │            this order, of which nobody can say whether it was for these items
     │        └──► made, nothing_left   a person has decided it, or has refunded the items
     ├────► nothing_left   they were refunded before, or nothing was paid for them
     └────► no_prices      the order came without prices

Noting costs one row and no decision, so that whatever stops units need not know of money.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.care.tables import refunds, refunds_due
from stockpool.storage.bulk import Inserter, Row
from stockpool.storage.metadata import one_of, sortable_text


class RefundCause(StrEnum):
    """Why items may have to be refunded."""

    CANCELLATION = "cancellation"
    """They will not be shipped: cancelled and confirmed, or they can't be."""
    RETURN = "return"
    """They came back."""


class DueState(StrEnum):
    """What became of a note."""

    DUE = "due"
    MADE = "made"
    BY_HAND = "by_hand"
    NOTHING_LEFT = "nothing_left"
    NO_PRICES = "no_prices"


@dataclass(frozen=True, slots=True)
class Due:
    """Items of an order that may have to be refunded.

    Attributes:
        key: the same for the same cause.
        quantities: items by line.
    """

    key: str
    order_id: str
    cause: RefundCause
    reason: str
    quantities: Mapping[str, int]


_insert = Inserter(
    "refunds_due", ("key", "order_id", "cause", "reason", "quantities", "state", "noted_at")
)


def inserter() -> Inserter:
    """Inserts the rows of `due_rows`, so that they can join a larger batch."""
    return _insert


def due_rows(due: Sequence[Due], *, at: datetime, sqlite: bool) -> list[Row]:
    """Rows for `inserter`; their keys must be new."""
    now: Any = sortable_text(at) if sqlite else at
    return [
        (
            one.key,
            one.order_id,
            one.cause.value,
            one.reason,
            json.dumps(dict(one.quantities)),
            DueState.DUE.value,
            now,
        )
        for one in due
    ]


def note_due(connection: Connection, due: Sequence[Due], *, at: datetime) -> None:
    """Note items that may have to be refunded; a key that is known is left as it is."""
    if not due:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(
        dialect.insert(refunds_due).on_conflict_do_nothing(),
        [
            {
                "key": one.key,
                "order_id": one.order_id,
                "cause": one.cause.value,
                "reason": one.reason,
                "quantities": json.dumps(dict(one.quantities)),
                "state": DueState.DUE.value,
                "noted_at": at,
            }
            for one in sorted(due, key=lambda one: one.key)
        ],
    )


def orders_due(connection: Connection, *, most: int) -> list[str]:
    """Orders with items that are due, the longest waiting first."""
    rows = connection.execute(
        select(refunds_due.c.order_id)
        .where(refunds_due.c.state == DueState.DUE.value)
        .order_by(refunds_due.c.noted_at, refunds_due.c.key)
        .limit(most)
    ).scalars()
    return list(dict.fromkeys(rows))


def first_due(connection: Connection, order_ids: Sequence[str]) -> dict[str, Any]:
    """The first row that is due of each of these orders, which are held."""
    rows = connection.execute(
        select(refunds_due)
        .where(refunds_due.c.order_id.in_(order_ids), refunds_due.c.state == DueState.DUE.value)
        .order_by(refunds_due.c.order_id, refunds_due.c.noted_at, refunds_due.c.key)
    )
    first: dict[str, Any] = {}
    for row in rows:
        first.setdefault(row.order_id, row)
    return first


def orders_refunded_since(connection: Connection, *, most: int) -> list[str]:
    """Orders with items that a person decides on, of which something was refunded after that was
    last looked at; the longest waiting first."""
    r, d = refunds.c, refunds_due.c
    given = select(r.id).where(
        r.order_id == d.order_id, r.state.in_(_GIVEN_BACK), r.recorded_at >= d.settled_at
    )
    rows = connection.execute(
        select(d.order_id)
        .where(one_of(d.state, (DueState.BY_HAND.value,)), given.exists())
        .order_by(d.noted_at, d.key)
        .limit(most)
    ).scalars()
    return list(dict.fromkeys(rows))


_GIVEN_BACK = ("recorded", "pushed", "made")


def by_hand_of(connection: Connection, order_ids: Sequence[str]) -> dict[str, list[Any]]:
    """The rows that a person decides on of each of these orders, which are held; the newest
    first."""
    found: dict[str, list[Any]] = {}
    for row in connection.execute(
        select(refunds_due)
        .where(refunds_due.c.order_id.in_(order_ids), refunds_due.c.state == DueState.BY_HAND.value)
        .order_by(refunds_due.c.order_id, refunds_due.c.noted_at.desc(), refunds_due.c.key.desc())
    ):
        found.setdefault(row.order_id, []).append(row)
    return found


def find(connection: Connection, key: str) -> Any:
    """One row, or None."""
    return connection.execute(select(refunds_due).where(refunds_due.c.key == key)).one_or_none()


def settle(
    connection: Connection, settled: Mapping[str, tuple[DueState, str | None]], *, at: datetime
) -> None:
    """Note what became of rows, by key: the state, and the refund if one was made."""
    if settled:
        connection.execute(
            update(refunds_due)
            .where(refunds_due.c.key == bindparam("which"))
            .values(state=bindparam("told"), refund_id=bindparam("refund"), settled_at=at),
            [
                {"which": key, "told": state.value, "refund": refund_id}
                for key, (state, refund_id) in settled.items()
            ],
        )
