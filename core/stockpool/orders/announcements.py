"""What the channel is told, as effects: parcels, and what will not be shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from stockpool.care.due import Due, RefundCause, note_due
from stockpool.orders.tables import orders
from stockpool.outbox.effects import EffectKind, NewEffect, record
from stockpool.plugins.channel import ChannelCapability, DeliveryStatus
from stockpool.plugins.network import PackageStatus

if TYPE_CHECKING:
    from stockpool.orders.claims import Claim


@dataclass(frozen=True, slots=True)
class NotShipped:
    """Items of an order that will not be shipped.

    Attributes:
        cause: the same for the same news.
        quantities: by line, in the lines' own units.
        tell: whether the channel has to be told; it may have said so itself.
    """

    channel: str
    channel_order_id: str
    order_id: str
    cause: str
    reason: str
    quantities: Mapping[str, int]
    tell: bool = True

    @property
    def key(self) -> str:
        """Names the news, for the channel and for the refund that may follow."""
        return f"cancelled-{self.cause}"


def announce(
    connection: Connection,
    news: Sequence[NotShipped],
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    *,
    at: datetime,
) -> None:
    """Tell channels what will not be shipped, and note that it may have to be refunded."""
    told = [
        one for one in news if one.tell and can_be_told(capabilities.get(one.channel, frozenset()))
    ]
    if told:
        replacing = _replacing(connection, [one.order_id for one in told])
        told = [
            one
            for one in told
            if can_be_told(known_to(capabilities, one.channel, replacing.get(one.order_id)))
        ]
    record(connection, [cancellation_effect(n) for n in told], at=at)
    note_due(connection, [due_of(n) for n in news], at=at)


def known_to(
    capabilities: Mapping[str, frozenset[ChannelCapability]], channel: str, replaces: str | None
) -> frozenset[ChannelCapability]:
    """What a channel can be told of an order, which may replace another."""
    can = capabilities.get(channel, frozenset())
    return can if replaces is None or ChannelCapability.REPLACEMENTS in can else frozenset()


def _replacing(connection: Connection, order_ids: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(
        select(orders.c.id, orders.c.replaces).where(
            orders.c.id.in_(sorted(set(order_ids))), orders.c.replaces.is_not(None)
        )
    )
    return {row.id: row.replaces for row in rows}


def can_be_told(capabilities: frozenset[ChannelCapability]) -> bool:
    """Whether a channel takes news of what will not be shipped."""
    return ChannelCapability.CANCELLATIONS in capabilities


def cancellation_effect(news: NotShipped) -> NewEffect:
    """Tell the channel that quantities of lines will not be shipped."""
    return NewEffect(
        kind=EffectKind.PUSH_CANCELLATION,
        key=news.key,
        party=news.channel,
        aggregate=f"{news.order_id}-channel",
        payload={
            "channel_order_id": news.channel_order_id,
            "order_id": news.order_id,
            "reason": news.reason,
            "quantities": dict(news.quantities),
        },
        share=news.channel,
    )


def due_of(news: NotShipped) -> Due:
    """What is not shipped may have to be refunded."""
    cause = RefundCause.CANCELLATION
    return Due(news.key, news.order_id, cause, news.reason, news.quantities)


def unfulfillable_news(claim: Claim) -> NotShipped | None:
    """Parts of an order that routing could not find; None if there are none."""
    quantities: dict[str, int] = {}
    for wanted in claim.wanted:
        if wanted.unfulfillable:
            items = wanted.unfulfillable // wanted.each
            quantities[wanted.line_id] = max(quantities.get(wanted.line_id, 0), items)
    if not quantities:
        return None
    return NotShipped(
        claim.channel,
        claim.channel_order_id,
        claim.order_id,
        f"{claim.order_id}-intake-{claim.number}",
        "out_of_stock",
        quantities,
    )


DELIVERY_STATUSES: Mapping[PackageStatus, DeliveryStatus] = {
    PackageStatus.IN_TRANSIT: "in_transit",
    PackageStatus.OUT_FOR_DELIVERY: "out_for_delivery",
    PackageStatus.DELAYED: "delayed",
    PackageStatus.DELIVERY_ATTEMPTED: "attempted",
    PackageStatus.AVAILABLE_FOR_PICKUP: "available_for_pickup",
    PackageStatus.DELIVERED: "delivered",
    PackageStatus.UNDELIVERABLE: "undeliverable",
}
"""What channels are told of a parcel; what else the network says is nothing to a buyer."""


def delivery_effect(
    *,
    channel: str,
    order_id: str,
    fulfillment_order_id: str,
    package_number: int,
    tracking_number: str,
    status: DeliveryStatus,
    happened_at: datetime,
) -> NewEffect:
    """Tell the channel how one parcel fares; each status once, after the parcel itself."""
    parcel = f"{fulfillment_order_id}-{package_number}"
    return NewEffect(
        kind=EffectKind.PUSH_DELIVERY,
        key=f"delivery-{parcel}-{status.replace('_', '-')}",
        party=channel,
        aggregate=f"{fulfillment_order_id}-package-{package_number}",
        payload={
            "order_id": order_id,
            "fulfillment_order_id": fulfillment_order_id,
            "package_number": package_number,
            "tracking_number": tracking_number,
            "status": status,
            "happened_at": happened_at.isoformat(),
        },
        share=channel,
    )


@dataclass(frozen=True, slots=True)
class Label:
    """What is written on a parcel."""

    carrier_code: str
    tracking_number: str


def tracking_effect(
    *,
    channel: str,
    order_id: str,
    fulfillment_order_id: str,
    package_number: int,
    label: Label,
) -> NewEffect:
    """Tell the channel about one parcel; the same parcel always has the same key.

    It is told with the label of now, also when it is repeated after that has changed: a shop
    whose answer was lost must be asked for the number that it was given.
    """
    return NewEffect(
        kind=EffectKind.PUSH_TRACKING,
        key=f"tracking-{fulfillment_order_id}-{package_number}",
        party=channel,
        aggregate=f"{fulfillment_order_id}-package-{package_number}",
        payload={
            "order_id": order_id,
            "fulfillment_order_id": fulfillment_order_id,
            "package_number": package_number,
            **asdict(label),
        },
        share=channel,
    )


def tracking_change_effect(
    *,
    channel: str,
    order_id: str,
    fulfillment_order_id: str,
    package_number: int,
    label: Label,
    former: Label,
    at: datetime,
) -> NewEffect:
    """Tell the channel that a parcel goes by another label, after all that was told of it before.

    Its key tells apart changes that come back to a label the parcel had before.
    """
    change = "\0".join((at.isoformat(), *astuple(former), *astuple(label)))
    mark = sha256(change.encode()).hexdigest()[:16]
    return NewEffect(
        kind=EffectKind.PUSH_TRACKING_CHANGE,
        key=f"tracking-{fulfillment_order_id}-{package_number}-{mark}",
        party=channel,
        aggregate=f"{fulfillment_order_id}-package-{package_number}",
        payload={
            "order_id": order_id,
            "fulfillment_order_id": fulfillment_order_id,
            "package_number": package_number,
            **asdict(label),
            "former": asdict(former),
        },
        share=channel,
    )
