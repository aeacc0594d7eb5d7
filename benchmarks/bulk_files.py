"""Files of 100,000 rows: read alone, planned, applied; rows a second and the peak of memory.

Each file is planned and applied in a process of its own, whose peak is thus its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path

from benchmarks import world
from benchmarks.measuring import Result, seconds, told
from benchmarks.places import Place, database
from stockpool import Engine
from stockpool.flatfiles import fulfillment_orders, removal_orders
from stockpool.flatfiles.fulfillment_cancellations import (
    LAYOUT as CANCELLATIONS,
)
from stockpool.flatfiles.fulfillment_cancellations import (
    FulfillmentCancellation,
    write_fulfillment_cancellations,
)
from stockpool.flatfiles.fulfillment_orders import FulfillmentOrder, FulfillmentOrderItem
from stockpool.flatfiles.reader import flat_file
from stockpool.flatfiles.removal_orders import RemovalOrder, RemovalOrderItem
from stockpool.plugins.channel import Channel, OrderPage
from stockpool.plugins.network import NetworkCapability

ROWS = 100_000
_POOL = f"{world.NETWORK}:US"
_OPTIONS = {
    "orders": {"channel": world.CHANNEL, "currency": "USD"},
    "cancellations": {"channel": world.CHANNEL},
    "removals": {"pool": _POOL},
}


class WithRemovals(world.ThreePools):
    """It takes removal orders, too."""

    capabilities = frozenset({NetworkCapability.REMOVALS})


class Web(Channel):
    """A channel that has nothing by itself."""

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        return OrderPage([], cursor)


def measure(place: Place, folder: Path, *, share: float = 1.0) -> Iterator[Result]:
    """MCF orders of two rows, the cancellation of a tenth of them, and removals of 10,000 SKUs."""
    rows = int(ROWS * share)
    files = _write(folder, rows)
    with database(place) as url:
        for kind, path in files.items():
            with told(f"{place.name}: a file of {kind}"):
                context = get_context("spawn")
                with ProcessPoolExecutor(1, mp_context=context) as pool:
                    figures = pool.submit(_work, url, kind, path).result()
            read, planned, applied, count_of, before, peak = figures
            result = Result(f"{place.name}, files of {rows:,} rows", f"{kind}, planned")
            result.unit = "rows/s"
            result.rates = [count_of / planned]
            result.notes = {"read alone": count_of / read, "MB": before, "MB at most": peak}
            yield result
            yield Result(result.group, f"{kind}, applied", [count_of / applied], unit="rows/s")


def _write(folder: Path, rows: int) -> dict[str, Path]:
    files = {kind: folder / f"{kind}-{rows}.txt" for kind in _OPTIONS}
    made = world.Orders("file", range(world.WIDE)).take(rows // 2)
    with files["orders"].open("wb") as file:
        fulfillment_orders.write_fulfillment_orders(
            (
                FulfillmentOrder(
                    order.channel_order_id,
                    order.channel_order_id,
                    order.ordered_at,
                    "",
                    order.speed,
                    order.ship_to,
                    tuple(
                        FulfillmentOrderItem(
                            line.line_id,
                            line.channel_sku,
                            line.quantity,
                            per_unit_declared_value=line.unit_price,
                        )
                        for line in order.lines
                    ),
                )
                for order in made
            ),
            file,
        )
    with files["cancellations"].open("wb") as file:
        write_fulfillment_cancellations(
            (FulfillmentCancellation(order.channel_order_id) for order in made[: rows // 20]), file
        )
    with files["removals"].open("wb") as file:
        removal_orders.write_removal_orders(_removals(rows), file)
    return files


def _removals(rows: int) -> Iterator[RemovalOrder]:
    skus = (world.sku(number % world.WIDE) for number in range(rows))
    for number in count():
        items = tuple(RemovalOrderItem(sku, 1, 0) for sku in islice(skus, world.WIDE))
        if not items:
            return
        yield RemovalOrder(f"R-{number}", "Disposal", None, items)


def _work(url: str, kind: str, path: Path) -> tuple[float, float, float, int, float, float]:
    """Seconds to read, plan and apply; rows; megabytes before and at the peak."""
    with Engine.open(
        url,
        config={"plugins": []},
        networks={world.NETWORK: WithRemovals()},
        channels={world.CHANNEL: Web()},
    ) as engine:
        before = _megabytes()
        read = seconds(partial(_read, kind, path))
        planned: list[str] = []

        def plan() -> None:
            planned.append(engine.bulk.plan(kind, path, options=_OPTIONS[kind]).plan_id)

        plan_seconds = seconds(plan)
        apply_seconds = seconds(lambda: engine.bulk.apply(planned[0]) and None)
        view = engine.bulk.get(planned[0])
        if view.refused_rows or view.state != "applied":
            raise RuntimeError(f"{view.refused_rows} rows of {kind} were refused")
        return read, plan_seconds, apply_seconds, view.rows, before, _megabytes()


def _read(kind: str, path: Path) -> None:
    layouts = {
        "orders": fulfillment_orders.LAYOUT,
        "removals": removal_orders.LAYOUT,
        "cancellations": CANCELLATIONS,
    }
    with flat_file(path, layouts[kind]) as file:
        for _row in file.rows():
            pass


def _megabytes() -> float:
    """The most that this process ever had; `getrusage` would begin with its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
