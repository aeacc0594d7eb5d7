"""Units that the network sent to the merchant and that did not arrive: claimed by themselves.

What was noted as missing is claimed as soon as its window opens. A parcel of which nobody has noted
anything counts as lost only if the settings say after how many days: no network tells that a parcel
of a removal order was delivered, and silence alone is no loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from stockpool.catalog.tables import products
from stockpool.claims import posting
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.posting import NewClaim
from stockpool.claims.service import Claims
from stockpool.claims.tables import claims
from stockpool.ids import IdSource
from stockpool.removals.tables import removal_parcels
from stockpool.storage.database import Database

_KIND = ClaimKind.REMOVAL_LOST

_LOOKS_BACK = timedelta(days=180)
"""No claim is open so long after a parcel was sent; an arrival is counted whenever it is noted."""


@dataclass(frozen=True, slots=True)
class LostRemovals:
    """Looks for parcels of removal orders that did not arrive, or not in full.

    Attributes:
        lost_after: when a parcel of which nothing was noted counts as lost; None: never.
    """

    database: Database
    ids: IdSource
    claims: Claims
    lost_after: timedelta | None = None

    def look(self) -> int:
        """Claim what is missing, and take back what has come; returns how many claims changed."""
        at = self.database.clock.now()
        with self.database.read() as connection:
            parcels = _parcels(connection, at - _LOOKS_BACK)
            known = _known(connection)
        changed = 0
        for row in parcels:
            key = f"{_KIND.value}:{row.pool}:{row.order_id}:{row.tracking_number}:{row.sku}"
            missing = self._missing(row, at)
            window = self.claims.window(_KIND, row.pool.partition(":")[2], row.shipped_at)
            opens = missing and window.opens_at <= at < window.closes_at
            if known.get(key, 0) == missing or not (opens or key in known):
                continue
            loss = NewClaim(
                key,
                _KIND,
                row.pool,
                row.sku,
                row.stock_sku,
                row.order_id,
                row.shipped_at,
                window,
                {"tracking": row.tracking_number, "carrier": row.carrier},
            )
            changed += self.database.run(
                lambda connection, loss=loss, missing=missing: posting.lose(  # type: ignore[misc]
                    connection, loss, missing, new_id=self.ids.new_id(at), at=at
                )
            )
        return changed

    def _missing(self, row: Any, at: datetime) -> int:
        overdue = self.lost_after is not None and at >= row.shipped_at + self.lost_after
        silent = int(row.silent_units) if overdue else 0
        return int(row.noted_missing) + silent


def _known(connection: Connection) -> Mapping[str, int]:
    """Units that are missing by the claims there are, by key."""
    missing = claims.c.claimed - claims.c.found - claims.c.found_settled
    query = select(claims.c.key, missing).where(claims.c.kind == _KIND.value)
    return {row[0]: row[1] for row in connection.execute(query)}


def _parcels(connection: Connection, since: datetime) -> Sequence[Any]:
    """Parcels by SKU, sent or noted since then: units noted as missing, and units of which nothing
    was noted. SKUs that are no products are left out."""
    p = removal_parcels.c
    place = (p.pool, p.order_id, p.tracking_number, p.sku, products.c.stock_sku)
    return connection.execute(
        select(
            *place,
            func.max(p.carrier).label("carrier"),
            func.min(p.shipped_at).label("shipped_at"),
            func.sum(func.coalesce(p.units - p.arrived, 0)).label("noted_missing"),
            func.sum(case((p.arrived.is_(None), p.units), else_=0)).label("silent_units"),
        )
        .join(products, products.c.sku == p.sku)
        .where((p.shipped_at > since) | (p.noted_at > since))
        .group_by(*place)
        .order_by(*place)
    ).all()
