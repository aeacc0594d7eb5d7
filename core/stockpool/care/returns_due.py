"""Returns that are due: goods that left although nobody wanted them any more.

Noted here in the transaction that finds out, for the service of returns to take up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.care.tables import returns_due


@dataclass(frozen=True, slots=True)
class ReturnDue:
    """Units of a fulfillment order that are to come back.

    Attributes:
        key: the same for the same cause.
        units: by item of the fulfillment order.
    """

    key: str
    order_id: str
    fulfillment_order_id: str
    cause: str
    reason: str
    units: Mapping[str, int]


def note_returns(connection: Connection, due: Sequence[ReturnDue], *, at: datetime) -> None:
    """Note returns that are due; a key that is known is left as it is."""
    if not due:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(
        dialect.insert(returns_due).on_conflict_do_nothing(),
        [
            {
                "key": one.key,
                "order_id": one.order_id,
                "fulfillment_order_id": one.fulfillment_order_id,
                "cause": one.cause,
                "reason": one.reason,
                "units": json.dumps(dict(one.units)),
                "noted_at": at,
            }
            for one in sorted(due, key=lambda one: one.key)
        ],
    )


def list_returns_due(connection: Connection, *, limit: int) -> list[ReturnDue]:
    """Returns that nobody has taken up, the oldest first."""
    rows = connection.execute(
        select(returns_due)
        .where(returns_due.c.state == "due")
        .order_by(returns_due.c.noted_at, returns_due.c.key)
        .limit(limit)
    )
    return [
        ReturnDue(
            row.key,
            row.order_id,
            row.fulfillment_order_id,
            row.cause,
            row.reason,
            json.loads(row.units),
        )
        for row in rows
    ]
