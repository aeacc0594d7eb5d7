"""What all pushes have in common."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stockpool.errors import RejectedError
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import ChannelCapability, PushRefusal
from stockpool.testing.addresses import sample_address
from stockpool.testing.channel_conformance.channel_tests import read
from stockpool.testing.channel_conformance.world import ChannelWorld, Units
from stockpool.testing.privacy import keeps_the_secret


def an_order(world: ChannelWorld, units: Units) -> OrderRequest:
    """An order that was placed and taken in."""
    channel = world.channel()
    assert ChannelCapability.ORDERS in channel.capabilities, (
        "a channel that is told about orders has some: declare ORDERS"
    )
    order_id = world.place_order(units, sample_address("US"))
    return read(channel).orders[order_id]


def check_refusals(refusals: Sequence[PushRefusal], allowed: Collection[str]) -> None:
    """Refusals are values, for updates of this call, that a person can read."""
    for refusal in refusals:
        assert isinstance(refusal, PushRefusal)
        assert refusal.key in allowed, f"{refusal.key} was refused: {refusal.error}"
        assert isinstance(refusal.error, RejectedError)
        assert refusal.error.code, "a refusal has a code"
        keeps_the_secret(refusal.error)
