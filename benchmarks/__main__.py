"""`python -m benchmarks`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import bulk_files, growth, many_processes, one_process, relay, sp_api, worker
from benchmarks.measuring import Result, table
from benchmarks.places import PostgresDatabases, SQLiteFiles, postgres

GROUPS = (
    "sqlite",
    "postgres",
    "processes",
    "callers",
    "growth",
    "relay",
    "worker",
    "sp-api",
    "bulk",
)


def main() -> None:
    options = _options()
    rounds = options.rounds or (3 if options.quick else 5)
    share = 0.2 if options.quick else 1.0
    results: list[Result] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        servers: list[PostgresDatabases] = []
        files: list[SQLiteFiles] = []

        def server() -> PostgresDatabases:
            if not servers:
                servers.append(stack.enter_context(postgres()))
            return servers[0]

        def file() -> SQLiteFiles:
            if not files:
                files.append(SQLiteFiles(folder))
            return files[0]

        finished = options.orders or (50_000 if options.quick else 1_000_000)

        def grown() -> Iterator[Result]:
            for place in (file(), server()):
                yield from growth.measure(place, orders=finished, rounds=3, share=share)

        def files_of_rows() -> Iterator[Result]:
            for place in (file(), server()):
                yield from bulk_files.measure(place, folder, share=share)

        measured: dict[str, Callable[[], Iterator[Result]]] = {
            "sqlite": lambda: one_process.measure(file(), rounds=rounds, share=share),
            "postgres": lambda: one_process.measure(server(), rounds=rounds, share=share),
            "processes": lambda: many_processes.measure(server(), rounds=rounds, share=share),
            "callers": lambda: many_processes.callers(server(), rounds=3, share=share),
            "growth": grown,
            "relay": lambda: relay.measure(server(), rounds=3, share=share),
            "worker": lambda: worker.measure(folder, rounds=3, share=share),
            "sp-api": lambda: sp_api.measure(folder, orders=finished, rounds=rounds, share=share),
            "bulk": files_of_rows,
        }
        print(machine(), flush=True)
        for group in GROUPS:
            if group in options.only:
                found: list[Result] = []
                for result in measured[group]():
                    found.append(result)
                    if options.json:
                        # A long run that is cut short keeps what it has.
                        _write(Path(options.json), [*results, *found])
                results += found
                print(f"\n{table(found)}\n", flush=True)


def _write(path: Path, results: list[Result]) -> None:
    document = {"machine": machine(), "results": [result.as_dict() for result in results]}
    path.write_text(json.dumps(document, indent=1))


def machine() -> str:
    """What it is measured on."""
    return (
        f"{os.cpu_count()} processors, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the orders, for a look")
    parser.add_argument(
        "--only", action="append", choices=GROUPS, help="measure this group; may be repeated"
    )
    parser.add_argument("--rounds", type=int, help="rounds of engine and bare driver each")
    parser.add_argument("--orders", type=int, help="finished orders to measure growth with")
    parser.add_argument("--folder", help="where databases are made; the disk that is measured")
    parser.add_argument("--json", metavar="FILE", help="write all figures")
    options = parser.parse_args()
    options.only = options.only or list(GROUPS)
    return options


if __name__ == "__main__":
    main()
