"""The simulated SP-API: calls a second over HTTP, and how soon a server answers."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.lean_client import ask, get
from benchmarks.measuring import Result, percentile, told
from benchmarks.simulator_server import order_id

_ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"
_FEW = 100
_MANY_CONNECTIONS = 8
_COMMAND = ("-m", "stockpool_amazon_sim.sp_api", "serve", "--port", "0", "--json")
_BARE = ("-m", "benchmarks.bare_server", "--bytes")


def measure(folder: Path, *, orders: int, rounds: int, share: float = 1.0) -> Iterator[Result]:
    """getFulfillmentOrder with few orders there and with many, and the server's start."""
    group = "the simulated SP-API, one core"
    yield _start(group, rounds)
    calls = max(int(8_000 * share), 1_000)
    file = str(folder / "simulator.db")
    for place, count, more in (
        (f"{_FEW} orders in memory", _FEW, ()),
        (f"{orders:,} orders in memory", orders, ("--copy", file)),
        (f"{orders:,} orders in a file", orders, ("--state", file)),
    ):
        yield from _reading(group, place, count, more, calls=calls, rounds=rounds)


def _reading(
    group: str, place: str, count: int, more: Sequence[str], *, calls: int, rounds: int
) -> Iterator[Result]:
    crowd = Result(group, f"getFulfillmentOrder, {_MANY_CONNECTIONS} connections, {place}")
    alone = Result(group, f"getFulfillmentOrder, one connection, {place}")
    filled = ("-m", "benchmarks.simulator_server", "--orders", str(count), *more)
    with told(f"simulator: {place}"), _server(*filled, *_on(0)) as url:
        token = _token(url)
        chosen = random.Random(count)
        paths = [f"{_ORDERS}/{order_id(chosen.randrange(count))}" for _ in range(calls)]
        requests = [get(url, path, token) for path in paths]
        size = len(urlopen(_request(url + paths[0], token)).read())
        with (
            _server(*_BARE, str(size), *_on(0)) as bare,
            _pinned(1),
        ):
            simple = [get(bare, path, token) for path in paths]
            ask(url, requests[: calls // 4], connections=_MANY_CONNECTIONS)
            times: list[float] = []
            for _ in range(rounds):
                for result, connections in ((crowd, _MANY_CONNECTIONS), (alone, 1)):
                    part = requests if connections > 1 else requests[: calls // 2]
                    began = time.perf_counter()
                    took = ask(url, part, connections=connections)
                    result.rates.append(len(part) / (time.perf_counter() - began))
                    if connections == 1:
                        times += took
                    began = time.perf_counter()
                    ask(bare, simple[: len(part)], connections=connections)
                    result.bare.append(len(part) / (time.perf_counter() - began))
    crowd.unit = alone.unit = "calls/s"
    alone.notes = {"p50 ms": percentile(times, 0.5) * 1e3, "p99 ms": percentile(times, 0.99) * 1e3}
    crowd.notes = {"bytes": size}
    yield crowd
    yield alone


def _start(group: str, rounds: int) -> Result:
    """From the command to the first answer, beside a server that loads nothing of ours."""
    result = Result(group, "start, to the first answer", unit="ms")
    with told("simulator: start"):
        for _ in range(rounds):
            result.rates.append(_start_of(_COMMAND))
            result.bare.append(_start_of((*_BARE, "100")))
    return result


def _start_of(command: Sequence[str]) -> float:
    began = time.perf_counter()
    with _server(*command) as url:
        urlopen(Request(f"{url}/simulator/v1/now", method="POST")).read()
        return (time.perf_counter() - began) * 1e3


@contextmanager
def _server(*command: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def _pinned(number: int) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    if len(before) > number:
        os.sched_setaffinity(0, {sorted(before)[number]})
    yield
    os.sched_setaffinity(0, before)


def _on(number: int) -> tuple[str, ...]:
    known = sorted(os.sched_getaffinity(0))
    return ("--cpu", str(known[number])) if len(known) > 1 else ()


def _token(url: str) -> str:
    fields = b"grant_type=refresh_token&refresh_token=Atzr&client_id=app&client_secret=secret"
    answer = json.loads(urlopen(Request(f"{url}/auth/o2/token", fields)).read())
    return str(answer["access_token"])


def _request(url: str, token: str) -> Request:
    return Request(url, headers={"x-amz-access-token": token})
