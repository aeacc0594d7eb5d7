"""Finding plugins, checking them, and making the instances that the configuration names.

A plugin is found by its entry point in the group `stockpool`, the bundled ones like a stranger's.
A plugin that can't be loaded, or has a hook that does not exist, stops the start with one line
that names it; `STOCKPOOL_PLUGINS` (or `plugins` in the configuration) starts without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar

import pluggy
from pydantic import BaseModel, ValidationError

from stockpool.clock import Clock
from stockpool.errors import ConfigurationError, PluginLoadError
from stockpool.ids import IdSource
from stockpool.plugins import hookspecs
from stockpool.plugins.channel import Channel, ChannelType, PluginContext
from stockpool.plugins.network import Network, NetworkType
from stockpool.plugins.observer import Observer
from stockpool.routing.policy import RoutingPolicy

GROUP = "stockpool"

_Named = TypeVar("_Named", ChannelType, NetworkType, RoutingPolicy)


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin as `stockpool plugins list` shows it."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]


class Registry:
    """The loaded plugins and what they bring.

    Raises:
        PluginLoadError: a plugin can't be imported, or has a misspelt hook.
    """

    def __init__(self, only: Sequence[str] | None = None) -> None:
        self._manager = pluggy.PluginManager(GROUP)
        self._manager.add_hookspecs(hookspecs)
        self.plugins: tuple[LoadedPlugin, ...] = tuple(self._load(only))
        self._register_bundled_policies()
        hook = self._manager.hook
        self.channel_types = _by_name("channel type", hook.stockpool_channel_types())
        self.network_types = _by_name("network type", hook.stockpool_network_types())
        self.routing_policies = _by_name("routing policy", hook.stockpool_routing_policies())
        self.observers: tuple[Observer, ...] = tuple(
            observer for found in hook.stockpool_observers() for observer in found
        )

    def _register_bundled_policies(self) -> None:
        from stockpool.plugins import bundled_policies

        self._manager.register(bundled_policies, "bundled_policies")

    def _load(self, only: Sequence[str] | None) -> Iterable[LoadedPlugin]:
        points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
        missing = set(only or ()) - {point.name for point in points}
        if missing:
            raise PluginLoadError(
                f"plugin {sorted(missing)[0]}: is not installed, but the configuration asks for it"
            )
        for point in points:
            if only is None or point.name in only:
                yield self._load_one(point)

    def _load_one(self, point: EntryPoint) -> LoadedPlugin:
        distribution = point.dist.name if point.dist is not None else "?"
        version = point.dist.version if point.dist is not None else "?"
        who = f"plugin {point.name} ({distribution} {version})"
        try:
            plugin = point.load()
        except Exception as error:
            raise PluginLoadError(
                f"{who}: cannot be imported: {type(error).__name__}: {error}"
            ) from error
        try:
            self._manager.register(plugin, point.name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginLoadError(f"{who}: {' '.join(str(error).split())}") from error
        hooks = sorted(caller.name for caller in self._manager.get_hookcallers(plugin) or ())
        return LoadedPlugin(point.name, distribution, version, tuple(hooks))

    def make_channel(
        self, name: str, type_name: str, settings: Mapping[str, Any], context: PluginContext
    ) -> Channel:
        """An instance of a channel type with checked settings."""
        kind = _known(self.channel_types, type_name, f"channels.{name}", "channel type")
        channel: Channel = kind.make(_checked(kind.settings, settings, f"channels.{name}"), context)
        return channel

    def make_network(
        self, name: str, type_name: str, settings: Mapping[str, Any], context: PluginContext
    ) -> Network:
        """An instance of a network type with checked settings."""
        kind = _known(self.network_types, type_name, f"networks.{name}", "network type")
        network: Network = kind.make(_checked(kind.settings, settings, f"networks.{name}"), context)
        return network

    def routing_policy(self, name: str) -> RoutingPolicy:
        """The routing policy of that name."""
        policy: RoutingPolicy = _known(
            self.routing_policies, name, "routing.policy", "routing policy"
        )
        return policy


def context(name: str, clock: Clock, ids: IdSource, folder: Path) -> PluginContext:
    """What an instance is handed."""
    return PluginContext(name=name, clock=clock, ids=ids, folder=folder)


def _by_name(what: str, found: Iterable[Iterable[_Named]]) -> dict[str, _Named]:
    named: dict[str, _Named] = {}
    for members in found:
        for member in members:
            if member.name in named:
                raise PluginLoadError(f"two plugins bring the {what} {member.name!r}")
            named[member.name] = member
    return dict(sorted(named.items()))


def _known(kinds: Mapping[str, _Named], name: str, where: str, what: str) -> _Named:
    try:
        return kinds[name]
    except KeyError:
        known = ", ".join(kinds) or "none"
        raise ConfigurationError(
            f"{where}: there is no {what} {name!r}; installed: {known}"
        ) from None


def _checked(model: type[BaseModel], settings: Mapping[str, Any], where: str) -> BaseModel:
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        setting = ".".join(str(part) for part in (where, *first["loc"]))
        raise ConfigurationError(f"{setting}: {first['msg']}") from None
