"""`stockpool-amazon-sim serve`: the simulated Amazon for any SP-API client."""

from __future__ import annotations

import json
import signal
import sys
from itertools import chain
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from stockpool.clock import SystemClock
from stockpool.errors import ConfigurationError
from stockpool_amazon_sim.settings import AmazonSimSettings
from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api.application import APIS
from stockpool_amazon_sim.sp_api.server import SpApiServer

app = typer.Typer(
    help="A simulated Amazon (FBA and MCF) that SP-API clients work against.",
    no_args_is_help=True,
)


@app.callback()
def _commands() -> None:
    """A simulated Amazon (FBA and MCF) that SP-API clients work against."""


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8970,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    countries: Annotated[
        str, typer.Option(help="The seller's countries, joined by commas.")
    ] = "US,CA,MX",
    seed: Annotated[int, typer.Option(help="Of all chance.")] = 1,
    speed: Annotated[
        float, typer.Option(min=0.001, help="How much faster than yours its clock runs.")
    ] = 1.0,
    state: Annotated[
        Path | None, typer.Option(help="A file that keeps the state; without it, memory.")
    ] = None,
    stock: Annotated[
        Path | None, typer.Option(help="CSV with country, sku, quantity: what is there at first.")
    ] = None,
    limits: Annotated[
        bool, typer.Option("--rate-limits", help="Refuse calls above Amazon's rates.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A stockpool configuration; its network of type amazon_sim gives all settings."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Tell where it listens as one JSON line.")
    ] = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    \b
    Examples:
      stockpool-amazon-sim serve
      stockpool-amazon-sim serve --port 0 --json --speed 1000 --state amazon.db
      stockpool-amazon-sim serve --config stockpool.toml
      curl -X POST localhost:8970/simulator/v1/stock -d '{"country":"US","sku":"MUG","quantity":9}'
    """
    try:
        if config is not None:
            settings, folder = _settings_of(config), config.absolute().parent
        else:
            folder = Path()
            settings = AmazonSimSettings(
                countries=tuple(code.strip() for code in countries.split(",") if code.strip()),
                seed=seed,
                speed=speed,
                state=state,
                stock=stock,
                rate_limits=limits,
            )
        simulator = Simulator(settings, SystemClock(), folder=folder)
    except (ValueError, ConfigurationError) as error:
        _fail(str(error))
    try:
        server = SpApiServer(simulator, host=host, port=port)
    except ConfigurationError as error:
        simulator.close()
        _fail(str(error))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: server.end())
    server.start()
    typer.echo(json.dumps({"url": server.url}) if as_json else _welcome(server.url))
    sys.stdout.flush()
    server.wait()
    server.stop()
    simulator.close()


@app.command()
def operations() -> None:
    """List the operations that are served: name, method and address."""
    for known in chain.from_iterable(APIS):
        typer.echo(f"{known.name:40} {known.method:6} {known.path}")


def _settings_of(config: Path) -> AmazonSimSettings:
    """The settings of the one simulated network of a stockpool configuration."""
    # It brings the engine's own settings and checks along, which this start can do without.
    from stockpool.config import read

    networks = read(config).networks
    simulated = {name: found for name, found in networks.items() if found.type == "amazon_sim"}
    if len(simulated) != 1:
        raise ConfigurationError(
            f"{config}: has {len(simulated)} networks of type amazon_sim; one is needed"
        )
    (found,) = simulated.values()
    return AmazonSimSettings.model_validate(found.model_extra)


def main() -> None:
    """The entry point."""
    app()


def _welcome(url: str) -> str:
    return (
        f"A simulated Amazon listens at {url}\n"
        f"  tokens:   POST {url}/auth/o2/token (any client id, secret and refresh token)\n"
        f"  queues:   {url}/sqs (for SQS clients)\n"
        f"  control:  POST {url}/simulator/v1/stock, register, advance, inject ...\n"
        "Ctrl-C ends it."
    )


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
