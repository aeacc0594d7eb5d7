"""Cancellation requests that the network has to decide, and how they were decided.

    requested ──► confirmed   everything asked for was stopped
        │  └────► overtaken   it shipped all the same (some or all of it): a return is due
        └───────► refused     the network would not even try

The answer to a call proves nothing; the state read back does. A request says what the network is
to be left with, item by item: `targets`. That is what had shipped already if all the rest is to be
stopped, and more if only a part is.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from stockpool.orders.fulfillment_rows import FulfillmentRow
from stockpool.orders.tables import cancellations
from stockpool.plugins.network import FulfillmentState, ShipmentStatus


class CancellationState(StrEnum):
    """How a request stands."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"


Targets = Mapping[str, int]
"""Units that the network is to be left with, by fulfillment item; an item not named: none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a state says about a request.

    Attributes:
        shipped: units beyond the targets that left all the same, by fulfillment item.
    """

    state: CancellationState
    shipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """A request and how it was decided."""

    request: Any
    verdict: Verdict


def judged(state: FulfillmentState, targets: Targets) -> Verdict | None:
    """What `state` says about a request with these targets; None: it does not say yet. Pure."""
    left: dict[str, int] = defaultdict(int)
    for shipment in state.shipments:
        if shipment.status is ShipmentStatus.SHIPPED:
            for item in shipment.items:
                left[item.item_id] += item.quantity
    beyond = {i: n - targets.get(i, 0) for i, n in left.items() if n > targets.get(i, 0)}
    stopped = all(
        item.quantity - item.cancelled - item.unfulfillable <= targets.get(item.item_id, 0)
        for item in state.items
    )
    if stopped and not beyond:
        return Verdict(CancellationState.CONFIRMED)
    if not state.status.final:
        return None
    if beyond:
        return Verdict(CancellationState.OVERTAKEN, beyond)
    return Verdict(CancellationState.CONFIRMED)


def decide(
    connection: Connection, news: Sequence[tuple[FulfillmentRow, FulfillmentState]]
) -> tuple[dict[str, Any], list[Decided]]:
    """The open requests of these fulfillment orders, and those that the states decide.

    Returns one request by fulfillment order that has one, for its reason.
    """
    by_id = {row.id: state for row, state in news}
    found: dict[str, Any] = {}
    decided = []
    for request in open_requests(connection, sorted(by_id)):
        found.setdefault(request.fulfillment_order_id, request)
        verdict = judged(by_id[request.fulfillment_order_id], targets_of(request))
        if verdict is not None:
            decided.append(Decided(request, verdict))
    return found, decided


def open_requests(connection: Connection, fulfillment_order_ids: Sequence[str]) -> list[Any]:
    """Requests for these fulfillment orders that are not decided yet, the oldest first."""
    found: list[Any] = []
    for start in range(0, len(fulfillment_order_ids), 500):
        found += connection.execute(
            select(cancellations)
            .where(
                cancellations.c.fulfillment_order_id.in_(
                    fulfillment_order_ids[start : start + 500]
                ),
                cancellations.c.state == "requested",
            )
            .order_by(cancellations.c.requested_at, cancellations.c.id)
        ).all()
    return found


def targets_of(request: Any) -> Targets:
    """What the network is to be left with."""
    targets: dict[str, int] = json.loads(request.targets)
    return targets


def wanted_left(requests: Sequence[Any], row: FulfillmentRow) -> dict[str, int]:
    """Units of each item of `row` that nobody has asked to stop: shipped, held and committed."""
    left = {item.item_id: item.shipped + item.held + item.committed for item in row.items}
    for request in requests:
        targets = targets_of(request)
        left = {item_id: min(n, targets.get(item_id, 0)) for item_id, n in left.items()}
    return left


def settle(connection: Connection, decided: Sequence[Decided], *, at: datetime) -> None:
    """Note how requests were decided; one that is decided stays so."""
    if decided:
        connection.execute(
            update(cancellations)
            .where(cancellations.c.id == bindparam("which"), cancellations.c.state == "requested")
            .values(state=bindparam("told"), decided_at=at),
            [{"which": one.request.id, "told": one.verdict.state.value} for one in decided],
        )
