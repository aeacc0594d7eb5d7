"""Returns that were granted and refunded, and never came: claimed by themselves.

Counted from the first refund of the line. Whether a unit was lost on its way to the network, or was
never sent, only the customer's tracking number can tell: it is the evidence that a person adds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from stockpool.care.tables import refunds
from stockpool.claims import posting
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.posting import NewClaim
from stockpool.claims.service import Claims
from stockpool.claims.tables import claims
from stockpool.ids import IdSource
from stockpool.orders.tables import fulfillment_orders, order_lines
from stockpool.returns.tables import return_units
from stockpool.storage.database import Database

_KIND = ClaimKind.RETURN_MISSING
_GIVEN_BACK = ("pushed", "made")
_MOST = 500


@dataclass(frozen=True, slots=True)
class MissingReturns:
    """Looks for units that were to come back and did not."""

    database: Database
    ids: IdSource
    claims: Claims

    def look(self) -> int:
        """Claim what is missing, and close claims of what has come; returns how many changed."""
        now = self.database.clock.now()
        with self.database.read() as connection:
            awaited = _awaited(connection)
            since = {
                (row.order_id, row.line_id): _refunded_at(connection, row.order_id, row.line_id)
                for row in awaited
            }
            come = _claims_to_check(connection)
        changed = 0
        for row in awaited:
            refunded_at = since[row.order_id, row.line_id]
            if refunded_at is None:
                continue
            window = self.claims.window(_KIND, row.pool.partition(":")[2], refunded_at)
            if window.opens_at <= now < window.closes_at:
                loss = NewClaim(
                    _key(row),
                    _KIND,
                    row.pool,
                    row.sku,
                    row.stock_sku,
                    row.return_id,
                    refunded_at,
                    window,
                    {"order": row.order_id},
                )
                changed += self.database.run(
                    lambda connection, loss=loss, row=row: posting.lose(  # type: ignore[misc]
                        connection, loss, int(row.units), new_id=self.ids.new_id(now), at=now
                    )
                )
        return changed + sum(
            self.database.run(
                lambda connection, row=row: self._check(connection, row, now)  # type: ignore[misc]
            )
            for row in come
        )

    def _check(self, connection: Connection, claim: Any, at: datetime) -> bool:
        """Count anew what of a claim has not come."""
        missing = _still_missing(connection, claim.key)
        if missing == claim.missing:
            return False
        posting.lose_more_or_less(connection, claim.id, missing, at=at)
        return True


def _key(row: Any) -> str:
    where = (row.return_id, row.fulfillment_order_id, row.line_id, row.sku)
    return f"{_KIND.value}:{json.dumps(where)}"


def _awaited(connection: Connection) -> Sequence[Any]:
    """Units on their way back whose line was refunded, and that are not claimed."""
    u, f, o = return_units.c, fulfillment_orders.c, order_lines.c
    # A parcel that never arrived holds units that nobody can send back: they are owed already.
    lost = select(claims.c.id).where(
        claims.c.kind == ClaimKind.LOST_PARCEL.value,
        claims.c.sku == u.sku,
        claims.c.subject.like(u.fulfillment_order_id + "-%"),
        claims.c.claimed > claims.c.found + claims.c.found_settled,
    )
    rows = connection.execute(
        select(
            u.return_id,
            u.order_id,
            u.line_id,
            u.fulfillment_order_id,
            u.sku,
            u.stock_sku,
            f.pool,
            func.count().label("units"),
        )
        .join(fulfillment_orders, f.id == u.fulfillment_order_id)
        .join(order_lines, (o.order_id == u.order_id) & (o.line_id == u.line_id) & (o.sku == u.sku))
        .where(u.state == "authorised", o.refunded > 0, ~lost.exists())
        .group_by(
            u.return_id, u.order_id, u.line_id, u.fulfillment_order_id, u.sku, u.stock_sku, f.pool
        )
        .order_by(u.return_id, u.fulfillment_order_id, u.line_id, u.sku)
        .limit(_MOST)
    ).all()
    known = set(
        connection.execute(
            select(claims.c.key).where(claims.c.key.in_([_key(row) for row in rows]))
        ).scalars()
    )
    return [row for row in rows if _key(row) not in known]


def _refunded_at(connection: Connection, order_id: str, line_id: str) -> datetime | None:
    """When something of a line was given back for the first time."""
    rows = connection.execute(
        select(refunds.c.recorded_at, refunds.c.quantities)
        .where(refunds.c.order_id == order_id, refunds.c.state.in_(_GIVEN_BACK))
        .order_by(refunds.c.recorded_at)
    )
    return next((row.recorded_at for row in rows if line_id in json.loads(row.quantities)), None)


def _claims_to_check(connection: Connection) -> Sequence[Any]:
    missing = claims.c.claimed - claims.c.found - claims.c.found_settled
    return connection.execute(
        select(claims.c.id, claims.c.key, missing.label("missing"))
        .where(
            claims.c.kind == _KIND.value, missing > 0, claims.c.key.startswith(f"{_KIND.value}:[")
        )
        .order_by(claims.c.id)
    ).all()


def _still_missing(connection: Connection, key: str) -> int:
    return_id, fulfillment_order_id, line_id, sku = json.loads(key.partition(":")[2])
    return connection.execute(
        select(func.count()).where(
            return_units.c.return_id == return_id,
            return_units.c.fulfillment_order_id == fulfillment_order_id,
            return_units.c.line_id == line_id,
            return_units.c.sku == sku,
            return_units.c.state == "authorised",
        )
    ).scalar_one()
