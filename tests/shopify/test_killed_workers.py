"""Two worker processes are killed while they serve a shop; shop and Amazon agree in the end.

The shop is served to them by this process, with its clock; the simulated Amazon is in a file. Time
moves on only when every worker has come to the end of its work or has died, so that no worker that
lives loses its lease; the leases of those that died run out.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shopify_shop.served import Rounds, served
from shopify_trade import SHOP_TROUBLES, Trade, check, trade_of
from shopify_world import ShopWorld

WORKER = Path(__file__).with_name("worker_process.py")
SUPPORT = Path(__file__).parents[1] / "support"
PATIENCE = 120.0
WORKERS = 2
STEP_MOST = 400
"""Seconds of the shop's clock; a lease is longer than one step and what the steps within add."""


@dataclass
class Workers:
    """The processes, and what was done to them."""

    trade: Trade
    port: int
    rounds: Rounds
    chance: random.Random
    alive: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    started: int = 0
    kills: int = 0
    deaths_at_points: int = 0

    def start(self) -> None:
        self.started += 1
        name = f"worker-{self.started}"
        shop = self.trade.shop
        elsewhere = filter(None, [os.environ.get("PYTHONPATH")])
        given = [self.trade.url, str(shop.folder), str(self.port), name, self.trade.role]
        with self.log.open("ab") as log:
            self.alive[name] = subprocess.Popen(
                [sys.executable, str(WORKER), *given, str(self.chance.randrange(10**9))],
                stderr=log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT), *elsewhere])},
            )

    @property
    def log(self) -> Path:
        return Path(self.trade.shop.folder) / "workers.log"

    def replace_the_dead(self) -> None:
        """Start a worker for each that has died by itself, at a crash point."""
        for name, process in list(self.alive.items()):
            if process.poll() is not None:
                said = self.log.read_text()[-3_000:]
                assert process.returncode == -signal.SIGKILL, f"{process.returncode}: {said}"
                del self.alive[name]
                self.deaths_at_points += 1
                self.start()

    def kill_one(self) -> None:
        name = self.chance.choice(sorted(self.alive))
        victim = self.alive.pop(name)
        victim.kill()
        victim.wait()
        self.kills += 1
        self.start()

    def let_work(self) -> None:
        """Until each has carried out what was due when this began."""
        began = time.monotonic()
        # The round that is under way may have begun before; the next one has not.
        wanted = {name: self.rounds.ended(name) + 2 for name in self.alive}
        while any(self.rounds.ended(name) < count for name, count in wanted.items()):
            self.rounds.wait(0.1)
            self.replace_the_dead()
            wanted = {name: count for name, count in wanted.items() if name in self.alive}
            assert time.monotonic() - began < PATIENCE, self.log.read_text()[-3_000:]

    def stop(self) -> None:
        for process in self.alive.values():
            process.kill()
            process.wait()
        self.alive.clear()


@contextmanager
def working(trade: Trade) -> Iterator[Workers]:
    rounds = Rounds()
    with served(trade.shop.server, rounds) as port:
        workers = Workers(trade, port, rounds, random.Random(trade.rng.random()))
        for _ in range(WORKERS):
            workers.start()
        try:
            yield workers
        finally:
            workers.stop()


def kill_run(
    shop: ShopWorld, url: str, role: str, *, orders: int, quiet: int, kill_every: int, seed: int
) -> dict[str, int]:
    """Orders come in, one a step, then none for some steps; in every few of them a kill."""
    pause = threading.Event()
    trade = trade_of(shop, url, role, seed, state="amazon.db")
    try:
        with working(trade) as workers:
            for step in range(orders + quiet):
                with shop.server.lock:
                    if step < orders:
                        happens(trade)
                    shop.clock.advance(trade.rng.choice([5, 60, STEP_MOST]))
                if step % kill_every == kill_every - 1:
                    pause.wait(workers.chance.uniform(0, 0.2))
                    workers.kill_one()
                workers.let_work()
        trade.settle()
        check(trade)
    finally:
        trade.close()
    return {
        **trade.figures(),
        "kills": workers.kills,
        "deaths at crash points": workers.deaths_at_points,
    }


def happens(trade: Trade) -> None:
    """What buyers and the merchant do; what goes wrong at the shop."""
    order = trade.buy()
    if trade.rng.random() < 0.10:
        trade.cancel(trade.rng.choice(list(trade.shop.state.orders.values())))
    if trade.rng.random() < 0.10:
        trade.refund(trade.rng.choice(list(trade.shop.state.orders.values())))
    if trade.rng.random() < 0.30:
        trouble = trade.rng.choice(SHOP_TROUBLES)
        trade.shop.server.fail_next(trouble)
        trade.faults[trouble.__name__] += 1
    trade.tell(order)


@pytest.mark.kill
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize(
    ("role", "orders"), [("merchant_managed", 1_000), ("fulfillment_service", 120)]
)
def test_workers_that_are_killed_for_days_lose_nothing_and_repeat_nothing(
    shop: ShopWorld, postgres_url: str, role: str, orders: int, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = kill_run(shop, postgres_url, role, orders=orders, quiet=60, kill_every=6, seed=1)
    with capsys.disabled():
        sys.stdout.write(f"\n{role}: {figures}\n")
    assert figures["kills"] == (orders + 60) // 6
