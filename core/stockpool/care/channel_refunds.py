"""Refunds that were made by hand in a channel: counted once, and never together with ours.

The money is gone whatever our books say, so it is never refused. What a refund takes beyond what
is refundable is looked for in our own refunds that no worker has taken up yet, the latest first:
they are withdrawn. What is still too much is the merchant's own, and a person is told. When one of
our refunds is refused after all, its money covers such an excess.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.care import refund_records
from stockpool.care.news import OpenNews, concern_key
from stockpool.care.order_money import OrderMoney, open_books
from stockpool.care.refund_records import EXCESS, PAID_OUT, NewRefund, RefundState, keep
from stockpool.care.refunding import push_key
from stockpool.care.sharing import Shares, Wish, plan
from stockpool.care.tables import refund_parts, refunds
from stockpool.ids import IdSource
from stockpool.ledger.money_accounts import MoneyAccount, Part, Portion
from stockpool.ledger.money_posting import MoneyMove, post
from stockpool.money import Money
from stockpool.outbox.effects import withdraw
from stockpool.plugins.channel import ChannelRefund
from stockpool.problems import Problem


def take_refund(
    connection: Connection, news: OpenNews, order: OrderMoney, ids: IdSource, *, at: datetime
) -> None:
    """Take in a refund that the channel tells of. The order is held, the news claimed."""
    told = news.refund()
    problem = _uncountable(told, order)
    if problem is not None:
        key = concern_key(news.channel, news.kind, news.news_id)
        _complain(connection, key, order, problem, ids, at)
        return
    ours = _ours(connection, told, order)
    if ours is not None and ours.amount_minor == told.amount.minor:
        if ours.state == RefundState.RECORDED:
            refund_records.mark_pushed(connection, ours.id, at=at)
        if ours.state in (RefundState.RECORDED, *PAID_OUT):
            return
    elif ours is not None and ours.state in PAID_OUT:
        key = concern_key(news.channel, news.kind, news.news_id)
        _complain(connection, key, order, _differs(told, ours), ids, at)
        return
    elif ours is not None and ours.state == RefundState.RECORDED:
        # The channel made another sum of it: what it made is what counts.
        refund_records.withdraw(connection, ours.id, at=at)
    _count(connection, news, told, order.order_id, ids, at)


def _uncountable(told: ChannelRefund, order: OrderMoney) -> Problem | None:
    if told.amount.minor > 0 and told.amount.currency == order.currency:
        return None
    return Problem(
        "refund_not_counted",
        f"{order.channel} refunded {told.amount} of order {order.channel_order_id}, which is in "
        f"{order.currency or 'no currency'}",
        "amount",
        fix="settle it by hand: it is not in the books",
    )


def _differs(told: ChannelRefund, ours: Any) -> Problem:
    return Problem(
        "refund_differs",
        f"the channel tells of {told.amount} for refund {ours.id} of "
        f"{Money(ours.amount_minor, ours.currency)}, which it had made",
        "amount",
        str(Money(ours.amount_minor, ours.currency)),
        "compare with the channel's payments",
    )


def _ours(connection: Connection, told: ChannelRefund, order: OrderMoney) -> Any:
    """Our refund that the channel made it for, if it says so."""
    if told.key is None:
        return None
    rows = connection.execute(select(refunds).where(refunds.c.order_id == order.order_id))
    return next((row for row in rows if push_key(row.id) == told.key), None)


def _count(
    connection: Connection,
    news: OpenNews,
    told: ChannelRefund,
    order_id: str,
    ids: IdSource,
    at: datetime,
) -> None:
    order = open_books(connection, [order_id], at=at)[order_id]
    missing = told.amount.minor - sum(order.left.values())
    if missing > 0:
        withdrawn = _make_room(connection, order_id, missing, at)
        order = open_books(connection, [order_id], at=at)[order_id]
        for refund_id in withdrawn:
            key = f"refund:{refund_id}:withdrawn"
            _complain(connection, key, order, _superseded(order, told, refund_id), ids, at)
    items_left = order.items_left
    items = {line.line_id: line.quantity for line in told.lines}
    items = {line: min(n, items_left[line]) for line, n in items.items() if items_left.get(line)}
    shares: Shares = dict(plan(_wish(told, items), order.left, items_left))
    excess = told.amount.minor - sum(shares.values())
    if excess:
        shares[EXCESS] = excess
    refund = NewRefund(
        ids.new_id(at),
        f"channel:{news.channel}:{told.refund_id}",
        order,
        RefundState.MADE,
        told.reason,
        shares,
        items,
        {"channel": news.channel, "refund_id": told.refund_id},
    )
    keep(connection, [refund], at=at)
    if excess:
        _complain(connection, excess_key(order_id), order, _too_much(order, told, excess), ids, at)


def _wish(told: ChannelRefund, items: Mapping[str, int]) -> Wish:
    parts: dict[Portion, int] = {}
    for part in told.parts:
        portion = Portion(part.line_id or "", Part(part.part))
        parts[portion] = parts.get(portion, 0) + part.amount.minor
    if sum(parts.values()) != told.amount.minor or min(parts.values(), default=0) < 0:
        parts = {}
    return Wish(items, amount=told.amount.minor, parts=parts)


def _make_room(connection: Connection, order_id: str, missing: int, at: datetime) -> list[str]:
    """Withdraw refunds of ours that no worker has taken up, until `missing` is found."""
    recorded = connection.execute(
        select(refunds.c.id, refunds.c.amount_minor)
        .where(refunds.c.order_id == order_id, refunds.c.state == RefundState.RECORDED.value)
        .order_by(refunds.c.recorded_at.desc(), refunds.c.id.desc())
    ).all()
    withdrawn: list[str] = []
    for row in recorded:
        if missing <= 0:
            break
        reason = "the channel made a refund by hand that took its money"
        if withdraw(connection, [push_key(row.id)], reason=reason, at=at):
            refund_records.withdraw(connection, row.id, at=at)
            missing -= row.amount_minor
            withdrawn.append(row.id)
    return withdrawn


def _superseded(order: OrderMoney, told: ChannelRefund, refund_id: str) -> Problem:
    return Problem(
        "refund_withdrawn",
        f"{order.channel} refunded {told.amount} of order {order.channel_order_id} by hand, so "
        f"refund {refund_id}, for which the money is not left, was taken back before it was made",
        fix="if more is owed to the buyer, make another refund",
    )


def _too_much(order: OrderMoney, told: ChannelRefund, excess: int) -> Problem:
    assert order.currency is not None
    return Problem(
        "refunded_too_much",
        f"{order.channel} refunded {told.amount} of order {order.channel_order_id} by hand: "
        f"{Money(excess, order.currency)} more than could be refunded",
        "amount",
        str(Money(told.amount.minor - excess, order.currency)),
        "look in the channel for a refund that was made twice",
    )


def excess_key(order_id: str) -> str:
    """The attention queue's key for an order of which more was given back than was paid."""
    return f"refund:{order_id}:excess"


def _complain(
    connection: Connection,
    key: str,
    order: OrderMoney,
    problem: Problem,
    ids: IdSource,
    at: datetime,
) -> None:
    raise_concerns(
        connection,
        [Concern(key, "order", order.order_id, (problem,))],
        at=at,
        new_ids=[ids.new_id(at)],
    )


def cover_excess(connection: Connection, order_id: str, *, at: datetime) -> None:
    """What became refundable again covers what was given back in excess. The order is held."""
    rows = connection.execute(
        select(refund_parts, refunds.c.currency)
        .join(refunds, refunds.c.id == refund_parts.c.refund_id)
        .where(
            refunds.c.order_id == order_id,
            refunds.c.state == RefundState.MADE.value,
            refund_parts.c.part == Part.EXCESS.value,
        )
        .order_by(refunds.c.recorded_at, refunds.c.id)
    ).all()
    if not rows:
        return
    for row in rows:
        order = open_books(connection, [order_id], at=at)[order_id]
        shares = plan(Wish(amount=row.amount_minor), order.left, order.items_left)
        if shares:
            _cover(connection, order_id, row, shares, at)
    if not open_books(connection, [order_id], at=at)[order_id].excess:
        close_concerns(connection, [excess_key(order_id)], at=at, by="refund")


def _cover(
    connection: Connection, order_id: str, excess: Any, shares: Shares, at: datetime
) -> None:
    """Book a part of a refund's excess under the portions that now have the money for it."""
    covered = sum(shares.values())
    number = connection.execute(
        select(func.max(refund_parts.c.number)).where(refund_parts.c.refund_id == excess.refund_id)
    ).scalar_one()
    numbered = list(enumerate(shares.items(), number + 1))

    def move(
        portion: Portion, source: MoneyAccount, target: MoneyAccount, minor: int, name: str
    ) -> MoneyMove:
        amount = Money(minor, excess.currency)
        key = f"cover:{excess.refund_id}:{name}"
        return MoneyMove(order_id, portion, source, target, amount, "refund", excess.refund_id, key)

    refundable, refunded = MoneyAccount.REFUNDABLE, MoneyAccount.REFUNDED
    post(
        connection,
        [
            move(EXCESS, refunded, MoneyAccount.MERCHANT, covered, f"{number}:excess"),
            *(
                move(portion, refundable, refunded, minor, str(n))
                for n, (portion, minor) in numbered
            ),
        ],
        at=at,
    )
    this_part = (refund_parts.c.refund_id == excess.refund_id) & (
        refund_parts.c.number == excess.number
    )
    if covered == excess.amount_minor:
        connection.execute(delete(refund_parts).where(this_part))
    else:
        left = excess.amount_minor - covered
        connection.execute(update(refund_parts).where(this_part).values(amount_minor=left))
    connection.execute(
        insert(refund_parts),
        [
            {
                "refund_id": excess.refund_id,
                "number": n,
                "line_id": portion.line_id,
                "part": portion.part.value,
                "amount_minor": minor,
            }
            for n, (portion, minor) in numbered
        ],
    )
