"""Storing the network's news: shipments, parcels, counts, and what follows from them.

`apply_states` takes any number of fulfillment orders' states in one unit of work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from stockpool.attention.queue import raise_concerns
from stockpool.ids import IdSource
from stockpool.orders import cancellation_requests
from stockpool.orders.alarms import concerns_of
from stockpool.orders.announcements import (
    DELIVERY_STATUSES,
    Label,
    NotShipped,
    announce,
    delivery_effect,
    known_to,
    tracking_change_effect,
    tracking_effect,
)
from stockpool.orders.answering import conclude
from stockpool.orders.asking import ask_again_at
from stockpool.orders.counting import Step, apply, count_delivered, parts_gone
from stockpool.orders.fulfillment_rows import FulfillmentRow, lock_fulfillment_orders
from stockpool.orders.merging import (
    News,
    is_stale,
    merge,
)
from stockpool.orders.parcels import KeptParcels, Parcel, known_shipments, label_of, store_shipments
from stockpool.orders.placing import Acceptance, accept
from stockpool.orders.tables import (
    fulfillment_orders,
)
from stockpool.orders.unfulfillable import (
    Policies,
    hold_orders_in_trouble,
    put_on_hold,
    wanted_again,
)
from stockpool.orders.whole_items import Part, added, newly_gone
from stockpool.outbox.effects import NewEffect, record
from stockpool.plugins.channel import ChannelCapability
from stockpool.plugins.network import (
    FulfillmentOrderStatus,
    FulfillmentState,
    PackageState,
    ShipmentStatus,
)

NO_POLICIES: Policies = {}

_STOPPED = frozenset({Step.CANCELLED, Step.UNFULFILLABLE, Step.REFUSED})


def apply_states(
    connection: Connection,
    states: Sequence[FulfillmentState],
    *,
    at: datetime,
    ids: IdSource,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    unfulfillable: Policies = NO_POLICIES,
) -> list[News]:
    """Merge `states` into what we know; those of foreign fulfillment orders are passed over.

    Args:
        capabilities: what each channel can be told, by channel name.
        unfulfillable: what becomes of units that the network can't ship, by channel name.
    """
    hold_orders_in_trouble(connection, states, unfulfillable)
    latest: dict[str, FulfillmentState] = {}
    for state in states:
        other = latest.get(state.fulfillment_order_id)
        if other is None or other.updated_at <= state.updated_at:
            latest[state.fulfillment_order_id] = state
    rows = lock_fulfillment_orders(connection, list(latest))
    _accept_unrecorded(connection, rows, latest, ids, at)
    rows = lock_fulfillment_orders(connection, list(rows))
    fresh = [row for row in rows.values() if not is_stale(row, latest[row.id])]
    known = known_shipments(connection, [row.id for row in fresh])
    news = [
        News(row, latest[row.id], merge(row, latest[row.id], known.left(row.id))) for row in fresh
    ]
    sound = [entry for entry in news if entry.merged.contradiction is None]
    asked, decided = cancellation_requests.decide(connection, [(e.row, e.state) for e in sound])
    sound = wanted_again(sound, unfulfillable, list(asked))
    apply(connection, [c for entry in sound for c in entry.merged.changes], at=at)
    count_delivered(connection, [d for entry in sound for d in entry.merged.delivered])
    kept = store_shipments(connection, sound, known)
    _store_heads(connection, sound, at)
    told = list(_told_parcels(sound, kept, capabilities))
    record(connection, _tracking(told), at=at)
    record(connection, _label_changes(told, kept, capabilities, at), at=at)
    record(connection, _deliveries(told, kept, capabilities), at=at)
    put_on_hold(connection, sound, unfulfillable)
    announce(connection, _not_shipped(connection, sound, asked), capabilities, at=at)
    conclude(connection, decided, capabilities, ids, at=at)
    odd = [entry for entry in news if entry.merged.contradiction is not None]
    concerns = [concern for entry in (*odd, *sound) for concern in concerns_of(entry)]
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


def _store_heads(connection: Connection, news: Sequence[News], at: datetime) -> None:
    if not news:
        return
    connection.execute(
        update(fulfillment_orders)
        .where(fulfillment_orders.c.id == bindparam("which"))
        .values(
            status=bindparam("told"),
            status_reason=bindparam("why"),
            updated_at=bindparam("when_"),
            ask_at=bindparam("again"),
        ),
        [
            {
                "which": entry.row.id,
                "told": _status(entry).value,
                "why": entry.state.status_reason,
                "when_": entry.state.updated_at,
                "again": ask_again_at(entry.state, at),
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


@dataclass(frozen=True, slots=True)
class _ToldParcel:
    """A parcel that has left, whose channel takes news of parcels."""

    entry: News
    package: PackageState
    label: Label

    @property
    def named(self) -> dict[str, Any]:
        """What each effect about it says."""
        return {
            "channel": self.entry.row.channel,
            "order_id": self.entry.row.order_id,
            "fulfillment_order_id": self.entry.row.id,
            "package_number": self.package.package_number,
        }

    @property
    def key(self) -> Parcel:
        return self.entry.row.id, self.package.package_number


def _told_parcels(
    news: Sequence[News],
    kept: KeptParcels,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
) -> Iterator[_ToldParcel]:
    for entry in news:
        told = known_to(capabilities, entry.row.channel, entry.row.replaces)
        if ChannelCapability.TRACKING not in told:
            continue
        for shipment in entry.state.shipments:
            for package in shipment.packages if shipment.status is ShipmentStatus.SHIPPED else ():
                label = label_of(package)
                if label and (entry.row.id, package.package_number) in kept.statuses:
                    yield _ToldParcel(entry, package, label)


def _tracking(parcels: Sequence[_ToldParcel]) -> list[NewEffect]:
    return [tracking_effect(**parcel.named, label=parcel.label) for parcel in parcels]


def _label_changes(
    parcels: Sequence[_ToldParcel],
    kept: KeptParcels,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    at: datetime,
) -> list[NewEffect]:
    """Parcels whose number or carrier is another one than the channel was told."""
    return [
        tracking_change_effect(
            **parcel.named, label=parcel.label, former=kept.relabelled[parcel.key], at=at
        )
        for parcel in parcels
        if parcel.key in kept.relabelled
        and ChannelCapability.TRACKING_CHANGES in capabilities[parcel.entry.row.channel]
    ]


def _deliveries(
    parcels: Sequence[_ToldParcel],
    kept: KeptParcels,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
) -> list[NewEffect]:
    """How parcels fare that the channel is told of; late news don't tell what is past."""
    return [
        delivery_effect(
            **parcel.named,
            tracking_number=parcel.label.tracking_number,
            status=DELIVERY_STATUSES[parcel.package.status],
            happened_at=parcel.package.delivered_at or parcel.entry.state.updated_at,
        )
        for parcel in parcels
        if ChannelCapability.DELIVERY in capabilities[parcel.entry.row.channel]
        and parcel.package.status in DELIVERY_STATUSES
        and kept.statuses[parcel.key] is parcel.package.status
    ]


def _not_shipped(
    connection: Connection, news: Sequence[News], asked: Mapping[str, Any]
) -> list[NotShipped]:
    """Which whole items will not be shipped; `asked` are the requests by fulfillment order."""
    stopped = {entry.row.id: _stopped(entry) for entry in news}
    ended = [entry for entry in news if stopped[entry.row.id]]
    if not ended:
        return []
    parts = parts_gone(connection, [entry.row.order_id for entry in ended])
    later: dict[str, dict[Part, int]] = {}
    found = []
    for entry in reversed(ended):
        row, units = entry.row, stopped[entry.row.id]
        behind = later.get(row.order_id, {})
        quantities = newly_gone(parts[row.order_id], units, behind)
        later[row.order_id] = added(units, behind)
        if quantities:
            found.append(
                NotShipped(
                    row.channel,
                    row.channel_order_id,
                    row.order_id,
                    f"{row.id}-{_progress_mark(row, units)}",
                    _reason(entry, asked.get(row.id)),
                    quantities,
                    tell=row.id not in asked or not asked[row.id].done,
                )
            )
    found.reverse()
    return found


def _reason(entry: News, request: Any) -> str:
    """The request's, or what the network has found."""
    if request is not None:
        return str(request.reason)
    cancelled = all(c.step is Step.CANCELLED for c in entry.merged.changes if c.step in _STOPPED)
    return "cancelled_by_network" if cancelled else "unfulfillable"


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
