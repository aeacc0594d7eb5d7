"""Looking listings over: stock that no live offer is left for, and changes that are done by now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from stockpool.attention.queue import Concern, close_concerns, close_others, raise_concerns
from stockpool.catalog.tables import products
from stockpool.ids import IdSource
from stockpool.ledger import levels
from stockpool.ledger.buckets import Bucket
from stockpool.listings import changes
from stockpool.listings.reading import ListingReader
from stockpool.listings.stock import units_left
from stockpool.listings.stranded_report import reported
from stockpool.listings.stranding import Stranded, StrandedReason, dated, why_stranded
from stockpool.listings.tables import stranded_stock
from stockpool.plugins.network import Network
from stockpool.plugins.network_listings import SEARCHED_SKUS_MOST, ListingItem
from stockpool.problems import Problem
from stockpool.storage.database import Database

_FOLLOWED_MOST = 2_000
"""Changes of one country that are looked for at a time: a hundred calls, twenty seconds of Amazon's
limit."""


@dataclass(frozen=True, slots=True)
class _Stock:
    """Units of one physical stock, and the SKUs that sell them."""

    sku: str
    skus: tuple[str, ...]
    units: int
    sellable: bool


class Sweep:
    """Reads listings of one network, within its limits.

    Args:
        name: of the network.
    """

    def __init__(self, database: Database, ids: IdSource, name: str, network: Network) -> None:
        self._database = database
        self._ids = ids
        self._name = name
        self._network = network
        self._reader = ListingReader(database, name, network)

    def find_stranded(self, *, before_page: Callable[[], object] = lambda: None) -> int:
        """Look at the listings of all SKUs that have units; returns how many stocks are stranded.

        Only the books' units are looked at, so figures should have been taken before.

        Args:
            before_page: called before each call, so that a caller can renew a lease.

        Raises:
            PluginError: the network did not answer; what was seen of other countries is kept.
        """
        return sum(self._country(profile.country, before_page) for profile in self._network.pools())

    def _country(self, country: str, before_page: Callable[[], object]) -> int:
        pool = f"{self._name}:{country}"
        with self._database.read() as connection:
            stocks = _stocks(connection, pool)
        skus = sorted({sku for stock in stocks for sku in stock.skus})
        items = self._reader.find(country, skus, before_page=before_page)
        ours = self._network.fulfillment_channel(country)
        now = self._database.clock.now()
        reasons = {
            stock: reason
            for stock in stocks
            if (
                reason := why_stranded(
                    [items[sku] for sku in stock.skus if sku in items],
                    ours,
                    sellable=stock.sellable,
                    at=now,
                )
            )
            is not None
        }
        self._database.run(
            lambda connection: _store(connection, pool, reasons, items, self._ids, now)
        )
        return len(reasons)

    def follow_changes(self) -> int:
        """Look for changes that were accepted; returns how many are done or overdue.

        The oldest `_FOLLOWED_MOST` of each country are looked for, twenty listings a call.

        Raises:
            PluginError: the network did not answer; what was seen before is stored.
        """
        return sum(self._follow_country(profile.country) for profile in self._network.pools())

    def _follow_country(self, country: str) -> int:
        with self._database.read() as connection:
            rows = changes.accepted(connection, f"{self._name}:{country}", most=_FOLLOWED_MOST)
        moved = 0
        for start in range(0, len(rows), SEARCHED_SKUS_MOST):
            some = rows[start : start + SEARCHED_SKUS_MOST]
            items = self._reader.find(country, sorted({row.sku for row in some}))
            now = self._database.clock.now()
            states = [(row, _state_of(row, items.get(row.sku), now)) for row in some]
            moved += self._database.run(
                lambda connection, states=states, now=now: sum(  # type: ignore[misc]
                    _settle(connection, row.id, row.pool, row.sku, state, self._ids, now)
                    for row, state in states
                    if state is not None
                )
            )
        return moved


def _state_of(row: Any, item: ListingItem | None, at: datetime) -> str | None:
    """What an accepted change has become; None while it can still be seen to be done."""
    if changes.can_be_seen(changes.submission_of(row.kind, row.content), item):
        return "done"
    return "overdue" if at - row.accepted_at > changes.SEEN_WITHIN else None


def stranded_units(connection: Connection, *, pool: str | None = None) -> list[Stranded]:
    """What the last looks have found; the soonest removed come first."""
    query = select(stranded_stock).order_by(
        stranded_stock.c.removed_at.is_(None),
        stranded_stock.c.removed_at,
        stranded_stock.c.pool,
        stranded_stock.c.sku,
    )
    if pool is not None:
        query = query.where(stranded_stock.c.pool == pool)
    return [
        Stranded(
            row.pool, row.sku, row.units, StrandedReason(row.reason), row.since, row.removed_at
        )
        for row in connection.execute(query)
    ]


def _stocks(connection: Connection, pool: str) -> list[_Stock]:
    found = [level for level in levels.levels(connection, pool=pool) if level.on_hand]
    names: dict[str, list[str]] = {}
    for row in connection.execute(
        select(products.c.sku, products.c.stock_sku).order_by(products.c.sku)
    ):
        names.setdefault(row.stock_sku, []).append(row.sku)
    stocks = []
    for level in found:
        units = units_left(level) - sum(
            level.units.get(bucket, 0)
            for bucket in (
                Bucket.INBOUND_WORKING,
                Bucket.INBOUND_SHIPPED,
                Bucket.INBOUND_RECEIVING,
                # They leave the center for our own orders.
                Bucket.HELD,
                Bucket.COMMITTED,
            )
        )
        if units > 0:
            skus = tuple(names.get(level.sku, [level.sku]))
            sellable = level.units.get(Bucket.FULFILLABLE, 0) > 0
            stocks.append(_Stock(level.sku, skus, units, sellable))
    return stocks


def _store(
    connection: Connection,
    pool: str,
    reasons: Mapping[_Stock, StrandedReason],
    items: Mapping[str, ListingItem],
    ids: IdSource,
    at: datetime,
) -> None:
    told = reported(connection, pool)
    before = {stranded.sku: stranded for stranded in stranded_units(connection, pool=pool)}
    concerns: list[Concern] = []
    still: set[str] = set()
    for stock, reason in reasons.items():
        known = before.pop(stock.sku, None)
        since = known.since if known is not None and known.reason is reason else at
        # A report of before it was seen may tell of another time that it was stranded.
        rows = [told[sku] for sku in stock.skus if sku in told and told[sku].told_at >= since]
        now = dated(
            Stranded(pool, stock.sku, stock.units, reason, since),
            [row.since for row in rows],
            [row.removed_at for row in rows],
        )
        if known is None:
            connection.execute(insert(stranded_stock).values(_values(now)))
        elif known != now:
            connection.execute(
                update(stranded_stock)
                .where(stranded_stock.c.pool == pool, stranded_stock.c.sku == stock.sku)
                .values(_values(now))
            )
        if not now.wanted:
            key = f"stranded:{pool}:{stock.sku}"
            still.add(key)
            if known != now:
                concerns.append(Concern(key, "stock", stock.sku, (now.problem,)))
    for sku in sorted(before):
        connection.execute(
            delete(stranded_stock).where(stranded_stock.c.pool == pool, stranded_stock.c.sku == sku)
        )
    for sku, item in sorted(items.items()):
        problems = tuple(_issues(pool, item))
        if problems:
            key = f"listing_issues:{pool}:{sku}"
            still.add(key)
            concerns.append(Concern(key, "stock", sku, problems))
    raise_concerns(connection, concerns, at=at, new_ids=ids.new_ids(at, len(concerns)))
    for prefix in (f"stranded:{pool}:", f"listing_issues:{pool}:"):
        close_others(connection, prefix, kind="stock", still=still, at=at, by="listings")


def _values(stranded: Stranded) -> dict[str, object]:
    return {
        "pool": stranded.pool,
        "sku": stranded.sku,
        "units": stranded.units,
        "reason": stranded.reason.value,
        "since": stranded.since,
        "removed_at": stranded.removed_at,
    }


def _issues(pool: str, item: ListingItem) -> Iterator[Problem]:
    """Errors of a listing, and whatever the network does about one."""
    for issue in item.issues:
        if issue.severity != "ERROR" and not issue.actions:
            continue
        doing = f" ({', '.join(issue.actions)})" if issue.actions else ""
        yield Problem(
            "listing_suppressed" if issue.actions else "listing_error",
            f"{item.sku} in {pool}: {issue.code}: {issue.message}{doing}",
            ", ".join(issue.attribute_names) or None,
            fix=f"edit these attributes (`stockpool listings show {pool} {item.sku}`)",
        )


def _settle(
    connection: Connection,
    change_id: str,
    pool: str,
    sku: str,
    state: str,
    ids: IdSource,
    at: datetime,
) -> int:
    problem = Problem(
        "listing_change_overdue",
        f"a change of {sku} in {pool} was accepted and can't be seen after "
        f"{changes.SEEN_WITHIN // timedelta(hours=1)} hours",
        fix=f"look at the listing (`stockpool listings show {pool} {sku}`), and ask again",
    )
    key = f"listing:{change_id}"
    told = [] if state == "done" else [problem.as_dict()]
    values = {"finished_at": at, "problems": json.dumps(told)}
    if not changes.move(connection, change_id, "accepted", state, values=values):
        return 0
    if state == "done":
        changes.settle_earlier(connection, change_id, pool, sku, at=at)
        close_concerns(connection, [key], at=at, by="network")
    else:
        raise_concerns(
            connection, [Concern(key, "stock", sku, (problem,))], at=at, new_ids=[ids.new_id(at)]
        )
    return 1
