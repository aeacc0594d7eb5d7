"""What follows when a cancellation is decided: an answer, a return, a notice to a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.care.returns_due import ReturnDue, note_returns
from stockpool.ids import IdSource
from stockpool.orders import cancellation_requests
from stockpool.orders.announcements import known_to
from stockpool.orders.cancellation_requests import CancellationState, Decided
from stockpool.orders.tables import cancellations, fulfillment_items, order_lines, orders
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.channel import ChannelCapability
from stockpool.problems import Problem


def conclude(
    connection: Connection,
    decided: Sequence[Decided],
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    ids: IdSource,
    *,
    at: datetime,
) -> None:
    """Settle requests: answer the channel, open returns of what shipped all the same.

    What was confirmed is told to the channel as what will not be shipped (`announcements`), and
    answered only where the channel has asked.
    """
    if not decided:
        return
    cancellation_requests.settle(connection, decided, at=at)
    heads = _heads(connection, decided)
    note_returns(connection, [_return(one) for one in decided if one.verdict.shipped], at=at)
    halved = _partly_refused(connection, decided)
    effects, concerns, mended = [], [], []
    for one in decided:
        head = heads[one.request.order_id]
        told = known_to(capabilities, head.channel, head.replaces)
        confirmed = one.verdict.state is CancellationState.CONFIRMED
        answers = ChannelCapability.CANCELLATION_ANSWERS in told
        if answers and (one.request.asked_by is not None or not confirmed):
            effects.append(_answer(connection, one, head))
        if confirmed:
            if (one.request.order_id, one.request.asked_by) not in halved:
                mended.append(concern_key(one.request.order_id))
        else:
            concerns.append(_concern(one, head))
    record(connection, effects, at=at)
    close_concerns(connection, mended, at=at, by="cancellation")
    raise_concerns(connection, concerns, at=at, new_ids=ids.new_ids(at, len(concerns)))


def _heads(connection: Connection, decided: Sequence[Decided]) -> dict[str, Any]:
    wanted = sorted({one.request.order_id for one in decided})
    rows = connection.execute(
        select(orders.c.id, orders.c.channel, orders.c.channel_order_id, orders.c.replaces).where(
            orders.c.id.in_(wanted)
        )
    )
    return {row.id: row for row in rows}


def _partly_refused(
    connection: Connection, decided: Sequence[Decided]
) -> set[tuple[str, str | None]]:
    """Orders and wishes of channels of which another part did not come true.

    What is confirmed of such a wish mends nothing: a person has to see the other part.
    """
    wishes = sorted({one.request.asked_by for one in decided if one.request.asked_by is not None})
    if not wishes:
        return set()
    rows = connection.execute(
        select(cancellations.c.order_id, cancellations.c.asked_by).where(
            cancellations.c.order_id.in_(sorted({one.request.order_id for one in decided})),
            cancellations.c.asked_by.in_(wishes),
            cancellations.c.state.in_(
                [CancellationState.REFUSED.value, CancellationState.OVERTAKEN.value]
            ),
        )
    )
    return {(row.order_id, row.asked_by) for row in rows}


def _return(one: Decided) -> ReturnDue:
    request = one.request
    return ReturnDue(
        f"overtaken-{request.id}",
        request.order_id,
        request.fulfillment_order_id,
        "overtaken",
        request.reason,
        one.verdict.shipped,
    )


def _answer(connection: Connection, one: Decided, head: Any) -> NewEffect:
    request = one.request
    quantities: Mapping[str, int] = json.loads(request.quantities)
    if one.verdict.shipped and request.fulfillment_order_id is not None:
        shipped = one.verdict.shipped
        quantities = _items_of(connection, request.fulfillment_order_id, shipped)
    return NewEffect(
        kind=EffectKind.PUSH_CANCELLATION_ANSWER,
        key=f"answer-{request.id}",
        party=head.channel,
        aggregate=f"{request.order_id}-channel",
        payload={
            "channel_order_id": head.channel_order_id,
            "order_id": request.order_id,
            "cancellation_id": request.asked_by,
            "outcome": one.verdict.state.value,
            "reason": request.reason,
            "quantities": dict(quantities),
        },
        share=head.channel,
    )


def _items_of(
    connection: Connection, fulfillment_order_id: str, units: Mapping[str, int]
) -> dict[str, int]:
    """Items of the lines that `units` of fulfillment items belong to; a kit begun counts whole."""
    rows = connection.execute(
        select(fulfillment_items.c.item_id, fulfillment_items.c.line_id, order_lines.c.each)
        .join(
            order_lines,
            (order_lines.c.order_id == fulfillment_items.c.order_id)
            & (order_lines.c.line_id == fulfillment_items.c.line_id)
            & (order_lines.c.sku == fulfillment_items.c.sku),
        )
        .where(fulfillment_items.c.fulfillment_order_id == fulfillment_order_id)
    )
    items: dict[str, int] = {}
    for row in rows:
        count = -(-units.get(row.item_id, 0) // row.each)
        if count:
            items[row.line_id] = max(items.get(row.line_id, 0), count)
    return items


def concern_key(order_id: str) -> str:
    """The attention queue's key for a cancellation of an order that did not come true."""
    return f"order:{order_id}:cancellation"


def _concern(one: Decided, head: Any) -> Concern:
    what = one.request.fulfillment_order_id or f"order {head.channel_order_id}"
    if one.verdict.state is CancellationState.OVERTAKEN:
        problem = Problem(
            "cancellation_overtaken",
            f"{what} of {head.channel} was to be cancelled, but "
            f"{sum(one.verdict.shipped.values())} of its units left all the same",
            fix="a return is due; the buyer may refuse the parcel",
        )
    else:
        problem = Problem(
            "cancellation_refused",
            f"{what} of {head.channel} was to be cancelled, but can't be any more",
            fix="ask again, or take the goods back as a return",
        )
    return Concern(concern_key(one.request.order_id), "order", one.request.order_id, (problem,))
