"""Cancellation requests that the network has to decide, and how they were decided.

    requested ──► confirmed   everything asked for was stopped
        │  └────► overtaken   it shipped all the same (some or all of it)
        └───────► refused     the network would not even try

The answer to a cancel call proves nothing; the state read back does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.orders.fulfillment_rows import FulfillmentRow
from stockpool.orders.tables import cancellations
from stockpool.plugins.network import FulfillmentState, ShipmentStatus


def decide(
    connection: Connection,
    news: Sequence[tuple[FulfillmentRow, FulfillmentState]],
    *,
    at: datetime,
) -> dict[str, str]:
    """Settle the requests that final states answer.

    Returns the reason of the request for each fulfillment order that has one.
    """
    by_id = {row.id: state for row, state in news}
    reasons: dict[str, str] = {}
    wanted = sorted(by_id)
    for start in range(0, len(wanted), 500):
        open_requests = connection.execute(
            select(cancellations).where(
                cancellations.c.fulfillment_order_id.in_(wanted[start : start + 500]),
                cancellations.c.state == "requested",
            )
        ).all()
        for request in open_requests:
            reasons[request.fulfillment_order_id] = request.reason
            state = by_id[request.fulfillment_order_id]
            if state.status.final:
                settle(connection, request.id, outcome(state), at=at)
    return reasons


def open_request(connection: Connection, fulfillment_order_id: str) -> Any:
    """The request for this fulfillment order that is not decided yet; None: there is none."""
    return connection.execute(
        select(cancellations).where(
            cancellations.c.fulfillment_order_id == fulfillment_order_id,
            cancellations.c.state == "requested",
        )
    ).one_or_none()


def outcome(state: FulfillmentState) -> str:
    """What a final state says about a request to cancel all of it."""
    shipped = any(s.status is ShipmentStatus.SHIPPED for s in state.shipments)
    return "overtaken" if shipped else "confirmed"


def settle(connection: Connection, cancellation_id: str, state: str, *, at: datetime) -> None:
    """Note how a request was decided; one that is decided stays so."""
    connection.execute(
        update(cancellations)
        .where(cancellations.c.id == cancellation_id, cancellations.c.state == "requested")
        .values(state=state, decided_at=at)
    )
