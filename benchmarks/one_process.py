"""One process: orders one by one and in batches, wide and hot, beside the bare driver."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks import world, yardstick
from benchmarks.measuring import Result, percentile, seconds, told
from benchmarks.places import Place, database
from stockpool import Engine, OrderRequest
from stockpool.storage.bulk import statements

COUNTS = {1: 1_500, 100: 6_000, 1_000: 10_000}
SAMPLE = 1_000


class Pair:
    """The engine and the bare driver on one database, and orders for both.

    Args:
        name: begins the ids of all orders made here.
        skus: what is ordered.
    """

    def __init__(self, url: str, name: str, skus: range, *, synchronous: str = "FULL") -> None:
        self.engine = world.open_engine(url, synchronous=synchronous)
        self.driver = yardstick.connect(url, synchronous)
        self.orders = world.Orders(name, skus)
        self._copied = 0
        self.engine.orders.submit_many(self.orders.take(SAMPLE))
        self.sample = yardstick.sample(self.driver, name, SAMPLE)
        for size in (1, 100):
            submit(self.engine, self.orders.take(50), size)
            for batch in self.copies(50, size):
                self.driver.write(batch, self.sample.columns)

    def copies(self, count: int, size: int) -> list[yardstick.Batch]:
        """Fresh copies of the sample, for the bare driver."""
        self._copied += 1
        return self.sample.copies(count, size, f"{self.orders.name}-copy{self._copied}")

    def measure(self, result: Result, *, size: int, count: int) -> None:
        """One round: the engine, then the bare driver."""
        requests = self.orders.take(count)
        result.rates.append(count / seconds(lambda: submit(self.engine, requests, size)))
        batches = self.copies(count, size)
        result.bare.append(count / seconds(lambda: self.write(batches)))

    def write(self, batches: list[yardstick.Batch]) -> None:
        """What is timed of the bare driver."""
        for batch in batches:
            self.driver.write(batch, self.sample.columns)

    def statements(self, size: int) -> int:
        """Set-based statements that one batch of `size` costs."""
        requests = self.orders.take(size)
        before = self._statements()
        submit(self.engine, requests, size)
        return self._statements() - before

    def _statements(self) -> int:
        with self.engine.database.read() as connection:
            return statements(connection)

    def latencies(self, count: int) -> list[float]:
        """Milliseconds of single `submit` calls."""
        taken = []
        for request in self.orders.take(count):
            began = time.perf_counter()
            self.engine.orders.submit(request)
            taken.append((time.perf_counter() - began) * 1000)
        return taken

    def close(self) -> None:
        self.driver.close()
        self.engine.close()


def submit(engine: Engine, requests: list[OrderRequest], size: int) -> None:
    """What is timed of the engine."""
    if size == 1:
        for request in requests:
            engine.orders.submit(request)
        return
    for start in range(0, len(requests), size):
        engine.orders.submit_many(requests[start : start + size])


def measure(place: Place, *, rounds: int, share: float = 1.0) -> Iterator[Result]:
    """All sizes, wide and hot; on SQLite single orders also without a sync at each commit."""
    for stock, skus in (("wide", range(world.WIDE)), ("hot", range(world.HOT))):
        with database(place) as url:
            pair = Pair(url, f"one-{stock}", skus)
            for size, usual in COUNTS.items():
                yield _measured(place, pair, stock, size, int(usual * share), rounds)
            pair.close()
    if place.name == "SQLite":
        with database(place) as url:
            pair = Pair(url, "normal", range(world.WIDE), synchronous="NORMAL")
            yield _measured(
                place, pair, "wide, synchronous=NORMAL", 1, int(COUNTS[1] * share), rounds
            )
            pair.close()


def _measured(place: Place, pair: Pair, stock: str, size: int, count: int, rounds: int) -> Result:
    what = "one by one" if size == 1 else f"batches of {size:,}"
    result = Result(f"{place.name}, one process", f"{what}, {stock}")
    with told(f"{place.name}: {result.name}"):
        for _ in range(rounds):
            pair.measure(result, size=size, count=max(count, size))
        result.statements = pair.statements(size)
        if size == 1:
            taken = pair.latencies(max(count // 2, 200))
            result.notes["p50 ms"] = percentile(taken, 0.50)
            result.notes["p99 ms"] = percentile(taken, 0.99)
    return result
