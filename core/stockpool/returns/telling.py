"""Telling channels of goods that come back: the effect `return.push`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from stockpool.care.news import OpenNews
from stockpool.care.refunding import Surroundings
from stockpool.orders.announcements import known_to
from stockpool.orders.tables import order_lines, orders
from stockpool.orders.telling import Push, line_quantities
from stockpool.orders.whole_items import PartCount, newly_gone
from stockpool.outbox.effects import EffectKind, LeasedEffect, NewEffect, Outcome, record
from stockpool.plugins.channel import ChannelCapability
from stockpool.plugins.channel_returns import ReturnOutcome, ReturnUpdate
from stockpool.returns.tables import order_returns, return_units

_REACHED: Mapping[ReturnOutcome, frozenset[str]] = {
    "authorised": frozenset({"authorised", "received"}),
    "refused": frozenset({"refused"}),
    "received": frozenset({"received"}),
}
"""The states of a unit of which an outcome is true."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Units of a return that have just come to a state.

    Attributes:
        unit_ids: of the units.
        reason: why they are refused.
    """

    outcome: ReturnOutcome
    unit_ids: Sequence[str]
    reason: str = ""


def tell(
    connection: Connection,
    return_id: str,
    turned: Sequence[Turned],
    surroundings: Surroundings,
    *,
    at: datetime,
) -> None:
    """Record that the channel is to be told, if it can be. The units are stored as they are now."""
    news = [one for one in turned if one.unit_ids]
    if not news:
        return
    head = connection.execute(
        select(order_returns, orders.c.channel, orders.c.channel_order_id, orders.c.replaces)
        .join(orders, orders.c.id == order_returns.c.order_id)
        .where(order_returns.c.id == return_id)
    ).one()
    told = known_to(surroundings.capabilities, head.channel, head.replaces)
    if ChannelCapability.RETURNS not in told:
        return
    units = connection.execute(
        select(return_units).where(return_units.c.return_id == return_id)
    ).all()
    each = {
        (row.line_id, row.sku): row.each
        for row in connection.execute(
            select(order_lines).where(order_lines.c.order_id == head.order_id)
        )
    }
    record(connection, [_effect(head, units, each, one) for one in news], at=at)


def tell_refusal(
    connection: Connection,
    news: OpenNews,
    lines: Mapping[str, int],
    reason: str,
    surroundings: Surroundings,
    *,
    at: datetime,
) -> None:
    """Tell a channel that what it asks for can't come back at all."""
    if ChannelCapability.RETURNS not in surroundings.capabilities.get(news.channel, frozenset()):
        return
    digest = sha256(f"{news.channel}:{news.news_id}".encode()).hexdigest()[:32]
    effect = NewEffect(
        kind=EffectKind.PUSH_RETURN,
        key=f"return-{digest}-refused",
        party=news.channel,
        aggregate=f"{news.order_id}-returns",
        payload={
            "order_id": news.order_id,
            "channel_order_id": news.asked_return().channel_order_id,
            "asked_by": news.news_id,
            "return_id": None,
            "outcome": "refused",
            "quantities": dict(lines),
            "unit_ids": [],
            "reason": reason,
        },
        share=news.channel,
    )
    record(connection, [effect], at=at)


def _effect(
    head: Any, units: Sequence[Any], each: Mapping[tuple[str, str], int], turned: Turned
) -> NewEffect:
    there = Counter(
        (unit.line_id, unit.sku) for unit in units if unit.state in _REACHED[turned.outcome]
    )
    which = frozenset(turned.unit_ids)
    fresh = Counter((unit.line_id, unit.sku) for unit in units if unit.id in which)
    parts = {part: PartCount(each[part], count) for part, count in there.items()}
    first = min(which)
    return NewEffect(
        kind=EffectKind.PUSH_RETURN,
        key=f"return-{first}-{turned.outcome}",
        party=head.channel,
        aggregate=f"{head.order_id}-returns",
        payload={
            "order_id": head.order_id,
            "channel_order_id": head.channel_order_id,
            "asked_by": head.asked_by,
            "return_id": head.id,
            "outcome": turned.outcome,
            "quantities": newly_gone(parts, fresh, {}),
            "unit_ids": sorted(which),
            "reason": turned.reason or head.reason_code,
        },
        share=head.channel,
    )


class PushReturn(Push):
    """The effect `return.push`: what became of goods that are to come back."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Tell the channel about all of them at once."""
        channel = self._channels[effects[0].party]
        with self._database.read() as connection:
            updates = {effect.id: _update(connection, effect) for effect in effects}
        return self._push(effects, updates, channel.push_return)


def _update(connection: Connection, effect: LeasedEffect) -> ReturnUpdate:
    told = effect.payload
    units = connection.execute(
        select(return_units)
        .where(return_units.c.id.in_(told["unit_ids"]))
        .order_by(return_units.c.id)
    ).all()
    labels = [json.loads(unit.authorization) for unit in units if unit.authorization]
    authorised = told["outcome"] == "authorised"
    received = told["outcome"] == "received"
    return ReturnUpdate(
        effect.key,
        told["channel_order_id"],
        told["asked_by"],
        told["return_id"],
        told["outcome"],
        line_quantities(connection, told["order_id"], told["quantities"]),
        told["reason"],
        [label["rma_page_url"] for label in labels] if authorised else (),
        labels[0]["return_to"] if authorised and labels else (),
        dict(Counter(unit.received_condition or "" for unit in units)) if received else {},
    )
