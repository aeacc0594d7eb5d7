"""An account at a simulated Amazon, once in memory and once in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.order_request import Address
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import FulfillmentItem, FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings

START = datetime(2026, 3, 2, 9, tzinfo=UTC)

MakeNetwork = Callable[..., AmazonSimNetwork]
MakeRequest = Callable[..., FulfillmentRequest]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(params=["memory", "file"])
def form(request: pytest.FixtureRequest) -> str:
    """Where the state is kept."""
    form: str = request.param
    return form


@pytest.fixture
def make_network(clock: ManualClock, form: str, tmp_path: Path) -> Iterator[MakeNetwork]:
    """Makes a network with the given settings; all made in one test share the file."""
    made: list[AmazonSimNetwork] = []

    def make(**settings: Any) -> AmazonSimNetwork:
        if form == "file":
            settings.setdefault("state", "amazon.db")
        context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)
        network = AmazonSimNetwork(AmazonSimSettings(**settings), context)
        made.append(network)
        return network

    yield make
    for network in made:
        network.close()


@pytest.fixture
def network(make_network: MakeNetwork) -> AmazonSimNetwork:
    """A network without faults and without stock."""
    return make_network()


@pytest.fixture
def order() -> MakeRequest:
    """Makes an order of SKUs and quantities for Seattle."""

    def make(
        order_id: str = "F-1", quantities: Mapping[str, int] | None = None, **fields: Any
    ) -> FulfillmentRequest:
        items = [
            FulfillmentItem(f"{place}", sku, quantity)
            for place, (sku, quantity) in enumerate((quantities or {"MUG": 1}).items(), start=1)
        ]
        values: dict[str, Any] = {
            "country": "US",
            "displayable_order_id": f"#{order_id}",
            "displayable_order_date": START,
            "displayable_order_comment": "Thank you",
            "speed": "standard",
            "policy": "FillOrKill",
            "ship_to": address(),
            "items": items,
        }
        return FulfillmentRequest(order_id, **(values | fields))

    return make


def address(**fields: Any) -> Address:
    """A good address in Seattle, but for the given fields."""
    values: dict[str, Any] = {
        "name": "Ada Miller",
        "line1": "1 Main St",
        "city": "Seattle",
        "region": "WA",
        "postal_code": "98101",
        "country": "US",
    }
    return Address(**(values | fields))
