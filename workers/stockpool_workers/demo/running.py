"""Running the shop until nothing is left to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stockpool.engine import Engine
from stockpool.orders.status import OrderStatus
from stockpool_workers.service import Service

_LOOK_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the work is. `settled`: orders for which nothing more will happen by itself."""

    taken_in: int
    shipped: int
    settled: int


Watch = Callable[[Moment], None]


def run_until_idle(config: Path, watch: Watch, *, coming: Callable[[], bool] | None = None) -> None:
    """Run the worker service until it is idle; `watch` is told now and then how far it is.

    Args:
        coming: whether something is on its way of which the networks can't tell.
    """
    with Engine.from_file(config) as engine:
        service = Service(engine)
        with _watched(engine, watch):
            service.run_until_idle(coming=coming)


@contextmanager
def _watched(engine: Engine, watch: Watch) -> Iterator[None]:
    """Tell `watch` how far the work is, from a thread of its own; the last time at the end."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            watch(_moment(engine))

    watcher = threading.Thread(target=look, name="demo-watcher", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    watch(_moment(engine))


_SHIPPED = (OrderStatus.SHIPPED, OrderStatus.DELIVERED)
_SETTLED = (
    OrderStatus.DELIVERED,
    OrderStatus.CANCELLED,
    OrderStatus.UNFULFILLABLE,
    OrderStatus.ON_HOLD,
    OrderStatus.WAITING,
)


def _moment(engine: Engine) -> Moment:
    counts = engine.orders.count_by_status()
    return Moment(
        sum(counts.values()),
        sum(counts.get(status, 0) for status in _SHIPPED),
        sum(counts.get(status, 0) for status in _SETTLED),
    )
