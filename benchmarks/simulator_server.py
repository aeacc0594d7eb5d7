"""A process that serves a simulated Amazon with finished orders in it.

It says where it listens as one JSON line, and serves until its standard input ends.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stockpool.clock import SystemClock
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.outbound.requests import Destination, FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.sp_api.server import SpApiServer
from stockpool_amazon_sim.storage import SqliteStore
from stockpool_amazon_sim.storage.interface import DECODERS

_BUYER = Destination("A. Buyer", "1 Main St", "US", "98101", "Seattle", "WA")
_PLACED = datetime(2026, 1, 1, tzinfo=UTC)
_TOGETHER = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu", type=int, help="the one processor to run on")
    parser.add_argument("--orders", type=int, default=0, help="finished orders to begin with")
    parser.add_argument("--state", type=Path, help="a file that keeps the state")
    parser.add_argument("--copy", type=Path, help="a new file to write the state to as well")
    options = parser.parse_args()
    if options.cpu is not None:
        os.sched_setaffinity(0, {options.cpu})
    settings = AmazonSimSettings(
        countries=("US",), state=options.state, stock={"US": {"MUG": 10 * (options.orders + 1)}}
    )
    simulator = Simulator(settings, SystemClock())
    # Looking for garbage among ever more orders would take longer than placing them.
    gc.disable()
    fill(simulator, options.orders)
    if options.copy is not None:
        copy(simulator, options.copy)
    gc.enable()
    with SpApiServer(simulator) as server:
        print(json.dumps({"url": server.url}), flush=True)
        sys.stdin.read()
    simulator.close()


def order_id(number: int) -> str:
    """What the orders are called, from 0 on."""
    return f"F-{number:07d}"


def copy(simulator: Simulator, path: Path) -> None:
    """Write a state in which nothing is left to happen to a new file.

    Placing as many orders in the file itself would take ten times as long.
    """
    target = SqliteStore(path)
    with simulator._call() as world, target.transaction():
        source = world.store
        assert source.next_due() is None, "something is left to happen"
        for name in DECODERS:
            table, last = getattr(source, name), ""
            while found := table.scan(after=last, limit=_TOGETHER):
                for last, record in found:
                    getattr(target, name).put(last, record)
                target.checkpoint()
        sequence = 0
        while changes := source.changes_after(sequence, _TOGETHER):
            for change in changes:
                sequence = change.sequence
                target.touch(change.order_id, world.now, change.document)
        for movement in source.movements_after(0):
            target.record(movement)
        for counter, value in source.counters().items():
            target.count(counter, value)
    target.close()


def fill(simulator: Simulator, count: int) -> None:
    """Place orders of two units each, and let them arrive, so that nothing is left to happen.

    A state that holds orders already is not added to.
    """
    if simulator.get_fulfillment_order(order_id(0), lambda _: True):
        return
    for number in range(count):
        item = ItemRequest("1", "MUG", 2)
        request = FulfillmentOrderRequest(
            order_id(number), "US", f"#{number}", _PLACED, "Thank you", "standard", _BUYER, [item]
        )
        simulator.create_fulfillment_order(request, lambda _: None)
        if number % _TOGETHER == _TOGETHER - 1:
            # A few days of each lot overlap, as they do in a shop.
            simulator.advance_to(simulator.now() + timedelta(hours=1))
    while not simulator.idle():
        simulator.advance_to(simulator.now() + timedelta(days=1))


if __name__ == "__main__":
    main()
