"""Previews: cost and arrival by speed; nothing is reserved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.money import Money
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork

MakeRequest = Callable[..., FulfillmentRequest]


def test_each_speed_has_its_price_and_arrival(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 3, "ABE2")
    network.simulator.stock("US", "MUG", 2, "ONT8")
    options = network.preview(order(quantities={"MUG": 4}))
    assert [option.speed for option in options] == ["standard", "expedited", "priority"]
    assert all(option.fulfillable for option in options)
    assert [option.shipments for option in options] == [2, 2, 2]
    assert options[0].fees["FBAPerUnitFulfillmentFee"] == Money(4 * 310, "USD")
    totals = [sum(fee.minor for fee in option.fees.values()) for option in options]
    assert totals == sorted(totals)
    arrivals = [option.latest_arrival for option in options if option.latest_arrival]
    assert len(arrivals) == 3
    assert arrivals == sorted(arrivals, reverse=True)
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 5}


def test_reasons_say_why_not(network: AmazonSimNetwork, order: MakeRequest) -> None:
    network.simulator.stock("US", "MUG", 1)
    (first, *_) = network.preview(order(quantities={"MUG": 4}))
    assert not first.fulfillable
    assert first.reasons == ("ItemQuantityNotAvailable",)
    (first, *_) = network.preview(order(quantities={"MUG": 4}, policy="FillAllAvailable"))
    assert first.fulfillable
    abroad = order().ship_to.model_copy(update={"country": "FR"})
    (first, *_) = network.preview(order(ship_to=abroad))
    assert first.reasons == ("InvalidDestinationAddress",)
    with pytest.raises(RejectedError):
        network.preview(order(quantities={"NEVER": 1}))


def test_pools_tell_what_routing_needs(network: AmazonSimNetwork) -> None:
    pools = network.pools()
    assert [(pool.country, pool.currency) for pool in pools] == [
        ("US", "USD"),
        ("CA", "CAD"),
        ("MX", "MXN"),
    ]
    speeds = {speed.speed: speed for speed in pools[0].speeds}
    assert speeds["standard"].transit_days == 6
    assert speeds["expedited"].transit_days == 3
    assert speeds["standard"].unit_fee == 565
    assert [speed.speed for speed in pools[2].speeds] == ["standard", "expedited"]
