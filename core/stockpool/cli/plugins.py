"""`stockpool plugins`: what is installed, whether it keeps its contract, and how to begin one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stockpool import config as configuration
from stockpool.cli.failures import ExitCode
from stockpool.cli.new_plugin import Names, write_plugin
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, say, show_table
from stockpool.errors import ConfigurationError
from stockpool.plugins.registry import Registry

if TYPE_CHECKING:
    from stockpool.testing.running import ConformanceReport

app = typer.Typer(
    no_args_is_help=True,
    help="Plugins: what is loaded, whether it keeps its contract, how to begin one.",
)


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


@app.command("check")
def check(
    name: Annotated[str, typer.Argument(help="the plugin, as `plugins list` names it")],
    as_json: JsonOption = False,
) -> None:
    """Put a plugin to the promises of its contract, and list what it keeps, lacks and breaks.

    The plugin names its tests by an entry point in the group `stockpool.conformance`. Needs the
    extra `testing`.

    \b
    Example:
      stockpool plugins check amazon_sim
    """
    # pytest is needed here and nowhere else in the command line.
    try:
        from stockpool.testing.running import run_conformance
    except ImportError as error:
        raise ConfigurationError(str(error)) from error
    report = run_conformance(name)
    if as_json:
        print_json(
            {
                "plugin": report.plugin,
                "ok": report.ok,
                "passed": report.count("passed"),
                "lacks": report.count("lacks"),
                "failed": report.count("failed"),
                "cases": [asdict(case) for case in report.cases],
            }
        )
    else:
        _show(report)
    if not report.ok:
        raise typer.Exit(ExitCode.ATTENTION)


def _show(report: ConformanceReport) -> None:
    lacks: dict[str, int] = {}
    for case in report.cases:
        if case.outcome == "lacks":
            lacks[case.why] = lacks.get(case.why, 0) + 1
    if lacks:
        show_table(("declared to be lacking", "cases left out"), sorted(lacks.items()), empty="")
    failed = [case for case in report.cases if case.outcome == "failed"]
    if failed:
        rows = [(case.suite, case.case, case.why) for case in failed]
        show_table(("suite", "broken promise", "how it failed"), rows, empty="")
    say(
        f"{report.plugin}: {report.count('passed')} promises kept, "
        f"{report.count('failed')} broken, {report.count('lacks')} not asked for."
    )


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="the shop's name: small letters, digits, dashes")],
    folder: Annotated[
        Path | None, typer.Option(help="where to write it [default: stockpool-NAME]")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a distribution with a working channel, a stand-in for its shop, and its tests.

    It reads orders from a small REST shop and tells it parcels; put your shop's calls in their
    place. Nothing that is there is overwritten.

    \b
    Example:
      stockpool plugins new kiosk
      pip install -e 'stockpool-kiosk[testing]' && stockpool plugins check kiosk
    """
    names = Names.of(name)
    target = folder or Path(names.distribution)
    files = write_plugin(names, target)
    if as_json:
        print_json({"folder": str(target), "files": [str(file) for file in files]})
        return
    say(f"{target} is written. Next:")
    say(f"  pip install -e '{target}[testing]'")
    say(f"  stockpool plugins check {names.module}")


def _only(config: Path) -> tuple[str, ...] | None:
    if config == DEFAULT_CONFIG and not config.exists():
        return configuration.parse({}).plugins
    return configuration.read(config).plugins
