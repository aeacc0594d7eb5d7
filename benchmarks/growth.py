"""What becomes of the rates with a million finished orders in the database."""

# ruff: noqa: S608  (statements are made of constant names of tables and columns)

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import psycopg
from sqlalchemy import make_url

from benchmarks import world, yardstick
from benchmarks.measuring import Result, seconds, told
from benchmarks.one_process import Pair, submit
from benchmarks.places import Place, database

_FINISHED = {
    "order_lines": {"held": "0", "shipped": "t.ordered", "delivered": "t.ordered"},
    "fulfillment_orders": {"status": "'Complete'"},
    "fulfillment_items": {"held": "0", "shipped": "t.quantity", "delivered": "t.quantity"},
    "effects": {"state": "'done'"},
}
"""In what a finished order differs from one that was just taken in."""

_PIECE = 50_000


def measure(place: Place, *, orders: int, rounds: int, share: float = 1.0) -> Iterator[Result]:
    """Single orders and batches of 1,000: empty, then with `orders` finished ones."""
    sizes = {1: max(int(1_000 * share), 100), 1_000: max(int(8_000 * share), 1_000)}
    group = f"{place.name}, {orders:,} finished orders there"
    empty = {size: Result(group, "") for size in sizes}
    full = {
        size: Result(group, "one by one" if size == 1 else f"batches of {size:,}") for size in sizes
    }
    with database(place) as url:
        pair = Pair(url, "growth", range(world.WIDE))
        with told(f"{place.name}: empty"):
            for _ in range(rounds):
                for size, count in sizes.items():
                    pair.measure(empty[size], size=size, count=count)
        with told(f"{place.name}: filling in {orders:,} orders"):
            fill(url, pair.sample, orders)
        with told(f"{place.name}: full"):
            # What was filled in is not in memory yet, as it would be in a database at work.
            seconds(lambda: submit(pair.engine, pair.orders.take(3_000), 1_000))
            for _ in range(rounds):
                for size, count in sizes.items():
                    pair.measure(full[size], size=size, count=count)
        pair.close()
    for size, result in full.items():
        before = empty[size]
        result.notes["kept by the engine"] = result.rate / before.rate
        result.notes["by the bare driver"] = (result.yardstick or 0) / (before.yardstick or 1)
        yield result


def fill(url: str, sample: yardstick.Sample, orders: int) -> None:
    """Copy the sample's orders `orders` times over inside the database, as finished ones."""
    heads = [(n, sample.orders[n][0], sample.orders[n][1]) for n in range(len(sample.orders))]
    if url.startswith("sqlite"):
        with sqlite3.connect(str(make_url(url).database)) as file:
            file.execute("CREATE TEMP TABLE heads (n INTEGER PRIMARY KEY, id TEXT, named TEXT)")
            file.executemany("INSERT INTO heads VALUES (?, ?, ?)", heads)
            file.execute("PRAGMA cache_size=-262144")
            for start in range(0, orders, _PIECE):
                stop = min(start + _PIECE, orders)
                file.execute("DROP TABLE IF EXISTS numbers")
                file.execute(
                    "CREATE TEMP TABLE numbers AS WITH RECURSIVE g (g) AS"
                    f" (SELECT {start} UNION ALL SELECT g + 1 FROM g WHERE g + 1 < {stop})"
                    " SELECT g FROM g"
                )
                for table, key in yardstick.TABLES.items():
                    number = "printf('%012d', g.g)"
                    source = f"numbers g JOIN heads h ON h.n = g.g % {len(heads)}"
                    file.execute(_copy(table, key, sample, source, number))
                file.commit()
            file.execute("ANALYZE")
        file.close()
        return
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute("CREATE TEMP TABLE heads (n int PRIMARY KEY, id text, named text)")
        with server.cursor() as cursor:
            cursor.executemany("INSERT INTO heads VALUES (%s, %s, %s)", heads)
        # Copies of rows that the checks have passed already.
        server.execute("SET session_replication_role = replica")
        server.execute("SET synchronous_commit = off")
        for start in range(0, orders, _PIECE):
            stop = min(start + _PIECE, orders) - 1
            for table, key in yardstick.TABLES.items():
                number = "lpad(g.g::text, 12, '0')"
                source = (
                    f"generate_series({start}, {stop}) AS g (g)"
                    f" JOIN heads h ON h.n = g.g % {len(heads)}"
                )
                server.execute(_copy(table, key, sample, source, number))  # type: ignore[arg-type]
        server.execute("VACUUM ANALYZE")
        server.execute("CHECKPOINT")


def _copy(table: str, key: str, sample: yardstick.Sample, source: str, number: str) -> str:
    """One statement that copies a table's rows under ids that end in a running number."""
    fresh = f"(substr(h.id, 1, 10) || 'LOAD' || {number})"
    columns = sample.columns[table]
    values = {}
    texts = sample.texts(table)
    for column in columns:
        value = f't."{column}"'
        if column == "channel_order_id":
            value = f"('load-' || {number})"
        elif column in texts:
            value = f"replace({value}, h.id, {fresh})"
        values[column] = value
    values |= _FINISHED.get(table, {})
    names = ", ".join(f'"{column}"' for column in values)
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values.values())}"
        f" FROM {source} JOIN {table} t ON t.{key} = h.id"
    )
