"""`engine.removal_parcels`: parcels that a network sends to the merchant, and what has arrived.

The network's shipment report tells what was sent in which parcel, of removal orders that were asked
for here and of others; nothing tells what has arrived but the person who opens the box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.errors import NotFoundError, RefusedError
from stockpool.problems import Problem
from stockpool.removals.tables import removal_orders, removal_parcels
from stockpool.reports.reading import Cells, instant, read_on
from stockpool.storage.database import Database

REPORT_TYPE = "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA"

_KEY = tuple(column.name for column in removal_parcels.primary_key.columns)


@dataclass(frozen=True, slots=True)
class RemovalParcelItem:
    """Units of one SKU in a parcel.

    Attributes:
        tracking_number: empty if the network has told none.
        arrived: units that came out of it; None as long as nobody has said it.
    """

    pool: str
    order_id: str
    tracking_number: str
    carrier: str
    shipped_at: datetime
    sku: str
    disposition: str
    units: int
    arrived: int | None
    noted_at: datetime | None


class RemovalParcels:
    """Parcels of all removal orders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self) -> int:
        """Take in what imported reports tell; returns how many rows."""
        return read_on(self._database, "removal parcels", REPORT_TYPE, _store)

    def list(
        self, *, order_id: str | None = None, not_noted: bool = False, limit: int = 100
    ) -> Sequence[RemovalParcelItem]:
        """What was sent, the newest first.

        Args:
            not_noted: only parcels of which nobody has said what has arrived.
        """
        p = removal_parcels.c
        query = select(removal_parcels).order_by(
            p.shipped_at.desc(), p.order_id, p.tracking_number, p.sku, p.disposition
        )
        if order_id is not None:
            query = query.where(p.order_id == order_id)
        if not_noted:
            query = query.where(p.arrived.is_(None))
        with self._database.read() as connection:
            return [_item(row) for row in connection.execute(query.limit(limit))]

    def note_arrival(
        self,
        order_id: str,
        units: Mapping[str, int] | None = None,
        *,
        tracking_number: str | None = None,
    ) -> Sequence[RemovalParcelItem]:
        """Say what has arrived; a later word replaces an earlier one.

        Args:
            units: by SKU, all that came out of the parcel; SKUs that are not named did not come.
                None: everything that was sent.
            tracking_number: of the parcel; None: all parcels of the removal order.

        Raises:
            NotFoundError: no such parcel is known.
            RefusedError: a SKU was not in it, or fewer units of it were; or `units` is given and
                the removal order has several parcels.
        """

        def work(connection: Connection) -> Sequence[RemovalParcelItem]:
            rows = _parcel_rows(connection, order_id, tracking_number)
            if units is not None:
                _check(order_id, rows, units)
            now = self._database.clock.now()
            left = dict(units or {})
            for row in rows:
                arrived = row.units if units is None else min(left.get(row.sku, 0), row.units)
                left[row.sku] = left.get(row.sku, 0) - arrived
                connection.execute(
                    update(removal_parcels)
                    .where(*(removal_parcels.c[name] == getattr(row, name) for name in _KEY))
                    .values(arrived=arrived, noted_at=now)
                )
            return [_item(row) for row in _parcel_rows(connection, order_id, tracking_number)]

        return self._database.run(work)


def _parcel_rows(
    connection: Connection, order_id: str, tracking_number: str | None
) -> Sequence[Any]:
    p = removal_parcels.c
    query = select(removal_parcels).where(p.order_id == order_id)
    if tracking_number is not None:
        query = query.where(p.tracking_number == tracking_number)
    in_order = query.order_by(*(p[name] for name in _KEY)).with_for_update()
    rows = connection.execute(in_order).all()
    if not rows:
        what = "" if tracking_number is None else f" {tracking_number}"
        raise NotFoundError(
            f"no parcel{what} of removal order {order_id} is known; parcels are told by the report "
            f"{REPORT_TYPE}"
        )
    return rows


def _check(order_id: str, rows: Sequence[Any], units: Mapping[str, int]) -> None:
    parcels = sorted({row.tracking_number for row in rows})
    problems = []
    if len(parcels) > 1:
        problems.append(
            Problem(
                "several_parcels",
                f"removal order {order_id} has {len(parcels)} parcels",
                "tracking_number",
                fix=f"name one of {', '.join(parcels)}",
            )
        )
    for sku, arrived in units.items():
        sent = sum(row.units for row in rows if row.sku == sku)
        if not 0 <= arrived <= sent:
            problems.append(
                Problem(
                    "not_sent",
                    f"{arrived} units of {sku} can't have arrived: {sent} were sent",
                    "units",
                    str(sent),
                    "if more came than were told, note what was told",
                )
            )
    if problems:
        raise RefusedError(f"arrival of {order_id} refused: {problems[0]}", problems)


def _store(connection: Connection, pool: str, rows: Sequence[Cells]) -> int:
    """Keep rows of parcels that go to the merchant; each once, as it was told last."""
    ours = _dispositions(connection, {row["order-id"] for row in rows})
    kept = {
        tuple(values[name] for name in _KEY): values
        for row in rows
        if (values := _values(pool, row, ours)) is not None
    }
    if kept:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(removal_parcels)
        units, arrived = statement.excluded.units, removal_parcels.c.arrived
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=_KEY,
                set_={
                    "units": units,
                    "carrier": statement.excluded.carrier,
                    "arrived": case((arrived > units, units), else_=arrived),
                },
            ),
            list(kept.values()),
        )
    return len(kept)


def _values(pool: str, row: Cells, ours: Mapping[str, str]) -> Mapping[str, Any] | None:
    shipped_at = instant(row.get("shipment-date"))
    order_id = row["order-id"]
    kind = row.get("removal-order-type") or ours.get(order_id, "Return")
    try:
        units = int(row.get("shipped-quantity", ""))
    except ValueError:
        return None
    if shipped_at is None or units < 1 or kind.lower() != "return":
        return None
    return {
        "pool": pool,
        "order_id": order_id,
        "tracking_number": row.get("tracking-number", ""),
        "shipped_at": shipped_at,
        "sku": row["sku"],
        "fnsku": row.get("fnsku", ""),
        "disposition": row.get("disposition", ""),
        "carrier": row.get("carrier", ""),
        "units": units,
    }


def _dispositions(connection: Connection, order_ids: set[str]) -> Mapping[str, str]:
    query = select(removal_orders.c.id, removal_orders.c.disposition)
    return {
        row.id: row.disposition
        for row in connection.execute(query.where(removal_orders.c.id.in_(sorted(order_ids))))
    }


def _item(row: Any) -> RemovalParcelItem:
    return RemovalParcelItem(
        row.pool,
        row.order_id,
        row.tracking_number,
        row.carrier,
        row.shipped_at,
        row.sku,
        row.disposition,
        row.units,
        row.arrived,
        row.noted_at,
    )
