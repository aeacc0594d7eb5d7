"""Figures, and pages that show one instant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork


def test_pages_show_one_instant_whatever_happens_between(
    network: AmazonSimNetwork, clock: ManualClock, order: Callable[..., FulfillmentRequest]
) -> None:
    names = [f"SKU-{number:04d}" for number in range(1500)]
    for name in names:
        network.simulator.stock("US", name, 2, "ABE2")
    first = network.snapshot("US")
    assert len(first.figures) == 1000
    network.create_fulfillment(order(quantities={"SKU-1400": 2}))
    clock.advance(hours=1)
    network.simulator.stock("US", "SKU-1450", 9)
    second = network.snapshot("US", first.cursor)
    assert second.at == first.at
    assert second.cursor is None
    assert [entry.sku for entry in (*first.figures, *second.figures)] == names
    assert {(f.fulfillable, f.pending_customer_order) for f in second.figures} == {(2, 0)}
    fresh = {entry.sku: entry for entry in network.snapshot("US", None).figures}
    assert fresh["SKU-0001"].fulfillable == 2


def test_countries_are_pools_of_their_own(network: AmazonSimNetwork) -> None:
    network.simulator.stock("US", "MUG", 3)
    network.simulator.stock("CA", "MUG", 5)
    assert [entry.fulfillable for entry in network.snapshot("US").figures] == [3]
    assert [entry.fulfillable for entry in network.snapshot("CA").figures] == [5]
    assert network.snapshot("MX").figures == []


def test_a_wrong_question_is_refused(network: AmazonSimNetwork) -> None:
    with pytest.raises(RejectedError):
        network.snapshot("BR")
    with pytest.raises(RejectedError):
        network.snapshot("US", "page two")
    with pytest.raises(RejectedError):
        network.changes("page two")


def test_stock_is_spread_evenly_over_the_centers(network: AmazonSimNetwork) -> None:
    network.simulator.stock("US", "MUG", 6)
    by_center = network.simulator.buckets_by_center("US", "MUG")
    assert [buckets["fulfillable"] for buckets in by_center.values()] == [2, 2, 1, 1]
