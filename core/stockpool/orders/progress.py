"""Storing the network's news: shipments, parcels, counts, and what follows from them.

`apply_states` takes any number of fulfillment orders' states in one unit of work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.ids import IdSource
from stockpool.orders import cancellation_requests
from stockpool.orders.announcements import cancellation_effect, tracking_effect
from stockpool.orders.counting import Item, ItemChange, Step, apply, count_delivered, parts_gone
from stockpool.orders.fulfillment_rows import FulfillmentRow, lock_fulfillment_orders
from stockpool.orders.merging import (
    Merged,
    Shipped,
    content,
    is_stale,
    merge,
    newer_package,
    newer_shipment,
)
from stockpool.orders.placing import Acceptance, accept
from stockpool.orders.tables import (
    fulfillment_orders,
    packages,
    shipment_items,
    shipments,
)
from stockpool.orders.whole_items import Part, added, newly_gone
from stockpool.outbox.effects import NewEffect, record
from stockpool.plugins.channel import ChannelCapability
from stockpool.plugins.network import (
    FulfillmentOrderStatus,
    FulfillmentState,
    PackageStatus,
    ShipmentStatus,
)
from stockpool.problems import Problem

_STOPPED = frozenset({Step.CANCELLED, Step.UNFULFILLABLE, Step.REFUSED})
_TROUBLED = frozenset({PackageStatus.UNDELIVERABLE, PackageStatus.RETURNED})


@dataclass(frozen=True, slots=True)
class News:
    """One state, the row it is about, and what it adds."""

    row: FulfillmentRow
    state: FulfillmentState
    merged: Merged


def apply_states(
    connection: Connection,
    states: Sequence[FulfillmentState],
    *,
    at: datetime,
    ids: IdSource,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
) -> list[News]:
    """Merge `states` into what we know; those of foreign fulfillment orders are passed over.

    Args:
        capabilities: what each channel can be told, by channel name.
    """
    latest: dict[str, FulfillmentState] = {}
    for state in states:
        known = latest.get(state.fulfillment_order_id)
        if known is None or known.updated_at <= state.updated_at:
            latest[state.fulfillment_order_id] = state
    rows = lock_fulfillment_orders(connection, list(latest))
    _accept_unrecorded(connection, rows, latest, ids, at)
    rows = lock_fulfillment_orders(connection, list(rows))
    fresh = [row for row in rows.values() if not is_stale(row, latest[row.id])]
    known = _known_shipments(connection, [row.id for row in fresh])
    news = [
        News(row, latest[row.id], merge(row, latest[row.id], known.left(row.id))) for row in fresh
    ]
    sound = [entry for entry in news if entry.merged.contradiction is None]
    apply(connection, [c for entry in sound for c in entry.merged.changes], at=at)
    count_delivered(connection, [d for entry in sound for d in entry.merged.delivered])
    told = _store_shipments(connection, sound, known)
    _store_heads(connection, sound)
    effects = _tracking(sound, told, capabilities)
    effects += _cancellation_news(connection, sound, capabilities, at)
    record(connection, effects, at=at)
    concerns = [concern for entry in news for concern in _concerns(entry)]
    raise_concerns(connection, concerns, at=at, new_ids=ids.new_ids(at, len(concerns)))
    return sound


def _accept_unrecorded(
    connection: Connection,
    rows: Mapping[str, FulfillmentRow],
    states: Mapping[str, FulfillmentState],
    ids: IdSource,
    at: datetime,
) -> None:
    """News may arrive before the answer to the create call is stored: then they are the answer."""
    accept(
        connection,
        ids,
        [
            (
                row,
                Acceptance(states[row.id].received_at, tuple(states[row.id].granted_features)),
            )
            for row in rows.values()
            if row.status is None
        ],
        at=at,
    )


_Key = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """Shipments as they are stored: by fulfillment order and shipment."""

    statuses: dict[_Key, ShipmentStatus]
    units: dict[_Key, dict[str, int]]
    """Units by item of those that have left."""
    unpacked: set[_Key]
    """Those that have left of which it is not known which parcel holds what."""

    def left(self, fulfillment_order_id: str) -> Shipped:
        """What is known to have left of one fulfillment order."""
        return {
            shipment_id: units
            for (order_id, shipment_id), units in self.units.items()
            if order_id == fulfillment_order_id
        }


def _known_shipments(connection: Connection, ids: Sequence[str]) -> _Known:
    known = _Known({}, {}, set())
    for start in range(0, len(ids), 500):
        for row in connection.execute(
            select(
                shipments.c.fulfillment_order_id,
                shipments.c.shipment_id,
                shipments.c.status,
                shipment_items.c.item_id,
                shipment_items.c.package_number,
                shipment_items.c.quantity,
            )
            .outerjoin(
                shipment_items,
                (shipment_items.c.fulfillment_order_id == shipments.c.fulfillment_order_id)
                & (shipment_items.c.shipment_id == shipments.c.shipment_id),
            )
            .where(shipments.c.fulfillment_order_id.in_(ids[start : start + 500]))
        ):
            key = (row.fulfillment_order_id, row.shipment_id)
            status = known.statuses[key] = ShipmentStatus(row.status)
            if status is ShipmentStatus.SHIPPED:
                units = known.units.setdefault(key, {})
                if row.item_id is not None:
                    units[row.item_id] = units.get(row.item_id, 0) + row.quantity
                    if row.package_number == 0:
                        known.unpacked.add(key)
    return known


def _store_shipments(
    connection: Connection, news: Sequence[News], known: _Known
) -> dict[tuple[str, int], PackageStatus]:
    """Store shipments, their items and parcels; returns the parcels' statuses as kept."""
    ids = [entry.row.id for entry in news if entry.state.shipments]
    known_shipments = known.statuses
    known_packages: dict[_Key, PackageStatus] = {}
    for start in range(0, len(ids), 500):
        for row in connection.execute(
            select(
                packages.c.fulfillment_order_id, packages.c.package_number, packages.c.status
            ).where(packages.c.fulfillment_order_id.in_(ids[start : start + 500]))
        ):
            known_packages[(row[0], row[1])] = PackageStatus(row[2])
    shipment_rows: list[dict[str, Any]] = []
    item_rows: list[dict[str, Any]] = []
    package_rows: list[dict[str, Any]] = []
    replaced: list[tuple[str, str]] = []
    kept: dict[tuple[str, int], PackageStatus] = {}
    for entry in news:
        order_id = entry.row.id
        for shipment in entry.state.shipments:
            which = (order_id, shipment.shipment_id)
            before = known_shipments.get(which)
            shipment_rows.append(
                {
                    "fulfillment_order_id": order_id,
                    "shipment_id": shipment.shipment_id,
                    "fulfillment_center_id": shipment.fulfillment_center_id,
                    "status": newer_shipment(before, shipment).value,
                    "shipped_at": shipment.shipped_at,
                    "estimated_arrival": shipment.estimated_arrival,
                }
            )
            packed = which in known.unpacked and content(shipment) == known.units[which]
            if before is not ShipmentStatus.SHIPPED or packed:
                replaced.append(which)
                item_rows += _shipment_items(order_id, shipment.shipment_id, shipment.items)
            for package in shipment.packages:
                key = (order_id, package.package_number)
                status = kept[key] = newer_package(known_packages.get(key), package)
                package_rows.append(
                    {
                        "fulfillment_order_id": order_id,
                        "package_number": package.package_number,
                        "shipment_id": shipment.shipment_id,
                        "carrier_code": package.carrier_code,
                        "tracking_number": package.tracking_number,
                        "status": status.value,
                        "estimated_arrival": package.estimated_arrival,
                        "delivered_at": package.delivered_at,
                    }
                )
    _replace(connection, shipments, shipment_rows, ("fulfillment_order_id", "shipment_id"))
    for order_id, shipment_id in replaced:
        if (order_id, shipment_id) in known_shipments:
            connection.execute(
                delete(shipment_items).where(
                    shipment_items.c.fulfillment_order_id == order_id,
                    shipment_items.c.shipment_id == shipment_id,
                )
            )
    if item_rows:
        connection.execute(shipment_items.insert(), item_rows)
    _replace(connection, packages, package_rows, ("fulfillment_order_id", "package_number"))
    return kept


def _shipment_items(
    order_id: str, shipment_id: str, items: Iterable[Any]
) -> Iterable[dict[str, Any]]:
    units: dict[tuple[str, int], int] = {}
    for item in items:
        key = (item.item_id, item.package_number or 0)
        units[key] = units.get(key, 0) + item.quantity
    for (item_id, number), quantity in units.items():
        yield {
            "fulfillment_order_id": order_id,
            "shipment_id": shipment_id,
            "item_id": item_id,
            "package_number": number,
            "quantity": quantity,
        }


def _replace(
    connection: Connection, table: Any, rows: Sequence[dict[str, Any]], key: tuple[str, ...]
) -> None:
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    kept_if_missing = {"tracking_number", "delivered_at", "shipped_at", "estimated_arrival"}
    changed: dict[str, Any] = {}
    for name in rows[0]:
        if name in key:
            continue
        told = statement.excluded[name]
        # Late news may lack what earlier news had.
        changed[name] = _either(told, table.c[name]) if name in kept_if_missing else told
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows
    )


def _either(told: Any, known: Any) -> Any:
    from sqlalchemy import func

    return func.coalesce(told, known)


def _store_heads(connection: Connection, news: Sequence[News]) -> None:
    if not news:
        return
    from sqlalchemy import bindparam

    connection.execute(
        update(fulfillment_orders)
        .where(fulfillment_orders.c.id == bindparam("which"))
        .values(
            status=bindparam("told"), status_reason=bindparam("why"), updated_at=bindparam("when_")
        ),
        [
            {
                "which": entry.row.id,
                "told": _status(entry).value,
                "why": entry.state.status_reason,
                "when_": entry.state.updated_at,
            }
            for entry in news
        ],
    )


def _status(entry: News) -> FulfillmentOrderStatus:
    """Amazon's status, except that a final one is not left again."""
    if entry.row.status is not None:
        before = FulfillmentOrderStatus(entry.row.status)
        if before.final:
            return before
    return entry.state.status


def _tracking(
    news: Sequence[News],
    packages_kept: Mapping[tuple[str, int], PackageStatus],
    capabilities: Mapping[str, frozenset[ChannelCapability]],
) -> list[NewEffect]:
    return [
        tracking_effect(
            channel=entry.row.channel,
            order_id=entry.row.order_id,
            fulfillment_order_id=entry.row.id,
            package_number=package.package_number,
        )
        for entry in news
        if ChannelCapability.TRACKING in capabilities.get(entry.row.channel, frozenset())
        for shipment in entry.state.shipments
        if shipment.status is ShipmentStatus.SHIPPED
        for package in shipment.packages
        if package.tracking_number and (entry.row.id, package.package_number) in packages_kept
    ]


def _cancellation_news(
    connection: Connection,
    news: Sequence[News],
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    at: datetime,
) -> list[NewEffect]:
    """Decide requested cancellations, and tell the channel what will not be shipped."""
    decided = cancellation_requests.decide(connection, [(e.row, e.state) for e in news], at=at)
    stopped = {entry.row.id: _stopped(entry) for entry in news}
    to_tell = [
        entry
        for entry in news
        if stopped[entry.row.id]
        and ChannelCapability.CANCELLATIONS in capabilities.get(entry.row.channel, frozenset())
    ]
    if not to_tell:
        return []
    parts = parts_gone(connection, [entry.row.order_id for entry in to_tell])
    later: dict[str, dict[Part, int]] = {}
    effects = []
    for entry in reversed(to_tell):
        row, units = entry.row, stopped[entry.row.id]
        behind = later.get(row.order_id, {})
        quantities = newly_gone(parts[row.order_id], units, behind)
        later[row.order_id] = added(units, behind)
        if quantities:
            effects.append(
                cancellation_effect(
                    channel=row.channel,
                    channel_order_id=row.channel_order_id,
                    order_id=row.order_id,
                    cause=f"{row.id}-{_progress_mark(row, units)}",
                    reason=decided.get(row.id, "unfulfillable"),
                    quantities=quantities,
                )
            )
    effects.reverse()
    return effects


def _stopped(entry: News) -> dict[Part, int]:
    """Units that the network will not ship after all."""
    units: dict[Part, int] = {}
    for change in entry.merged.changes:
        if change.step in _STOPPED:
            part = (change.item.line_id, change.item.sku)
            units[part] = units.get(part, 0) + change.quantity
    return units


def _progress_mark(row: FulfillmentRow, units: Mapping[Part, int]) -> int:
    """Grows with every further unit that is stopped, so that each news has a key of its own."""
    return sum(i.cancelled + i.unfulfillable for i in row.items) + sum(units.values())


def _concerns(entry: News) -> Iterable[Concern]:
    row, state = entry.row, entry.state
    if entry.merged.contradiction is not None:
        yield Concern(
            f"fulfillment:{row.id}:contradiction",
            "order",
            row.order_id,
            (entry.merged.contradiction,),
        )
        return
    if entry.merged.unaccounted:
        yield Concern(
            f"fulfillment:{row.id}:unaccounted",
            "order",
            row.order_id,
            (
                Problem(
                    "unaccounted_units",
                    f"{row.id} is {state.status.value}, and the network does not say what became "
                    f"of {entry.merged.unaccounted} units",
                    fix="ask Seller Support; the next state that tells is taken",
                ),
            ),
        )
    lost = [c for c in entry.merged.changes if c.step in (Step.UNFULFILLABLE, Step.REFUSED)]
    if lost:
        yield Concern(
            f"fulfillment:{row.id}:unfulfillable",
            "order",
            row.order_id,
            (
                Problem(
                    "unfulfillable",
                    f"the network can't ship {_named(lost)} of {row.id}"
                    + (f": {state.status_reason}" if state.status_reason else ""),
                    fix="send it from another pool, or refund the buyer",
                ),
            ),
        )
    troubled = sorted(
        f"package {package.package_number} ({package.status.value})"
        for shipment in state.shipments
        for package in shipment.packages
        if package.status in _TROUBLED
    )
    if troubled:
        yield Concern(
            f"fulfillment:{row.id}:delivery",
            "order",
            row.order_id,
            (
                Problem(
                    "delivery_failed",
                    f"{row.id}: {', '.join(troubled)}",
                    fix="send a replacement or refund, and claim the loss from Amazon",
                ),
            ),
        )


def _named(changes: Sequence[ItemChange]) -> str:
    return ", ".join(f"{c.quantity} of {_item_sku(c.item)}" for c in changes)


def _item_sku(item: Item) -> str:
    return item.sku
