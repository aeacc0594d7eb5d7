"""Cancellation is a request; an update replaces what can still be replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentRequest, FulfillmentState
from stockpool_amazon_sim import AmazonSimNetwork

MakeRequest = Callable[..., FulfillmentRequest]
MakeNetwork = Callable[..., AmazonSimNetwork]


def state_of(network: AmazonSimNetwork) -> FulfillmentState:
    state = network.get_fulfillment("F-1")
    assert state is not None
    return state


def wait_for(network: AmazonSimNetwork, clock: ManualClock, status: str) -> None:
    while state_of(network).status != status:
        clock.advance(minutes=1)


@pytest.mark.parametrize("status", ["New", "Received", "Planning"])
def test_an_order_is_cancelled_before_it_is_processed(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest, status: str
) -> None:
    network.simulator.stock("US", "MUG", 5)
    network.create_fulfillment(order(quantities={"MUG": 2}))
    wait_for(network, clock, status)
    network.cancel_fulfillment("F-1")
    assert state_of(network).status == status, "the answer is no proof"
    clock.advance(minutes=5)
    assert state_of(network).status == "Cancelled"
    assert state_of(network).items[0].cancelled == 2
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 5}
    assert network.simulator.idle()


def test_a_request_may_come_too_late(
    make_network: MakeNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network = make_network(steps={"cancel": [30.0, 30.0]})
    network.simulator.stock("US", "MUG", 5)
    network.create_fulfillment(order())
    network.cancel_fulfillment("F-1")
    clock.advance(days=10)
    assert state_of(network).status == "Complete"
    assert state_of(network).items[0].cancelled == 0


def test_each_shipment_is_cancelled_for_itself(
    make_network: MakeNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    picks: dict[str, Any] = {"standard": [1, 30], "expedited": [1, 1]}
    network = make_network(steps={"pick": picks}, seed=3)
    network.simulator.stock("US", "MUG", 3, "ABE2")
    network.simulator.stock("US", "MUG", 3, "ONT8")
    network.create_fulfillment(order(quantities={"MUG": 6}))
    while not any(shipment.packages for shipment in _shipments(network)):
        clock.advance(minutes=10)
    network.cancel_fulfillment("F-1")
    clock.advance(days=10)
    state = state_of(network)
    assert state.status == "CompletePartialled"
    assert sorted(shipment.status for shipment in state.shipments) == [
        "CANCELLED_BY_SELLER",
        "SHIPPED",
    ]
    assert state.items[0].cancelled == 3
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 3}
    assert network.simulator.audit() == []


def _shipments(network: AmazonSimNetwork) -> Any:
    return state_of(network).shipments


def test_cancelling_twice_or_what_is_over_or_unknown_is_refused(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 5)
    network.create_fulfillment(order())
    network.cancel_fulfillment("F-1")
    for _ in range(2):
        with pytest.raises(RejectedError):
            network.cancel_fulfillment("F-1")
        clock.advance(days=1)
    with pytest.raises(RejectedError):
        network.cancel_fulfillment("F-2")


def test_a_waiting_order_can_be_cancelled(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.register("US", "MUG")
    network.create_fulfillment(order(policy="FillAll"))
    clock.advance(hours=1)
    network.cancel_fulfillment("F-1")
    clock.advance(hours=1)
    assert state_of(network).status == "Cancelled"
    network.simulator.stock("US", "MUG", 1)
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 1}


def test_a_quantity_can_be_lowered_while_nothing_is_picked(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 5, "ABE2")
    network.create_fulfillment(order(quantities={"MUG": 4}))
    clock.advance(minutes=2)
    network.update_fulfillment(order(quantities={"MUG": 1}))
    assert network.simulator.buckets("US", "MUG") == {
        "fulfillable": 4,
        "pending_customer_order": 1,
    }
    wait_for(network, clock, "Processing")
    with pytest.raises(RejectedError):
        network.update_fulfillment(order(quantities={"MUG": 2}))
    clock.advance(days=10)
    assert state_of(network).items[0].quantity == 1
    assert network.simulator.audit() == []


def test_an_update_that_changes_nothing_is_taken_while_it_ships(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 5)
    network.create_fulfillment(order())
    wait_for(network, clock, "Processing")
    network.update_fulfillment(order())
    with pytest.raises(RejectedError):
        network.update_fulfillment(order(action="Hold"))
    clock.advance(days=10)
    with pytest.raises(RejectedError):
        network.update_fulfillment(order())


def test_lowering_takes_units_that_are_not_there_first(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 2, "ABE2")
    held = order(quantities={"MUG": 5}, policy="FillAllAvailable", action="Hold")
    network.create_fulfillment(held)
    clock.advance(hours=1)
    assert state_of(network).items[0].unfulfillable == 3
    network.update_fulfillment(order(quantities={"MUG": 2}, policy="FillAllAvailable"))
    assert network.simulator.audit() == []
    clock.advance(days=10)
    assert state_of(network).status == "Complete"
    assert (state_of(network).items[0].quantity, state_of(network).items[0].unfulfillable) == (2, 0)
