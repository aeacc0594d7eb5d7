"""Units on their way to Amazon, with what is missing and damaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimNetwork

MakeNetwork = Callable[..., AmazonSimNetwork]


def test_units_pass_through_the_inbound_buckets(
    network: AmazonSimNetwork, clock: ManualClock
) -> None:
    network.simulator.announce_inbound("US", {"MUG": 10})
    seen: list[set[str]] = []
    while not network.simulator.idle():
        buckets = set(network.simulator.buckets("US", "MUG"))
        if buckets not in seen[-1:]:
            seen.append(buckets)
        clock.advance(hours=3)
    assert seen == [
        {"inbound_working"},
        {"inbound_shipped"},
        {"inbound_receiving", "fulfillable"},
        {"fulfillable"},
    ]
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 10}
    assert network.simulator.audit() == []


def test_missing_and_damaged_units_are_told_apart(
    make_network: MakeNetwork, clock: ManualClock
) -> None:
    faults: dict[str, Any] = {
        "inbound_missing": 0.2,
        "inbound_damaged": 0.1,
        "inbound_found": 0.5,
    }
    network = make_network(faults=faults)
    shipment = network.simulator.announce_inbound("US", {"MUG": 100, "CAP": 100})
    clock.advance(days=30)
    before = network.simulator.inbound_status(shipment)
    clock.advance(days=60)
    after = network.simulator.inbound_status(shipment)
    for sku in ("MUG", "CAP"):
        announced, received, damaged = after[sku]
        assert announced == 100
        assert received + damaged < 100
        assert damaged > 0
        assert received >= before[sku][1]
        buckets = network.simulator.buckets("US", sku)
        assert buckets.pop("fulfillable") == received
        assert sum(buckets.values()) == damaged
    assert network.simulator.audit() == []


def test_a_wrong_announcement_is_refused(network: AmazonSimNetwork) -> None:
    with pytest.raises(ValueError, match="no fulfillment center"):
        network.simulator.announce_inbound("US", {"MUG": 1}, "YYZ4")
    with pytest.raises(ValueError, match="at least one unit"):
        network.simulator.announce_inbound("US", {"MUG": 0})
    with pytest.raises(ValueError, match="no inbound shipment"):
        network.simulator.inbound_status("FBA0")
