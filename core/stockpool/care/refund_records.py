"""Refunds as they are kept, with their money: every change of state is a posting.

    recorded ──► pushed      the channel has made it
        │  ▲
        │  └──── refused     the channel will not; its money and items can be refunded otherwise
        └──────► withdrawn   taken back before any worker took it up
    made                     by hand in the channel

Money of a recorded refund is pending; of one that was pushed or made it is refunded; of one that
was refused or withdrawn it is refundable again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.care.order_money import OrderMoney
from stockpool.care.sharing import Shares
from stockpool.care.tables import refund_parts, refunds
from stockpool.errors import NotFoundError, RefusedError
from stockpool.ledger.money_accounts import MoneyAccount, Part, Portion
from stockpool.ledger.money_posting import MoneyMove, post
from stockpool.money import Money
from stockpool.orders.counting import add_to_lines
from stockpool.orders.tables import order_lines
from stockpool.problems import Problem
from stockpool.storage.bulk import Inserter
from stockpool.storage.metadata import sortable_text


class RefundState(StrEnum):
    """What became of a refund."""

    RECORDED = "recorded"
    PUSHED = "pushed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MADE = "made"


PAID_OUT = (RefundState.PUSHED, RefundState.MADE)
"""States in which the buyer has the money."""

EXCESS = Portion("", Part.EXCESS)

_refunds = Inserter(
    "refunds",
    (
        "id",
        "key",
        "order_id",
        "state",
        "reason",
        "amount_minor",
        "currency",
        "quantities",
        "recorded_at",
        "pushed_at",
        "origin",
        "asked",
    ),
)
_parts = Inserter("refund_parts", ("refund_id", "number", "line_id", "part", "amount_minor"))

_PATHS = {
    RefundState.RECORDED: (MoneyAccount.REFUNDABLE, MoneyAccount.REFUND_PENDING),
    RefundState.MADE: (MoneyAccount.REFUNDABLE, MoneyAccount.REFUNDED),
    RefundState.PUSHED: (MoneyAccount.REFUND_PENDING, MoneyAccount.REFUNDED),
    RefundState.REFUSED: (MoneyAccount.REFUND_PENDING, MoneyAccount.REFUNDABLE),
    RefundState.WITHDRAWN: (MoneyAccount.REFUND_PENDING, MoneyAccount.REFUNDABLE),
}
"""From where to where the money of a refund goes when it comes into a state."""


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund to be kept. `items` counts as refunded what `lines` names, as far as it is left.

    Attributes:
        shares: by portion; the excess, if there is any, among them.
        asked: the request, ready for JSON: a repeat under the same key must ask the same.
    """

    id: str
    key: str
    order: OrderMoney
    state: RefundState
    reason: str
    shares: Shares
    items: Mapping[str, int]
    asked: Mapping[str, Any]

    @property
    def amount(self) -> Money:
        """All shares together."""
        assert self.order.currency is not None
        return Money(sum(self.shares.values()), self.order.currency)


def keep(connection: Connection, new: Sequence[NewRefund], *, at: datetime) -> None:
    """Store refunds with their parts, post their money, count their items. The orders are held."""
    if not new:
        return
    sqlite = connection.dialect.name == "sqlite"
    now: Any = sortable_text(at) if sqlite else at
    _refunds.insert(
        connection,
        [
            (
                refund.id,
                refund.key,
                refund.order.order_id,
                refund.state.value,
                refund.reason,
                refund.amount.minor,
                refund.amount.currency,
                json.dumps(dict(refund.items)),
                now,
                now if refund.state is RefundState.MADE else None,
                "channel" if refund.state is RefundState.MADE else "engine",
                json.dumps(refund.asked, sort_keys=True),
            )
            for refund in new
        ],
    )
    _parts.insert(
        connection,
        [
            (refund.id, number, portion.line_id, portion.part.value, minor)
            for refund in new
            for number, (portion, minor) in enumerate(refund.shares.items(), 1)
        ],
    )
    post(
        connection,
        [
            move
            for refund in new
            for move in _moves(
                refund.id,
                refund.order.order_id,
                1,
                refund.state,
                [
                    (number, portion, Money(minor, refund.amount.currency))
                    for number, (portion, minor) in enumerate(refund.shares.items(), 1)
                ],
            )
        ],
        at=at,
    )
    changes: dict[tuple[str, ...], dict[str, int]] = {}
    for refund in new:
        for key, units in item_units(refund.order.parts, refund.items).items():
            row = changes.setdefault(key, {"refunded": 0})
            row["refunded"] += units
    add_to_lines(connection, changes)


def _moves(
    refund_id: str,
    order_id: str,
    tries: int,
    state: RefundState,
    parts: Sequence[tuple[int, Portion, Money]],
) -> list[MoneyMove]:
    source, target = _PATHS[state]
    return [
        MoneyMove(
            order_id,
            portion,
            MoneyAccount.MERCHANT if portion == EXCESS else source,
            target,
            amount,
            "refund",
            refund_id,
            f"refund:{refund_id}:{tries}:{state}:{number}",
        )
        for number, portion, amount in parts
    ]


def item_units(parts: Sequence[Any], items: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    """The units of the lines' parts that go with `items` of the lines."""
    return {
        (part.order_id, part.line_id, part.sku): items[part.line_id] * part.each
        for part in parts
        if items.get(part.line_id, 0)
    }


def mark_pushed(connection: Connection, refund_id: str, *, at: datetime) -> None:
    """The channel has made the refund. As for all that follows, the order is held."""
    row = _locked(connection, refund_id)
    if row.state == RefundState.RECORDED:
        _enter(connection, row, RefundState.PUSHED, at=at, pushed_at=at)


def mark_refused(connection: Connection, refund_id: str, *, at: datetime) -> None:
    """The channel will not make the refund."""
    row = _locked(connection, refund_id)
    if row.state == RefundState.RECORDED:
        _give_back(connection, row, RefundState.REFUSED, at)


def withdraw(connection: Connection, refund_id: str, *, at: datetime) -> None:
    """Take back a recorded refund that the channel has not heard of."""
    _give_back(connection, _locked(connection, refund_id), RefundState.WITHDRAWN, at)


def reopen(connection: Connection, refund_id: str, *, at: datetime) -> None:
    """A refused refund is to be tried again.

    Raises:
        RefusedError: its money or items were refunded otherwise since.
    """
    row = _locked(connection, refund_id)
    if row.state != RefundState.REFUSED:
        return
    items = json.loads(row.quantities)
    parts = _line_rows(connection, row.order_id)
    for part in parts:
        left = (part.ordered - part.refunded) // part.each
        if items.get(part.line_id, 0) > left:
            raise RefusedError(
                f"refund {refund_id} is of items that were refunded since",
                [too_many_items(part.line_id, left)],
            )
    _enter(connection, row, RefundState.RECORDED, at=at, tries=row.tries + 1)
    _count(connection, parts, items, 1)


def too_many_items(line_id: str, left: int) -> Problem:
    """More of a line is to be refunded than is left of it."""
    return Problem(
        "refund_exceeds_ordered",
        f"{left} of line {line_id} are not refunded yet",
        f"lines[{line_id}]",
        str(left),
        "refund at most what is left of the line",
    )


def _give_back(connection: Connection, row: Any, state: RefundState, at: datetime) -> None:
    _enter(connection, row, state, at=at)
    parts = _line_rows(connection, row.order_id)
    _count(connection, parts, json.loads(row.quantities), -1)


def _enter(
    connection: Connection, row: Any, state: RefundState, *, at: datetime, **values: Any
) -> None:
    parts = [
        (
            part.number,
            Portion(part.line_id, Part(part.part)),
            Money(part.amount_minor, row.currency),
        )
        for part in connection.execute(
            select(refund_parts)
            .where(refund_parts.c.refund_id == row.id)
            .order_by(refund_parts.c.number)
        )
    ]
    tries = values.get("tries", row.tries)
    post(connection, _moves(row.id, row.order_id, tries, state, parts), at=at)
    connection.execute(
        update(refunds).where(refunds.c.id == row.id).values(state=state.value, **values)
    )


def _locked(connection: Connection, refund_id: str) -> Any:
    row = connection.execute(
        select(refunds).where(refunds.c.id == refund_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no refund {refund_id}")
    return row


def _line_rows(connection: Connection, order_id: str) -> Sequence[Any]:
    return connection.execute(
        select(order_lines)
        .where(order_lines.c.order_id == order_id)
        .order_by(order_lines.c.position, order_lines.c.sku)
    ).all()


def _count(
    connection: Connection, parts: Sequence[Any], items: Mapping[str, int], sign: int
) -> None:
    add_to_lines(
        connection,
        {key: {"refunded": sign * units} for key, units in item_units(parts, items).items()},
    )
