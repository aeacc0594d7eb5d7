"""What routing would do with a request now; nothing is locked, moved or stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from stockpool.catalog.products import Component, resolve
from stockpool.ledger.levels import levels
from stockpool.order_request import OrderRequest
from stockpool.orders.checks import check_request
from stockpool.orders.order_rows import claim_of
from stockpool.orders.preparation import ChannelFacts, IntakeSettings, unknown_sku
from stockpool.orders.quotes import fulfillments_of
from stockpool.orders.reservation import question_of
from stockpool.orders.views import find_id
from stockpool.plugins.network import FulfillmentRequest
from stockpool.problems import Problem
from stockpool.routing.explanation import Explanation, explain


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of one request.

    Attributes:
        problems: why it would be parked; empty if it would be accepted.
        explanation: of the plan that routing would make; None if it would be parked.
        known_as: the order's id, if it was submitted before.
        fulfillments: what would be placed with the networks, each with its pool.
    """

    channel: str
    channel_order_id: str
    problems: tuple[Problem, ...] = ()
    explanation: Explanation | None = None
    known_as: str | None = None
    fulfillments: tuple[tuple[str, FulfillmentRequest], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "channel": self.channel,
            "channel_order_id": self.channel_order_id,
            "problems": [problem.as_dict() for problem in self.problems],
            "known_as": self.known_as,
            "plan": None if self.explanation is None else self.explanation.as_dict(),
        }


def preview(
    connection: Connection,
    requests: Sequence[OrderRequest],
    settings: IntakeSettings,
    *,
    at: datetime,
) -> list[Preview]:
    """Route `requests` one after the other: what one would take is not there for the next."""
    components = resolve(
        connection, sorted({(r.channel, line.channel_sku) for r in requests for line in r.lines})
    )
    skus = {part.stock_sku for parts in components.values() for part in parts}
    left = _available(connection, settings, skus)
    return [_preview(connection, request, settings, components, left, at) for request in requests]


def _available(
    connection: Connection, settings: IntakeSettings, skus: set[str]
) -> dict[str, dict[str, int]]:
    """Units that may be promised: stock SKU → pool → units."""
    left: dict[str, dict[str, int]] = defaultdict(dict)
    for pool in settings.desk.rules.pools:
        for level in levels(connection, pool=pool.pool):
            units = level.fulfillable - settings.desk.buffers.get(pool.pool, 0)
            if level.sku in skus and units > 0:
                left[level.sku][pool.pool] = units
    return left


def _preview(
    connection: Connection,
    request: OrderRequest,
    settings: IntakeSettings,
    components: Mapping[tuple[str, str], tuple[Component, ...]],
    left: dict[str, dict[str, int]],
    at: datetime,
) -> Preview:
    name, number = request.channel, request.channel_order_id
    known_as = find_id(connection, name, number)
    problems = [
        *check_request(request, settings.limits),
        *(
            unknown_sku(request, index, line)
            for index, line in enumerate(request.lines)
            if (name, line.channel_sku) not in components
        ),
    ]
    if problems:
        return Preview(name, number, tuple(problems), known_as=known_as)
    desk = settings.desk
    claim = claim_of(request, "preview", settings.channels.get(name, ChannelFacts()), components)
    question = question_of(claim, left)
    plan = desk.policy.plan(desk.rules, question)
    for allocation in plan.allocations:
        left[allocation.sku][allocation.pool] -= allocation.quantity
    return Preview(
        name,
        number,
        explanation=explain(desk.rules, question, plan),
        known_as=known_as,
        fulfillments=fulfillments_of(request, claim, plan, at=at),
    )
