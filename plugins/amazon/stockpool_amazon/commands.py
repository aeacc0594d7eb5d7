"""`stockpool amazon`: what an account at Amazon needs to be set up with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, say
from stockpool.cli.session import opened
from stockpool.errors import NotFoundError

if TYPE_CHECKING:
    from stockpool.engine import Engine
    from stockpool_amazon.network import AmazonNetwork

app = typer.Typer(no_args_is_help=True, help="Accounts at Amazon: what they are set up with.")


@app.callback()
def _commands() -> None:
    """Accounts at Amazon: what they are set up with."""


@app.command()
def subscribe(
    network: Annotated[str, typer.Argument(help="Its name in the configuration.")],
    config: ConfigOption = DEFAULT_CONFIG,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="End a subscription that goes to another destination."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Let Amazon send order news to the network's queue: makes what is missing.

    It can be repeated. Exit code 1 if something is still missing.

    \b
    Example:
      stockpool amazon subscribe amazon-na
    """
    with opened(config) as engine:
        found = _amazon(engine, network)
        done = list(found.subscribe(replace=replace))
        problems = [problem.as_dict() for problem in found.check()]
    if as_json:
        print_json({"network": network, "done": done, "problems": problems})
    else:
        for line in done or ["Nothing was missing."]:
            say(line)
        for problem in problems:
            say(f"{problem['message']} ({problem.get('fix', problem['code'])})")
    if problems:
        raise typer.Exit(1)


def register(root: typer.Typer) -> None:
    """Add the commands to the command line."""
    root.add_typer(app, name="amazon")


def _amazon(engine: Engine, name: str) -> AmazonNetwork:
    known = [n for n, settings in engine.config.networks.items() if settings.type == "amazon"]
    if name not in known:
        raise NotFoundError(
            f"no network {name} of type amazon is configured; known: {', '.join(known) or 'none'}"
        )
    # It needs an extra, which is there once such a network is.
    from stockpool_amazon.network import AmazonNetwork

    found = engine.networks[name]
    assert isinstance(found, AmazonNetwork), found
    return found
