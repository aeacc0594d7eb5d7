"""Two processes on one PostgreSQL; and sixteen callers on ten SKUs, to the last unit."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import text

from benchmarks import world
from benchmarks.measuring import Result, told
from benchmarks.one_process import Pair, submit
from benchmarks.places import Place, database
from stockpool.order_request import FulfillmentPolicy
from stockpool.orders.status import OrderStatus

PROCESSES = 2
CALLERS = 16
_HALF = world.WIDE // PROCESSES
_PATIENCE = 300.0

Span = tuple[float, float]


def measure(place: Place, *, rounds: int, share: float = 1.0) -> Iterator[Result]:
    """Batches in two processes: each with SKUs of its own, then all with all SKUs."""
    for size, usual in ((1_000, 8_000), (100, 5_000), (1, 1_000)):
        what = "one by one" if size == 1 else f"batches of {size:,}"
        count = max(int(usual * share), size)
        parts = [range(n * _HALF, (n + 1) * _HALF) for n in range(PROCESSES)]
        apart = Result(f"{place.name}, two processes", f"{what}, each with its own SKUs")
        shared = Result(f"{place.name}, two processes", f"{what}, all SKUs in both")
        with told(f"{place.name}, two processes: {what}"), database(place) as url:
            for engine, bare in _side_by_side(url, parts, size, count, rounds):
                apart.rates.append(engine)
                apart.bare.append(bare)
            everything = [range(world.WIDE)] * PROCESSES
            for engine, bare in _side_by_side(url, everything, size, count, rounds):
                shared.rates.append(engine)
                shared.bare.append(bare)
        yield apart
        yield shared


def _side_by_side(
    url: str,
    skus: list[range],
    size: int,
    count: int,
    rounds: int,
) -> Iterator[tuple[float, float]]:
    """Orders a second of all processes together, round by round: engine and bare driver."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(skus))
    answers: Any = context.Queue()
    stamp = f"{time.time_ns():x}"
    processes = [
        context.Process(
            target=_work,
            args=(url, f"p{n}-{stamp}", part, size, count, rounds, barrier, answers),
        )
        for n, part in enumerate(skus)
    ]
    for process in processes:
        process.start()
    gathered = [answers.get(timeout=_PATIENCE) for _ in processes]
    for process in processes:
        process.join(_PATIENCE)
    for spans in zip(*gathered, strict=True):
        engine = [span for span, _ in spans]
        driver = [span for _, span in spans]
        yield _together(engine, count), _together(driver, count)


def _together(spans: list[Span], count: int) -> float:
    began = min(span[0] for span in spans)
    ended = max(span[1] for span in spans)
    return count * len(spans) / (ended - began)


def _work(
    url: str,
    name: str,
    skus: range,
    size: int,
    count: int,
    rounds: int,
    barrier: Barrier,
    answers: Any,
) -> None:
    pair = Pair(url, name, skus)
    spans = []
    for _ in range(rounds):
        requests = pair.orders.take(count)
        batches = pair.copies(count, size)
        barrier.wait(_PATIENCE)
        began = time.perf_counter()
        submit(pair.engine, requests, size)
        engine = (began, time.perf_counter())
        barrier.wait(_PATIENCE)
        began = time.perf_counter()
        pair.write(batches)
        spans.append((engine, (began, time.perf_counter())))
    pair.close()
    answers.put(spans)


def callers(place: Place, *, rounds: int, share: float = 1.0) -> Iterator[Result]:
    """Sixteen callers in two processes: hot beside wide, then until the last unit is taken."""
    group = f"{place.name}, {CALLERS} callers in {PROCESSES} processes"
    for size, usual in ((100, 400), (1, 60)):
        what = "one by one" if size == 1 else f"batches of {size:,}"
        count = max(int(usual * share), size) if size > 1 else max(int(usual * share), 20)
        hot, wide = Result(group, f"{what}, hot"), Result(group, f"{what}, wide")
        with told(f"{group}: {what}"), database(place) as url:
            for _ in range(rounds):
                wide.rates.append(_crowd(url, range(world.WIDE), size, count))
                hot.rates.append(_crowd(url, range(world.HOT), size, count))
        hot.notes["of wide"] = hot.rate / wide.rate
        yield wide
        yield hot
    yield _to_the_last_unit(place, group)


def _crowd(
    url: str, skus: range, size: int, count: int, policy: FulfillmentPolicy = "FillOrKill"
) -> float:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    answers: Any = context.Queue()
    stamp = f"{time.time_ns():x}"
    processes = [
        context.Process(
            target=_call, args=(url, f"c{n}-{stamp}", skus, size, count, policy, barrier, answers)
        )
        for n in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    spans = [answers.get(timeout=_PATIENCE) for _ in processes]
    for process in processes:
        process.join(_PATIENCE)
    return _together(spans, count * CALLERS // PROCESSES)


def _call(
    url: str,
    name: str,
    skus: range,
    size: int,
    count: int,
    policy: FulfillmentPolicy,
    barrier: Barrier,
    answers: Any,
) -> None:
    each = CALLERS // PROCESSES
    with world.open_engine(url) as engine:
        sources = [world.Orders(f"{name}-{n}", skus, policy) for n in range(each)]
        for source in sources:
            submit(engine, source.take(10), 1)
        loads = [source.take(count) for source in sources]
        threads = [threading.Thread(target=submit, args=(engine, load, size)) for load in loads]
        barrier.wait(_PATIENCE)
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answers.put((began, time.perf_counter()))


def _to_the_last_unit(place: Place, group: str) -> Result:
    """More is ordered than there is: every unit must be held, none of them twice."""
    units = {"US": 1_000, "CA": 100, "MX": 100}
    result = Result(group, "hot, until nothing is left")
    with told(f"{group}: to the last unit"), database(place) as url:
        with world.open_engine(url) as engine, engine.database.write() as connection:
            connection.execute(text("DELETE FROM stock_moves"))
            connection.execute(text("DELETE FROM stock_levels"))
        with world.open_engine(url) as engine:
            for number in range(world.HOT):
                for country, there in units.items():
                    engine.inventory.receive(
                        f"{world.NETWORK}:{country}",
                        world.sku(number),
                        there,
                        key=f"last:{country}:{number}",
                    )
        result.rates.append(_crowd(url, range(world.HOT), 100, 1_000, policy="FillAll"))
        with world.open_engine(url) as engine:
            counts = engine.orders.count_by_status()
            with engine.database.read() as connection:
                left, held, on_lines = connection.execute(
                    text(
                        "SELECT (SELECT SUM(fulfillable) FROM stock_levels),"
                        " (SELECT SUM(held) FROM stock_levels),"
                        " (SELECT SUM(held) FROM order_lines)"
                    )
                ).one()
            report = engine.verify()
        result.notes = {
            "units": sum(units.values()) * world.HOT,
            "held": float(held),
            "on order lines": float(on_lines),
            "left": float(left),
            "orders reserved": counts.get(OrderStatus.RESERVED, 0),
            "orders waiting": counts.get(OrderStatus.WAITING, 0),
            "violations": len(report.violations),
        }
    return result
