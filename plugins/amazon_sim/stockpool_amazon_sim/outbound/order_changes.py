"""The index of changes, page by page, as both versions' lists of orders are read from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Order, decode_order
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.world import World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrderPage(Generic[T]):
    """Orders, each seen by the caller's view; `cursor` is where to go on."""

    orders: Sequence[T]
    cursor: str
    more: bool


def changed_orders(
    world: World,
    view: Callable[[Order], T],
    cursor: str | None,
    query_start: datetime | None,
    limit: int,
) -> OrderPage[T]:
    """Orders that changed after a cursor or, without one, at or after a time.

    Raises:
        RejectedError: InvalidInput for a cursor that is none.
    """
    store = world.store
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit()):
            raise invalid("nextToken is not valid")
        after = int(cursor)
    else:
        after = 0 if query_start is None else store.changes_since(to_micros(query_start))
    changes = store.changes_after(after, limit + 1)
    more = len(changes) > limit
    changes = changes[:limit]
    views: list[T] = []
    for change in changes:
        told = (
            store.orders.get(change.order_id)
            if change.document is None
            else decode_order(change.document)
        )
        assert told is not None
        views.append(view(told))
    if world.draws.chance(
        world.settings.faults.reordered_changes, "reordered", after, len(changes)
    ):
        views = world.draws.shuffled(views, "reordered", after)
    return OrderPage(views, str(changes[-1].sequence if changes else after), more)
