"""What the channel is told, as effects: parcels, and what will not be shipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stockpool.outbox.effects import EffectKind, NewEffect
from stockpool.plugins.channel import ChannelCapability

if TYPE_CHECKING:
    from stockpool.orders.claims import Claim


def cancellation_effect(
    *,
    channel: str,
    channel_order_id: str,
    order_id: str,
    cause: str,
    reason: str,
    quantities: Mapping[str, int],
) -> NewEffect:
    """Tell the channel that quantities of lines (in the lines' own units) will not be shipped."""
    return NewEffect(
        kind=EffectKind.PUSH_CANCELLATION,
        key=f"cancelled-{cause}",
        party=channel,
        aggregate=f"{order_id}-channel",
        payload={
            "channel_order_id": channel_order_id,
            "order_id": order_id,
            "reason": reason,
            "quantities": dict(quantities),
        },
        share=channel,
    )


def unfulfillable_effect(
    claim: Claim, capabilities: frozenset[ChannelCapability]
) -> NewEffect | None:
    """The message that parts of an order can't be filled; None if there is nothing to tell."""
    if ChannelCapability.CANCELLATIONS not in capabilities:
        return None
    quantities: dict[str, int] = {}
    for wanted in claim.wanted:
        if wanted.unfulfillable:
            items = wanted.unfulfillable // wanted.each
            quantities[wanted.line_id] = max(quantities.get(wanted.line_id, 0), items)
    if not quantities:
        return None
    return cancellation_effect(
        channel=claim.channel,
        channel_order_id=claim.channel_order_id,
        order_id=claim.order_id,
        cause=f"{claim.order_id}-intake-{claim.number}",
        reason="out_of_stock",
        quantities=quantities,
    )


def tracking_effect(
    *, channel: str, order_id: str, fulfillment_order_id: str, package_number: int
) -> NewEffect:
    """Tell the channel about one parcel; the same parcel always has the same key."""
    return NewEffect(
        kind=EffectKind.PUSH_TRACKING,
        key=f"tracking-{fulfillment_order_id}-{package_number}",
        party=channel,
        aggregate=f"{fulfillment_order_id}-package-{package_number}",
        payload={
            "order_id": order_id,
            "fulfillment_order_id": fulfillment_order_id,
            "package_number": package_number,
        },
        share=channel,
    )
