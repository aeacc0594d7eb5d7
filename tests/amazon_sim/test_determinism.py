"""The same seed and calls give the same world, in both forms and in whatever order orders come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork

MakeRequest = Callable[..., FulfillmentRequest]
MakeNetwork = Callable[..., AmazonSimNetwork]

TROUBLE: dict[str, Any] = {
    "damaged_units": 0.05,
    "delayed_tracking": 0.3,
    "delayed_parcels": 0.2,
    "lost_parcels": 0.1,
    "undeliverable_parcels": 0.1,
}


def states(network: AmazonSimNetwork) -> list[str]:
    return [
        repr(network.get_fulfillment(order_id))
        for order_id in network.simulator.fulfillment_order_ids()
    ]


def test_an_orders_fate_does_not_depend_on_the_others(
    make_network: MakeNetwork, clock: ManualClock, order: MakeRequest, form: str
) -> None:
    networks = []
    for place, numbers in enumerate((range(40), reversed(range(40)), range(20))):
        state = None if form == "memory" else Path(f"{place}.db")
        network = make_network(faults=TROUBLE, state=state)
        network.simulator.stock("US", "MUG", 100_000)
        for number in numbers:
            network.create_fulfillment(order(f"F-{number:02d}", {"MUG": 1 + number % 5}))
        networks.append(network)
    for _ in range(4):
        clock.advance(days=15)
    forwards, backwards, half = map(states, networks)
    assert forwards == backwards
    assert forwards[:20] == half


def test_both_forms_tell_the_same_story(
    make_network: MakeNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    stories = []
    networks = [make_network(faults=TROUBLE, state=state) for state in (None, Path("story.db"))]
    for network in networks:
        network.simulator.stock("US", "MUG", 60)
        for number in range(30):
            policy = ("FillOrKill", "FillAll", "FillAllAvailable")[number % 3]
            network.create_fulfillment(order(f"F-{number:02d}", {"MUG": 4}, policy=policy))
        network.cancel_fulfillment("F-01")
    for _ in range(30):
        clock.advance(days=2)
        for network in networks:
            network.simulator.idle()
    for network in networks:
        simulator = network.simulator
        ledger = simulator.ledger("US", "MUG", internal=True)
        changes = network.changes(None).states
        stories.append((states(network), simulator.statistics(), ledger, changes))
    assert stories[0] == stories[1]


def test_another_seed_is_another_world(
    make_network: MakeNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    networks = [
        make_network(seed=seed, state=Path(f"{seed}.db") if seed else None) for seed in (0, 1)
    ]
    for network in networks:
        network.simulator.stock("US", "MUG", 100)
        network.create_fulfillment(order())
    clock.advance(days=10)
    assert states(networks[0]) != states(networks[1])


def test_threads_share_an_instance(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 50)
    refused = []

    def work() -> None:
        for number in range(40):
            try:
                network.create_fulfillment(order(f"F-{number}", policy="FillAllAvailable"))
            except RejectedError:
                refused.append(number)
            clock.advance(seconds=20)
            network.changes(None)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock.advance(days=10)
    assert len(refused) == 3 * 40
    assert network.simulator.statistics()["duplicate_creates"] == 120
    assert network.simulator.statistics()["orders:Complete"] == 40
    assert all(network.simulator.attempts(f"F-{number}") == 4 for number in range(40))
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 10}
    assert network.simulator.audit() == []
