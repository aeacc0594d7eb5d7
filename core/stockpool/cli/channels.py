"""`stockpool channels`: what is configured, and whether it can be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from stockpool.channel_state import read_state
from stockpool.cli.failures import ExitCode
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import plain, print_json, show_table
from stockpool.cli.session import opened
from stockpool.engine import Engine
from stockpool.errors import NotFoundError, PluginError
from stockpool.problems import Problem

app = typer.Typer(no_args_is_help=True, help="Sales channels: what is configured, and is it well.")


@app.command("list")
def list_(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the configured channels and what each of them can do.

    \b
    Example:
      stockpool channels list
    """
    with opened(config) as engine:
        rows = [_channel(engine, name) for name in sorted(engine.channels)]
    if as_json:
        print_json({"channels": rows})
        return
    show_table(
        ("channel", "type", "can", "demands of parcels", "sold from"),
        [
            (r["name"], r["type"], r["capabilities"], r["demands"], r["countries"] or "all pools")
            for r in rows
        ],
        empty="No channels are configured.",
    )


def _channel(engine: Engine, name: str) -> dict[str, Any]:
    channel = engine.channels[name]
    settings = engine.config.channels[name]
    return {
        "name": name,
        "type": settings.type,
        "capabilities": sorted(channel.capabilities),
        "demands": list(channel.constraints.features),
        "countries": list(settings.countries),
        "backorder": settings.backorder,
    }


@app.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHANNEL]...", help="None: all, and the networks too."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Check that channels (and networks) can be reached and are set up well.

    Says of each channel what is connected, mapped and stuck. Exit code 1 if something is wrong.

    \b
    Example:
      stockpool channels check web
    """
    with opened(config) as engine:
        found = [_checked(what, name, ask) for what, name, ask in _to_check(engine, names)]
        for entry in found:
            if entry["kind"] == "channel":
                entry["facts"], entry["problems"] = _facts(engine, entry)
    healthy = all(not entry["problems"] for entry in found)
    if as_json:
        print_json({"ok": healthy, "checked": found})
    else:
        rows: list[tuple[str, str, str]] = []
        for entry in found:
            for name, words in entry.get("facts", {}).items():
                rows.append((entry["kind"], entry["name"], f"{name}: {plain(words)}"))
            for problem in entry["problems"]:
                remedy = f" ({problem['fix']})" if "fix" in problem else ""
                rows.append((entry["kind"], entry["name"], f"WRONG: {problem['message']}{remedy}"))
            if not entry["problems"]:
                rows.append((entry["kind"], entry["name"], "all is well"))
        show_table(("kind", "name", "finding"), rows, empty="No channels are configured.")
    if not healthy:
        raise typer.Exit(ExitCode.ATTENTION)


_Check = Callable[[], Sequence[Problem]]


def _to_check(engine: Engine, names: list[str] | None) -> list[tuple[str, str, _Check]]:
    channels: dict[str, _Check] = {n: c.check for n, c in sorted(engine.channels.items())}
    if names:
        for name in names:
            if name not in channels:
                known = ", ".join(channels) or "none"
                raise NotFoundError(f"no channel {name} is configured; known: {known}")
        return [("channel", name, channels[name]) for name in names]
    return [
        *(("channel", name, ask) for name, ask in channels.items()),
        *(("network", name, network.check) for name, network in sorted(engine.networks.items())),
    ]


def _checked(kind: str, name: str, ask: _Check) -> dict[str, Any]:
    try:
        problems = list(ask())
    except PluginError as error:
        problems = [Problem("plugin_failure", f"{type(error).__name__}: {error}")]
    except Exception as error:
        # A fault of the plugin; one that is broken must not keep the others from being checked.
        problems = [Problem("plugin_fault", f"the check failed: {type(error).__name__}: {error}")]
    return {"kind": kind, "name": name, "problems": [problem.as_dict() for problem in problems]}


def _facts(engine: Engine, entry: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is known of a channel, and its problems with what is stuck among them."""
    name, problems = entry["name"], list(entry["problems"])
    facts: dict[str, Any] = {}
    if not problems:
        # Who can't be reached, or is set up wrong, is not asked once more.
        described = _asked(engine.channels[name].describe)
        facts |= described if isinstance(described, dict) else {}
        problems += [described.as_dict()] if isinstance(described, Problem) else []
    with engine.database.read() as connection:
        state = read_state(connection, name)
    facts |= {
        "mapped": f"{state.mapped} channel SKUs, {state.offered} of them offered",
        "read": state.read_at or "never",
        "waiting": f"{state.webhooks} webhooks, {state.to_tell} things to tell",
    }
    stuck = {
        "parked": (state.parked, "orders could not be accepted"),
        "given_up": (state.given_up, "things could not be told"),
        "shown": (state.attention, "things about the channel are in the attention queue"),
    }
    for code, (count, words) in stuck.items():
        if count:
            fix = "see `stockpool attention list`"
            problems.append(Problem(code, f"{count} {words}", fix=fix).as_dict())
    return facts, problems


def _asked(describe: Callable[[], Mapping[str, str]]) -> dict[str, str] | Problem:
    try:
        return dict(describe())
    except PluginError as error:
        return Problem("plugin_failure", f"{type(error).__name__}: {error}")
    except Exception as error:
        return Problem("plugin_fault", f"the check failed: {type(error).__name__}: {error}")
