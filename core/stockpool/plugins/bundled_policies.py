"""The routing policies that come with the engine, registered as a stranger's would be."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.plugins.hookspecs import hookimpl
from stockpool.routing.cheapest import Cheapest
from stockpool.routing.fastest import Fastest
from stockpool.routing.fewest_shipments import FewestShipments
from stockpool.routing.policy import RoutingPolicy


@hookimpl
def stockpool_routing_policies() -> Sequence[RoutingPolicy]:
    """Fewest shipments, lowest fee, earliest arrival."""
    return [FewestShipments(), Cheapest(), Fastest()]
