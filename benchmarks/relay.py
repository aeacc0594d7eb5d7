"""The outbox's way out: from recorded effects to messages on Redis, and from there to a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import structlog
from sqlalchemy import text

from benchmarks import world
from benchmarks.measuring import Result, percentile, told
from benchmarks.places import Place, database
from servers import running_valkey
from stockpool import Engine
from stockpool.duties import Duties
from stockpool_workers.activity import Activity
from stockpool_workers.actors import Actors
from stockpool_workers.brokers import make_broker
from stockpool_workers.metrics import Metrics
from stockpool_workers.service import Service

_GROUP = "outbox, PostgreSQL and Redis"


def measure(place: Place, *, rounds: int, share: float = 1.0) -> Iterator[Result]:
    """Effects released and sent, in messages of the usual size; and the wait of a lone message."""
    structlog.configure(processors=[_silent])
    count = max(int(10_000 * share), 1_000)
    released = Result(_GROUP, "effects released and sent in messages of 20", unit="effects/s")
    with (
        told("outbox: release and send"),
        running_valkey() as redis,
        database(place) as url,
        _engine(url, redis.url) as engine,
    ):
        broker = make_broker(redis.url)
        actors = Actors(engine, broker, Activity(), Metrics(engine))
        orders = world.Orders("relay", range(world.WIDE))
        for _ in range(rounds):
            redis.flush()
            engine.orders.submit_many(orders.take(count))
            released.rates.append(_relay(engine, actors))
        broker.close()
    yield released
    yield _lone_messages(place, max(int(80 * share), 30))


def _engine(url: str, redis_url: str) -> Engine:
    return Engine.open(
        url,
        config={"plugins": [], "stockpool": {"broker": redis_url}},
        networks={world.NETWORK: world.ThreePools()},
    )


def _relay(engine: Engine, actors: Actors) -> float:
    """Effects a second; what was sent is declared done outside the measured time."""
    effects, took = 0, 0.0
    while True:
        began = time.perf_counter()
        dispatches = engine.duties.dispatch()
        actors.dispatch(dispatches)
        took += time.perf_counter() - began
        if not dispatches:
            return effects / took
        sent = [effect for dispatch in dispatches for effect in dispatch.effect_ids]
        effects += len(sent)
        with engine.database.write() as connection:
            connection.execute(
                text("UPDATE effects SET state = 'done' WHERE id = ANY (:sent)"), {"sent": sent}
            )


def _lone_messages(place: Place, count: int) -> Result:
    """From `send` to the first line of the actor, with nothing else to do."""
    result = Result(_GROUP, "a lone message, sent to an idle worker", unit="messages/s")
    arrived = threading.Event()
    waits = []

    def arrive() -> int:
        arrived.set()
        return 0

    with (
        told("outbox: lone messages"),
        running_valkey() as redis,
        database(place) as url,
        mock.patch.object(Duties, "fill_waiting", side_effect=arrive),
        _engine(url, redis.url) as engine,
        Service(engine, schedules=False) as service,
    ):
        time.sleep(1)
        for _ in range(count):
            arrived.clear()
            began = time.perf_counter()
            service.actors.send("fill_waiting")
            if not arrived.wait(10):
                raise RuntimeError("a message did not arrive in 10 seconds")
            waits.append(time.perf_counter() - began)
            time.sleep(0.15)
    result.rates.append(1 / percentile(waits, 0.5))
    result.notes = {
        "p50 ms": percentile(waits, 0.50) * 1000,
        "p99 ms": percentile(waits, 0.99) * 1000,
    }
    return result


def _silent(_logger: Any, _method: str, _event: Any) -> Any:
    raise structlog.DropEvent
