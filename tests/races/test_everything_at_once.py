"""Intake against cancellation, edit, receipt, snapshot and worker: the books stay right."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from at_once import at_once
from fake_network import FakeNetwork
from racing import US
from sample_orders import an_order
from stockpool.engine import Engine
from stockpool.errors import RefusedError
from stockpool.ledger.buckets import Bucket


def test_all_that_moves_stock_at_the_same_moment_keeps_the_books(shop: Engine) -> None:
    network = shop.networks["amazon-na"]
    assert isinstance(network, FakeNetwork)
    rounds = 12
    shop.inventory.receive(US, "MUG", 60, key="start")
    shop.inventory.receive(US, "CUP", 60, key="start")
    seeds = [
        shop.orders.submit(an_order(f"seed-{n}", ("mug", 1), ("set", 1), backorder=True))
        for n in range(rounds)
    ]

    def submit() -> None:
        for n in range(rounds):
            shop.orders.submit_many(
                [
                    an_order(f"new-{n}-a", ("set", 1), backorder=True),
                    an_order(f"new-{n}-b", ("mug", 2), backorder=False),
                ]
            )

    def cancel() -> None:
        for seed in seeds:
            assert seed.order_id is not None
            shop.orders.cancel(seed.order_id, reason="buyer")

    def edit() -> None:
        for n in reversed(range(rounds)):
            shop.orders.submit_many([an_order(f"seed-{n}", ("mug", 2), ("set", 1), backorder=True)])

    def receive() -> None:
        for n in range(rounds):
            shop.inventory.receive(US, ("MUG", "CUP")[n % 2], 2, key=f"more-{n}")

    def move() -> None:
        for n in range(rounds):
            with suppress(RefusedError):  # if just then all of them are promised
                shop.inventory.move(
                    US,
                    "MUG",
                    1,
                    source=Bucket.FULFILLABLE,
                    target=Bucket.WAREHOUSE_DAMAGED,
                    reason="broken",
                    key=f"broken-{n}",
                )

    def snapshot() -> None:
        for n in range(rounds):
            network.put("US", "MUG", 50 + n)
            network.put("US", "CUP", 50 - n)
            shop.inventory.snapshot([US])

    def work() -> None:
        for _ in range(rounds):
            shop.work()

    def watch() -> None:
        for _ in range(rounds):
            report = shop.verify()
            assert report.ok, report.violations

    at_once(submit, cancel, edit, receive, move, snapshot, work, watch)
    report = shop.verify()
    assert report.ok, report.violations


def test_a_reader_never_sees_half_of_a_unit_of_work(shop: Engine) -> None:
    """Verify, run all the time beside the writers, has nothing to complain of."""
    shop.inventory.receive(US, "MUG", 200, key="start")
    done = threading.Event()

    def submit(buyer: int) -> None:
        try:
            for n in range(10):
                shop.orders.submit_many(
                    [an_order(f"{buyer}-{n}-{m}", ("mug", 1)) for m in range(3)]
                )
        finally:
            done.set()

    def watch() -> None:
        while not done.is_set():
            report = shop.verify()
            assert report.ok, report.violations

    buyers: list[Callable[[], None]] = [lambda n=n: submit(n) for n in range(4)]  # type: ignore[misc]
    at_once(*buyers, watch)
    assert shop.inventory.level(US, "MUG").held == 120
