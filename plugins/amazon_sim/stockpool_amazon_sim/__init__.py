"""Amazon's fulfillment network, simulated: `type = "amazon_sim"`."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.plugins.hookspecs import hookimpl
from stockpool.plugins.network import NetworkType
from stockpool_amazon_sim.network import AmazonSimNetwork
from stockpool_amazon_sim.settings import AmazonSimSettings
from stockpool_amazon_sim.simulator import Simulator

__all__ = ["AmazonSimNetwork", "AmazonSimSettings", "Simulator", "stockpool_network_types"]


@hookimpl
def stockpool_network_types() -> Sequence[NetworkType]:
    """The simulated Amazon."""
    return [
        NetworkType(
            name="amazon_sim",
            summary="Amazon's FBA and MCF, simulated in process: for tests, demos and what-if runs",
            settings=AmazonSimSettings,
            make=AmazonSimNetwork,
        )
    ]
