"""`stockpool plugins`: what is installed, and what it brings."""

from __future__ import annotations

from pathlib import Path

import typer

from stockpool import config as configuration
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, show_table
from stockpool.plugins.registry import Registry

app = typer.Typer(no_args_is_help=True, help="Plugins: what is loaded, and what it brings.")


@app.command("list")
def list_(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the loaded plugins, and the kinds of channel, network and policy that they bring.

    Without a stockpool.toml, all that are installed.

    \b
    Example:
      stockpool plugins list
    """
    registry = Registry(_only(config))
    brought = [
        *(("channel", kind.name, kind.summary) for kind in registry.channel_types.values()),
        *(("network", kind.name, kind.summary) for kind in registry.network_types.values()),
        *(
            ("routing policy", name, (policy.__doc__ or "").partition("\n")[0])
            for name, policy in registry.routing_policies.items()
        ),
    ]
    if as_json:
        print_json(
            {
                "plugins": [
                    {
                        "name": plugin.name,
                        "distribution": plugin.distribution,
                        "version": plugin.version,
                        "hooks": list(plugin.hooks),
                    }
                    for plugin in registry.plugins
                ],
                "brings": [
                    {"kind": kind, "name": name, "summary": summary}
                    for kind, name, summary in brought
                ],
            }
        )
        return
    show_table(
        ("plugin", "distribution", "version", "hooks"),
        [(p.name, p.distribution, p.version, p.hooks) for p in registry.plugins],
        empty="No plugins are installed.",
    )
    show_table(("kind", "name", "what it is"), brought, empty="")


def _only(config: Path) -> tuple[str, ...] | None:
    if config == DEFAULT_CONFIG and not config.exists():
        return configuration.parse({}).plugins
    return configuration.read(config).plugins
