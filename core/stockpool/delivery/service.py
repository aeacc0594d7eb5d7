"""`engine.delivery`: timelines of parcels, and the ones that somebody has to see to.

Nothing is kept here but reminders: what is wrong with a parcel is read from what the network told
of it. A parcel that the network calls lost, or that is back, is shown at once when the news come
(`delivery_failed`); the rest is looked for on a schedule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, tuple_

from stockpool.attention.queue import Concern, close_others, raise_concerns
from stockpool.attention.tables import attention_items
from stockpool.delivery.rules import Finding, ParcelWay, Trouble, trouble_of
from stockpool.errors import NotFoundError
from stockpool.ids import IdSource
from stockpool.orders.tables import (
    fulfillment_orders,
    orders,
    package_events,
    packages,
    shipments,
)
from stockpool.plugins.network import PackageEvent, PackageStatus, ShipmentStatus
from stockpool.plugins.observer import Event
from stockpool.problems import Problem
from stockpool.storage.database import Database

LOOKS_BACK = timedelta(days=100)
"""Parcels that were to arrive earlier are not looked at: tracking ends after 90 days."""

_PAGE = 500
_ENDED = (PackageStatus.DELIVERED.value, PackageStatus.RETURNED.value)
_SHOWN_AT_ONCE = frozenset({Trouble.UNDELIVERABLE})


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel that has left.

    Attributes:
        promised_arrival: the network's first estimate; `estimated_arrival` is its latest.
        events: what happened on its way, the first first.
        finding: what is wrong with it; None if nothing is.
    """

    order_id: str
    channel: str
    channel_order_id: str
    fulfillment_order_id: str
    package_number: int
    carrier_code: str
    tracking_number: str | None
    status: PackageStatus
    shipped_at: datetime | None
    promised_arrival: datetime | None
    estimated_arrival: datetime | None
    delivered_at: datetime | None
    events: tuple[PackageEvent, ...]
    finding: Finding | None

    @property
    def key(self) -> str:
        """Of its item in the attention queue."""
        return f"parcel:{self.fulfillment_order_id}:{self.package_number}"

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        found = self.finding
        return {
            **asdict(self),
            "status": self.status.value,
            "finding": None
            if found is None
            else {
                "trouble": found.trouble.value,
                "since": found.since,
                "message": found.message,
                "fix": found.fix,
            },
        }


class Deliveries:
    """Parcels on their way.

    Args:
        notify: tells the observers (`parcel.trouble`), once for each parcel and trouble.
    """

    def __init__(self, database: Database, ids: IdSource, notify: Callable[[Event], None]) -> None:
        self._database = database
        self._ids = ids
        self._notify = notify

    def troubled(self, *, trouble: Trouble | None = None, limit: int = 1_000) -> Sequence[Parcel]:
        """Parcels with which something is wrong, the longest first."""
        found = [
            parcel
            for parcel in self._under_way()
            if parcel.finding is not None and trouble in (None, parcel.finding.trouble)
        ]
        found.sort(key=lambda one: (_since(one) is None, _since(one), one.key))
        return found[:limit]

    def timeline(self, order_id: str) -> Sequence[Parcel]:
        """All parcels of an order that have left, the first first.

        Raises:
            NotFoundError: there is no such order.
        """
        with self._database.read(consistent=True) as connection:
            known = connection.execute(
                select(orders.c.id).where(orders.c.id == order_id)
            ).one_or_none()
            if known is None:
                raise NotFoundError(f"there is no order {order_id}")
            rows = connection.execute(_parcels().where(orders.c.id == order_id)).all()
            found = self._read(connection, rows)
        return sorted(found, key=lambda one: (one.shipped_at is None, one.shipped_at, one.key))

    def watch(self) -> int:
        """Put parcels with which something is wrong into the attention queue, and take out those
        with which nothing is any more; returns how many are new there."""
        now = self._database.clock.now()
        troubled = {
            one.key: one
            for one in self._under_way()
            if one.finding is not None and one.finding.trouble not in _SHOWN_AT_ONCE
        }

        def work(connection: Connection) -> list[Parcel]:
            shown = _shown(connection)
            fresh = [one for key, one in troubled.items() if shown.get(key) != _code(one)]
            concerns = [_concern(one) for one in fresh]
            new_ids = self._ids.new_ids(now, len(concerns))
            raise_concerns(connection, concerns, at=now, new_ids=new_ids)
            still = set(troubled)
            close_others(connection, "parcel:", kind="order", still=still, at=now, by="recovery")
            return fresh

        fresh = self._database.run(work)
        for one in fresh:
            facts = {"order_id": one.order_id, "parcel": one.key, "trouble": _code(one)}
            self._notify(Event("parcel.trouble", now, facts))
        return len(fresh)

    def _under_way(self) -> Iterator[Parcel]:
        after = ("", 0)
        keys = tuple_(packages.c.fulfillment_order_id, packages.c.package_number)
        begin = self._database.clock.now() - LOOKS_BACK
        query = (
            _parcels()
            .where(
                packages.c.delivered_at.is_(None),
                packages.c.estimated_arrival > begin,
                packages.c.status.not_in(_ENDED),
            )
            .order_by(packages.c.fulfillment_order_id, packages.c.package_number)
            .limit(_PAGE)
        )
        while True:
            with self._database.read(consistent=True) as connection:
                rows = connection.execute(query.where(keys > tuple_(*after))).all()
                found = self._read(connection, rows)
            yield from found
            if len(rows) < _PAGE:
                return
            after = (rows[-1].fulfillment_order_id, rows[-1].package_number)

    def _read(self, connection: Connection, rows: Sequence[Any]) -> list[Parcel]:
        now = self._database.clock.now()
        events = _events(connection, [row.fulfillment_order_id for row in rows])
        return [
            _parcel(row, events[row.fulfillment_order_id, row.package_number], now) for row in rows
        ]


def _parcels() -> Any:
    f = fulfillment_orders.c
    return (
        select(packages, shipments.c.shipped_at, orders.c.channel, orders.c.channel_order_id)
        .add_columns(orders.c.id.label("order_id"))
        .join(
            shipments,
            (shipments.c.fulfillment_order_id == packages.c.fulfillment_order_id)
            & (shipments.c.shipment_id == packages.c.shipment_id),
        )
        .join(fulfillment_orders, f.id == packages.c.fulfillment_order_id)
        .join(orders, orders.c.id == f.order_id)
        .where(shipments.c.status == ShipmentStatus.SHIPPED.value)
    )


def _events(
    connection: Connection, ids: Sequence[str]
) -> Mapping[tuple[str, int], list[PackageEvent]]:
    found: dict[tuple[str, int], list[PackageEvent]] = defaultdict(list)
    e = package_events.c
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _PAGE):
        rows = connection.execute(
            select(package_events)
            .where(e.fulfillment_order_id.in_(wanted[start : start + _PAGE]))
            .order_by(e.occurred_at, e.code)
        )
        for row in rows:
            found[row.fulfillment_order_id, row.package_number].append(
                PackageEvent(row.occurred_at, row.code, row.description, row.place)
            )
    return found


def _parcel(row: Any, events: Sequence[PackageEvent], now: datetime) -> Parcel:
    status = PackageStatus(row.status)
    way = ParcelWay(status, row.shipped_at, row.estimated_arrival, events)
    return Parcel(
        row.order_id,
        row.channel,
        row.channel_order_id,
        row.fulfillment_order_id,
        row.package_number,
        row.carrier_code,
        row.tracking_number,
        status,
        row.shipped_at,
        row.promised_arrival,
        row.estimated_arrival,
        row.delivered_at,
        tuple(events),
        trouble_of(way, now),
    )


def _since(parcel: Parcel) -> datetime | None:
    return None if parcel.finding is None else parcel.finding.since


def _code(parcel: Parcel) -> str:
    assert parcel.finding is not None
    return f"parcel_{parcel.finding.trouble.value}"


def _concern(parcel: Parcel) -> Concern:
    assert parcel.finding is not None
    label = f"{parcel.carrier_code} {parcel.tracking_number or ''}".strip()
    message = (
        f"parcel {parcel.package_number} ({label}) of order {parcel.channel_order_id}: "
        f"{parcel.finding.message}"
    )
    problem = Problem(_code(parcel), message, fix=parcel.finding.fix)
    return Concern(parcel.key, "order", parcel.order_id, (problem,))


def _shown(connection: Connection) -> Mapping[str, str]:
    """Codes by key of what is shown, or was put away by a person."""
    return {
        row.key: row.code
        for row in connection.execute(
            select(attention_items.c.key, attention_items.c.code).where(
                attention_items.c.kind == "order",
                attention_items.c.state != "resolved",
                attention_items.c.key.startswith("parcel:", autoescape=True),
            )
        )
    }
