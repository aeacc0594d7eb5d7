"""A shop, and the channel that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shopify_shop import ShopServer, find_schemas
from shopify_shop.schema import MISSING
from shopify_shop.server import SECRET, SHOP
from shopify_shop.state import LOCATION
from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.plugins.channel import Channel, PluginContext
from stockpool.plugins.notes import MemoryNotes
from stockpool_shopify import stockpool_channel_types


class ShopWorld:
    """The shop, and channels on it that share what they remember, as several processes do."""

    def __init__(self, server: ShopServer, clock: ManualClock, folder: Path) -> None:
        self.server = server
        self.state = server.state
        self.clock = clock
        self.folder = folder
        self.notes = MemoryNotes()

    def channel(self, **settings: Any) -> Channel:
        (kind,) = stockpool_channel_types()
        checked = kind.settings.model_validate(
            {
                "shop": SHOP,
                "location": LOCATION,
                "credentials": {"access_token": {"env": "SHOPIFY_TOKEN"}},
                "webhook_secrets": [{"env": "SHOPIFY_SECRET"}],
                **settings,
            }
        )
        context = PluginContext("corner", self.clock, IdSource(1), self.folder, notes=self.notes)
        made: Channel = kind.make(checked, context)
        return made

    def service(self, **settings: Any) -> Channel:
        """A channel whose location belongs to this app."""
        self.state.service_locations.add(LOCATION)
        return self.channel(role="fulfillment_service", **settings)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopWorld]:
    if find_schemas() is None:
        pytest.skip(MISSING)
    monkeypatch.setenv("SHOPIFY_TOKEN", "shpat_sample")
    monkeypatch.setenv("SHOPIFY_SECRET", SECRET)
    clock = ManualClock(datetime(2026, 11, 2, 12, tzinfo=UTC))
    with ShopServer(clock).running() as server:
        world = ShopWorld(server, clock, tmp_path)
        world.state.add_variant("first")
        yield world
