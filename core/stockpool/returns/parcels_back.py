"""Parcels that carriers bring back to a center: returns that nobody has asked for.

The network says RETURNED of such a parcel. Its units left the customers, are graded in the center,
and come into stock with the network's figures, as those of every other return. A parcel that was
claimed as lost may be taken before its claim is closed, or after.
A person sees `delivery_failed` in the attention queue, which the news themselves have raised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, String, cast, literal, select, update

from stockpool.care.refunding import Surroundings
from stockpool.orders.tables import fulfillment_orders, packages, shipment_items
from stockpool.orders.withdrawal import lock_order
from stockpool.plugins.network import PackageStatus
from stockpool.returns.choosing import ShippedUnits
from stockpool.returns.news import come_back
from stockpool.returns.recording import ReturnWish, insert_return, returnable
from stockpool.returns.tables import order_returns, return_units
from stockpool.returns.telling import Turned, tell
from stockpool.storage.database import Database
from stockpool.storage.metadata import one_of

_MOST = 200
"""Parcels in one go."""

REASON = "RETURNED_BY_CARRIER"
"""Ours: in place of a reason code of the network."""


@dataclass(frozen=True, slots=True)
class ParcelsBack:
    """Looks for parcels that came back."""

    database: Database
    surroundings: Surroundings

    def look(self) -> int:
        """Take each of them once; returns how many there were."""
        with self.database.read() as connection:
            found = _come_back(connection)
        return sum(
            self.database.run(lambda connection, row=row: self._take(connection, row))  # type: ignore[misc]
            for row in found
        )

    def _take(self, connection: Connection, row: Any) -> bool:
        at = self.database.clock.now()
        lock_order(connection, row.order_id)
        key = _key(row.fulfillment_order_id, row.package_number)
        known = connection.execute(select(order_returns.c.id).where(order_returns.c.key == key))
        if known.one_or_none() is not None:
            return False
        units = _units(connection, row)
        if not units:
            return False
        return_id = self.surroundings.ids.new_id(at)
        wish = ReturnWish(row.order_id, key, {}, REASON)
        insert_return(connection, return_id, wish, units, origin="carrier", state="received", at=at)
        connection.execute(
            update(return_units)
            .where(return_units.c.return_id == return_id)
            .values(decided_at=at, received_at=at)
        )
        rows = connection.execute(
            select(return_units, literal(row.pool).label("pool"))
            .where(return_units.c.return_id == return_id)
            .order_by(return_units.c.id)
        ).all()
        come_back(connection, return_id, rows, at=at)
        turned = [Turned("received", [unit.id for unit in rows])]
        tell(connection, return_id, turned, self.surroundings, at=at)
        return True


def _key(fulfillment_order_id: str, package_number: int) -> str:
    return f"parcel:{fulfillment_order_id}:{package_number}"


def _come_back(connection: Connection) -> Sequence[Any]:
    p, f = packages.c, fulfillment_orders.c
    key = (
        literal("parcel:") + p.fulfillment_order_id + literal(":") + cast(p.package_number, String)
    )
    taken = select(order_returns.c.id).where(order_returns.c.key == key)
    query = (
        select(
            p.fulfillment_order_id,
            p.package_number,
            p.shipment_id,
            f.order_id,
            f.pool,
        )
        .join(fulfillment_orders, f.id == p.fulfillment_order_id)
        .where(one_of(p.status, (PackageStatus.RETURNED.value,)), ~taken.exists())
        .order_by(p.fulfillment_order_id, p.package_number)
        .limit(_MOST)
    )
    return connection.execute(query).all()


def _units(connection: Connection, row: Any) -> list[ShippedUnits]:
    """Units of the parcel that are in no return."""
    packed = {
        item.item_id: item.quantity
        for item in connection.execute(
            select(shipment_items.c.item_id, shipment_items.c.quantity).where(
                shipment_items.c.fulfillment_order_id == row.fulfillment_order_id,
                shipment_items.c.shipment_id == row.shipment_id,
                shipment_items.c.package_number == row.package_number,
            )
        )
    }
    left: dict[str, int] = defaultdict(int, packed)
    units = []
    for one in returnable(connection, row.order_id):
        here = (one.fulfillment_order_id, one.shipment_id)
        if here == (row.fulfillment_order_id, row.shipment_id) and left[one.item_id]:
            count = min(one.units, left[one.item_id])
            left[one.item_id] -= count
            units.append(replace(one, units=count))
    return units
