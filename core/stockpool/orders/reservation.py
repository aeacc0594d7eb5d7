"""Reserving: many orders that want stock are routed and served in one pass.

This is the heart of the engine and the only way to a reservation. In one unit of work it

1. locks the stock levels of every SKU wanted, in every pool that may ship it (`ledger.posting`);
2. routes order by order against what is left, in the order given, by a pure policy;
3. hands back what is to be written: the units that move from `fulfillable` to `held`, fulfillment
   orders with their items, the decision with all that is needed to replay it, and the effect that
   will place the order with the network.

Nobody else can take the units between 1 and the commit, so nothing is ever promised twice. The
number of statements does not depend on the number of orders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from stockpool.ledger.buckets import Bucket
from stockpool.ledger.posting import LockedLevels, StockMove, lock, post_locked
from stockpool.order_request import Speed
from stockpool.orders.claims import Claim, WantedUnits, note_shortfalls, planned_parts
from stockpool.outbox.effects import EffectKind, NewEffect, effect_rows, inserter
from stockpool.routing.check import check
from stockpool.routing.decision import digest, encode_input, encode_plan
from stockpool.routing.policy import RoutingPolicy
from stockpool.routing.values import (
    Demand,
    Plan,
    RoutingInput,
    RoutingRules,
)
from stockpool.storage.bulk import Batches, Inserter
from stockpool.storage.metadata import sortable_text

SPEED_PRIORITY: Mapping[Speed, int] = {"standard": 0, "expedited": 1, "priority": 2}

_fulfillment_orders = Inserter(
    "fulfillment_orders",
    (
        "id",
        "order_id",
        "pool",
        "speed",
        "policy",
        "features",
        "fee_minor",
        "transit_days",
        "cross_border",
        "planned_at",
    ),
)
_fulfillment_items = Inserter(
    "fulfillment_items",
    (
        "fulfillment_order_id",
        "item_id",
        "order_id",
        "line_id",
        "sku",
        "stock_sku",
        "quantity",
        "held",
    ),
)
_decisions = Inserter(
    "decisions",
    (
        "order_id",
        "number",
        "decided_at",
        "policy",
        "policy_version",
        "rules_digest",
        "input_digest",
        "input",
        "plan",
    ),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What routing needs besides the order: rules and policy, and the buffer of each pool."""

    rules: RoutingRules
    policy: RoutingPolicy
    buffers: Mapping[str, int] = field(default_factory=dict)

    def shipping_pools(self, countries: Iterable[str]) -> dict[str, frozenset[str]]:
        """By country, the pools that may ship there at all, at whatever speed."""
        return {
            country: frozenset(
                [pool.pool for pool in self.rules.pools if country in pool.destinations]
                + [rule.pool for rule in self.rules.cross_border if country in rule.destinations]
            )
            for country in countries
        }


@dataclass(slots=True)
class Reservation:
    """What is to be written after the orders it belongs to, parents first."""

    batches: Batches


@dataclass(slots=True)
class _Rows:
    decisions: list[tuple[Any, ...]] = field(default_factory=list)
    fulfillment_orders: list[tuple[Any, ...]] = field(default_factory=list)
    items: list[tuple[Any, ...]] = field(default_factory=list)
    moves: list[StockMove] = field(default_factory=list)
    effects: list[NewEffect] = field(default_factory=list)


def lock_wanted(connection: Connection, desk: Desk, stock_skus: set[str]) -> LockedLevels:
    """Lock the levels of `stock_skus` in every pool that the rules know."""
    return lock(connection, [(pool.pool, sku) for pool in desk.rules.pools for sku in stock_skus])


def lock_claimed(connection: Connection, desk: Desk, claims: Sequence[Claim]) -> LockedLevels:
    """Lock what `claims` want, in the pools that may ship it to where they want it."""
    skus: dict[str, set[str]] = {}
    for claim in claims:
        skus.setdefault(claim.country, set()).update([w.stock_sku for w in claim.wanted])
    shipping = desk.shipping_pools(skus)
    return lock(
        connection,
        {
            (pool, sku)
            for country, some in skus.items()
            for sku in some
            for pool in shipping[country]
        },
    )


def reserve(
    connection: Connection,
    claims: Sequence[Claim],
    desk: Desk,
    locked: LockedLevels,
    *,
    at: datetime,
    keep_failures: bool = True,
) -> Reservation:
    """Serve `claims` in their order out of `locked`, which holds what they want.

    Fills in `held` and `unfulfillable` of each claim's wanted units, and its plan. A decision
    that reserves nothing is kept only with `keep_failures`.
    """
    left = _available(locked, desk)
    shipping = desk.shipping_pools({claim.country for claim in claims})
    rows = _Rows()
    sqlite = connection.dialect.name == "sqlite"
    now: Any = sortable_text(at) if sqlite else at
    for claim in claims:
        question = question_of(claim, left, shipping[claim.country])
        plan = desk.policy.plan(desk.rules, question)
        check(question, plan)
        claim.plan = plan
        if plan.allocations or keep_failures:
            _note_decision(rows, claim, desk, question, plan, now)
        note_shortfalls(claim, plan)
        _note_allocations(rows, claim, plan, left, at, now)
    return Reservation(
        [
            (_decisions, rows.decisions),
            (_fulfillment_orders, rows.fulfillment_orders),
            (_fulfillment_items, rows.items),
            *post_locked(connection, locked, rows.moves, at=at),
            (inserter(), effect_rows(rows.effects, at=at, sqlite=sqlite)),
        ]
    )


def _available(locked: LockedLevels, desk: Desk) -> dict[str, dict[str, int]]:
    """Units that may be promised: stock SKU → pool → units, in the order of the rules."""
    by_pool: dict[str, list[tuple[str, int]]] = {}
    for (pool, sku), row in locked.units.items():
        by_pool.setdefault(pool, []).append((sku, row[0]))
    left: dict[str, dict[str, int]] = {}
    for candidate in desk.rules.pools:
        pool = candidate.pool
        buffer = desk.buffers.get(pool, 0)
        for sku, units in by_pool.get(pool, ()):
            if units > buffer:
                left.setdefault(sku, {})[pool] = units - buffer
    return left


def question_of(
    claim: Claim,
    left: Mapping[str, Mapping[str, int]],
    shipping: Collection[str] | None = None,
) -> RoutingInput:
    """What routing is asked: the claim's demands, and what there is in the pools `shipping`."""
    demands: dict[tuple[str, str], Demand] = {}
    available: dict[str, dict[str, int]] = {}
    for wanted in claim.wanted:
        sku = wanted.stock_sku
        key = (wanted.line_id, sku)
        known = demands.get(key)
        if known is None:
            demand = Demand(wanted.line_id, sku, wanted.count, wanted.each)
        elif known.count == wanted.count:
            demand = Demand(wanted.line_id, sku, wanted.count, known.each + wanted.each)
        else:
            # Parts of a kit of which some came back: single units, no longer whole kits.
            demand = Demand(wanted.line_id, sku, known.units + wanted.count * wanted.each, 1)
        demands[key] = demand
        for pool, units in left.get(sku, _NOTHING).items():
            if (
                units > 0
                and (shipping is None or pool in shipping)
                and (pool, sku) not in claim.failed
            ):
                available.setdefault(pool, {})[sku] = units
    return RoutingInput(
        claim.country,
        claim.speed,
        claim.policy,
        claim.backorder,
        claim.features,
        tuple(demands.values()),
        available,
    )


_NOTHING: Mapping[str, int] = {}


def _note_decision(
    rows: _Rows, claim: Claim, desk: Desk, question: RoutingInput, plan: Plan, now: Any
) -> None:
    asked = encode_input(question)
    rows.decisions.append(
        (
            claim.order_id,
            claim.number,
            now,
            desk.policy.name,
            desk.policy.version,
            desk.rules.digest,
            digest(asked),
            asked.decode(),
            encode_plan(plan).decode(),
        )
    )


def _note_allocations(
    rows: _Rows,
    claim: Claim,
    plan: Plan,
    left: dict[str, dict[str, int]],
    at: datetime,
    now: Any,
) -> None:
    allocations = plan.allocations
    if not allocations:
        return
    for allocation in allocations:
        left[allocation.sku][allocation.pool] -= allocation.quantity
    for shipment, chunk in planned_parts(claim, plan):
        fulfillment_order_id = f"{claim.order_id}-{claim.number}"
        claim.number += 1
        rows.fulfillment_orders.append(
            (
                fulfillment_order_id,
                claim.order_id,
                shipment.pool,
                claim.speed,
                claim.policy,
                ",".join(claim.features),
                shipment.fee,
                shipment.transit_days,
                shipment.cross_border,
                now,
            )
        )
        _note_items(rows, claim.order_id, fulfillment_order_id, shipment.pool, chunk)
        rows.effects.append(
            NewEffect(
                EffectKind.CREATE_FULFILLMENT,
                fulfillment_order_id,
                shipment.pool.partition(":")[0],
                claim.order_id,
                {"fulfillment_order_id": fulfillment_order_id},
                claim.channel,
                claim.priority * 10 + SPEED_PRIORITY[claim.speed],
                at + timedelta(days=shipment.transit_days),
            )
        )


def _note_items(
    rows: _Rows,
    order_id: str,
    fulfillment_order_id: str,
    pool: str,
    chunk: Sequence[tuple[WantedUnits, int]],
) -> None:
    for item_number, (wanted, units) in enumerate(chunk, start=1):
        item_id = str(item_number)
        rows.items.append(
            (
                fulfillment_order_id,
                item_id,
                order_id,
                wanted.line_id,
                wanted.sku,
                wanted.stock_sku,
                units,
                units,
            )
        )
        rows.moves.append(
            StockMove(
                pool,
                wanted.stock_sku,
                Bucket.FULFILLABLE,
                Bucket.HELD,
                units,
                "order",
                order_id,
                f"hold:{fulfillment_order_id}:{item_id}",
            )
        )
