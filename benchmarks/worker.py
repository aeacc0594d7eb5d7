"""The whole way: from a file in a folder until the simulated Amazon has accepted every order."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import structlog
from sqlalchemy import text

from benchmarks import world
from benchmarks.measuring import Result, told
from stockpool import Engine, OrderRequest, Product
from stockpool_workers.service import Service

_SKUS = 1_000
_LOOK_SECONDS = 0.02
_HEADER = (
    "order_id,line_id,sku,quantity,name,address1,city,region,postal_code,country,"
    "unit_price,currency"
)
_PATIENCE = 300.0


def measure(folder: Path, *, rounds: int, share: float = 1.0) -> Iterator[Result]:
    """Everything in one process, as `stockpool run` does it with its defaults."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    count = max(int(2_000 * share), 400)
    result = Result("one process, embedded broker, SQLite", "from file to accepted")
    with told(f"worker: {count:,} orders from file to accepted"):
        for number in range(rounds):
            result.rates.append(_run(folder / f"shop-{number}", count))
    yield result


def _run(home: Path, count: int) -> float:
    inbox = home / "web" / "inbox"
    inbox.mkdir(parents=True)
    with Engine.open(
        "sqlite:///shop.db",
        folder=home,
        config={
            "networks": {
                world.NETWORK: {
                    "type": "amazon_sim",
                    "countries": ["US", "CA", "MX"],
                    "stock": {
                        country: {world.sku(number): 1_000_000 for number in range(_SKUS)}
                        for country in ("US", "CA", "MX")
                    },
                }
            },
            "channels": {"web": {"type": "csv_channel", "folder": "web", "settle_seconds": 0}},
        },
    ) as engine:
        engine.catalog.add(*(Product(sku=world.sku(number)) for number in range(_SKUS)))
        engine.catalog.list_many(
            world.CHANNEL, {f"mug-{number:05d}": {world.sku(number): 1} for number in range(_SKUS)}
        )
        engine.inventory.snapshot()
        write(inbox / "orders.csv", world.Orders("file", range(_SKUS)).take(count))
        service = Service(engine)
        began = time.perf_counter()
        with service:
            while _accepted(engine) < count:
                if time.perf_counter() - began > _PATIENCE:
                    raise RuntimeError(f"only {_accepted(engine)} of {count} orders were accepted")
                time.sleep(_LOOK_SECONDS)
            took = time.perf_counter() - began
    return count / took


def write(path: Path, requests: list[OrderRequest]) -> None:
    """A file of orders in the plain layout."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADER.split(","))
        for request in requests:
            to = request.ship_to
            buyer = (to.name, to.line1, to.city, to.region, to.postal_code, to.country)
            for line in request.lines:
                article = (line.line_id, line.channel_sku, line.quantity)
                price = (line.unit_price, line.currency)
                rows.writerow((request.channel_order_id, *article, *buyer, *price))


def _accepted(engine: Engine) -> int:
    with engine.database.read() as connection:
        return int(
            connection.execute(
                text("SELECT COUNT(*) FROM fulfillment_orders WHERE status IS NOT NULL")
            ).scalar_one()
        )
