"""The conformance kit: what a plugin's author runs to see that a plugin keeps its contract.

The author derives a test class from `NetworkConformance` or `ChannelConformance` and gives it a
fixture `world`: a small driver that moves the world behind the plugin.

pytest is needed here, and nowhere else in the engine.
"""

from __future__ import annotations

try:
    import pytest
except ImportError:
    raise ImportError("stockpool.testing needs pytest: pip install 'stockpool[testing]'") from None

# The suites are no test modules, but their failures shall show the values that were compared.
pytest.register_assert_rewrite(
    "stockpool.testing.channel_conformance",
    "stockpool.testing.network_conformance",
    "stockpool.testing.privacy",
)

from stockpool.testing.abilities import WorldAbility  # noqa: E402
from stockpool.testing.channel_conformance import ChannelConformance  # noqa: E402
from stockpool.testing.channel_conformance.world import (  # noqa: E402
    ChannelOperation,
    ChannelWorld,
    ToldParcel,
)
from stockpool.testing.network_conformance import NetworkConformance  # noqa: E402
from stockpool.testing.network_conformance.world import (  # noqa: E402
    NetworkOperation,
    NetworkWorld,
)

__all__ = [
    "ChannelConformance",
    "ChannelOperation",
    "ChannelWorld",
    "NetworkConformance",
    "NetworkOperation",
    "NetworkWorld",
    "ToldParcel",
    "WorldAbility",
]
