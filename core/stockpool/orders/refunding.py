"""Recording refunds: never more than was paid, pushed to the channel once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.orders.counting import add_to_lines
from stockpool.orders.tables import order_lines, orders, refunds
from stockpool.orders.withdrawal import lock_order
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.channel import ChannelCapability
from stockpool.problems import Problem


def paid(connection: Connection, order_id: str) -> Money:
    """What the buyer paid for goods, tax and shipping, as far as the order says.

    Raises:
        NotFoundError: there is no such order.
        RefusedError: the order came without prices.
    """
    head = connection.execute(
        select(orders.c.currency, orders.c.shipping_minor, orders.c.shipping_tax_minor).where(
            orders.c.id == order_id
        )
    ).one_or_none()
    if head is None:
        raise NotFoundError(f"there is no order {order_id}")
    if head.currency is None:
        raise RefusedError(
            f"order {order_id} came without prices",
            [Problem("no_prices", "the order has no currency", fix="refund it in the channel")],
        )
    lines: dict[str, int] = {}
    for row in connection.execute(select(order_lines).where(order_lines.c.order_id == order_id)):
        lines[row.line_id] = (row.unit_price_minor or 0) * row.items + (row.tax_minor or 0)
    shipping = (head.shipping_minor or 0) + (head.shipping_tax_minor or 0)
    return Money(sum(lines.values()) + shipping, head.currency)


def _require_left(connection: Connection, order_id: str, amount: Money) -> None:
    """Refuse what exceeds what was paid and is not refunded yet."""
    total = paid(connection, order_id)
    before = connection.execute(
        select(func.coalesce(func.sum(refunds.c.amount_minor), 0)).where(
            refunds.c.order_id == order_id, refunds.c.state != "refused"
        )
    ).scalar_one()
    left = Money(total.minor - int(before), total.currency)
    if amount.currency != total.currency or not 0 < amount.minor <= left.minor:
        raise RefusedError(
            f"cannot refund {amount} of order {order_id}",
            [
                Problem(
                    "refund_exceeds_paid",
                    f"{total} was paid and {left} of it is not refunded yet",
                    "amount",
                    str(left),
                    "refund at most what is left, in the order's currency",
                )
            ],
        )


def _count_items(
    connection: Connection, order_id: str, lines: Mapping[str, int], sign: int
) -> None:
    """Add the items (or take them away again) to what the lines count as refunded.

    Raises:
        NotFoundError: a line is unknown.
        RefusedError: more items than were ordered and not refunded yet.
    """
    parts = connection.execute(select(order_lines).where(order_lines.c.order_id == order_id)).all()
    known = {part.line_id for part in parts}
    for line_id, items in lines.items():
        if line_id not in known:
            raise NotFoundError(f"order {order_id} has no line {line_id}")
        if items < 1:
            raise ValueError(f"line {line_id}: refund at least one, not {items}")
    changes: dict[tuple[str, ...], dict[str, int]] = {}
    for part in parts:
        items = lines.get(part.line_id, 0)
        if not items:
            continue
        if sign > 0 and part.refunded + items * part.each > part.ordered:
            left = (part.ordered - part.refunded) // part.each
            raise RefusedError(
                f"cannot refund {items} of line {part.line_id} of order {order_id}",
                [
                    Problem(
                        "refund_exceeds_ordered",
                        f"{left} of line {part.line_id} are not refunded yet",
                        f"lines[{part.line_id}]",
                        str(left),
                        "refund at most what is left of the line",
                    )
                ],
            )
        changes[(order_id, part.line_id, part.sku)] = {"refunded": sign * items * part.each}
    add_to_lines(connection, changes)


def mark_pushed(connection: Connection, refund_id: str, *, at: datetime) -> None:
    """The channel has taken the refund."""
    connection.execute(
        update(refunds).where(refunds.c.id == refund_id).values(state="pushed", pushed_at=at)
    )


def mark_refused(connection: Connection, refund_id: str) -> None:
    """The channel will not make the refund: its money and items can be refunded otherwise."""
    refused = connection.execute(
        update(refunds)
        .where(refunds.c.id == refund_id, refunds.c.state == "recorded")
        .values(state="refused")
        .returning(refunds.c.order_id, refunds.c.quantities)
    ).one_or_none()
    if refused is not None:
        _count_items(connection, refused.order_id, json.loads(refused.quantities), -1)


def reopen(connection: Connection, refund_id: str) -> None:
    """A refused refund is to be tried again: it must still fit into what was paid.

    Raises:
        RefusedError: it does not, because of refunds recorded since.
    """
    row = connection.execute(select(refunds).where(refunds.c.id == refund_id)).one()
    if row.state != "refused":
        return
    lock_order(connection, row.order_id)
    _require_left(connection, row.order_id, Money(row.amount_minor, row.currency))
    _count_items(connection, row.order_id, json.loads(row.quantities), 1)
    connection.execute(update(refunds).where(refunds.c.id == refund_id).values(state="recorded"))


def record_refund(
    connection: Connection,
    order_id: str,
    amount: Money,
    *,
    reason: str,
    key: str,
    lines: Mapping[str, int],
    ids: IdSource,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    at: datetime,
) -> str:
    """Record a refund and the effect that tells the channel. The same `key` again is one refund.

    Raises:
        RefusedError: it would exceed what was paid or ordered, or is in another currency.
        ConflictError: `key` was used for another refund.
    """
    if not lock_order(connection, order_id):
        raise NotFoundError(f"there is no order {order_id}")
    known = connection.execute(select(refunds).where(refunds.c.key == key)).one_or_none()
    if known is not None:
        told = (known.order_id, known.amount_minor, known.currency, json.loads(known.quantities))
        if told != (order_id, amount.minor, amount.currency, dict(lines)):
            raise ConflictError(f"the key {key} was used for another refund")
        return str(known.id)
    _require_left(connection, order_id, amount)
    _count_items(connection, order_id, lines, 1)
    refund_id = ids.new_id(at)
    channel = str(
        connection.execute(select(orders.c.channel).where(orders.c.id == order_id)).scalar_one()
    )
    pushed = ChannelCapability.REFUNDS in capabilities.get(channel, frozenset())
    values: dict[str, Any] = {
        "id": refund_id,
        "key": key,
        "order_id": order_id,
        "state": "recorded",
        "reason": reason,
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "quantities": json.dumps(dict(lines)),
        "recorded_at": at,
    }
    connection.execute(insert(refunds).values(**values))
    if pushed:
        record(
            connection,
            [
                NewEffect(
                    kind=EffectKind.PUSH_REFUND,
                    key=f"refund-{refund_id}",
                    party=channel,
                    aggregate=f"{order_id}-refunds",
                    payload={"refund_id": refund_id},
                    share=channel,
                )
            ],
            at=at,
        )
    return refund_id
