"""Removal orders: asked for, sent to the network, and followed until every unit is out.

Units asked for are set aside at once (`pending_removal`), so that they can't be promised. Sellable
and unsellable units are asked for separately, as Amazon does.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from stockpool.catalog.products import stock_sku_of
from stockpool.errors import ConflictError, NotFoundError, PluginError, RefusedError
from stockpool.ids import IdSource
from stockpool.ledger.buckets import UNSELLABLE, Bucket
from stockpool.ledger.posting import StockMove, lock, post
from stockpool.order_request import Address
from stockpool.outbox.effects import (
    EffectKind,
    NewEffect,
    record,
)
from stockpool.plugins.network import (
    Network,
    NetworkCapability,
)
from stockpool.plugins.network_removals import (
    RemovalDisposition,
    RemovalItem,
)
from stockpool.problems import Problem
from stockpool.removals.feeds import FeedFollowing
from stockpool.removals.news import FINAL, apply_state, removal_move
from stockpool.removals.tables import foreign_removals, removal_items, removal_orders
from stockpool.storage.database import Database

_TAKES_REMOVALS = {NetworkCapability.REMOVALS, NetworkCapability.REMOVALS_BY_FEED}

_REMOVAL_ID = re.compile(r"[A-Za-z0-9._-]{1,50}")


@dataclass(frozen=True, slots=True)
class RemovalView:
    """A removal order with its items. `status` is the network's; None until it has it."""

    removal_order_id: str
    pool: str
    disposition: str
    status: str | None
    requested_at: datetime
    items: tuple[dict[str, Any], ...]
    tracking_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForeignRemoval:
    """Units of one SKU in a removal order that was not asked for here. `gone`: out by now."""

    pool: str
    order_id: str
    sku: str
    disposition: str
    order_type: str
    status: str
    requested: int
    cancelled: int
    gone: int
    requested_at: datetime | None


class Removals:
    """`engine.removals`."""

    def __init__(self, database: Database, ids: IdSource, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._ids = ids
        self._networks = networks

    def create(
        self,
        pool: str,
        items: Sequence[RemovalItem],
        *,
        disposition: RemovalDisposition = "Return",
        ship_to: Address | None = None,
        removal_order_id: str | None = None,
    ) -> str:
        """Ask for units to be taken out; returns the removal order's id.

        Args:
            removal_order_id: the merchant's own; None makes one. What was asked for under the same
                id before is not asked for again.

        Raises:
            ConflictError: other units were asked for under that id.
            RefusedError: not enough units are there, the network takes no removals, or a Return
                has no address.
            NotFoundError: a SKU or the pool is unknown.
        """
        network = self.check_pool(pool)
        problems = list(_problems(network, items, disposition, ship_to))
        if removal_order_id is not None:
            unfit = check_removal_id(removal_order_id)
            problems += [] if unfit is None else [unfit]
        if problems:
            raise RefusedError(f"removal from {pool} refused: {problems[0]}", problems)
        now = self._database.clock.now()
        removal_id = removal_order_id or self._ids.new_id(now)

        def work(connection: Connection) -> None:
            if removal_order_id is not None and _is_known(
                connection, removal_order_id, pool, items, disposition
            ):
                return
            rows, moves = _set_aside(connection, pool, removal_id, items)
            post(connection, moves, at=now)
            connection.execute(
                insert(removal_orders).values(
                    id=removal_id,
                    pool=pool,
                    disposition=disposition,
                    ship_to=ship_to.model_dump_json() if ship_to else None,
                    requested_at=now,
                )
            )
            connection.execute(insert(removal_items), rows)
            effect = NewEffect(
                kind=EffectKind.CREATE_REMOVAL,
                key=removal_id,
                party=pool.partition(":")[0],
                aggregate=removal_id,
                payload={"removal_order_id": removal_id},
            )
            if not record(connection, [effect], at=now):
                raise ConflictError(f"{removal_id} names something else already; use another id")

        self._database.run(work)
        return removal_id

    def foreign(self, *, limit: int = 100) -> Sequence[ForeignRemoval]:
        """Rows of removal orders that were not asked for here, the newest first."""
        query = (
            select(foreign_removals)
            .order_by(foreign_removals.c.requested_at.desc(), foreign_removals.c.order_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                ForeignRemoval(
                    row.pool,
                    row.order_id,
                    row.sku,
                    row.disposition,
                    row.order_type,
                    row.status,
                    row.requested,
                    row.cancelled,
                    row.gone,
                    row.requested_at,
                )
                for row in connection.execute(query)
            ]

    def check_pool(self, pool: str) -> Network:
        """The network of a pool.

        Raises:
            NotFoundError: there is no such pool.
        """
        network_name = pool.partition(":")[0]
        network = self._networks.get(network_name)
        if network is None:
            raise NotFoundError(f"no network {network_name} is configured")
        countries = [profile.country for profile in network.pools()]
        if pool not in [f"{network_name}:{country}" for country in countries]:
            raise NotFoundError(
                f"there is no pool {pool}; {network_name} has {', '.join(countries)}"
            )
        return network

    def get(self, removal_order_id: str) -> RemovalView:
        """One removal order.

        Raises:
            NotFoundError: if there is none with that id.
        """
        with self._database.read() as connection:
            head = connection.execute(
                select(removal_orders).where(removal_orders.c.id == removal_order_id)
            ).one_or_none()
            if head is None:
                raise NotFoundError(f"there is no removal order {removal_order_id}")
            return _view(connection, head)

    def list(self, *, limit: int = 100) -> Sequence[RemovalView]:
        """Removal orders, the newest first."""
        with self._database.read() as connection:
            heads = connection.execute(
                select(removal_orders).order_by(removal_orders.c.id.desc()).limit(limit)
            ).all()
            return [_view(connection, head) for head in heads]

    def follow(self) -> int:
        """Ask the networks about open removal orders; returns how many have changed.

        Raises:
            PluginError: a network did not answer. The others were asked all the same.
        """
        changed = 0
        silent: list[PluginError] = []
        for name, network in self._networks.items():
            try:
                if NetworkCapability.REMOVALS_BY_FEED in network.capabilities:
                    following = FeedFollowing(self._database, self._ids, name, network)
                    changed += following.follow()
                else:
                    changed += self._ask_about_each(name, network)
            except PluginError as error:
                silent.append(error)
        if silent:
            raise silent[0]
        return changed

    def _ask_about_each(self, name: str, network: Network) -> int:
        with self._database.read() as connection:
            open_ids = (
                connection.execute(
                    select(removal_orders.c.id)
                    .where(
                        removal_orders.c.pool.startswith(f"{name}:", autoescape=True),
                        removal_orders.c.status.is_not(None),
                        removal_orders.c.status.not_in(FINAL),
                    )
                    .order_by(removal_orders.c.id)
                )
                .scalars()
                .all()
            )
        changed = 0
        for removal_id in open_ids:
            state = network.get_removal(removal_id)
            if state is not None:
                changed += self._database.run(
                    lambda connection, state=state: apply_state(  # type: ignore[misc]
                        connection, state, ids=self._ids, at=self._database.clock.now()
                    )
                )
        return changed


def check_removal_id(removal_order_id: str, source: str | None = None) -> Problem | None:
    """What is wrong with a merchant's own id; None if it will do."""
    if _REMOVAL_ID.fullmatch(removal_order_id):
        return None
    return Problem(
        "invalid_removal_order_id",
        "a removal order's id has 1 to 50 letters, digits, dots, dashes and underscores",
        "removal_order_id",
        "50",
        "give it another id",
        source,
    )


def _is_known(
    connection: Connection,
    removal_order_id: str,
    pool: str,
    items: Sequence[RemovalItem],
    disposition: str,
) -> bool:
    """Whether the same was asked for under the id before.

    Raises:
        ConflictError: something else was.
    """
    head = connection.execute(
        select(removal_orders).where(removal_orders.c.id == removal_order_id)
    ).one_or_none()
    if head is None:
        return False
    wanted = {
        (item.sku, sellable): units
        for item in _merged(items)
        for sellable, units in ((True, item.sellable), (False, item.unsellable))
        if units
    }
    asked = {
        (row.sku, row.sellable): row.requested
        for row in connection.execute(
            select(removal_items).where(removal_items.c.removal_order_id == removal_order_id)
        )
    }
    if (head.pool, head.disposition, asked) != (pool, disposition, wanted):
        raise ConflictError(f"removal order {removal_order_id} was asked for with other content")
    return True


def _problems(
    network: Network,
    items: Sequence[RemovalItem],
    disposition: str,
    ship_to: Address | None,
) -> Sequence[Problem]:
    found = []
    if not network.capabilities & _TAKES_REMOVALS:
        found.append(Problem("no_removals", "this network takes no removal orders", "pool"))
    if disposition == "Return" and ship_to is None:
        found.append(
            Problem(
                "missing_address",
                "a return needs an address",
                "ship_to",
                fix="give one, or dispose",
            )
        )
    if not any(item.sellable + item.unsellable for item in items):
        found.append(Problem("no_units", "nothing is asked for", "items", fix="give quantities"))
    if any(item.sellable < 0 or item.unsellable < 0 for item in items):
        found.append(Problem("invalid_quantity", "a quantity is below zero", "items", "0"))
    return found


def _set_aside(
    connection: Connection, pool: str, removal_id: str, items: Sequence[RemovalItem]
) -> tuple[list[dict[str, Any]], list[StockMove]]:
    stock_skus = {item.sku: stock_sku_of(connection, item.sku) for item in items}
    # SKUs that share a pool draw on the same units.
    given: dict[tuple[str, Bucket], int] = defaultdict(int)
    columns = (Bucket.FULFILLABLE, *UNSELLABLE)
    locked = lock(connection, [(pool, sku) for sku in stock_skus.values()], columns)
    rows: list[dict[str, Any]] = []
    moves: list[StockMove] = []
    for item in _merged(items):
        sku = stock_skus[item.sku]
        for sellable, wanted in ((True, item.sellable), (False, item.unsellable)):
            if not wanted:
                continue
            sources = (Bucket.FULFILLABLE,) if sellable else UNSELLABLE
            taken: dict[str, int] = {}
            left = wanted
            for bucket in sources:
                part = min(left, locked.get(pool, sku, bucket) - given[sku, bucket])
                if part:
                    taken[bucket.value] = part
                    left -= part
                    given[sku, bucket] += part
                    what = f"{item.sku}:{sellable}:aside"
                    moves.append(
                        removal_move(
                            pool, sku, bucket, Bucket.PENDING_REMOVAL, part, removal_id, what
                        )
                    )
            if left:
                raise _not_enough(pool, item.sku, wanted, wanted - left, sellable)
            rows.append(
                {
                    "removal_order_id": removal_id,
                    "sku": item.sku,
                    "sellable": sellable,
                    "stock_sku": sku,
                    "taken_from": json.dumps(taken),
                    "requested": wanted,
                }
            )
    return rows, moves


def _merged(items: Sequence[RemovalItem]) -> list[RemovalItem]:
    """One item for each SKU."""
    merged: dict[str, RemovalItem] = {}
    for item in items:
        known = merged.get(item.sku, RemovalItem(item.sku))
        merged[item.sku] = RemovalItem(
            item.sku, known.sellable + item.sellable, known.unsellable + item.unsellable
        )
    return list(merged.values())


def _not_enough(pool: str, sku: str, wanted: int, there: int, sellable: bool) -> RefusedError:
    kind = "sellable" if sellable else "unsellable"
    return RefusedError(
        f"{sku} in {pool}: {wanted} {kind} units asked for, {there} are free",
        [
            Problem(
                "not_enough_units",
                f"{there} {kind} units of {sku} are free in {pool}",
                kind,
                str(there),
                "ask for fewer, or cancel orders that hold them",
            )
        ],
    )


def _view(connection: Connection, head: Any) -> RemovalView:
    items = connection.execute(
        select(removal_items)
        .where(removal_items.c.removal_order_id == head.id)
        .order_by(removal_items.c.sku, removal_items.c.sellable.desc())
    )
    names = ("sku", "sellable", "requested", "shipped", "disposed", "cancelled")
    return RemovalView(
        head.id,
        head.pool,
        head.disposition,
        head.status,
        head.requested_at,
        tuple({name: getattr(item, name) for name in names} for item in items),
        tuple(json.loads(head.tracking_numbers)),
    )
