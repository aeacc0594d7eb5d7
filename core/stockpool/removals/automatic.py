"""Removals that are asked for by themselves: unsellable and aged stock, on days of the month.

Amazon's own automation is set in Seller Central, and is another's removal order here. This one is
ours: the merchant sees it in the books like any other, and decides about every pool.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from stockpool.errors import NotFoundError
from stockpool.ledger.buckets import UNSELLABLE
from stockpool.ledger.levels import AgeLayer, StockLevel, ages, levels
from stockpool.outbox import cursors
from stockpool.plugins.network_removals import RemovalItem
from stockpool.removals.service import Removals
from stockpool.removals.settings import AutomaticRemoval
from stockpool.storage.database import Database

_log = structlog.get_logger(__name__)

ITEMS_MOST = 5_000
"""SKUs of one order; what is left over is asked for on the next day of the schedule."""


def due_on(days_of_month: Sequence[int], today: date) -> date:
    """The last day of the schedule that is not after `today`; in a short month its last day stands
    for days that it does not have."""
    day = today
    while True:
        is_last = (day + timedelta(days=1)).month != day.month
        if day.day in days_of_month or (is_last and max(days_of_month) > day.day):
            return day
        day -= timedelta(days=1)


def unsellable_items(found: Sequence[StockLevel]) -> list[RemovalItem]:
    """All units that can't be sold."""
    counted = [
        (level.sku, sum(level.units.get(bucket, 0) for bucket in UNSELLABLE)) for level in found
    ]
    return [RemovalItem(sku, unsellable=units) for sku, units in counted if units]


def aged_items(
    found: Sequence[StockLevel],
    layers: Callable[[str], Sequence[AgeLayer]],
    *,
    older_than: timedelta,
    at: datetime,
) -> list[RemovalItem]:
    """Units of receipts that are older, as far as they are free."""
    items = []
    for level in found:
        if not level.fulfillable:
            continue
        old = sum(
            layer.quantity for layer in layers(level.sku) if at - layer.received_at > older_than
        )
        # Units that are not free are taken to be the oldest ones: nothing newer goes by mistake.
        old -= level.on_hand - level.fulfillable
        if (units := min(old, level.fulfillable)) > 0:
            items.append(RemovalItem(level.sku, sellable=units))
    return items


@dataclass(frozen=True, slots=True)
class AutomaticRemovals:
    """Carries the settings out."""

    database: Database
    removals: Removals
    settings: Sequence[AutomaticRemoval]

    def run(self) -> int:
        """Ask for what is due; returns how many removal orders were made."""
        return sum(self._run(setting) for setting in self.settings)

    def _run(self, setting: AutomaticRemoval) -> int:
        now = self.database.clock.now()
        today = now.date()
        due = due_on(setting.days_of_month, today)
        name = f"automatic-removal:{setting.pool}:{setting.stock}"
        with self.database.read() as connection:
            done = cursors.position(connection, name)
        if done is not None and date.fromisoformat(done) >= due:
            return 0
        made = 0
        if done is not None or due == today:
            made = self._ask(setting, due, now)
        # A setting that is new waits for the next day of its schedule.
        self.database.run(
            lambda connection: cursors.move(connection, name, due.isoformat(), at=now)
        )
        return made

    def _ask(self, setting: AutomaticRemoval, due: date, now: datetime) -> int:
        country = setting.pool.partition(":")[2]
        removal_id = f"auto-{setting.stock}-{country}-{due:%Y%m%d}"
        if self._is_there(removal_id):
            return 0
        items = self._items(setting, now)[:ITEMS_MOST]
        if not items:
            return 0
        self.removals.create(
            setting.pool,
            items,
            disposition=setting.disposition,
            ship_to=setting.ship_to,
            removal_order_id=removal_id,
        )
        _log.info("automatic_removal", removal=removal_id, skus=len(items))
        return 1

    def _is_there(self, removal_id: str) -> bool:
        try:
            self.removals.get(removal_id)
        except NotFoundError:
            return False
        return True

    def _items(self, setting: AutomaticRemoval, now: datetime) -> list[RemovalItem]:
        with self.database.read() as connection:
            found = levels(connection, pool=setting.pool)
            if setting.stock == "unsellable":
                return unsellable_items(found)
            return aged_items(
                found,
                lambda sku: ages(connection, setting.pool, sku),
                older_than=timedelta(days=setting.older_than_days),
                at=now,
            )
