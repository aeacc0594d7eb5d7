"""A furnished shop, on both databases; the books are proved at the end of each test."""

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
    assert engine.verify().violations == ()
