"""A merchant who sends units to the simulated Amazon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from listing_desk import Desk
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network_inbound import PrepDetails
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings


@pytest.fixture
def desk(database_url: str, clock: ManualClock, tmp_path: Path) -> Iterator[Desk]:
    """MUG is listed for FBA in the US and needs no preparation."""
    context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)
    network = AmazonSimNetwork(AmazonSimSettings(countries=("US", "CA")), context)
    with Engine.open(
        database_url,
        config={"plugins": []},
        clock=clock,
        ids=IdSource(seed=1),
        networks={"amazon-na": network},
    ) as engine:
        made = Desk(engine, network, clock)
        engine.catalog.add(Product("MUG"), Product("CUP"))
        made.listed("MUG")
        network.set_prep_details("US", [PrepDetails("MUG", "NONE", ("ITEM_NO_PREP",))])
        made.settle()
        yield made
