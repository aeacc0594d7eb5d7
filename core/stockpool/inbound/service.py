"""`engine.inbound`: plans for one country's pool, made by workers, and their shipments.

A plan is checked, recorded, and started by a worker; whether it was made is told later by the
network and followed. How it is packed, placed and carried is the next module's: `inbound.steps`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from stockpool.catalog.tables import products
from stockpool.claims.service import Claims
from stockpool.errors import NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.inbound import guards
from stockpool.inbound.queue import ShippingQueue
from stockpool.inbound.step_kinds import item_members, item_of
from stockpool.inbound.steps import InboundSteps
from stockpool.inbound.tables import inbound_plans
from stockpool.listings.reading import ListingReader
from stockpool.order_request import Address
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.network import Network, NetworkCapability
from stockpool.plugins.network_inbound import (
    InboundItem,
    InboundShipmentState,
    InboundShipmentStatus,
    ReceivedItem,
)
from stockpool.problems import Problem
from stockpool.storage.database import Database

_CHUNK = 500

Room = Callable[[str, Sequence[InboundItem]], Sequence[Problem]]
"""Why units do not fit into a pool."""


@dataclass(frozen=True, slots=True)
class InboundPlanView:
    """A plan that was asked for.

    Attributes:
        plan_id: ours, and its name at the network.
        state: `recorded`, `started`, `made`, `cancelled` or `failed`.
        inbound_plan_id: the network's, once it is started.
    """

    plan_id: str
    pool: str
    state: str
    items: tuple[InboundItem, ...]
    asked_at: datetime
    inbound_plan_id: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class InboundShipmentView:
    """A shipment of a plan's confirmed placement as the network tells it now.

    `items` are empty until its carrier is confirmed: only then are its counts told.
    """

    plan_id: str
    pool: str
    shipment: InboundShipmentState
    items: tuple[ReceivedItem, ...] = ()

    @property
    def expected(self) -> int:
        """Units that were announced."""
        return sum(item.quantity_shipped for item in self.items)

    @property
    def received(self) -> int:
        """Units that were received, in whatever state."""
        return sum(item.quantity_received for item in self.items)


class Inbound:
    """Inbound plans by pool (`network:country`)."""

    def __init__(
        self,
        database: Database,
        ids: IdSource,
        networks: Mapping[str, Network],
        claims: Claims,
        *,
        room: Room,
    ) -> None:
        self._database = database
        self._ids = ids
        self._networks = networks
        self.steps = InboundSteps(database, ids, networks)
        self.queue = ShippingQueue(database, claims)
        self._room = room

    def plan(
        self,
        pool: str,
        items: Sequence[InboundItem],
        source: Address,
        *,
        accept_stranding: bool = False,
        accept_overage: bool = False,
        plan_id: str | None = None,
    ) -> InboundPlanView:
        """Ask for a plan; a worker starts it.

        Units go to the centers of the pool's own country, and nowhere else.

        Args:
            accept_stranding: although a SKU is not listed there for the network to fulfill.
            accept_overage: although more room would be used than the network allows.
            plan_id: the caller's name for it, one that no other plan has; a plan of that name that
                is there already is returned as it is.

        Raises:
            RefusedError: something is wrong with it; `problems` says what.
            NotFoundError: there is no such pool.
            PluginError: the network did not tell its listings. Nothing was recorded.
        """
        self._network(pool)
        country = pool.partition(":")[2]
        skus = sorted({item.sku for item in items})
        with self._database.read() as connection:
            known = known_skus(connection, skus)
        found = [
            *guards.item_problems(country, items, known),
            *guards.source_problems(source),
        ]
        if not found and not accept_stranding:
            found += self.stranding(pool, skus).values()
        if not found and not accept_overage:
            found += self._room(pool, items)
        if found:
            raise RefusedError(f"inbound plan for {pool}: {found[0]}", found)
        now = self._database.clock.now()
        plan_id = plan_id or self._ids.new_id(now)

        def work(connection: Connection) -> None:
            if _is_known(connection, plan_id):
                return
            connection.execute(
                insert(inbound_plans).values(
                    id=plan_id,
                    pool=pool,
                    items=json.dumps([item_members(item) for item in items]),
                    source=source.model_dump_json(),
                    state="recorded",
                    asked_at=now,
                )
            )
            effect = NewEffect(
                EffectKind.CREATE_INBOUND_PLAN,
                plan_id,
                pool.partition(":")[0],
                plan_id,
                {"plan_id": plan_id},
            )
            record(connection, [effect], at=now)

        self._database.run(work)
        return self.get(plan_id)

    def get(self, plan_id: str) -> InboundPlanView:
        """One plan.

        Raises:
            NotFoundError: there is none with that id.
        """
        with self._database.read() as connection:
            row = connection.execute(
                select(inbound_plans).where(inbound_plans.c.id == plan_id)
            ).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no inbound plan {plan_id}")
        return _view(row)

    def list(self, *, pool: str | None = None, limit: int = 100) -> Sequence[InboundPlanView]:
        """Plans, the newest first."""
        query = select(inbound_plans).order_by(inbound_plans.c.id.desc()).limit(limit)
        if pool is not None:
            query = query.where(inbound_plans.c.pool == pool)
        with self._database.read() as connection:
            return [_view(row) for row in connection.execute(query)]

    def shipments(self, plan_id: str) -> Sequence[InboundShipmentView]:
        """The shipments of a plan, asked of the network now: none before a placement is confirmed.

        Raises:
            NotFoundError: there is no such plan.
            PluginError: the network did not answer.
        """
        view = self.get(plan_id)
        if view.inbound_plan_id is None:
            return []
        network = self._network(view.pool)
        state = network.inbound_plan(view.inbound_plan_id)
        return [] if state is None else list(_shipments(network, view, state.shipments))

    def check_pool(self, pool: str) -> None:
        """Raise what `plan` would raise for a pool that takes no inbound plans."""
        self._network(pool)

    def stranding(self, pool: str, skus: Sequence[str]) -> Mapping[str, Problem]:
        """SKUs whose units would be stranded on arrival, and why; asks the network.

        Raises:
            PluginError: the network did not tell its listings.
        """
        network = self._network(pool)
        if NetworkCapability.LISTINGS not in network.capabilities:
            return {}
        name, _, country = pool.partition(":")
        listings = ListingReader(self._database, name, network).find(country, skus)
        channel = network.fulfillment_channel(country)
        return guards.stranding_problems(pool, skus, listings, channel)

    def _network(self, pool: str) -> Network:
        name, _, country = pool.partition(":")
        network = self._networks.get(name)
        if network is None or country not in [one.country for one in network.pools()]:
            raise NotFoundError(f"there is no pool {pool}")
        if NetworkCapability.INBOUND not in network.capabilities:
            raise RefusedError(
                f"{name} takes no inbound plans",
                [Problem("no_inbound_plans", f"{name} takes no inbound plans", "pool")],
            )
        return network


def items_of(text: str) -> tuple[InboundItem, ...]:
    """The items of a stored plan."""
    return tuple(map(item_of, json.loads(text)))


def _is_known(connection: Connection, plan_id: str) -> bool:
    query = select(inbound_plans.c.id).where(inbound_plans.c.id == plan_id)
    return connection.execute(query).first() is not None


def known_skus(connection: Connection, skus: Sequence[str]) -> set[str]:
    """Those of `skus` that are in the catalog."""
    found: set[str] = set()
    for start in range(0, len(skus), _CHUNK):
        query = select(products.c.sku).where(products.c.sku.in_(skus[start : start + _CHUNK]))
        found |= set(connection.execute(query).scalars())
    return found


def _shipments(
    network: Network, view: InboundPlanView, known: Mapping[str, InboundShipmentStatus]
) -> Iterator[InboundShipmentView]:
    assert view.inbound_plan_id is not None
    for shipment_id in known:
        shipment = network.inbound_shipment(view.inbound_plan_id, shipment_id)
        items: Sequence[ReceivedItem] = ()
        if shipment.shipment_confirmation_id is not None:
            country = view.pool.partition(":")[2]
            items = network.received_items(country, shipment.shipment_confirmation_id)
        yield InboundShipmentView(view.plan_id, view.pool, shipment, tuple(items))


def _view(row: Any) -> InboundPlanView:
    return InboundPlanView(
        row.id,
        row.pool,
        row.state,
        items_of(row.items),
        row.asked_at,
        row.inbound_plan_id,
        tuple(Problem(**members) for members in json.loads(row.problems)),
    )
