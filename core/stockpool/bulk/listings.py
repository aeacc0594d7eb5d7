"""Inventory loader files as bulk work: each SKU's offer is an item.

The listings are looked at when the file is planned, and again when the plan is applied; what was
changed in between is refused. A row that is applied is recorded as a change of a listing, which a
worker sends: see `stockpool.listings`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from stockpool.bulk.items import (
    Action,
    ItemOutcome,
    Options,
    OutcomeState,
    PlannedItem,
    Planner,
    StoredItem,
    changed_since_plan,
    refusal,
)
from stockpool.errors import RefusedError
from stockpool.flatfiles import inventory_loader
from stockpool.flatfiles.inventory_loader import OfferChange
from stockpool.flatfiles.layout import Layout
from stockpool.flatfiles.reader import FlatFile
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.ids import IdSource
from stockpool.listings import changes
from stockpool.listings.changes import Deletion, Submission, submission_of
from stockpool.listings.loader import Place, meaning, world_of
from stockpool.listings.reading import ListingReader
from stockpool.listings.service import Listings
from stockpool.listings.stock import units_of
from stockpool.listings.stranding import is_live
from stockpool.plugins.network import Network
from stockpool.plugins.network_listings import SEARCHED_SKUS_MOST, ListingItem, ListingPut
from stockpool.problems import Problem
from stockpool.storage.database import Database


@dataclass(frozen=True, slots=True)
class _Looked:
    """A row, with the listing that it is about and whether its units keep another offer."""

    row: OfferChange
    item: ListingItem | None
    units: int
    another_is_live: bool

    @property
    def line(self) -> int:
        return self.row.line


class ListingFiles:
    """The kind `listings`. Its option is `pool`."""

    name = "listings"
    layout: Layout = inventory_loader.LAYOUT
    batch = SEARCHED_SKUS_MOST

    def __init__(
        self,
        database: Database,
        ids: IdSource,
        listings: Listings,
        networks: Mapping[str, Network],
    ) -> None:
        self._database = database
        self._ids = ids
        self._listings = listings
        self._networks = networks

    def checked_options(self, given: Options) -> Options:
        """The pool must be one of a network that keeps listings."""
        pool = given.get("pool", "")
        if not pool:
            raise RefusedError(
                "an inventory loader file needs a pool",
                [Problem("missing_option", "no pool is given", "pool", fix="name it")],
            )
        self._listings.currency(pool)
        return {"pool": pool}

    def read(self, file: FlatFile) -> Iterator[OfferChange | RefusedRows]:
        """The rows; each SKU once."""
        return inventory_loader.read_offer_changes(file)

    def look_at(self, records: Sequence[OfferChange], options: Options) -> Sequence[_Looked]:
        """The rows with their listings as they are now."""
        pool = options["pool"]
        with self._database.read() as connection:
            stock = {row.sku: units_of(connection, pool, row.sku) for row in records}
        partners = {sku for units, others in stock.values() if units for sku in others}
        place = self._place(pool)
        items = self._reader(pool).find(
            place.country, sorted({row.sku for row in records} | partners)
        )
        at = self._database.clock.now()
        live = {sku for sku, item in items.items() if is_live(item, place.channel, at=at)}
        return [
            _Looked(row, items.get(row.sku), stock[row.sku][0], bool(live & set(stock[row.sku][1])))
            for row in records
        ]

    def planner(self, options: Options) -> Planner:
        """Plans rows that were looked at."""
        place = self._place(options["pool"])

        def plan(_connection: Connection, looked: Sequence[_Looked]) -> list[PlannedItem]:
            return [self._planned(one, place) for one in looked]

        return plan

    def _planned(self, looked: _Looked, place: Place) -> PlannedItem:
        row, item = looked.row, looked.item
        found = meaning(row, item, place, looked.units, another_is_live=looked.another_is_live)
        if found.refused:
            return PlannedItem(row.line, 1, row.sku, Action.REFUSED, problems=found.problems)
        if found.submission is None:
            return PlannedItem(row.line, 1, row.sku, Action.UNCHANGED)
        content = {
            # The change's id is chosen now, so that a row is never recorded twice.
            "change_id": self._ids.new_id(self._database.clock.now()),
            "kind": _kind(found.submission),
            "submission": json.dumps(asdict(found.submission)),
        }
        action = {"put": Action.ADD, "patch": Action.CHANGE, "delete": Action.DELETE}
        return PlannedItem(
            row.line,
            1,
            row.sku,
            action[content["kind"]],
            content,
            world_of(item),
            found.problems,
        )

    def apply(self, items: Sequence[StoredItem], options: Options) -> list[ItemOutcome]:
        """Record the changes of listings that are as they were when they were planned."""
        pool = options["pool"]
        ids = [item.content["change_id"] for item in items]
        with self._database.read() as connection:
            recorded = changes.known(connection, ids)
        country = self._place(pool).country
        now = self._reader(pool).find(country, [item.key for item in items])
        fit = [
            item
            for item in items
            if item.content["change_id"] not in recorded
            and world_of(now.get(item.key)) == item.world
        ]
        self._database.run(lambda connection: self._record(connection, pool, fit))
        fresh = {item.content["change_id"] for item in fit}
        return [
            ItemOutcome(item, OutcomeState.APPLIED, item.content["change_id"])
            if item.content["change_id"] in recorded | fresh
            else refusal(
                item, changed_since_plan(f"the listing of {item.key} was changed", item.line)
            )
            for item in items
        ]

    def _record(self, connection: Connection, pool: str, items: Sequence[StoredItem]) -> None:
        at = self._database.clock.now()
        for item in items:
            content: Mapping[str, Any] = item.content
            submission = submission_of(content["kind"], content["submission"])
            changes.add(connection, content["change_id"], pool, submission, strands=False, at=at)

    def _place(self, pool: str) -> Place:
        name, _, country = pool.partition(":")
        channel = self._networks[name].fulfillment_channel(country)
        return Place(pool, country, self._listings.currency(pool), channel)

    def _reader(self, pool: str) -> ListingReader:
        name = pool.partition(":")[0]
        return ListingReader(self._database, name, self._networks[name])


def _kind(submission: Submission) -> str:
    if isinstance(submission, Deletion):
        return "delete"
    return "put" if isinstance(submission, ListingPut) else "patch"
