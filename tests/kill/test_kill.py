"""Workers are killed at random while orders come in; nothing is lost and nothing is done twice.

Two worker processes on PostgreSQL and Redis, a simulated Amazon in a file that outlives them, and a
file channel. Amazon throttles, forgets to answer, answers twice and late; Redis is emptied twice.

Each form runs twice: with the simulator in the workers' own processes, and as `amazon` over HTTP,
where doubt looks as it does in life: 429, 503, 500 after the effect, and connections broken off.
"""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select

from stockpool import Engine, Product
from stockpool.orders.tables import order_lines, packages
from stockpool.outbox.effects import unfinished
from stockpool_workers.demo.audit import audit
from stockpool_workers.demo.serving import serving

SKUS = [f"SKU-{number:02}" for number in range(20)]
WORKER = Path(__file__).with_name("worker_process.py")
SETTLE_SECONDS = 300

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
"""

SIMULATED = """
[networks.amazon-na]
type = "amazon_sim"
countries = ["US"]
state = "amazon.db"
speed = 100000.0
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
        """A file of orders, put there whole."""
        rows = [
            "order id,line id,sku,quantity,name,address 1,city,region,postal code,country,policy"
        ]
        for _ in range(count):
            self.orders += 1
            for line in range(1, self.chance.randint(1, 3) + 1):
                sku, units = self.chance.choice(SKUS).lower(), self.chance.randint(1, 3)
                rows.append(
                    f"K-{self.orders},{line},{sku},{units},A. Buyer,1 Main St,Seattle,WA,98101,US,"
                )
        inbox = self.folder / "web" / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        hidden = inbox / f".orders-{self.orders}.csv"
        hidden.write_text("\n".join(rows) + "\n")
        os.rename(hidden, inbox / f"orders-{self.orders}.csv")

    def stop(self) -> None:
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            worker.wait(timeout=40)


@contextmanager
def shop(
    folder: Path, database: str, broker: str, seed: int, units: int, over_http: bool
) -> Iterator[Run]:
    folder.mkdir(parents=True, exist_ok=True)
    stock = "\n".join(f"{sku} = {units}" for sku in SKUS)
    shared = CONFIG.format(database=database, broker=broker)
    for name, faults in (("stockpool", FAULTS), ("faultless", "")):
        network = SIMULATED.format(seed=seed, stock=stock, faults=faults)
        (folder / f"{name}.toml").write_text(shared + network)
    with ExitStack() as stack:
        if over_http:
            (folder / "amazon.toml").write_text((folder / "stockpool.toml").read_text())
            server = stack.enter_context(serving(folder / "amazon.toml"))
            (folder / "secret").write_text("no secret")
            network = OVER_HTTP.format(url=server.url)
            (folder / "stockpool.toml").write_text(shared + network)
        yield from _furnished(folder, seed)


def _furnished(folder: Path, seed: int) -> Iterator[Run]:
    with Engine.from_file(folder / "faultless.toml") as engine:
        engine.catalog.add(*(Product(sku) for sku in SKUS))
        engine.catalog.list_many("web", {sku.lower(): {sku: 1} for sku in SKUS})
        engine.inventory.snapshot()
    run = Run(folder, random.Random(seed))
    try:
        yield run
    finally:
        for worker in run.workers:
            worker.kill()
            worker.wait()


def settle(run: Run, engine: Engine) -> float:
    """Wait until everything is done; returns how long that took after the last kill."""
    started = time.monotonic()
    pause = threading.Event()
    while time.monotonic() - started < SETTLE_SECONDS:
        run.replace_the_dead()
        with engine.database.read() as connection:
            open_effects = unfinished(connection)
            orders = connection.execute(
                select(func.count(func.distinct(order_lines.c.order_id)))
            ).scalar_one()
            open_units = connection.execute(
                select(func.coalesce(func.sum(order_lines.c.held + order_lines.c.committed), 0))
            ).scalar_one()
            # A tracking number may come later than the news that the parcel has left.
            unnumbered = connection.execute(
                select(func.count()).where(packages.c.tracking_number.is_(None))
            ).scalar_one()
        if orders == run.orders and not (open_effects or open_units or unnumbered):
            return time.monotonic() - started
        pause.wait(0.2)
    raise AssertionError(
        f"not settled: {orders} of {run.orders} orders, {open_effects} open effects, "
        f"{open_units} open units, {unnumbered} parcels without a number; "
        + (run.folder / "workers.log").read_text()[-3000:]
    )


def told_parcels(folder: Path) -> Counter[tuple[str, str]]:
    """How often each parcel's line was written for the channel."""
    told: Counter[tuple[str, str]] = Counter()
    for path in (folder / "web" / "outbox").glob("tracking-*.csv"):
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                told[(row["package"], row["line_id"])] += 1
    return told


def kill_run(
    folder: Path,
    database: str,
    broker: str,
    *,
    kills: int,
    seed: int,
    orders_each: int,
    over_http: bool,
) -> dict[str, float]:
    pause = threading.Event()
    units = orders_each * kills * 2 + 200
    with shop(folder, database, broker, seed, units, over_http) as run:
        run.start_worker()
        run.start_worker()
        while run.kills < kills:
            run.drop_orders(orders_each)
            pause.wait(run.chance.uniform(0.2, 2.2))
            run.replace_the_dead()
            run.kill_one()
            if run.kills in (kills // 3, 2 * kills // 3):
                redis.Redis.from_url(broker).flushdb()
                run.emptied += 1
        with Engine.from_file(folder / "faultless.toml") as engine:
            settled = settle(run, engine)
            run.stop()
            report = engine.verify()
            assert report.ok, report.violations
            found = audit(engine)
            assert found.ok, found.findings
            with engine.database.read() as connection:
                shipped, ordered = connection.execute(
                    select(func.sum(order_lines.c.shipped), func.sum(order_lines.c.ordered))
                ).one()
                parcels = {
                    f"{row.fulfillment_order_id}/{row.package_number}"
                    for row in connection.execute(select(packages))
                }
        assert (shipped, run.emptied) == (ordered, 2)
        told = told_parcels(folder)
        assert {parcel for parcel, _ in told} == parcels
        assert [key for key, times in told.items() if times > 1] == []
        return {
            "kills": run.kills,
            "deaths at crash points": run.deaths_at_points,
            "redis emptied": run.emptied,
            "orders": run.orders,
            "fulfillment orders": found.placed,
            "parcels told": len(parcels),
            "settled after seconds": round(settled, 1),
        }


both_ways = pytest.mark.parametrize("over_http", [False, True], ids=["in process", "over HTTP"])


@both_ways
@pytest.mark.timeout(300)
def test_workers_killed_at_random_lose_nothing_and_repeat_nothing(
    tmp_path: Path, postgres_url: str, redis_url: str, over_http: bool
) -> None:
    figures = kill_run(
        tmp_path / "shop",
        postgres_url,
        redis_url,
        kills=9,
        seed=1,
        orders_each=8,
        over_http=over_http,
    )
    assert figures["kills"] == 9


@both_ways
@pytest.mark.kill
@pytest.mark.timeout(3_600)
def test_two_hundred_kills(
    tmp_path: Path,
    postgres_url: str,
    redis_url: str,
    over_http: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`make kill`; STOCKPOOL_KILL_SEED and STOCKPOOL_KILLS choose another run of it."""
    figures = kill_run(
        tmp_path / "shop",
        postgres_url,
        redis_url,
        kills=int(os.environ.get("STOCKPOOL_KILLS", "200")),
        seed=int(os.environ.get("STOCKPOOL_KILL_SEED", "2")),
        orders_each=10,
        over_http=over_http,
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{figures}\n")
    assert figures["redis emptied"] == 2
