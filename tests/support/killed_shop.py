"""A shop whose workers are killed: PostgreSQL, Redis, a simulated Amazon that outlives them."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from stockpool import Engine, Product
from stockpool_workers.demo.serving import serving

SKUS = [f"SKU-{number:02}" for number in range(20)]
PRICE = "9.50"
WORKER = Path(__file__).parents[1] / "kill" / "worker_process.py"

CONFIG = """
[stockpool]
database = "{database}"
broker = "{broker}"
poll_seconds = 0.3
changes_seconds = 0.3
availability_seconds = 1
lease_seconds = 3
attempts_most = 60

[channels.web]
type = "csv_channel"
folder = "web"
settle_seconds = 0
{policy}
"""

SIMULATED = """
[networks.amazon-na]
type = "amazon_sim"
countries = ["US"]
state = "amazon.db"
speed = {speed}
seed = {seed}

{faults}

[networks.amazon-na.stock.US]
{stock}
"""

OVER_HTTP = """
[networks.amazon-na]
type = "amazon"
region = "na"
endpoint = "{url}"
lwa_endpoint = "{url}/auth/o2/token"
countries = ["US"]
client_id = {{ file = "secret" }}
client_secret = {{ file = "secret" }}
refresh_token = {{ file = "secret" }}
overlap_minutes = 1440
"""

FAULTS = """
[networks.amazon-na.faults]
duplicate_changes = 0.1
late_changes = 0.05
reordered_changes = 0.1
delayed_tracking = 0.1

[networks.amazon-na.faults.calls]
throttle = 0.03
transient = 0.03
timeout_before = 0.03
timeout_after = 0.05
"""


@dataclass
class Run:
    """What was done to the workers, and what they were given to do."""

    folder: Path
    chance: random.Random
    kills: int = 0
    deaths_at_points: int = 0
    emptied: int = 0
    orders: int = 0
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> None:
        log = (self.folder / "workers.log").open("ab")
        seed = self.chance.randrange(10**9)
        self.workers.append(
            subprocess.Popen(
                [sys.executable, str(WORKER), str(self.folder / "stockpool.toml"), str(seed)],
                stderr=log,
            )
        )
        log.close()

    def replace_the_dead(self) -> None:
        """Start a worker for each that has died by itself, at a crash point."""
        for worker in [w for w in self.workers if w.poll() is not None]:
            assert worker.returncode == -signal.SIGKILL, (
                f"a worker ended by itself with {worker.returncode}: "
                + (self.folder / "workers.log").read_text()[-2000:]
            )
            self.workers.remove(worker)
            self.deaths_at_points += 1
            self.start_worker()

    def kill_one(self) -> None:
        victim = self.workers.pop(self.chance.randrange(len(self.workers)))
        victim.kill()
        victim.wait()
        self.kills += 1
        self.start_worker()

    def drop_orders(self, count: int) -> None:
        """A file of orders."""
        rows = [
            "order id,line id,sku,quantity,unit price,currency,"
            "name,address 1,city,region,postal code,country,policy"
        ]
        for _ in range(count):
            self.orders += 1
            for line in range(1, self.chance.randint(1, 3) + 1):
                sku, units = self.chance.choice(SKUS).lower(), self.chance.randint(1, 3)
                rows.append(
                    f"K-{self.orders},{line},{sku},{units},{PRICE},USD,"
                    "A. Buyer,1 Main St,Seattle,WA,98101,US,"
                )
        self.drop(f"orders-{self.orders}.csv", rows)

    def drop(self, name: str, rows: list[str]) -> None:
        """A file for the channel, put there whole."""
        inbox = self.folder / "web" / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        hidden = inbox / f".{name}"
        hidden.write_text("\n".join(rows) + "\n")
        os.rename(hidden, inbox / name)

    def written(self, kind: str) -> list[dict[str, str]]:
        """All rows of the files of a kind that were written for the channel."""
        found: list[dict[str, str]] = []
        for path in sorted((self.folder / "web" / "outbox").glob(f"{kind}-*.csv")):
            with path.open(newline="", encoding="utf-8-sig") as file:
                found += csv.DictReader(file)
        return found

    def stop(self) -> None:
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            worker.wait(timeout=40)


AnyRun = TypeVar("AnyRun", bound=Run)


@contextmanager
def shop(
    kind: type[AnyRun],
    folder: Path,
    database: str,
    broker: str,
    *,
    seed: int,
    units: int,
    over_http: bool,
    policy: str = "",
    speed: float = 100_000.0,
) -> Iterator[AnyRun]:
    """A furnished shop without workers; those that are left at its end are killed."""
    folder.mkdir(parents=True, exist_ok=True)
    stock = "\n".join(f"{sku} = {units}" for sku in SKUS)
    shared = CONFIG.format(database=database, broker=broker, policy=policy)
    for name, faults in (("stockpool", FAULTS), ("faultless", "")):
        network = SIMULATED.format(seed=seed, stock=stock, faults=faults, speed=speed)
        (folder / f"{name}.toml").write_text(shared + network)
    with ExitStack() as stack:
        if over_http:
            (folder / "amazon.toml").write_text((folder / "stockpool.toml").read_text())
            server = stack.enter_context(serving(folder / "amazon.toml"))
            (folder / "secret").write_text("no secret")
            network = OVER_HTTP.format(url=server.url)
            (folder / "stockpool.toml").write_text(shared + network)
        yield from _furnished(kind, folder, seed)


def _furnished(kind: type[AnyRun], folder: Path, seed: int) -> Iterator[AnyRun]:
    with Engine.from_file(folder / "faultless.toml") as engine:
        engine.catalog.add(*(Product(sku) for sku in SKUS))
        engine.catalog.list_many("web", {sku.lower(): {sku: 1} for sku in SKUS})
        engine.inventory.snapshot()
    run = kind(folder, random.Random(seed))
    try:
        yield run
    finally:
        for worker in run.workers:
            worker.kill()
            worker.wait()
