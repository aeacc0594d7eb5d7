"""A furnished shop whose network takes back what customers return; the books are proved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_channel import FakeChannel
from returning_network import ReturningNetwork
from shop import Shop
from stockpool.clock import ManualClock
from stockpool.engine import Engine


@pytest.fixture
def network(clock: ManualClock) -> ReturningNetwork:
    return ReturningNetwork(clock=clock)


@pytest.fixture
def shop(
    engine: Engine, network: ReturningNetwork, channel: FakeChannel, clock: ManualClock
) -> Iterator[Shop]:
    """Twenty mugs and twenty tees; what comes back is refunded."""
    shop = Shop(engine, network, channel, clock).furnish()
    shop.receive("MUG-1", 20)
    shop.receive("TEE-1", 20)
    opened = shop.reopened(channels={"web": {"type": "instance", "refund_on": ["return"]}})
    yield opened
    opened.close()
    assert engine.verify().violations == ()
    assert channel.altered == [], "a key was told again with other content"
