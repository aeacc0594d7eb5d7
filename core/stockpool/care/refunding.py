"""Making refunds: never more than was paid and ordered, pushed to the channel once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.care.order_money import OrderMoney, open_books
from stockpool.care.refund_records import NewRefund, RefundState, keep, too_many_items
from stockpool.care.sharing import SHIPPING, Shares, Wish, plan
from stockpool.care.tables import refunds
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.channel import ChannelCapability
from stockpool.problems import Problem


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund that is asked for.

    Attributes:
        lines: items of lines. Without an amount they give back what was paid for them with tax.
        amount: the whole sum; None: what the lines and the shipping are worth.
        shipping: of what was paid for shipping with its tax; only without an amount.
        all_shipping: all of the shipping that is left, in place of `shipping`.
        key: names this refund; the same key again is the same refund.
    """

    order_id: str
    reason: str
    key: str
    lines: Mapping[str, int] = field(default_factory=dict)
    amount: Money | None = None
    shipping: Money | None = None
    all_shipping: bool = False

    def asked(self) -> dict[str, Any]:
        """What a repeat under the same key must ask too."""
        return {
            "order_id": self.order_id,
            "lines": dict(self.lines),
            "amount": None if self.amount is None else str(self.amount),
            "shipping": None if self.shipping is None else str(self.shipping),
            "all_shipping": self.all_shipping,
        }


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What making a refund needs besides the database: ids, and what each channel can do."""

    ids: IdSource
    capabilities: Mapping[str, frozenset[ChannelCapability]]


def make_refund(
    connection: Connection, request: RefundRequest, surroundings: Surroundings, *, at: datetime
) -> str:
    """Record a refund and the effect by which the channel makes it; returns its id.

    Raises:
        NotFoundError: the order or a line is unknown.
        RefusedError: it would exceed what was paid or ordered, or is in another currency.
        ConflictError: the key was used for another refund.
    """
    order = open_books(connection, [request.order_id], at=at).get(request.order_id)
    if order is None:
        raise NotFoundError(f"there is no order {request.order_id}")
    known = connection.execute(
        select(refunds.c.id, refunds.c.asked).where(refunds.c.key == request.key)
    ).one_or_none()
    if known is not None:
        if json.loads(known.asked) != request.asked():
            raise ConflictError(f"the key {request.key} was used for another refund")
        return str(known.id)
    shares = _planned(order, request)
    refund = NewRefund(
        surroundings.ids.new_id(at),
        request.key,
        order,
        RefundState.RECORDED,
        request.reason,
        shares,
        request.lines,
        request.asked(),
    )
    keep(connection, [refund], at=at)
    have_made(connection, [refund], surroundings, at=at)
    return refund.id


def _planned(order: OrderMoney, request: RefundRequest) -> Shares:
    if order.currency is None:
        raise RefusedError(
            f"order {order.order_id} came without prices",
            [Problem("no_prices", "the order has no currency", fix="refund it in the channel")],
        )
    items_left = order.items_left
    for line_id, items in request.lines.items():
        if line_id not in items_left:
            raise NotFoundError(f"order {order.order_id} has no line {line_id}")
        if items < 1:
            raise ValueError(f"line {line_id}: refund at least one, not {items}")
        if items > items_left[line_id]:
            raise RefusedError(
                f"cannot refund {items} of line {line_id} of order {order.order_id}",
                [too_many_items(line_id, items_left[line_id])],
            )
    shipping_left = sum(order.left.get(portion, 0) for portion in SHIPPING)
    shipping = Money(0, order.currency) if request.shipping is None else request.shipping
    if request.all_shipping:
        shipping = Money(shipping_left, order.currency)
    wanted = request.amount or shipping
    left = sum(order.left.values()) if request.amount else shipping_left
    least = 1 if request.amount else 0
    if wanted.currency != order.currency or not least <= wanted.minor <= left:
        raise _exceeds_paid(order, request, wanted, left)
    amount = request.amount.minor if request.amount else None
    shares = plan(Wish(request.lines, shipping.minor, amount), order.left, items_left)
    if not shares:
        raise _exceeds_paid(order, request, Money(0, order.currency), left)
    return shares


def _exceeds_paid(
    order: OrderMoney, request: RefundRequest, wanted: Money, left: int
) -> RefusedError:
    assert order.currency is not None
    limit = Money(left, order.currency)
    what = "amount" if request.amount else "shipping"
    if not wanted.minor:
        message = f"nothing was paid for it that is not refunded yet; {limit} of the rest is left"
    else:
        paid = Money(sum(order.paid.values()), order.currency)
        message = f"{paid} was paid and {limit} of it can be refunded as {what}"
    return RefusedError(
        f"cannot refund {wanted} of order {order.order_id}",
        [
            Problem(
                "refund_exceeds_paid",
                message,
                what,
                str(limit),
                "refund at most what is left, in the order's currency",
            )
        ],
    )


def have_made(
    connection: Connection,
    new: Sequence[NewRefund],
    surroundings: Surroundings,
    *,
    at: datetime,
) -> None:
    """Record the pushes; where a channel can't be told, a person has to make the refund."""
    told = [refund for refund in new if _can_be_told(refund, surroundings)]
    effects = [push_effect(r.id, r.order.order_id, r.order.channel) for r in told]
    record(connection, effects, at=at)
    concerns = [
        Concern(by_hand_key(refund.id), "order", refund.order.order_id, (_by_hand(refund),))
        for refund in new
        if not _can_be_told(refund, surroundings)
    ]
    new_ids = surroundings.ids.new_ids(at, len(concerns))
    raise_concerns(connection, concerns, at=at, new_ids=new_ids)


def _can_be_told(refund: NewRefund, surroundings: Surroundings) -> bool:
    told = surroundings.capabilities.get(refund.order.channel, frozenset())
    return ChannelCapability.REFUNDS in told


def _by_hand(refund: NewRefund) -> Problem:
    order = refund.order
    return Problem(
        "refund_by_hand",
        f"{order.channel} can't be told to refund {refund.amount} of order "
        f"{order.channel_order_id}",
        fix=f"refund it in the channel, then `stockpool refunds made {refund.id}`",
    )


def push_effect(refund_id: str, order_id: str, channel: str) -> NewEffect:
    """The push of a refund; the channel knows it by the effect's key."""
    return NewEffect(
        kind=EffectKind.PUSH_REFUND,
        key=push_key(refund_id),
        party=channel,
        aggregate=f"{order_id}-refunds",
        payload={"refund_id": refund_id},
        share=channel,
    )


def push_key(refund_id: str) -> str:
    """The idempotency key under which a channel makes a refund."""
    return f"refund-{refund_id}"


def by_hand_key(refund_id: str) -> str:
    """The attention queue's key for a refund that a person has to make."""
    return f"refund:{refund_id}:by-hand"
