"""Parcels of which the network does not tell by itself: when to ask, and for which orders.

Amazon lists a fulfillment order as changed when its own status changes; that one of several
shipments has left, and what a carrier does with a parcel, is only seen by asking for the order
(Fulfillment Outbound API 2020-07-01).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from stockpool.orders.tables import fulfillment_orders
from stockpool.plugins.network import (
    FulfillmentOrderStatus,
    FulfillmentState,
    PackageStatus,
    ShipmentStatus,
)

BEFORE_ARRIVAL = timedelta(hours=12)
"""How often to ask while the parcel is not expected yet."""

AROUND_ARRIVAL = timedelta(hours=4)
"""... from a day before it is expected on."""

WHEN_LATE = timedelta(days=1)
"""... and when it has been on the way for a month."""

LATE = timedelta(days=30)
GIVEN_UP = timedelta(days=90)
"""Amazon keeps tracking data about so long."""

_ENDED = frozenset({PackageStatus.DELIVERED, PackageStatus.RETURNED, PackageStatus.UNDELIVERABLE})


def ask_again_at(state: FulfillmentState, at: datetime) -> datetime | None:
    """When to ask again for a fulfillment order that looks so at `at`; None: never."""
    on_the_way = [
        package
        for shipment in state.shipments
        if shipment.status is ShipmentStatus.SHIPPED
        for package in shipment.packages
        if package.status not in _ENDED
    ]
    if not on_the_way:
        # A first shipment may leave, or a second be planned, while the order stays Processing.
        return at + AROUND_ARRIVAL if state.status is FulfillmentOrderStatus.PROCESSING else None
    left = max(
        (shipment.shipped_at for shipment in state.shipments if shipment.shipped_at is not None),
        default=state.updated_at,
    )
    if at - left > GIVEN_UP:
        return None
    if at - left > LATE:
        return at + WHEN_LATE
    expected = [p.estimated_arrival for p in on_the_way if p.estimated_arrival is not None]
    if expected and at < min(expected) - timedelta(days=1):
        return at + BEFORE_ARRIVAL
    return at + AROUND_ARRIVAL


def lock_due(connection: Connection, pools: Sequence[str], *, at: datetime, most: int) -> list[str]:
    """Up to `most` fulfillment orders that are to be asked for now, the longest due first."""
    return list(
        connection.scalars(
            select(fulfillment_orders.c.id)
            .where(fulfillment_orders.c.pool.in_(pools), fulfillment_orders.c.ask_at <= at)
            .order_by(fulfillment_orders.c.ask_at, fulfillment_orders.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
    )


def put_off(connection: Connection, ids: Sequence[str], *, at: datetime) -> None:
    """Let nobody else ask for these in the next hours, whatever comes of asking now."""
    connection.execute(
        update(fulfillment_orders)
        .where(fulfillment_orders.c.id.in_(ids))
        .values(ask_at=at + AROUND_ARRIVAL)
    )
