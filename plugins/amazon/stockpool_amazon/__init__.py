"""Amazon's fulfillment network, the real one, over the Selling Partner API: `type = "amazon"`.

Importing this needs nothing but the engine; making a network needs the extra `amazon`.
"""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.errors import PluginLoadError
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.hookspecs import hookimpl
from stockpool.plugins.network import Network, NetworkType
from stockpool_amazon.settings import AmazonSettings

__all__ = ["AmazonSettings", "stockpool_network_types"]


@hookimpl
def stockpool_network_types() -> Sequence[NetworkType]:
    """Amazon."""
    return [
        NetworkType(
            name="amazon",
            summary="Amazon's FBA and MCF, over the Selling Partner API",
            settings=AmazonSettings,
            make=_make,
        )
    ]


def _make(settings: AmazonSettings, context: PluginContext) -> Network:
    try:
        import requests  # noqa: F401
    except ModuleNotFoundError:
        raise PluginLoadError(
            "plugin amazon: the package requests is missing; pip install 'stockpool[amazon]'"
        ) from None
    from stockpool_amazon.network import AmazonNetwork

    return AmazonNetwork(settings, context)
