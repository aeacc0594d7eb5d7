"""The fakes that stand for a real network and a real channel keep the contracts they stand for."""

from __future__ import annotations

import pytest

from fake_shop import FakeShop
from fake_world import FakeWorld
from stockpool.testing import ChannelConformance, NetworkConformance


class TestFakeNetwork(NetworkConformance):
    """In memory, worked off by the test."""

    @pytest.fixture
    def world(self) -> FakeWorld:
        return FakeWorld()


class TestFakeChannel(ChannelConformance):
    """In memory, with everything that a channel can do."""

    @pytest.fixture
    def world(self) -> FakeShop:
        return FakeShop()
