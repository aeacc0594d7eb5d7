"""The commands of the worker service: `run`, `worker`, `scheduler`."""

from __future__ import annotations

from typing import Annotated

import typer

from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, say
from stockpool.engine import Engine
from stockpool_workers import logs
from stockpool_workers.service import Service

ThreadsOption = Annotated[
    int, typer.Option("--threads", min=1, max=64, help="Effects carried out at the same time.")
]
MetricsOption = Annotated[
    int | None,
    typer.Option("--metrics-port", min=1, max=65535, help="Serve Prometheus metrics on 127.0.0.1."),
]
LogOption = Annotated[
    str, typer.Option("--log-level", help="debug, info, warning or error; lines go to stderr.")
]


def run(
    config: ConfigOption = DEFAULT_CONFIG,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when nothing is left to do.")
    ] = False,
    threads: ThreadsOption = 4,
    metrics_port: MetricsOption = None,
    log_level: LogOption = "info",
    as_json: JsonOption = False,
) -> None:
    """Run everything in one process: poll channels, place orders, follow parcels.

    Ends with exit code 1 if something needs attention after --until-idle.

    \b
    Examples:
      stockpool run
      stockpool run --until-idle
    """
    logs.configure(log_level)
    with Engine.from_file(config) as engine:
        service = Service(engine, threads=threads, metrics_port=metrics_port)
        if not until_idle:
            service.run_until_stopped()
            return
        service.run_until_idle()
        counts = {status.value: n for status, n in engine.orders.count_by_status().items()}
        attention = engine.attention.count()
    if as_json:
        print_json({"orders": counts, "attention": attention})
    else:
        told = ", ".join(f"{number} {status}" for status, number in counts.items()) or "none"
        say(f"Nothing is left to do. Orders: {told}. Attention items: {attention}.")
    if attention:
        raise typer.Exit(1)


def worker(
    config: ConfigOption = DEFAULT_CONFIG,
    threads: ThreadsOption = 8,
    metrics_port: MetricsOption = None,
    log_level: LogOption = "info",
) -> None:
    """Carry out effects and duties that come over Redis. Start as many as you like.

    On SIGTERM it finishes what is under way and ends.

    \b
    Example:
      stockpool worker --threads 8 --metrics-port 9100
    """
    logs.configure(log_level)
    with Engine.from_file(config) as engine:
        Service(
            engine, schedules=False, threads=threads, metrics_port=metrics_port
        ).run_until_stopped()


def scheduler(
    config: ConfigOption = DEFAULT_CONFIG,
    metrics_port: MetricsOption = None,
    log_level: LogOption = "info",
) -> None:
    """Send the duties at their intervals. Of several, one leads and the others stand by.

    \b
    Example:
      stockpool scheduler
    """
    logs.configure(log_level)
    with Engine.from_file(config) as engine:
        Service(engine, works=False, metrics_port=metrics_port).run_until_stopped()


def register(app: typer.Typer) -> None:
    """Add the commands to the command line (entry point `stockpool.commands`)."""
    app.command("run")(run)
    app.command("worker")(worker)
    app.command("scheduler")(scheduler)
