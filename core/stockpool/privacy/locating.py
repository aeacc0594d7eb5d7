"""Where a buyer's data lies. Addresses have no index by what is in them: all are read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from stockpool.bulk.tables import bulk_items, bulk_plans
from stockpool.orders.tables import order_lines, orders, parked_requests, recipients
from stockpool.privacy.buyers import Buyer

_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order of the buyer's.

    Attributes:
        open: units of it are still to be shipped, for which its address is needed.
    """

    order_id: str
    channel: str
    channel_order_id: str
    address: Mapping[str, Any]
    open: bool


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """A request that could not be accepted, kept as it came."""

    channel: str
    channel_order_id: str
    request: Mapping[str, Any]

    @property
    def address(self) -> Mapping[str, Any]:
        """Where it was to go."""
        return _address(self.request)


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An item of a bulk plan that is not applied.

    Attributes:
        open: the plan may still be applied, and needs it.
    """

    plan_id: str
    position: int
    content: Mapping[str, Any]
    open: bool

    @property
    def address(self) -> Mapping[str, Any]:
        """Where it is to go."""
        return _address(self.content)


@dataclass(slots=True)
class Found:
    """All that is kept of a buyer."""

    orders: list[FoundOrder] = field(default_factory=list)
    parked: list[FoundRequest] = field(default_factory=list)
    planned: list[FoundItem] = field(default_factory=list)

    @property
    def open(self) -> list[str]:
        """What still needs the data, in words."""
        return [
            *(f"order {one.order_id}" for one in self.orders if one.open),
            *(f"plan {one.plan_id}, item {one.position}" for one in self.planned if one.open),
        ]


def locate(connection: Connection, buyer: Buyer) -> Found:
    """Everything that is the buyer's; what was erased already is not found again."""
    found = Found()
    for rows in _order_pages(connection):
        mine = [row for row in rows if buyer.owns(row[1], row[2], row[3])]
        still = _open(connection, [row[0] for row in mine])
        found.orders += [FoundOrder(*row, open=row[0] in still) for row in mine]
    for channel, channel_order_id, body in connection.execute(
        select(
            parked_requests.c.channel,
            parked_requests.c.channel_order_id,
            parked_requests.c.request,
        ).order_by(parked_requests.c.channel, parked_requests.c.channel_order_id)
    ):
        request = json.loads(body)
        if buyer.owns(channel, channel_order_id, _address(request)):
            found.parked.append(FoundRequest(channel, channel_order_id, request))
    for plan_id, position, body, state in connection.execute(
        select(
            bulk_items.c.plan_id, bulk_items.c.position, bulk_items.c.content, bulk_plans.c.state
        )
        .join(bulk_plans, bulk_plans.c.id == bulk_items.c.plan_id)
        .where(bulk_items.c.content != "", bulk_items.c.outcome.is_(None))
        .order_by(bulk_items.c.plan_id, bulk_items.c.position)
    ):
        content = json.loads(body)
        if not isinstance(content, dict) or "ship_to" not in content:
            continue
        channel, order_id = content.get("channel", ""), content.get("channel_order_id", "")
        if buyer.owns(channel, order_id, _address(content)):
            still_needed = state in ("planned", "applying")
            found.planned.append(FoundItem(plan_id, position, content, still_needed))
    return found


def _order_pages(
    connection: Connection,
) -> Iterator[Sequence[tuple[str, str, str, Mapping[str, Any]]]]:
    """Orders with an address, many at a time."""
    after = ""
    while True:
        rows = connection.execute(
            select(orders.c.id, orders.c.channel, orders.c.channel_order_id, recipients.c.address)
            .join(recipients, recipients.c.order_id == orders.c.id)
            .where(recipients.c.order_id > after)
            .order_by(recipients.c.order_id)
            .limit(_PAGE)
        ).all()
        if not rows:
            return
        after = rows[-1].id
        yield [
            (row.id, row.channel, row.channel_order_id, address)
            for row in rows
            if (address := json.loads(row.address)).get("line1")
        ]


def _open(connection: Connection, order_ids: Sequence[str]) -> set[str]:
    """Which of these have units that are still to be shipped."""
    still: set[str] = set()
    for start in range(0, len(order_ids), 500):
        still |= set(
            connection.execute(
                select(order_lines.c.order_id)
                .where(
                    order_lines.c.order_id.in_(order_ids[start : start + 500]),
                    order_lines.c.waiting + order_lines.c.held + order_lines.c.committed > 0,
                )
                .distinct()
            ).scalars()
        )
    return still


def is_open(connection: Connection, order_id: str) -> bool:
    """Whether units of an order are still to be shipped."""
    return bool(_open(connection, [order_id]))


def _address(request: Mapping[str, Any]) -> Mapping[str, Any]:
    address = request.get("ship_to")
    return address if isinstance(address, dict) else {}
