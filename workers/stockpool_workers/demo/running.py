"""Running the shop until nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stockpool.engine import Engine
from stockpool.orders.status import OrderStatus


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the work is. `settled`: orders for which nothing more will happen by itself."""

    taken_in: int
    shipped: int
    settled: int


Watch = Callable[[Moment], None]


def run_until_idle(config: Path, watch: Watch) -> None:
    """Run the worker service until it is idle; `watch` is told now and then how far it is."""
    with Engine.from_file(config) as engine:
        while True:
            done = engine.work()
            watch(_moment(engine))
            if not done and engine.idle():
                break


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
