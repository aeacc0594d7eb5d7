"""Puts the commands together: the engine's own, and those that other packages bring."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated

import typer

from stockpool.cli import (
    attention,
    bulk,
    catalog,
    channels,
    claims,
    db,
    deadlines,
    fba_orders,
    inbound,
    inbound_queue,
    inbound_steps,
    initial,
    inventory,
    listings,
    orders,
    parcels,
    plugins,
    privacy,
    proving,
    refunds,
    removals,
    replacements,
    reports,
    returns,
    serve,
    simulate,
    storage,
)
from stockpool.cli.failures import CommandGroup
from stockpool.cli.logs import log_to_stderr
from stockpool.cli.output import say, warn

COMMANDS_GROUP = "stockpool.commands"
"""Entry points of this group are called with the app, to register their commands on it."""

WITH_MORE_COMMANDS = (inbound_steps, inbound_queue)
"""They add to the commands of a group that another module begins."""

GROUPS = {
    "orders": orders.app,
    "refunds": refunds.app,
    "catalog": catalog.app,
    "inventory": inventory.app,
    "removals": removals.app,
    "listings": listings.app,
    "reports": reports.app,
    "returns": returns.app,
    "parcels": parcels.app,
    "replacements": replacements.app,
    "inbound": inbound.app,
    "storage": storage.app,
    "claims": claims.app,
    "fba-orders": fba_orders.app,
    "bulk": bulk.app,
    "attention": attention.app,
    "channels": channels.app,
    "plugins": plugins.app,
    "privacy": privacy.app,
    "db": db.app,
}


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        cls=CommandGroup,
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_show_locals=False,  # they may hold a buyer's address
        rich_markup_mode=None,
        help="One pool of FBA stock for every sales channel.",
    )
    app.callback()(_root)
    app.command("init")(initial.init)
    app.command("verify")(proving.verify)
    app.command("stranded")(listings.stranded)
    app.command("deadlines")(deadlines.deadlines)
    app.command("simulate")(simulate.simulate)
    app.command("serve")(serve.serve)
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)
    for point in sorted(entry_points(group=COMMANDS_GROUP), key=lambda point: point.name):
        _register(app, point)
    return app


def _show_version(value: bool) -> None:
    if value:
        from stockpool import __version__

        say(f"stockpool {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version."),
    ] = False,
) -> None:
    log_to_stderr()


def _register(app: typer.Typer, point: EntryPoint) -> None:
    """Let another package add its commands. If it fails, all other commands still work."""
    try:
        register: Callable[[typer.Typer], None] = point.load()
        register(app)
    except Exception as error:
        who = point.dist.name if point.dist is not None else "?"
        warn(
            f"stockpool: the commands {point.name!r} of {who} are not available: "
            f"{type(error).__name__}: {error}"
        )
