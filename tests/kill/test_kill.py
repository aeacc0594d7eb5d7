"""Workers are killed at random while orders come in; nothing is lost and nothing is done twice.

Two worker processes on PostgreSQL and Redis, a simulated Amazon in a file that outlives them, and a
file channel. Amazon throttles, forgets to answer, answers twice and late; Redis is emptied twice.

Each form runs twice: with the simulator in the workers' own processes, and as `amazon` over HTTP,
where doubt looks as it does in life: 429, 503, 500 after the effect, and connections broken off.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select

from killed_shop import Run, shop
from stockpool import Engine
from stockpool.orders.tables import order_lines, packages
from stockpool.outbox.effects import unfinished
from stockpool_workers.demo.audit import audit

SETTLE_SECONDS = 300


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


def told_parcels(run: Run) -> Counter[tuple[str, str]]:
    """How often each parcel's line was written for the channel."""
    return Counter((row["package"], row["line_id"]) for row in run.written("tracking"))


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
    with shop(Run, folder, database, broker, seed=seed, units=units, over_http=over_http) as run:
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
        told = told_parcels(run)
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
