"""All hooks of the engine, on one page. Entry-point group and pluggy project: `stockpool`."""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from stockpool.plugins.channel import ChannelType
from stockpool.plugins.network import NetworkType
from stockpool.plugins.observer import Observer
from stockpool.routing.policy import RoutingPolicy

hookspec = pluggy.HookspecMarker("stockpool")
hookimpl = pluggy.HookimplMarker("stockpool")


@hookspec
def stockpool_channel_types() -> Sequence[ChannelType]:  # type: ignore[empty-body]
    """Return the kinds of sales channel that this plugin brings."""


@hookspec
def stockpool_network_types() -> Sequence[NetworkType]:  # type: ignore[empty-body]
    """Return the kinds of fulfillment network that this plugin brings."""


@hookspec
def stockpool_routing_policies() -> Sequence[RoutingPolicy]:  # type: ignore[empty-body]
    """Return routing policies; `[routing] policy = "..."` chooses one by name."""


@hookspec
def stockpool_observers() -> Sequence[Observer]:  # type: ignore[empty-body]
    """Return observers that are told what happened, after it was committed."""
