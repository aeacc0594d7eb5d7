"""Trying again, or letting go, what the attention queue shows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from stockpool.attention.queue import AttentionItem, close_concerns, drop_item, note_event
from stockpool.care import refund_records
from stockpool.catalog.availability import tell_again
from stockpool.errors import RefusedError
from stockpool.orders import parking
from stockpool.orders.fulfillment_rows import lock_fulfillment_orders
from stockpool.orders.placing import give_up
from stockpool.orders.withdrawal import lock_order
from stockpool.outbox.effects import EffectKind
from stockpool.outbox.tables import effects
from stockpool.removals.news import give_back
from stockpool.removals.placing import is_refused

if TYPE_CHECKING:
    from stockpool.engine import Engine


def retry(engine: Engine, item: AttentionItem, *, by: str = "operator") -> str:
    """Try again; returns what was done, in words.

    Raises:
        RefusedError: nothing can be tried again for it, or it still fails.
    """
    at = engine.clock.now()
    engine.database.run(lambda connection: note_event(connection, item.id, "retried", at=at, by=by))
    return _retry(engine, item)


def _retry(engine: Engine, item: AttentionItem) -> str:
    what, _, rest = item.key.partition(":")
    if what == "effect":
        return _retry_effect(engine, item, rest)
    if what == "intake":
        channel, _, channel_order_id = rest.partition(":")
        receipt = engine.orders.retry_parked(channel, channel_order_id)
        if receipt.order_id is None:
            raise RefusedError(
                f"{channel} order {channel_order_id} still can't be accepted: "
                f"{receipt.problems[0]}",
                receipt.problems,
            )
        return f"order {receipt.order_id} was accepted: {receipt.status.value}"
    if what == "availability":
        channel, _, channel_sku = rest.partition(":")
        return _tell_again(engine, item, channel, channel_sku)
    raise RefusedError(
        f"attention item {item.id} is about {item.kind} {item.subject}; nothing can be tried "
        "again for it: follow its remedy, then drop it"
    )


def _tell_again(engine: Engine, item: AttentionItem, channel: str, channel_sku: str) -> str:
    def work(connection: Connection) -> None:
        tell_again(connection, channel, channel_sku)
        close_concerns(connection, [item.key], at=engine.clock.now(), by="retry")

    engine.database.run(work)
    return f"{channel} is told the quantity of {channel_sku} again"


def _retry_effect(engine: Engine, item: AttentionItem, key: str) -> str:
    now = engine.clock.now()

    def work(connection: Connection) -> str:
        row = _dead_effect(connection, key)
        if row.kind == EffectKind.CREATE_REMOVAL and is_refused(connection, key):
            raise RefusedError(
                f"removal order {key} was refused, and its units are on the shelf again; "
                "ask for a new one"
            )
        if row.kind == EffectKind.PUSH_REFUND:
            refund_records.reopen(connection, json.loads(row.payload)["refund_id"], at=now)
        close_concerns(connection, [item.key], at=now, by="retry")
        if row.kind == EffectKind.CREATE_FULFILLMENT and _was_refused(connection, key):
            return str(row.aggregate)
        # One attempt stays on the count: the handler must ask before it repeats.
        connection.execute(
            update(effects)
            .where(effects.c.id == row.id)
            .values(state="pending", due_at=now, attempts=1, sent_at=None, finished_at=None)
        )
        return ""

    order_id = engine.database.run(work)
    if order_id:
        status = engine.orders.release(order_id)
        return f"order {order_id} was routed anew: {status.value}"
    return f"effect {key} is tried again"


def _was_refused(connection: Connection, fulfillment_order_id: str) -> bool:
    row = lock_fulfillment_orders(connection, [fulfillment_order_id])[fulfillment_order_id]
    return row.status == "Invalid"


def drop(engine: Engine, item: AttentionItem, *, by: str = "operator") -> AttentionItem:
    """Let it go: a dead effect is dropped and what it held is given back, a request forgotten."""
    what, _, rest = item.key.partition(":")
    now = engine.clock.now()

    def work(connection: Connection) -> None:
        if what == "effect":
            _drop_effect(engine, connection, rest, now)
        elif what == "intake":
            channel, _, channel_order_id = rest.partition(":")
            parking.unpark(connection, [(channel, channel_order_id)])
        drop_item(connection, item.id, at=now, by=by)

    engine.database.run(work)
    return item


def _drop_effect(engine: Engine, connection: Connection, key: str, now: datetime) -> None:
    row = _dead_effect(connection, key)
    if row.kind == EffectKind.CREATE_FULFILLMENT:
        capabilities = {name: channel.capabilities for name, channel in engine.channels.items()}
        give_up(connection, key, capabilities, engine.ids, at=now)
    elif row.kind == EffectKind.CREATE_REMOVAL:
        give_back(connection, key, at=now)
    connection.execute(
        update(effects).where(effects.c.id == row.id).values(state="dropped", finished_at=now)
    )


def _dead_effect(connection: Connection, key: str) -> Any:
    """The dead effect, held; what it is about is held before it, as everywhere."""
    about = connection.execute(
        select(effects.c.kind, effects.c.aggregate).where(effects.c.key == key)
    ).one_or_none()
    if about is not None and about.kind == EffectKind.CREATE_FULFILLMENT:
        lock_order(connection, about.aggregate)
        lock_fulfillment_orders(connection, [key])
    elif about is not None and about.kind == EffectKind.PUSH_REFUND:
        lock_order(connection, about.aggregate.removesuffix("-refunds"))
    row = connection.execute(
        select(effects).where(effects.c.key == key, effects.c.state == "dead").with_for_update()
    ).one_or_none()
    if row is None:
        raise RefusedError(f"effect {key} is not dead any more; there is nothing to try again")
    return row
