"""Following shipments of inbound plans: their status, what was received, what is missing.

**What makes stock available, and what does not.** A receipt tells how many units of a shipment were
counted, not where they lie; a snapshot tells where units lie, not which shipment brought them. So a
receipt never moves units into a bucket: the snapshot that follows it does, from `adjustment`. The
receipt then says whose units these were, from `supplier` to `adjustment`. Neither can count a unit
that the other has counted, in whatever order they come; what is left in `adjustment` is what nobody
has explained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.catalog.tables import products
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
from stockpool.inbound.tables import (
    inbound_plans,
    inbound_shipment_items,
    inbound_shipments,
)
from stockpool.ledger.buckets import Account
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

_MOST = 50
"""Plans in one go."""

_STATUSES = list(InboundShipmentStatus)
_LEFT = _STATUSES.index(InboundShipmentStatus.SHIPPED)
_DELIVERED = _STATUSES.index(InboundShipmentStatus.DELIVERED)
_RECEIVING = _STATUSES.index(InboundShipmentStatus.RECEIVING)
_CLOSED = _STATUSES.index(InboundShipmentStatus.CLOSED)


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
        stock_skus = _stock_skus(connection, [item.sku for one in told or () for item in one.items])
        # The rows of the stock are held before anything that refers to them.
        lock(connection, [(row.pool, sku) for sku in stock_skus.values()])
        changed = 0
        for one in told or ():
            dates, is_news = _store_state(connection, row, one.state, at=at)
            for item in one.items:
                stock_sku = stock_skus.get(item.sku)
                if stock_sku is None:
                    self._tell_unknown(connection, row, one.state, item, at)
                    continue
                is_news |= self._store_item(connection, row, one.state, dates, item, stock_sku, at)
            changed += is_news
        connection.execute(
            update(inbound_plans)
            .where(inbound_plans.c.id == row.id)
            .values(look_at=None if told is None else _look_at(connection, row.id, at=at))
        )
        return changed

    def _store_item(
        self,
        connection: Connection,
        plan: Any,
        state: InboundShipmentState,
        dates: ShipmentDates,
        item: ReceivedItem,
        stock_sku: str,
        at: datetime,
    ) -> bool:
        place = (
            inbound_shipment_items.c.shipment_id == state.shipment_id,
            inbound_shipment_items.c.sku == item.sku,
        )
        known = connection.execute(select(inbound_shipment_items).where(*place)).one_or_none()
        if known is None:
            connection.execute(
                insert(inbound_shipment_items).values(
                    shipment_id=state.shipment_id,
                    sku=item.sku,
                    stock_sku=stock_sku,
                    expected=item.quantity_shipped,
                )
            )
            known = connection.execute(select(inbound_shipment_items).where(*place)).one()
        difference = item.quantity_received - known.received
        is_news = bool(difference) or known.expected != item.quantity_shipped
        if is_news:
            connection.execute(
                update(inbound_shipment_items)
                .where(*place)
                .values(
                    expected=item.quantity_shipped,
                    received=item.quantity_received,
                    changes=known.changes + 1,
                )
            )
        if difference:
            move = _receipt(plan.pool, state.shipment_id, known, difference)
            post(connection, [move], at=at)
        count = ItemCount(item.quantity_shipped, item.quantity_received, known.not_shipped)
        lost = missing(count, state.status, dates, at)
        is_news |= self._claim(connection, plan.pool, state, dates, known, lost, at)
        return is_news

    def _claim(
        self,
        connection: Connection,
        pool: str,
        state: InboundShipmentState,
        dates: ShipmentDates,
        item: Any,
        lost: int,
        at: datetime,
    ) -> bool:
        since = counted_from(dates, at)
        kind = ClaimKind.INBOUND_MISSING
        name = state.shipment_confirmation_id or state.shipment_id
        loss = NewClaim(
            f"{kind.value}:{name}:{item.sku}",
            kind,
            pool,
            item.sku,
            item.stock_sku,
            name,
            since,
            self.claims.window(kind, pool.partition(":")[2], since),
            {"center": state.center or "", "tracking": _tracking(state)},
        )
        return posting.lose(connection, loss, lost, new_id=self.ids.new_id(at), at=at)

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


def _store_state(
    connection: Connection, plan: Any, state: InboundShipmentState, *, at: datetime
) -> tuple[ShipmentDates, bool]:
    """Keep a shipment's status; returns its dates, and whether something is news."""
    table = inbound_shipments.c
    known = connection.execute(
        select(inbound_shipments).where(table.id == state.shipment_id)
    ).one_or_none()
    reached = _reached(state.status)
    dates = {
        name: getattr(known, name, None) or (at if reached >= first else None)
        for name, first in (
            ("left_at", _LEFT),
            ("delivered_at", _DELIVERED),
            ("receiving_at", _RECEIVING),
            ("closed_at", _CLOSED),
        )
    }
    values = {
        "status": state.status.value,
        "center": state.center,
        "shipment_confirmation_id": state.shipment_confirmation_id,
        **dates,
    }
    found = ShipmentDates(dates["left_at"], dates["delivered_at"], dates["closed_at"])
    if known is None:
        connection.execute(
            insert(inbound_shipments).values(
                id=state.shipment_id,
                plan_id=plan.id,
                pool=plan.pool,
                first_seen_at=at,
                updated_at=at,
                **values,
            )
        )
        return found, True
    if all(getattr(known, name) == value for name, value in values.items()):
        return found, False
    connection.execute(
        update(inbound_shipments)
        .where(table.id == state.shipment_id)
        .values(updated_at=at, **values)
    )
    return found, True


def _reached(status: InboundShipmentStatus) -> int:
    """How far a status is on the usual way; those beside it have come nowhere."""
    place = _STATUSES.index(status)
    return place if place <= _CLOSED else -1


def _receipt(pool: str, shipment_id: str, item: Any, difference: int) -> StockMove:
    way = (Account.SUPPLIER, Account.ADJUSTMENT)
    source, target = way if difference > 0 else way[::-1]
    return StockMove(
        pool,
        item.stock_sku,
        source,
        target,
        abs(difference),
        "inbound_receipt",
        shipment_id,
        f"inbound:{shipment_id}:{item.sku}:{item.changes}",
    )


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


LATE_UNITS = timedelta(days=270)
"""After a shipment is closed, units are looked for in its counts so long."""


def _stock_skus(connection: Connection, skus: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    wanted = sorted(set(skus))
    for start in range(0, len(wanted), 500):
        query = select(products.c.sku, products.c.stock_sku).where(
            products.c.sku.in_(wanted[start : start + 500])
        )
        found |= {row.sku: row.stock_sku for row in connection.execute(query)}
    return found


def _tracking(state: InboundShipmentState) -> str:
    numbers = [one.tracking_id for one in state.tracking] or list(state.freight_bill_numbers)
    return ", ".join(numbers[:20])
