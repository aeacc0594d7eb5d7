"""Token buckets on the simulator's clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import Throttled
from stockpool.plugins.network import RateLimit
from stockpool_amazon_sim import AmazonSimNetwork

MakeNetwork = Callable[..., AmazonSimNetwork]


def test_a_bucket_empties_and_fills(make_network: MakeNetwork, clock: ManualClock) -> None:
    network = make_network(rate_limits=True)
    for _ in range(30):
        network.get_fulfillment("F-1")
    with pytest.raises(Throttled) as refusal:
        network.get_fulfillment("F-1")
    assert refusal.value.retry_after == pytest.approx(0.5)
    clock.advance(refusal.value.retry_after)
    network.get_fulfillment("F-1")
    with pytest.raises(Throttled):
        network.get_fulfillment("F-1")
    network.snapshot("US")


def test_a_faster_clock_fills_faster(make_network: MakeNetwork, clock: ManualClock) -> None:
    network = make_network(rate_limits=True, speed=1000)
    assert network.rate_limits()["createFulfillmentOrder"] == RateLimit(2000.0, 30)
    assert network.rate_limits()["getInventorySummaries"] == RateLimit(2000.0, 2)
    for _ in range(30):
        network.get_fulfillment("F-1")
    with pytest.raises(Throttled) as refusal:
        network.get_fulfillment("F-1")
    assert refusal.value.retry_after == pytest.approx(0.0005)


def test_limits_can_be_off(network: AmazonSimNetwork) -> None:
    assert network.rate_limits() == {}
    for _ in range(100):
        network.get_fulfillment("F-1")
