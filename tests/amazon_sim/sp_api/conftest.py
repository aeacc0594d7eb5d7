"""An account at the simulated SP-API, called without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from inbound_flow import Sender
from sp_api_caller import Caller
from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api import Application

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def settings() -> dict[str, Any]:
    return {}


@pytest.fixture
def sp_api(clock: ManualClock, settings: dict[str, Any]) -> Iterator[Caller]:
    """A seller's account without stock."""
    simulator = Simulator(AmazonSimSettings(**settings), clock)
    application = Application(simulator)
    yield Caller(application, clock, application.access_tokens.make("seller"))
    simulator.close()


@pytest.fixture
def sender(sp_api: Caller) -> Sender:
    """A seller who sends two SKUs to Amazon that need no preparation."""
    sender = Sender(sp_api)
    sender.prepare("MUG", "CAP")
    return sender
