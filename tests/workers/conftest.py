"""A worker service on a real broker, with a network and a channel in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from stockpool import Engine, Product

WAIT_SECONDS = 30.0

WaitFor = Callable[[Callable[[], object], str], None]


def _wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until `condition` holds; it is looked at often, and for a bounded time."""
    pause = threading.Event()
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {WAIT_SECONDS} s in vain: {what}"
        pause.wait(0.02)


@pytest.fixture
def wait_for() -> WaitFor:
    """Waits for a condition, without a guess of how long it takes."""
    return _wait_for


@pytest.fixture
def network() -> FakeNetwork:
    """The network on the machine's clock."""
    return FakeNetwork()


@pytest.fixture(params=["embedded", "redis"])
def broker(request: pytest.FixtureRequest) -> str:
    """The URL of each broker: the same actors run on both."""
    if request.param == "embedded":
        return "embedded"
    url: str = request.getfixturevalue("redis_url")
    return url


@pytest.fixture
def open_engine(
    database_url: str,
) -> Iterator[Callable[..., Engine]]:
    """Opens engines on the same database; the machine's clock, as in production."""
    opened: list[Engine] = []

    def open_one(
        broker: str, network: FakeNetwork, channel: FakeChannel, **settings: object
    ) -> Engine:
        options = {
            "broker": broker,
            "poll_seconds": 0.1,
            "changes_seconds": 0.1,
            "availability_seconds": 0.2,
            "lease_seconds": 2,
            **settings,
        }
        engine = Engine.open(
            database_url,
            config={"stockpool": options, "plugins": []},
            networks={"amazon-na": network},
            channels={"web": channel},
        )
        opened.append(engine)
        return engine

    yield open_one
    for engine in opened:
        engine.close()


@pytest.fixture
def stocked(
    broker: str, open_engine: Callable[..., Engine], network: FakeNetwork, channel: FakeChannel
) -> Engine:
    """An engine with 1,000 mugs in the United States."""
    engine = open_engine(broker, network, channel)
    engine.catalog.add(Product("MUG-1"))
    engine.catalog.list_on("web", channel_sku="mug", sku="MUG-1")
    network.put("US", "MUG-1", 1_000)
    engine.inventory.receive("amazon-na:US", "MUG-1", 1_000, key="first")
    return engine
