"""Fixtures for anyone's tests: a simulated Amazon at an address.

pytest_plugins = ["stockpool_amazon_sim.pytest_plugin"]  # in conftest.py

def test_my_integration(amazon_sim):
    amazon_sim.simulator.stock("US", "MUG-1", 10)
    client = MyClient(endpoint=amazon_sim.url)
    ...
    amazon_sim.simulator.advance_to(...)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from stockpool.clock import SystemClock
from stockpool_amazon_sim.settings import AmazonSimSettings
from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer


@pytest.fixture
def amazon_sim_settings() -> dict[str, Any]:
    """The settings of `amazon_sim`; override it to change them (see `AmazonSimSettings`)."""
    return {}


@pytest.fixture
def amazon_sim(amazon_sim_settings: dict[str, Any]) -> Iterator[SpApiServer]:
    """A simulated Amazon, new for each test: `.url` for clients, `.simulator` for control."""
    simulator = Simulator(AmazonSimSettings(**amazon_sim_settings), SystemClock())
    with SpApiServer(simulator) as server:
        yield server
    simulator.close()
