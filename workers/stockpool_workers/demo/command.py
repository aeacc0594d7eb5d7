"""The command `stockpool demo`."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.failures import ExitCode
from stockpool.cli.options import JsonOption
from stockpool.cli.output import print_json
from stockpool.engine import Engine
from stockpool.errors import ConflictError
from stockpool.proof import Report
from stockpool_workers.demo import telling
from stockpool_workers.demo.audit import Audit, audit
from stockpool_workers.demo.facts import Facts, gather
from stockpool_workers.demo.order_files import Written, write_orders
from stockpool_workers.demo.running import run_until_idle
from stockpool_workers.demo.serving import serving
from stockpool_workers.demo.shop import (
    fill_catalog,
    write_configuration,
    write_configuration_over_http,
)
from stockpool_workers.year.telling import live_and_tell


class Scenario(StrEnum):
    """What the demo shows."""

    ORDERS = "orders"
    YEAR = "year"


class Reach(StrEnum):
    """How the demo's engine reaches the simulated Amazon; the names are those of network types."""

    AMAZON_SIM = "amazon_sim"
    AMAZON = "amazon"


@dataclass(frozen=True, slots=True)
class Result:
    """All that the demo tells."""

    orders: int
    seed: int
    folder: Path
    kept: bool
    seconds: float
    written: Written
    facts: Facts
    report: Report
    audit: Audit

    @property
    def ok(self) -> bool:
        """Whether the books are right, and each order was fulfilled exactly once."""
        facts = self.facts
        return self.report.ok and self.audit.ok and not facts.lost and not facts.told_twice

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "ok": self.ok,
            "orders": self.orders,
            "seed": self.seed,
            "seconds": round(self.seconds, 2),
            "folder": str(self.folder),
            "folder_kept": self.kept,
            "files": [
                {
                    "path": file.path,
                    "layout": file.layout,
                    "orders": file.orders,
                    "repeats": file.repeats,
                }
                for file in self.written.files
            ],
            **self.facts.as_dict(),
            "verify": self.report.as_dict(),
            "audit": self.audit.as_dict(),
        }


def demo(
    orders: Annotated[int, typer.Option("--orders", min=10, help="How many orders.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same orders.")] = 1,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where the shop is made, and stays; it must be empty."),
    ] = None,
    scenario: Annotated[
        Scenario,
        typer.Option("--scenario", help="A few busy days of orders, or a year of a seller."),
    ] = Scenario.ORDERS,
    network: Annotated[
        Reach,
        typer.Option(
            "--network", help="Reach the simulated Amazon in process, or as a client of SP-API."
        ),
    ] = Reach.AMAZON_SIM,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the folder, if --folder does not name one.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a shop with three channels on one pool of stock, against a simulated Amazon.

    Makes a folder with a configuration and order files in several layouts, lets the worker service
    carry them out, and tells what happened. Exit code 1 if the books are wrong, or if an order was
    not fulfilled exactly once.

    \b
    Examples:
      stockpool demo
      stockpool demo --orders 500 --seed 7 --folder shop --json
      stockpool demo --network amazon --orders 500
      stockpool demo --scenario year
    """
    with _place(folder, keep) as (home, kept):
        if scenario is Scenario.YEAR:
            live_and_tell(home, seed=seed, as_json=as_json)
            return
        result = _run(home, network, orders=orders, seed=seed, kept=kept)
        if as_json:
            print_json(result.as_dict())
        else:
            telling.tell(result)
    if not result.ok:
        raise typer.Exit(ExitCode.ATTENTION)


@contextmanager
def _place(folder: Path | None, keep: bool) -> Iterator[tuple[Path, bool]]:
    """Where the shop is made, and whether it stays. What went wrong is kept to be looked at."""
    if folder is not None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConflictError(f"{folder} is not an empty folder; name another")
        yield folder.absolute(), True
        return
    home = Path(tempfile.mkdtemp(prefix="stockpool-demo-"))
    yield home, keep
    if not keep:
        shutil.rmtree(home, ignore_errors=True)


def _run(home: Path, network: Reach, *, orders: int, seed: int, kept: bool) -> Result:
    started = time.monotonic()
    config = write_configuration(home, orders=orders, seed=seed)
    with Engine.from_file(config) as engine:
        fill_catalog(engine)
    written = write_orders(home, count=orders, seed=seed)
    with telling.watching(written) as watch:
        if network is Reach.AMAZON:
            with serving(config) as amazon:
                over_http = write_configuration_over_http(home, amazon.url)
                run_until_idle(over_http, watch, coming=amazon.busy)
        else:
            run_until_idle(config, watch)
    with Engine.from_file(config) as engine:
        facts = gather(engine, home, written)
        report = engine.verify()
        compared = audit(engine)
    seconds = time.monotonic() - started
    return Result(orders, seed, home, kept, seconds, written, facts, report, compared)
