"""Whatever happens in whatever order: the books are right, and at the end nothing is under way."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stockpool.clock import ManualClock
from warehouse_histories import SKUS, START, TROUBLE, act, action, finish, insist, make


@given(steps=st.lists(action, max_size=40), seed=st.integers(0, 99))
@settings(max_examples=150)
def test_the_books_are_right_whatever_happens(steps: list[Any], seed: int) -> None:
    clock = ManualClock(START)
    network = make(clock, seed=seed, faults=TROUBLE)
    for step in steps:
        act(network, clock, step)
        assert network.simulator.audit() == []
    finish(network, clock)
    assert network.simulator.audit() == []
    for order_id in network.simulator.fulfillment_order_ids():
        assert insist(network.get_fulfillment, order_id).status.final
    for name in SKUS:
        left = network.simulator.buckets("US", name)
        assert not left.keys() & {
            "pending_customer_order",
            "pending_transshipment",
            "fc_processing",
            "researching",
            "inbound_working",
            "inbound_shipped",
            "inbound_receiving",
        }
