"""Following shipments of inbound plans: their status, what was received, what is missing.

**What makes stock available, and what does not.** A receipt tells how many units of a shipment were
counted, not where they lie; a snapshot tells where units lie, not which shipment brought them. So a
receipt never moves units into a bucket: the snapshot that follows it does, from `adjustment`. The
receipt then says whose units these were, from `supplier` to `adjustment`. Neither can count a unit
that the other has counted, in whatever order they come; what is left in `adjustment` is what nobody
has explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.claims import posting
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.posting import NewClaim
from stockpool.claims.service import Claims
from stockpool.errors import Throttled
from stockpool.ids import IdSource
from stockpool.inbound.reconciling import (
    OVER,
    ItemCount,
    ShipmentDates,
    counted_from,
    missing,
)
from stockpool.inbound.shipment_rows import (
    claimed,
    known_items,
    receipts,
    stock_skus,
    store_item,
    store_state,
)
from stockpool.inbound.tables import inbound_plans, inbound_shipments
from stockpool.ledger.posting import StockMove, lock, post
from stockpool.plugins.network import Network
from stockpool.plugins.network_inbound import (
    InboundPlanStatus,
    InboundShipmentState,
    InboundShipmentStatus,
    ReceivedItem,
)
from stockpool.problems import Problem
from stockpool.storage.database import Database

ASK_EVERY = timedelta(minutes=30)
"""While something is on its way or being received."""

ASK_RARELY = timedelta(hours=12)
"""After it is closed, until the window of its claims is over: units may turn up late."""

LATE_UNITS = timedelta(days=270)
"""After a shipment is closed, units are looked for in its counts so long."""

_MOST = 50
"""Plans in one go."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the network told of one shipment."""

    state: InboundShipmentState
    items: Sequence[ReceivedItem]


@dataclass(frozen=True, slots=True)
class ShipmentFollowing:
    """Follows the shipments of plans at one network."""

    database: Database
    ids: IdSource
    name: str
    network: Network
    claims: Claims

    def follow(self) -> int:
        """Ask about plans that it is time for; returns how many shipments have changed.

        Raises:
            PluginError: the network did not answer about one. What it told of others is stored.
        """
        changed = 0
        for row in self._due():
            try:
                told = self._ask(row)
            except Throttled:
                break
            changed += self.database.run(
                lambda connection, row=row, told=told: self._store(connection, row, told)  # type: ignore[misc]
            )
        return changed

    def has_work(self) -> bool:
        """Whether it is time for any plan."""
        return bool(self._due(most=1))

    def _due(self, *, most: int = _MOST) -> Sequence[Any]:
        pools = [f"{self.name}:{profile.country}" for profile in self.network.pools()]
        query = (
            select(inbound_plans)
            .where(
                inbound_plans.c.look_at.is_not(None),
                inbound_plans.c.look_at <= self.database.clock.now(),
                inbound_plans.c.pool.in_(pools),
            )
            .order_by(inbound_plans.c.look_at)
            .limit(most)
        )
        with self.database.read() as connection:
            return connection.execute(query).all()

    def _ask(self, row: Any) -> Sequence[Told] | None:
        """What is told of the plan's shipments; None if the plan is given up."""
        plan = self.network.inbound_plan(row.inbound_plan_id)
        if plan is None or (plan.status is InboundPlanStatus.VOIDED and not plan.shipments):
            return None
        told = []
        for shipment_id in plan.shipments:
            state = self.network.inbound_shipment(row.inbound_plan_id, shipment_id)
            items: Sequence[ReceivedItem] = ()
            if state.shipment_confirmation_id is not None:
                country = row.pool.partition(":")[2]
                items = self.network.received_items(country, state.shipment_confirmation_id)
            told.append(Told(state, items))
        return told

    def _store(self, connection: Connection, row: Any, told: Sequence[Told] | None) -> int:
        at = self.database.clock.now()
        connection.execute(
            select(inbound_plans.c.id).where(inbound_plans.c.id == row.id).with_for_update()
        )
        kept_under = stock_skus(connection, [item.sku for one in told or () for item in one.items])
        # The rows of the stock are held before anything that refers to them.
        lock(connection, [(row.pool, sku) for sku in kept_under.values()])
        known = known_items(connection, row.id)
        known_claims = claimed(connection, [_name(one.state) for one in told or ()])
        moves: list[StockMove] = []
        losses: list[tuple[NewClaim, int]] = []
        changed = 0
        for one in told or ():
            dates, is_news = store_state(connection, row, one.state, at=at)
            for item in one.items:
                stock_sku = kept_under.get(item.sku)
                if stock_sku is None:
                    self._tell_unknown(connection, row, one.state, item, at)
                    continue
                before = known.get((one.state.shipment_id, item.sku))
                is_news |= store_item(connection, one.state, before, item, stock_sku)
                moves += receipts(row.pool, one.state.shipment_id, before, item, stock_sku)
                not_shipped = 0 if before is None else before.not_shipped
                count = ItemCount(item.quantity_shipped, item.quantity_received, not_shipped)
                lost = missing(count, one.state.status, dates, at)
                loss = self._loss(row.pool, one.state, dates, item.sku, stock_sku, at)
                if lost or loss.key in known_claims:
                    losses.append((loss, lost))
            changed += is_news
        post(connection, moves, at=at)
        for loss, lost in losses:
            changed += posting.lose(connection, loss, lost, new_id=self.ids.new_id(at), at=at)
        connection.execute(
            update(inbound_plans)
            .where(inbound_plans.c.id == row.id)
            .values(look_at=None if told is None else _look_at(connection, row.id, at=at))
        )
        return changed

    def _loss(
        self,
        pool: str,
        state: InboundShipmentState,
        dates: ShipmentDates,
        sku: str,
        stock_sku: str,
        at: datetime,
    ) -> NewClaim:
        since = counted_from(dates, at)
        kind = ClaimKind.INBOUND_MISSING
        return NewClaim(
            f"{kind.value}:{_name(state)}:{sku}",
            kind,
            pool,
            sku,
            stock_sku,
            _name(state),
            since,
            self.claims.window(kind, pool.partition(":")[2], since),
            {"center": state.center or "", "tracking": _tracking(state)},
        )

    def _tell_unknown(
        self,
        connection: Connection,
        plan: Any,
        state: InboundShipmentState,
        item: ReceivedItem,
        at: datetime,
    ) -> None:
        problem = Problem(
            "unexpected_item",
            f"{item.quantity_received} units of {item.sku} are in shipment {state.shipment_id} to "
            f"{plan.pool}, and no product has that SKU",
            fix="add it with `stockpool catalog add`",
        )
        key = f"inbound:{state.shipment_id}:{item.sku}"
        concern = Concern(key, "stock", state.shipment_id, (problem,))
        raise_concerns(connection, [concern], at=at, new_ids=[self.ids.new_id(at)])


def _name(state: InboundShipmentState) -> str:
    """What stands on labels; before there is that, the network's id."""
    return state.shipment_confirmation_id or state.shipment_id


def _look_at(connection: Connection, plan_id: str, *, at: datetime) -> datetime | None:
    """When to ask about a plan again; None when nothing more can come of it."""
    rows = connection.execute(
        select(
            inbound_shipments.c.status,
            inbound_shipments.c.closed_at,
            inbound_shipments.c.delivered_at,
        ).where(inbound_shipments.c.plan_id == plan_id)
    ).all()
    if not rows or any(InboundShipmentStatus(row.status) not in OVER for row in rows):
        return at + ASK_EVERY
    closed = [row.closed_at for row in rows if row.closed_at is not None]
    if not closed or at - max(closed) > LATE_UNITS:
        return None
    return at + ASK_RARELY


def _tracking(state: InboundShipmentState) -> str:
    numbers = [one.tracking_id for one in state.tracking] or list(state.freight_bill_numbers)
    return ", ".join(numbers[:20])
