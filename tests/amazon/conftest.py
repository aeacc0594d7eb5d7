"""An account at Amazon whose answers the test lays out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scripted_amazon import SECRETS, ScriptedAmazon
from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.order_request import Address
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import FulfillmentItem, FulfillmentRequest
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon.settings import AmazonSettings

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MakeNetwork = Callable[..., AmazonNetwork]
MakeRequest = Callable[..., FulfillmentRequest]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def amazon() -> Iterator[ScriptedAmazon]:
    """Amazon, as the test lays it out. No request leaves the machine."""
    with ScriptedAmazon().playing() as script:
        yield script


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The settings of a North American account, whose secrets are in the environment."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    return {
        "region": "na",
        "countries": ["US", "CA"],
        "client_id": {"env": "SP_CLIENT_ID"},
        "client_secret": {"env": "SP_CLIENT_SECRET"},
        "refresh_token": {"env": "SP_REFRESH_TOKEN"},
    }


@pytest.fixture
def make_network(
    settings: dict[str, Any], clock: ManualClock, tmp_path: Path
) -> Iterator[MakeNetwork]:
    """Makes a network; the given settings replace the others."""
    made: list[AmazonNetwork] = []

    def make(**own: Any) -> AmazonNetwork:
        context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)
        network = AmazonNetwork(AmazonSettings(**(settings | own)), context)
        made.append(network)
        return network

    yield make
    for network in made:
        network.close()


@pytest.fixture
def network(make_network: MakeNetwork, amazon: ScriptedAmazon) -> AmazonNetwork:
    """A network at the scripted Amazon, with version 2020-07-01."""
    return make_network()


@pytest.fixture
def network_2026(make_network: MakeNetwork, amazon: ScriptedAmazon) -> AmazonNetwork:
    """A network at the scripted Amazon, with version 2026-07-04."""
    return make_network(outbound_version="2026-07-04")


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
            "displayable_order_id": "1001",
            "displayable_order_date": START,
            "displayable_order_comment": "Thank you",
            "speed": "standard",
            "policy": "FillOrKill",
            "ship_to": Address(
                name="Ada Miller",
                line1="1 Main St",
                city="Seattle",
                region="WA",
                postal_code="98101",
                country="US",
                phone="206 555 0100",
                email="ada@example.com",
            ),
            "items": items,
        }
        return FulfillmentRequest(order_id, **(values | fields))

    return make
