"""Finding plugins, checking them, and making the instances that the configuration names.

A plugin is found by its entry point in the group `stockpool`, the bundled ones like a stranger's.
A plugin that can't be loaded, or has a hook that does not exist, stops the start with one line
that names it; `STOCKPOOL_PLUGINS` (or `plugins` in the configuration) starts without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

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
_Brought = TypeVar("_Brought")


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
        self._whose: dict[str, str] = {}
        self.plugins: tuple[LoadedPlugin, ...] = tuple(self._load(only))
        self._register_bundled_policies()
        self.channel_types = self._named(
            "channel type", "stockpool_channel_types", "ChannelType", _is_channel_type
        )
        self.network_types = self._named(
            "network type", "stockpool_network_types", "NetworkType", _is_network_type
        )
        self.routing_policies = self._named(
            "routing policy", "stockpool_routing_policies", "RoutingPolicy", _is_policy
        )
        self.observers: tuple[Observer, ...] = tuple(
            observer
            for _, observer in self._brought("stockpool_observers", "Observer", _is_observer)
        )

    def _register_bundled_policies(self) -> None:
        from stockpool.plugins import bundled_policies

        self._manager.register(bundled_policies, "bundled_policies")

    def _load(self, only: Sequence[str] | None) -> Iterable[LoadedPlugin]:
        points = sorted(entry_points(group=GROUP), key=lambda point: (point.name, _who(point)))
        missing = set(only or ()) - {point.name for point in points}
        if missing:
            raise PluginLoadError(
                f"plugin {sorted(missing)[0]}: is not installed, but the configuration asks for it"
            )
        for point in points:
            if only is None or point.name in only:
                yield self._load_one(point)

    def _load_one(self, point: EntryPoint) -> LoadedPlugin:
        who = _who(point)
        namesake = self._whose.get(point.name)
        if namesake is not None:
            raise PluginLoadError(f"{who}: {namesake} has the same name; uninstall one of them")
        try:
            plugin = point.load()
        except (Exception, SystemExit) as error:
            raise PluginLoadError(f"{who}: cannot be imported: {_one_line(error)}") from error
        other = self._manager.get_name(plugin)
        if other is not None:
            raise PluginLoadError(
                f"{who}: is the same module as the plugin {other}; name it in one entry point"
            )
        try:
            self._manager.register(plugin, point.name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginLoadError(f"{who}: {' '.join(str(error).split())}") from error
        self._whose[point.name] = who
        hooks = sorted(caller.name for caller in self._manager.get_hookcallers(plugin) or ())
        name, version = _distribution(point)
        return LoadedPlugin(point.name, name, version, tuple(hooks))

    def _brought(
        self, hook: str, kind: str, is_one: Callable[[object], TypeGuard[_Brought]]
    ) -> Iterable[tuple[str, _Brought]]:
        """What each plugin returns from `hook`, with the plugin's name in words.

        Asked one by one, not through pluggy's call, so that a mistake can be told with its plugin.
        """
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            who = self._whose.get(implementation.plugin_name, "stockpool itself")
            try:
                answer: Any = implementation.function()
                members = list(answer) if isinstance(answer, Iterable) else [answer]
            except Exception as error:
                raise PluginLoadError(f"{who}: {hook} failed: {_one_line(error)}") from error
            if not all(is_one(member) for member in members):
                raise PluginLoadError(f"{who}: {hook} must return a list of {kind}")
            for member in members:
                yield who, member

    def _named(
        self, what: str, hook: str, kind: str, is_one: Callable[[object], TypeGuard[_Named]]
    ) -> dict[str, _Named]:
        named: dict[str, _Named] = {}
        whose: dict[str, str] = {}
        for who, member in self._brought(hook, kind, is_one):
            if member.name in named:
                raise PluginLoadError(
                    f"{who}: {whose[member.name]} brings the {what} {member.name!r} as well"
                )
            named[member.name] = member
            whose[member.name] = who
        return dict(sorted(named.items()))

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


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist is not None else ("?", "?")


def _who(point: EntryPoint) -> str:
    return f"plugin {point.name} ({' '.join(_distribution(point))})"


def _one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _is_channel_type(found: object) -> TypeGuard[ChannelType]:
    return isinstance(found, ChannelType)


def _is_network_type(found: object) -> TypeGuard[NetworkType]:
    return isinstance(found, NetworkType)


def _is_policy(found: object) -> TypeGuard[RoutingPolicy]:
    return all(hasattr(found, member) for member in ("name", "version", "plan"))


def _is_observer(found: object) -> TypeGuard[Observer]:
    return callable(getattr(found, "notify", None))


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
