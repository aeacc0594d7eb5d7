"""Carrying out what an item of the attention queue suggests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from stockpool.attention.queue import AttentionItem, close_concerns, note_event
from stockpool.errors import NotFoundError, RefusedError
from stockpool.ledger.buckets import UNSELLABLE, Bucket
from stockpool.orders.parcels import Parcel
from stockpool.plugins.network import PackageStatus
from stockpool.plugins.network_removals import RemovalItem
from stockpool.remedies import retrying
from stockpool.remedies.actions import Action, suggested
from stockpool.remedies.parcel_items import parcels_that_are, whole_items

if TYPE_CHECKING:
    from stockpool.engine import Engine

_LOST = (PackageStatus.UNDELIVERABLE,)
_LOST_OR_BACK = (*_LOST, PackageStatus.RETURNED)


def carry_out(engine: Engine, item: AttentionItem, action: Action, *, by: str) -> str:
    """Do what was suggested; returns what was done, in words. Done again, it is not done twice.

    The item closes, unless it goes on being true.

    Raises:
        RefusedError: the item doesn't suggest it, or it can't be done (any more).
    """
    possible = suggested(item)
    if action not in possible:
        names = ", ".join(possible) or "nothing: it is closed"
        raise RefusedError(f"{action} is nothing for attention item {item.id}; possible: {names}")
    if action is Action.RETRY:
        return retrying.retry(engine, item, by=by)
    if action is Action.DROP:
        retrying.drop(engine, item, by=by)
        return f"{item.kind} {item.subject} is closed"
    done = _DO[action](engine, item)
    _close(engine, item, action, done, by)
    return done


def _close(engine: Engine, item: AttentionItem, action: Action, done: str, by: str) -> None:
    at = engine.clock.now()

    def work(connection: Connection) -> None:
        note_event(connection, item.id, action.value, at=at, by=by, detail=done)
        close_concerns(connection, [item.key], at=at, by=by)

    engine.database.run(work)


def _release(engine: Engine, item: AttentionItem) -> str:
    return f"order {item.subject} is {engine.orders.release(item.subject).value}"


def _cancel(engine: Engine, item: AttentionItem) -> str:
    receipt = engine.orders.cancel(item.subject, reason=item.code)
    return f"order {item.subject} is {receipt.status.value}"


def _replace(engine: Engine, item: AttentionItem) -> str:
    order_id, lines, cause = _in_the_parcels(engine, item, _LOST_OR_BACK)
    made = engine.care.replacements.make(
        order_id, lines, reason=item.code, key=f"attention:{item.key}", cause=cause
    )
    return f"{_count(lines)} of order {order_id} are sent again as {made.channel_order_id}"


def _refund(engine: Engine, item: AttentionItem) -> str:
    if item.key.startswith("deadline:"):
        return _decide(engine, item, refund=True)
    # What came back is refunded as a return, by the channel's policy.
    order_id, lines, _ = _in_the_parcels(engine, item, _LOST)
    key = f"attention:{item.key}"
    made = engine.care.refunds.make(order_id, lines=lines, reason=item.code, key=key)
    return f"{made.amount} of order {order_id} are refunded"


def _nothing_due(engine: Engine, item: AttentionItem) -> str:
    return _decide(engine, item, refund=False)


def _decide(engine: Engine, item: AttentionItem, *, refund: bool) -> str:
    key = item.subject.partition(" ")[2]
    decided = engine.care.refunds.decide(key, refund=refund)
    if decided.refund_id is None:
        return f"nothing of order {decided.order_id} is refunded"
    return f"{engine.care.refunds.get(decided.refund_id).amount} of it are refunded"


def _convert(engine: Engine, item: AttentionItem) -> str:
    pool, sku = _stock(item)
    change = engine.listings.convert(pool, sku, "network")
    return (
        f"{sku} is fulfilled by {pool} already" if change is None else f"{sku} is handed to {pool}"
    )


def _dispose(engine: Engine, item: AttentionItem) -> str:
    pool, sku = _stock(item)
    removal_id = f"attention-{item.id}"
    try:
        asked = engine.removals.get(removal_id)
    except NotFoundError:
        units = engine.inventory.level(pool, sku).units
        unsellable = sum(units.get(bucket, 0) for bucket in UNSELLABLE)
        removal = RemovalItem(sku, units.get(Bucket.FULFILLABLE, 0), unsellable)
        engine.removals.create(pool, [removal], disposition="Disposal", removal_order_id=removal_id)
        asked = engine.removals.get(removal_id)
    total = sum(one["requested"] for one in asked.items)
    return f"removal order {removal_id} asks for the disposal of {total} units"


def _stock(item: AttentionItem) -> tuple[str, str]:
    """The pool and the SKU; a pool is written network:country."""
    network, country, sku = item.key.split(":", 3)[1:]
    return f"{network}:{country}", sku


def _refund_made(engine: Engine, item: AttentionItem) -> str:
    refund_id = item.key.split(":")[1]
    return f"{engine.care.refunds.made(refund_id).amount} were refunded by hand"


def _write_off(engine: Engine, item: AttentionItem) -> str:
    claim = engine.claims.write_off(item.subject, reason="given up before its window closed")
    return f"claim {claim.claim_id} is written off"


_DO: Mapping[Action, Callable[[Engine, AttentionItem], str]] = {
    Action.RELEASE: _release,
    Action.CANCEL: _cancel,
    Action.REPLACE: _replace,
    Action.REFUND: _refund,
    Action.REFUND_MADE: _refund_made,
    Action.NOTHING_DUE: _nothing_due,
    Action.WRITE_OFF: _write_off,
    Action.CONVERT: _convert,
    Action.DISPOSE: _dispose,
}


def _in_the_parcels(
    engine: Engine, item: AttentionItem, statuses: Sequence[PackageStatus]
) -> tuple[str, dict[str, int], str]:
    """The order, its items in the parcels that the item is about, and how they are called."""
    with engine.database.read() as connection:
        parcels = _parcels(connection, item.key, statuses)
        lines = whole_items(connection, parcels)
    if not lines:
        raise RefusedError(
            f"attention item {item.id}: no whole item of the order was lost with its parcels; "
            "say which lines with `stockpool replacements make` or `stockpool refunds make`"
        )
    cause = "parcel:" + ",".join(f"{order_id}-{number}" for order_id, number in parcels)
    return item.subject, lines, cause


def _parcels(
    connection: Connection, key: str, statuses: Sequence[PackageStatus]
) -> Sequence[Parcel]:
    what, _, rest = key.partition(":")
    fulfillment_order_id, _, last = rest.rpartition(":")
    if what == "parcel":
        return [(fulfillment_order_id, int(last))]
    return parcels_that_are(connection, fulfillment_order_id, statuses)


def _count(lines: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of line {line_id}" for line_id, count in lines.items())
