"""A furnished shop for tests of what follows an order; the books are proved at the end of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from shop import Shop
from stockpool.clock import ManualClock
from stockpool.engine import Engine


@pytest.fixture
def shop(
    engine: Engine, network: FakeNetwork, channel: FakeChannel, clock: ManualClock
) -> Iterator[Shop]:
    shop = Shop(engine, network, channel, clock).furnish()
    yield shop
    shop.close()
    if not shop.broken:
        assert engine.verify().violations == ()
    assert channel.altered == [], "a key was told again with other content"
