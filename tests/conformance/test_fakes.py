"""The fakes that stand for a real network and a real channel keep the contracts they stand for."""

from __future__ import annotations

import pytest

from fake_world import FakeWorld
from stockpool.testing import NetworkConformance


class TestFakeNetwork(NetworkConformance):
    """In memory, worked off by the test."""

    @pytest.fixture
    def world(self) -> FakeWorld:
        return FakeWorld()
