"""The merchant's desk at the simulated Amazon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from listing_desk import Desk
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings


@pytest.fixture
def desk(database_url: str, clock: ManualClock, tmp_path: Path) -> Iterator[Desk]:
    """An engine at the simulated Amazon, on both databases."""
    context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)
    network = AmazonSimNetwork(AmazonSimSettings(countries=("US", "CA")), context)
    with Engine.open(
        database_url,
        config={"plugins": []},
        clock=clock,
        ids=IdSource(seed=1),
        networks={"amazon-na": network},
    ) as engine:
        yield Desk(engine, network, clock)
