"""An order from the create call to the door, seen through the Network contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentRequest, PackageStatus, ShipmentStatus
from stockpool_amazon_sim import AmazonSimNetwork

MakeRequest = Callable[..., FulfillmentRequest]


def test_an_order_is_shipped_and_delivered(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 10)
    network.create_fulfillment(order(quantities={"MUG": 2}))
    statuses = []
    while not network.simulator.idle():
        clock.advance(minutes=1)
        state = network.get_fulfillment("F-1")
        assert state is not None
        if not statuses or statuses[-1] != state.status:
            statuses.append(state.status)
    state = network.get_fulfillment("F-1")
    assert state is not None
    assert statuses == ["New", "Received", "Planning", "Processing", "Complete"]
    (shipment,) = state.shipments
    (package,) = shipment.packages
    assert shipment.status is ShipmentStatus.SHIPPED
    assert package.status is PackageStatus.DELIVERED
    assert package.tracking_number
    assert [(line.quantity, line.package_number) for line in shipment.items] == [
        (2, package.package_number)
    ]
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 8}


def test_units_are_reserved_between_acceptance_and_shipping(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 10)
    network.create_fulfillment(order(quantities={"MUG": 3}))
    clock.advance(minutes=2)
    (figures,) = network.snapshot("US").figures
    assert (figures.fulfillable, figures.pending_customer_order) == (7, 3)


def test_a_repeated_id_is_refused_for_ever(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 10)
    network.create_fulfillment(order())
    clock.advance(timedelta(days=400).total_seconds())
    with pytest.raises(RejectedError) as refusal:
        network.create_fulfillment(order())
    assert refusal.value.code == "AlreadyExists"
    assert network.simulator.attempts("F-1") == 2


def test_every_change_is_told_once_at_its_latest(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 10)
    for number in range(3):
        network.create_fulfillment(order(f"F-{number}"))
    first = network.changes(None)
    assert [state.fulfillment_order_id for state in first.states] == ["F-0", "F-1", "F-2"]
    assert network.changes(first.cursor).states == []
    network.cancel_fulfillment("F-1")
    clock.advance(seconds=10)
    assert network.changes(None).states[0].status == "New"
    clock.advance(days=30)
    changed = network.changes(first.cursor)
    assert sorted(state.fulfillment_order_id for state in changed.states) == ["F-0", "F-1", "F-2"]
    assert {state.status for state in changed.states} == {"Complete", "Cancelled"}
    assert network.changes(first.cursor).states == changed.states


def test_orders_are_listed_from_a_time_on(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 10)
    network.create_fulfillment(order("F-1"))
    clock.advance(days=20)
    network.simulator.idle()
    since = clock.now()
    network.create_fulfillment(order("F-2"))
    page = network.simulator.list_all_fulfillment_orders(
        lambda record: record.order_id, query_start=since
    )
    assert page.orders == ["F-2"]
    assert network.simulator.get_features("US")["BLANK_BOX"]
    assert "CR-DEFECTIVE" in network.simulator.list_return_reason_codes()
