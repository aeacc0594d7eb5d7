"""Telling the channel: the effects that push parcels and cancellations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from stockpool.orders.parcels import Parcel
from stockpool.orders.tables import (
    fulfillment_items,
    fulfillment_orders,
    order_lines,
    orders,
    packages,
    shipment_items,
    shipments,
)
from stockpool.outbox.effects import Done, LeasedEffect, Outcome, Refused
from stockpool.plugins.channel import (
    CancellationAnswer,
    CancellationUpdate,
    Channel,
    DeliveryUpdate,
    LineQuantity,
    PushRefusal,
    TrackingChange,
    TrackingUpdate,
)
from stockpool.storage.database import Database


class Push:
    """A push of updates to one channel, all in one call; the keys make repeats harmless."""

    def __init__(self, database: Database, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._channels = channels

    def _push(
        self,
        effects: Sequence[LeasedEffect],
        updates: Mapping[int, Any],
        call: Callable[[list[Any]], Sequence[PushRefusal]],
    ) -> list[Outcome]:
        ready = [effect for effect in effects if effect.id in updates]
        refused = {r.key: r.error for r in call([updates[e.id] for e in ready])} if ready else {}
        outcomes: list[Outcome] = [
            Refused(effect, refused[effect.key].code, refused[effect.key].reason)
            if effect.key in refused
            else Done(effect)
            for effect in ready
        ]
        outcomes += [
            Refused(effect, "nothing_to_tell", "what it is about is not there any more")
            for effect in effects
            if effect.id not in updates
        ]
        return outcomes

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Nothing but the effects is changed."""

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """That it was told is the effect's own state."""


class PushTracking(Push):
    """The effect `tracking.push`: one parcel."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Read the parcels and tell the channel about all of them at once."""
        channel = self._channels[effects[0].party]
        with self._database.read() as connection:
            updates = _tracking_updates(connection, effects)
        return self._push(effects, updates, channel.push_tracking)


def _tracking_updates(
    connection: Connection, effects: Sequence[LeasedEffect]
) -> dict[int, TrackingUpdate]:
    wanted: dict[Parcel, list[LeasedEffect]] = {}
    for one in effects:
        parcel = (one.payload["fulfillment_order_id"], one.payload["package_number"])
        wanted.setdefault(parcel, []).append(one)
    fulfillment_order_ids = sorted({order_id for order_id, _ in wanted})
    lines = _parcel_lines(connection, fulfillment_order_ids)
    rows = connection.execute(
        select(packages, shipments.c.shipped_at, orders.c.channel_order_id)
        .join(
            shipments,
            (shipments.c.fulfillment_order_id == packages.c.fulfillment_order_id)
            & (shipments.c.shipment_id == packages.c.shipment_id),
        )
        .join(fulfillment_orders, fulfillment_orders.c.id == packages.c.fulfillment_order_id)
        .join(orders, orders.c.id == fulfillment_orders.c.order_id)
        .where(packages.c.fulfillment_order_id.in_(fulfillment_order_ids))
    )
    updates: dict[int, TrackingUpdate] = {}
    for row in rows:
        parcel = (row.fulfillment_order_id, row.package_number)
        for effect in wanted.get(parcel, ()) if row.tracking_number is not None else ():
            # Effects recorded before labels could change don't bear one.
            carrier = effect.payload.get("carrier_code", row.carrier_code)
            number = effect.payload.get("tracking_number", row.tracking_number)
            updates[effect.id] = TrackingUpdate(
                effect.key,
                row.channel_order_id,
                f"{parcel[0]}/{parcel[1]}",
                carrier,
                number,
                row.shipped_at,
                row.estimated_arrival.date() if row.estimated_arrival else None,
                list(lines.get(parcel, {}).values()),
            )
    return updates


def _parcel_lines(
    connection: Connection, fulfillment_order_ids: Sequence[str]
) -> dict[Parcel, dict[str, LineQuantity]]:
    """Each parcel's content in the lines' own units; a part of a kit counts as the kit begun."""
    rows = connection.execute(
        select(
            shipment_items.c.fulfillment_order_id,
            shipment_items.c.package_number,
            shipment_items.c.quantity,
            fulfillment_items.c.line_id,
            order_lines.c.channel_sku,
            order_lines.c.each,
        )
        .join(
            fulfillment_items,
            (fulfillment_items.c.fulfillment_order_id == shipment_items.c.fulfillment_order_id)
            & (fulfillment_items.c.item_id == shipment_items.c.item_id),
        )
        .join(
            order_lines,
            (order_lines.c.order_id == fulfillment_items.c.order_id)
            & (order_lines.c.line_id == fulfillment_items.c.line_id)
            & (order_lines.c.sku == fulfillment_items.c.sku),
        )
        .where(shipment_items.c.fulfillment_order_id.in_(fulfillment_order_ids))
        .order_by(order_lines.c.order_id, order_lines.c.position)
    )
    found: dict[Parcel, dict[str, LineQuantity]] = {}
    for row in rows:
        items = -(-row.quantity // row.each)
        lines = found.setdefault((row.fulfillment_order_id, row.package_number), {})
        known = lines.get(row.line_id)
        lines[row.line_id] = LineQuantity(
            row.line_id, row.channel_sku, max(items, known.quantity if known else 0)
        )
    return found


class PushTrackingChange(Push):
    """The effect `tracking.change`: another number or carrier of one parcel."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Tell the channel about all of them at once."""
        channel = self._channels[effects[0].party]
        with self._database.read() as connection:
            parcels = _tracking_updates(connection, effects)
        changes = {
            effect.id: TrackingChange(
                effect.key,
                parcels[effect.id].channel_order_id,
                parcels[effect.id].package,
                effect.payload["carrier_code"],
                effect.payload["tracking_number"],
                effect.payload["former"]["carrier_code"],
                effect.payload["former"]["tracking_number"],
            )
            for effect in effects
            if effect.id in parcels
        }
        return self._push(effects, changes, channel.push_tracking_change)


class PushDelivery(Push):
    """The effect `delivery.push`: how one parcel fares."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Tell the channel about all of them at once."""
        channel = self._channels[effects[0].party]
        with self._database.read() as connection:
            parcels = _tracking_updates(connection, effects)
        updates = {
            effect.id: DeliveryUpdate(
                effect.key,
                parcels[effect.id].channel_order_id,
                parcels[effect.id].package,
                parcels[effect.id].tracking_number,
                effect.payload["status"],
                datetime.fromisoformat(effect.payload["happened_at"]),
            )
            for effect in effects
            if effect.id in parcels
        }
        return self._push(effects, updates, channel.push_delivery)


class PushCancellation(Push):
    """The effect `cancellation.push`: quantities that will not be shipped."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Tell the channel about all of them at once."""
        channel = self._channels[effects[0].party]
        with self._database.read() as connection:
            updates = {
                effect.id: CancellationUpdate(
                    effect.key,
                    effect.payload["channel_order_id"],
                    effect.payload["reason"],
                    line_quantities(
                        connection, effect.payload["order_id"], effect.payload["quantities"]
                    ),
                )
                for effect in effects
            }
        return self._push(effects, updates, channel.push_cancellation)


class PushCancellationAnswer(Push):
    """The effect `cancellation.answer`: what became of a cancellation that was asked for."""

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Tell the channel about all of them at once."""
        channel = self._channels[effects[0].party]
        with self._database.read() as connection:
            answers = {
                effect.id: CancellationAnswer(
                    effect.key,
                    effect.payload["channel_order_id"],
                    effect.payload["cancellation_id"],
                    effect.payload["outcome"],
                    effect.payload["reason"],
                    line_quantities(
                        connection, effect.payload["order_id"], effect.payload["quantities"]
                    ),
                )
                for effect in effects
            }
        return self._push(effects, answers, channel.push_cancellation_answer)


def line_quantities(
    connection: Connection, order_id: str, quantities: Mapping[str, int]
) -> list[LineQuantity]:
    """Quantities of an order's lines, as the channel knows them."""
    rows = connection.execute(
        select(order_lines.c.line_id, order_lines.c.channel_sku)
        .where(order_lines.c.order_id == order_id)
        .order_by(order_lines.c.position, order_lines.c.sku)
    )
    skus = {row.line_id: row.channel_sku for row in rows}
    return [
        LineQuantity(line_id, skus.get(line_id, ""), quantity)
        for line_id, quantity in quantities.items()
    ]
