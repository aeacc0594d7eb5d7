"""Placing removal orders with the network: the effect `removal.create`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from stockpool.clock import Clock
from stockpool.errors import PluginError, RejectedError
from stockpool.order_request import Address
from stockpool.outbox.carrier import outcome_of
from stockpool.outbox.effects import Done, LeasedEffect, Outcome, Refused
from stockpool.plugins.network import Network, NetworkCapability
from stockpool.plugins.network_removals import (
    RemovalItem,
    RemovalRequest,
)
from stockpool.removals.feeds import submit
from stockpool.removals.news import give_back
from stockpool.removals.tables import SUBMITTED, removal_items, removal_orders
from stockpool.storage.database import Database


class PlaceRemoval:
    """The effect `removal.create`. Asks first wherever an earlier attempt may have arrived."""

    def __init__(self, database: Database, clock: Clock, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._clock = clock
        self._networks = networks

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Place each removal order."""
        network = self._networks[effects[0].party]
        return [self._place(network, effect) for effect in effects]

    def _place(self, network: Network, effect: LeasedEffect) -> Outcome:
        removal_id = effect.payload["removal_order_id"]
        with self._database.read() as connection:
            request = _request(connection, removal_id)
        try:
            if NetworkCapability.REMOVALS_BY_FEED in network.capabilities:
                return submit(self._database, effect.party, network, effect, request)
            if effect.may_have_happened and network.get_removal(removal_id) is not None:
                return Done(effect, {"adopted": True})
            try:
                network.create_removal(request)
            except RejectedError:
                if network.get_removal(removal_id) is None:
                    raise
            return Done(effect)
        except PluginError as error:
            return outcome_of(effect, error)

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the removal orders."""
        connection.execute(
            select(removal_orders.c.id)
            .where(removal_orders.c.id.in_([e.payload["removal_order_id"] for e in effects]))
            .order_by(removal_orders.c.id)
            .with_for_update()
        )

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Accepted: pending. Refused: the units are free again."""
        for outcome in outcomes:
            removal_id = outcome.effect.payload["removal_order_id"]
            if isinstance(outcome, Refused) and outcome.code != "gave_up":
                give_back(connection, removal_id, at=at)
            elif isinstance(outcome, Done):
                feed_id = outcome.result.get("feed_id")
                connection.execute(
                    update(removal_orders)
                    .where(removal_orders.c.id == removal_id, removal_orders.c.status.is_(None))
                    .values(
                        status="Pending" if feed_id is None else SUBMITTED,
                        feed_id=feed_id,
                        updated_at=at,
                    )
                )


def is_refused(connection: Connection, removal_id: str) -> bool:
    """Whether the removal order came to nothing and its units are free again."""
    return (
        connection.execute(
            select(removal_orders.c.status == "Refused").where(removal_orders.c.id == removal_id)
        ).scalar_one()
        is True
    )


def _request(connection: Connection, removal_id: str) -> RemovalRequest:
    head = connection.execute(select(removal_orders).where(removal_orders.c.id == removal_id)).one()
    asked: dict[str, dict[bool, int]] = {}
    for row in connection.execute(
        select(removal_items)
        .where(removal_items.c.removal_order_id == removal_id)
        .order_by(removal_items.c.sku)
    ):
        asked.setdefault(row.sku, {})[row.sellable] = row.requested
    return RemovalRequest(
        removal_id,
        head.pool.partition(":")[2],
        head.disposition,
        [RemovalItem(sku, units.get(True, 0), units.get(False, 0)) for sku, units in asked.items()],
        Address.model_validate_json(head.ship_to) if head.ship_to else None,
    )
