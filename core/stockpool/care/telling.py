"""Telling the channel of refunds: the effect that has it give money back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, select

from stockpool.care import refund_records
from stockpool.care.channel_refunds import cover_excess
from stockpool.care.tables import refund_parts, refunds
from stockpool.money import Money
from stockpool.orders.tables import orders
from stockpool.orders.telling import Push, line_quantities
from stockpool.orders.withdrawal import lock_orders
from stockpool.outbox.effects import Done, LeasedEffect, Outcome, Refused
from stockpool.plugins.channel import RefundPart, RefundPartKind, RefundUpdate


class PushRefund(Push):
    """The effect `refund.push`: money to give back."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Tell the channel about all of them at once."""
        channel = self._channels[effects[0].party]
        with self._database.read() as connection:
            heads = _heads(connection, effects)
            updates = {
                effect.id: _update(connection, effect, heads[effect.payload["refund_id"]])
                for effect in effects
            }
        return self._push(effects, updates, channel.push_refund)

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the orders whose money moves."""
        heads = _heads(connection, effects)
        lock_orders(connection, [head.order_id for head in heads.values()])

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Note when the channel took it, or that it would not.

        One that was given up without an answer may have been paid, and stays as it is.
        """
        heads = _heads(connection, [outcome.effect for outcome in outcomes])
        for outcome in sorted(
            outcomes, key=lambda o: heads[o.effect.payload["refund_id"]].order_id
        ):
            refund_id = outcome.effect.payload["refund_id"]
            order_id = heads[refund_id].order_id
            if isinstance(outcome, Done):
                refund_records.mark_pushed(connection, refund_id, at=at)
            elif outcome.code != "gave_up":
                refund_records.mark_refused(connection, refund_id, at=at)
                cover_excess(connection, order_id, at=at)


def _heads(connection: Connection, effects: Sequence[LeasedEffect]) -> dict[str, Any]:
    """The refunds that `effects` are about, each with its order's number in the channel."""
    wanted = sorted({effect.payload["refund_id"] for effect in effects})
    rows = connection.execute(
        select(refunds, orders.c.channel_order_id)
        .join(orders, orders.c.id == refunds.c.order_id)
        .where(refunds.c.id.in_(wanted))
    )
    return {row.id: row for row in rows}


def _update(connection: Connection, effect: LeasedEffect, head: Any) -> RefundUpdate:
    parts = connection.execute(
        select(refund_parts)
        .where(refund_parts.c.refund_id == head.id)
        .order_by(refund_parts.c.number)
    )
    return RefundUpdate(
        effect.key,
        head.channel_order_id,
        Money(head.amount_minor, head.currency),
        head.reason,
        line_quantities(connection, head.order_id, json.loads(head.quantities)),
        tuple(
            RefundPart(
                cast(RefundPartKind, part.part),
                Money(part.amount_minor, head.currency),
                part.line_id or None,
            )
            for part in parts
        ),
    )
