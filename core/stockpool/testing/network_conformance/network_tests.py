"""What the groups of tests have in common: their fixtures."""

from __future__ import annotations

import pytest

from stockpool.plugins.network import Network
from stockpool.testing.network_conformance.seller import Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class NetworkTests:
    """A group of tests. The fixture `world` comes from who derives from `NetworkConformance`."""

    @pytest.fixture
    def network(self, world: NetworkWorld) -> Network:
        """The network under test."""
        return world.network()

    @pytest.fixture
    def seller(self, world: NetworkWorld) -> Seller:
        """Who places orders at the network under test."""
        return Seller(world)
