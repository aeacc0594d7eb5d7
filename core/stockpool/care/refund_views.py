"""Reading refunds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from stockpool.care.tables import refund_parts, refunds, refunds_due
from stockpool.errors import NotFoundError
from stockpool.money import Money
from stockpool.orders.tables import orders


@dataclass(frozen=True, slots=True)
class RefundDueView:
    """Items that will not be shipped or came back, and what became of the note of them.

    Attributes:
        state: `DueState`; with `by_hand` a person decides.
        quantities: items by line.
    """

    key: str
    order_id: str
    channel: str
    channel_order_id: str
    cause: str
    reason: str
    state: str
    quantities: Mapping[str, int]
    noted_at: datetime
    refund_id: str | None = None


@dataclass(frozen=True, slots=True)
class RefundPartView:
    """What a refund gives back of one portion; `line_id` is None for shipping."""

    line_id: str | None
    part: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundView:
    """A refund as it stands. The parts sum to the amount."""

    refund_id: str
    key: str
    order_id: str
    channel: str
    channel_order_id: str
    state: str
    origin: str
    reason: str
    amount: Money
    lines: Mapping[str, int]
    parts: tuple[RefundPartView, ...]
    recorded_at: datetime
    made_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "refund_id": self.refund_id,
            "key": self.key,
            "order_id": self.order_id,
            "channel": self.channel,
            "channel_order_id": self.channel_order_id,
            "state": self.state,
            "origin": self.origin,
            "reason": self.reason,
            "amount": str(self.amount.amount),
            "currency": self.amount.currency,
            "lines": dict(self.lines),
            "parts": [
                {"line_id": p.line_id, "part": p.part, "amount": str(p.amount.amount)}
                for p in self.parts
            ],
            "recorded_at": self.recorded_at.isoformat(),
            "made_at": None if self.made_at is None else self.made_at.isoformat(),
        }


def read_refund(connection: Connection, refund_id: str) -> RefundView:
    """One refund.

    Raises:
        NotFoundError: there is none with that id.
    """
    found = _views(connection, _heads().where(refunds.c.id == refund_id))
    if not found:
        raise NotFoundError(f"there is no refund {refund_id}")
    return found[0]


def list_refunds(
    connection: Connection, *, order_id: str | None, state: str | None, limit: int
) -> list[RefundView]:
    """Refunds, the newest first."""
    query = _heads().order_by(refunds.c.recorded_at.desc(), refunds.c.id.desc()).limit(limit)
    if order_id is not None:
        query = query.where(refunds.c.order_id == order_id)
    if state is not None:
        query = query.where(refunds.c.state == state)
    return _views(connection, query)


def _heads() -> Any:
    return select(refunds, orders.c.channel, orders.c.channel_order_id).join(
        orders, orders.c.id == refunds.c.order_id
    )


def _views(connection: Connection, query: Any) -> list[RefundView]:
    heads = connection.execute(query).all()
    parts: dict[str, list[Any]] = {}
    for start in range(0, len(heads), 500):
        page = [head.id for head in heads[start : start + 500]]
        for part in connection.execute(
            select(refund_parts)
            .where(refund_parts.c.refund_id.in_(page))
            .order_by(refund_parts.c.refund_id, refund_parts.c.number)
        ):
            parts.setdefault(part.refund_id, []).append(part)
    return [
        RefundView(
            head.id,
            head.key,
            head.order_id,
            head.channel,
            head.channel_order_id,
            head.state,
            head.origin,
            head.reason,
            Money(head.amount_minor, head.currency),
            json.loads(head.quantities),
            tuple(
                RefundPartView(
                    part.line_id or None, part.part, Money(part.amount_minor, head.currency)
                )
                for part in parts.get(head.id, ())
            ),
            head.recorded_at,
            head.pushed_at,
        )
        for head in heads
    ]


def list_due(connection: Connection, *, state: str | None, limit: int) -> list[RefundDueView]:
    """Notes of what may have to be refunded, the newest first."""
    d = refunds_due.c
    wanted = _due().order_by(d.noted_at.desc(), d.key).limit(limit)
    if state is not None:
        wanted = wanted.where(d.state == state)
    return _due_views(connection, wanted)


def read_due(connection: Connection, key: str) -> RefundDueView:
    """The note under a key that is there."""
    return _due_views(connection, _due().where(refunds_due.c.key == key))[0]


def _due() -> Any:
    return select(refunds_due, orders.c.channel, orders.c.channel_order_id).join(
        orders, orders.c.id == refunds_due.c.order_id
    )


def _due_views(connection: Connection, wanted: Any) -> list[RefundDueView]:
    return [
        RefundDueView(
            row.key,
            row.order_id,
            row.channel,
            row.channel_order_id,
            row.cause,
            row.reason,
            row.state,
            json.loads(row.quantities),
            row.noted_at,
            row.refund_id,
        )
        for row in connection.execute(wanted)
    ]
