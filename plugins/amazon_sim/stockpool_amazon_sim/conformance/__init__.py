"""Whether the simulated Amazon keeps a network's promises: `stockpool plugins check amazon_sim`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool.testing import NetworkConformance
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings
from stockpool_amazon_sim.conformance.simulated_world import AmazonSimWorld


class TestInMemory(NetworkConformance):
    """The state lives and dies with the instance, so there is never a second one."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[AmazonSimWorld]:
        clock = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        context = PluginContext("amazon", clock, IdSource(1), tmp_path)
        network = AmazonSimNetwork(AmazonSimSettings(), context)
        yield AmazonSimWorld(network.simulator, clock, network)
        network.close()


class TestInAFile(NetworkConformance):
    """Any number of instances share the state."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[AmazonSimWorld]:
        clock = ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        with ExitStack() as open_networks:

            def make() -> AmazonSimNetwork:
                context = PluginContext("amazon", clock, IdSource(1), tmp_path)
                made = AmazonSimNetwork(AmazonSimSettings(state=Path("amazon.db")), context)
                open_networks.callback(made.close)
                return made

            network = make()
            yield AmazonSimWorld(network.simulator, clock, network, reopen=make)
