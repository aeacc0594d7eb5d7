"""Units that the network has accepted and can't ship: what becomes of them, by channel.

`cancel`: they will not be shipped; the channel is told, and `refund_on` may refund them.
`reroute`: the order wants them again, from a pool that has not failed it; without one it waits.
`wait`: the order is put on hold, and wants them again when a person releases it.

A pool that could not ship a SKU for an order is not asked for it again before there are newer
figures of it, and one that turned the order down never: else they would go round in circles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from sqlalchemy import Connection, or_, select, update

from stockpool.ledger.tables import network_figures
from stockpool.orders.counting import ItemChange, Step
from stockpool.orders.merging import News
from stockpool.orders.tables import fulfillment_items, fulfillment_orders, orders
from stockpool.orders.withdrawal import lock_orders
from stockpool.plugins.network import FulfillmentOrderStatus, FulfillmentState


class OnUnfulfillable(StrEnum):
    """What becomes of units that the network can't ship."""

    CANCEL = "cancel"
    REROUTE = "reroute"
    WAIT = "wait"


Policies = Mapping[str, OnUnfulfillable]
"""By channel; one that is not named cancels."""

HOLD_REASON = "the network could not ship it"

_WANTED_AGAIN = {Step.UNFULFILLABLE: Step.LOST, Step.REFUSED: Step.TURNED_DOWN}


def hold_orders_in_trouble(
    connection: Connection, states: Sequence[FulfillmentState], policies: Policies
) -> None:
    """Hold the orders that may be put on hold, before their fulfillment orders are."""
    if OnUnfulfillable.WAIT not in policies.values():
        return
    troubled = [
        state.fulfillment_order_id
        for state in states
        if state.status in (FulfillmentOrderStatus.INVALID, FulfillmentOrderStatus.UNFULFILLABLE)
        or any(item.unfulfillable for item in state.items)
    ]
    if troubled:
        order_ids = connection.execute(
            select(fulfillment_orders.c.order_id).where(fulfillment_orders.c.id.in_(troubled))
        ).scalars()
        lock_orders(connection, list(order_ids))


def wanted_again(news: Sequence[News], policies: Policies, unwanted: Sequence[str]) -> list[News]:
    """The news, with units that can't be shipped wanted again where the policy says so. Pure.

    Args:
        unwanted: fulfillment orders that were to be cancelled anyway.
    """
    return [
        replace(
            entry,
            merged=replace(entry.merged, changes=tuple(map(_again, entry.merged.changes))),
        )
        if policies.get(entry.row.channel, OnUnfulfillable.CANCEL) is not OnUnfulfillable.CANCEL
        and entry.row.id not in unwanted
        else entry
        for entry in news
    ]


def _again(change: ItemChange) -> ItemChange:
    return replace(change, step=_WANTED_AGAIN.get(change.step, change.step))


def put_on_hold(connection: Connection, news: Sequence[News], policies: Policies) -> None:
    """Keep back the orders of which units are wanted again and a person is to decide."""
    order_ids = {
        entry.row.order_id
        for entry in news
        if policies.get(entry.row.channel) is OnUnfulfillable.WAIT
        and any(change.step in _WANTED_AGAIN.values() for change in entry.merged.changes)
    }
    if order_ids:
        connection.execute(
            update(orders)
            .where(orders.c.id.in_(sorted(order_ids)), orders.c.hold_reason.is_(None))
            .values(hold_reason=HOLD_REASON)
        )


def failed_pools(
    connection: Connection, order_ids: Sequence[str]
) -> dict[str, frozenset[tuple[str, str]]]:
    """By order, the pools and stock SKUs that have failed it, and are not to be asked again."""
    rows = connection.execute(
        select(
            fulfillment_orders.c.order_id, fulfillment_orders.c.pool, fulfillment_items.c.stock_sku
        )
        .join(
            fulfillment_items,
            fulfillment_items.c.fulfillment_order_id == fulfillment_orders.c.id,
        )
        .outerjoin(
            network_figures,
            (network_figures.c.pool == fulfillment_orders.c.pool)
            & (network_figures.c.sku == fulfillment_items.c.stock_sku)
            & (network_figures.c.network_time > fulfillment_orders.c.updated_at),
        )
        .where(
            fulfillment_orders.c.order_id.in_(order_ids),
            fulfillment_items.c.unfulfillable > 0,
            or_(
                fulfillment_orders.c.status == FulfillmentOrderStatus.INVALID.value,
                network_figures.c.sku.is_(None),
            ),
        )
    )
    failed: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        failed.setdefault(row.order_id, set()).add((row.pool, row.stock_sku))
    return {order_id: frozenset(pools) for order_id, pools in failed.items()}
