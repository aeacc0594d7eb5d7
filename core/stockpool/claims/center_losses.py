"""Units that a center has lost: claimed by themselves, and taken back when they turn up.

Amazon's ledger (its detailed report) tells that units were misplaced, and that some were found; not
which ones, nor where. So what was found counts for the oldest losses of its SKU in that pool.
Amazon looks for units during a month and pays for many of them by itself: a claim opens after that,
and a payment that came before is counted for it at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.catalog.tables import products
from stockpool.claims import posting
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.posting import NewClaim
from stockpool.claims.service import Claims
from stockpool.claims.tables import center_events, claims
from stockpool.ids import IdSource
from stockpool.reports.reading import Cells, instant, read_on
from stockpool.storage.database import Database

REPORT_TYPE = "GET_LEDGER_DETAIL_VIEW_DATA"

MISPLACED = frozenset({"M", "5"})
FOUND = frozenset({"F", "N"})
"""Adjustment codes of Amazon's ledger."""

_KIND = ClaimKind.LOST_IN_CENTER


@dataclass(frozen=True, slots=True)
class CenterEvent:
    """Units of a SKU were lost (`units` above zero) or found (below)."""

    key: str
    occurred_at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class CenterLosses:
    """Looks for units that centers have lost."""

    database: Database
    ids: IdSource
    claims: Claims

    def look(self) -> int:
        """Claim what is missing, and count anew what was found; returns how many claims changed."""
        at = self.database.clock.now()
        read_on(self.database, "center losses", REPORT_TYPE, _store)
        with self.database.read() as connection:
            lost = _by_sku(connection)
            known = set(
                connection.execute(
                    select(claims.c.key).where(claims.c.kind == _KIND.value)
                ).scalars()
            )
        changed = 0
        for (pool, sku, stock_sku), events in lost.items():
            for event, missing in missing_of(events):
                window = self.claims.window(_KIND, pool.partition(":")[2], event.occurred_at)
                key = f"{_KIND.value}:{pool}:{event.key}"
                opens = missing and window.opens_at <= at < window.closes_at
                if not (opens or key in known):
                    continue
                loss = NewClaim(
                    key, _KIND, pool, sku, stock_sku, event.key, event.occurred_at, window
                )
                changed += self.database.run(
                    lambda connection, loss=loss, missing=missing: posting.lose(  # type: ignore[misc]
                        connection, loss, missing, new_id=self.ids.new_id(at), at=at
                    )
                )
        return changed


def missing_of(events: Iterable[CenterEvent]) -> Sequence[tuple[CenterEvent, int]]:
    """Each loss of one SKU with the units of it that were not found. Pure.

    What was found counts for the oldest loss before it that has units left.
    """
    losses: list[tuple[CenterEvent, int]] = []
    for event in sorted(events, key=lambda one: (one.occurred_at, one.units < 0, one.key)):
        if event.units > 0:
            losses.append((event, event.units))
            continue
        found = -event.units
        for place, (loss, left) in enumerate(losses):
            taken = min(left, found)
            losses[place] = (loss, left - taken)
            found -= taken
    return losses


def _store(connection: Connection, pool: str, rows: Sequence[Cells]) -> int:
    """Keep the rows that tell of units lost and found; each once, as it was told last."""
    kept = [values for row in rows if (values := _values(pool, row)) is not None]
    if kept:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(center_events)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["pool", "key"],
                set_={"units": statement.excluded.units, "sku": statement.excluded.sku},
            ),
            kept,
        )
    return len(kept)


def _values(pool: str, row: Cells) -> Mapping[str, Any] | None:
    reason, sku = row.get("Reason", ""), row.get("MSKU", "")
    at = instant(row.get("Date and Time")) or _day(row.get("Date", ""))
    if row.get("Event Type") != "Adjustments" or reason not in MISPLACED | FOUND or at is None:
        return None
    try:
        quantity = abs(int(row.get("Quantity", "")))
    except ValueError:
        return None
    names = ("Reference ID", "Fulfillment Center", "Disposition")
    key = ":".join((f"{at:%Y-%m-%d}", sku, reason, *(row.get(name, "") for name in names)))
    units = quantity if reason in MISPLACED else -quantity
    return {"pool": pool, "key": key, "sku": sku, "occurred_at": at, "units": units}


def _day(text: str) -> datetime | None:
    """The ledger's own form of a day: month, day, year (North America)."""
    try:
        return datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def _by_sku(connection: Connection) -> Mapping[tuple[str, str, str], list[CenterEvent]]:
    """Events by pool, SKU and its stock. SKUs that are no products are left out."""
    found: dict[tuple[str, str, str], list[CenterEvent]] = {}
    query = (
        select(center_events, products.c.stock_sku)
        .join(products, products.c.sku == center_events.c.sku)
        .order_by(center_events.c.pool, center_events.c.sku, center_events.c.key)
    )
    for row in connection.execute(query):
        event = CenterEvent(row.key, row.occurred_at, row.units)
        found.setdefault((row.pool, row.sku, row.stock_sku), []).append(event)
    return found
