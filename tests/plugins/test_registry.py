"""Finding plugins: a stranger's like a bundled one's, and one readable line for each mistake."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stockpool.clock import SystemClock
from stockpool.config import parse
from stockpool.engine import Engine
from stockpool.errors import ConfigurationError, PluginLoadError
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.registry import Registry

HEADER = """
from pydantic import BaseModel, ConfigDict
from stockpool.plugins.channel import Channel, ChannelType, OrderPage
from stockpool.plugins.hookspecs import hookimpl
"""
TEN_LINES = """
class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    greeting: str
class Quiet(Channel):
    def fetch_orders(self, cursor):
        return OrderPage((), cursor)
@hookimpl
def stockpool_channel_types():
    return [ChannelType("quiet", "Says nothing", Settings, lambda settings, context: Quiet())]
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs distributions of one module into a folder on the path, as an installer would."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    modules: list[str] = []

    def add(
        name: str, source: str, *, version: str = "1.2", points: tuple[str, ...] | None = None
    ) -> None:
        module = f"stranger_{name.replace('-', '_')}"
        (folder / f"{module}.py").write_text(HEADER + textwrap.dedent(source))
        modules.append(module)
        info = folder / f"stockpool_{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: stockpool-{name}\nVersion: {version}\n"
        )
        lines = [f"{point} = {module}" for point in points or (name,)]
        (info / "entry_points.txt").write_text("\n".join(["[stockpool]", *lines]) + "\n")

    yield add
    for module in modules:
        sys.modules.pop(module, None)


def refusal(only: list[str] | None, *, of: type[Exception] = PluginLoadError) -> str:
    """The one line with which loading is refused."""
    with pytest.raises(of) as error:
        Registry(only)
    line = str(error.value)
    assert "\n" not in line
    assert len(line) < 300
    return line


def context() -> PluginContext:
    return PluginContext("shop", SystemClock(), IdSource(1), Path())


# Found -----------------------------------------------------------------------------------------


def test_a_strangers_plugin_stands_beside_the_bundled_ones(install: Install) -> None:
    install("quiet", TEN_LINES)
    registry = Registry()
    loaded = {plugin.name: plugin for plugin in registry.plugins}
    assert {"quiet", "csv_channel"} <= loaded.keys()
    assert loaded["quiet"].distribution == "stockpool-quiet"
    assert loaded["quiet"].version == "1.2"
    assert loaded["quiet"].hooks == ("stockpool_channel_types",)
    assert {"quiet", "csv_channel"} <= registry.channel_types.keys()
    made = registry.make_channel("shop", "quiet", {"greeting": "hi"}, context())
    assert type(made).__name__ == "Quiet"


def test_an_engine_opens_with_a_strangers_channel(install: Install, sqlite_url: str) -> None:
    install("quiet", TEN_LINES)
    config = {
        "plugins": ["quiet"],
        "channels": {"shop": {"type": "quiet", "greeting": "hi", "backorder": False}},
    }
    with Engine.open(sqlite_url, config=config) as engine:
        assert engine.work(until_idle=True) == 0
        assert [plugin.name for plugin in engine.registry.plugins] == ["quiet"]


def test_plugins_are_loaded_in_the_order_of_their_names(install: Install) -> None:
    install("zebra", "")
    install("ant", "")
    names = [plugin.name for plugin in Registry(["zebra", "ant"]).plugins]
    assert names == ["ant", "zebra"]


def test_no_plugins_leave_the_bundled_routing_policies() -> None:
    registry = Registry([])
    assert registry.plugins == ()
    assert registry.channel_types == {}
    assert {"fewest_shipments", "cheapest", "fastest"} <= registry.routing_policies.keys()


def test_a_plugin_may_bring_policies_and_observers(install: Install) -> None:
    install(
        "policy",
        """
        from stockpool.routing.fastest import Fastest
        class Slowest(Fastest):
            name = "slowest"
        class Watch:
            def notify(self, event): pass
        @hookimpl
        def stockpool_routing_policies():
            return [Slowest()]
        @hookimpl
        def stockpool_observers():
            return [Watch()]
        """,
    )
    registry = Registry(["policy"])
    assert registry.routing_policy("slowest").name == "slowest"
    assert [type(observer).__name__ for observer in registry.observers] == ["Watch"]


def test_a_plugin_without_hooks_does_nothing(install: Install) -> None:
    install("idle", "x = 1")
    (plugin,) = Registry(["idle"]).plugins
    assert plugin.hooks == ()


# Allowed ---------------------------------------------------------------------------------------


def test_only_the_allowed_plugins_are_loaded(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("quiet", TEN_LINES)
    install("broken", "raise RuntimeError('never imported')")
    monkeypatch.setenv("STOCKPOOL_PLUGINS", " quiet , ")
    assert parse({}).plugins == ("quiet",)
    assert [plugin.name for plugin in Registry(parse({}).plugins).plugins] == ["quiet"]


def test_the_environment_starts_without_a_plugin_that_the_file_asks_for(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("broken", "raise RuntimeError('boom')")
    monkeypatch.setenv("STOCKPOOL_PLUGINS", "")
    assert parse({"plugins": ["broken"]}).plugins == ()


def test_an_allowed_plugin_that_is_not_installed_is_named() -> None:
    line = refusal(["sopify", "csv_channel"])
    assert line.startswith("plugin sopify: is not installed")


# Refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_module_that_is_not_there", "ModuleNotFoundError: No module named"),
        ("raise RuntimeError('first line\\nsecond line')", "RuntimeError: first line second line"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_a_plugin_that_cannot_be_imported_is_named(
    install: Install, source: str, reason: str
) -> None:
    install("broken", source)
    line = refusal(["broken"])
    assert line.startswith("plugin broken (stockpool-broken 1.2): cannot be imported: ")
    assert reason in line


def test_a_misspelt_hook_is_named_with_its_plugin(install: Install) -> None:
    install("typo", "@hookimpl\ndef stockpool_chanel_types():\n    return []")
    line = refusal(["typo"])
    assert line.startswith("plugin typo (stockpool-typo 1.2): ")
    assert "stockpool_chanel_types" in line


def test_a_hook_with_a_wrong_argument_is_named_with_its_plugin(install: Install) -> None:
    install("args", "@hookimpl\ndef stockpool_channel_types(config):\n    return []")
    line = refusal(["args"])
    assert line.startswith("plugin args (stockpool-args 1.2): ")
    assert "config" in line


def test_two_plugins_with_one_name_are_both_named(install: Install) -> None:
    install("quiet", TEN_LINES)
    install("loud", TEN_LINES.replace("quiet", "loud"), version="2.0", points=("quiet",))
    line = refusal(["quiet"])
    assert "plugin quiet" in line
    assert "stockpool-quiet 1.2" in line
    assert "stockpool-loud 2.0" in line


def test_one_module_under_two_names_is_refused(install: Install) -> None:
    install("twice", TEN_LINES, points=("twice", "thrice"))
    line = refusal(["twice", "thrice"])
    assert line.startswith("plugin twice (stockpool-twice 1.2): ")
    assert "thrice" in line


def test_two_plugins_that_bring_one_type_are_both_named(install: Install) -> None:
    install("quiet", TEN_LINES)
    install("other", TEN_LINES)
    line = refusal(["quiet", "other"])
    assert "channel type 'quiet'" in line
    assert "plugin quiet (stockpool-quiet 1.2)" in line
    assert "plugin other (stockpool-other 1.2)" in line


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise KeyError('settings')", "stockpool_channel_types failed: KeyError: 'settings'"),
        ("return len(5)", "stockpool_channel_types failed: TypeError"),
        ("return None", "stockpool_channel_types must return a list of ChannelType"),
        ("return 5", "stockpool_channel_types must return a list of ChannelType"),
        ("return ['quiet']", "stockpool_channel_types must return a list of ChannelType"),
    ],
)
def test_a_hook_that_fails_or_answers_nonsense_is_named_with_its_plugin(
    install: Install, body: str, reason: str
) -> None:
    install("odd", f"@hookimpl\ndef stockpool_channel_types():\n    {body}")
    line = refusal(["odd"])
    assert line.startswith("plugin odd (stockpool-odd 1.2): ")
    assert reason in line


# Instances -------------------------------------------------------------------------------------


def test_an_unknown_type_lists_what_is_installed(install: Install) -> None:
    install("quiet", TEN_LINES)
    registry = Registry(["quiet"])
    with pytest.raises(ConfigurationError) as error:
        registry.make_channel("shop", "quiete", {}, context())
    assert str(error.value) == (
        "channels.shop: there is no channel type 'quiete'; installed: quiet"
    )
    with pytest.raises(ConfigurationError, match="no network type 'amazon'; installed: none"):
        registry.make_network("amazon-na", "amazon", {}, context())
    with pytest.raises(ConfigurationError, match=r"routing\.policy: there is no routing policy"):
        registry.routing_policy("best")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "channels.shop.greeting: Field required"),
        ({"greeting": "hi", "greting": "ho"}, "channels.shop.greting: Extra inputs"),
        ({"greeting": 5}, "channels.shop.greeting: Input should be a valid string"),
    ],
)
def test_a_missing_or_wrong_setting_is_named(
    install: Install, settings: dict[str, object], words: str
) -> None:
    install("quiet", TEN_LINES)
    with pytest.raises(ConfigurationError) as error:
        Registry(["quiet"]).make_channel("shop", "quiet", settings, context())
    assert str(error.value).startswith(words)
    assert "\n" not in str(error.value)


def test_a_refused_setting_is_not_repeated_because_it_may_be_a_secret(install: Install) -> None:
    install("quiet", TEN_LINES)
    with pytest.raises(ConfigurationError) as error:
        Registry(["quiet"]).make_channel("shop", "quiet", {"greeting": ["hush"]}, context())
    assert "hush" not in str(error.value)
