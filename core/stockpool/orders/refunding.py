"""Recording refunds: never more than was paid, pushed to the channel once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from stockpool.errors import NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.money import Money
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
        RefusedError: it would exceed what was paid, or is in another currency.
    """
    if not lock_order(connection, order_id):
        raise NotFoundError(f"there is no order {order_id}")
    known = connection.execute(
        select(refunds.c.id).where(refunds.c.key == key)
    ).scalar_one_or_none()
    if known is not None:
        return str(known)
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
