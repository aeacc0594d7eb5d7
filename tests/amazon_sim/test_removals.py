"""Removal orders."""

from __future__ import annotations

from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.order_request import Address
from stockpool.plugins.network_removals import (
    RemovalItem,
    RemovalRequest,
    RemovalState,
)
from stockpool_amazon_sim import AmazonSimNetwork

WAREHOUSE = Address(
    name="Shop", line1="2 Side St", city="Reno", region="NV", postal_code="89501", country="US"
)


def request(**fields: Any) -> RemovalRequest:
    values: dict[str, Any] = {
        "removal_order_id": "R-1",
        "country": "US",
        "disposition": "Return",
        "items": [RemovalItem("MUG", sellable=2, unsellable=1)],
        "ship_to": WAREHOUSE,
    }
    return RemovalRequest(**(values | fields))


def state_of(network: AmazonSimNetwork) -> RemovalState:
    state = network.get_removal("R-1")
    assert state is not None
    return state


def units(state: RemovalState) -> list[tuple[bool, int, int, int, int]]:
    return [
        (item.sellable, item.requested, item.cancelled, item.disposed, item.shipped)
        for item in state.items
    ]


@pytest.fixture
def stocked(network: AmazonSimNetwork) -> AmazonSimNetwork:
    network.simulator.stock("US", "MUG", 10, "ABE2")
    network.simulator.damage("US", "MUG", 3, "ABE2", "defective")
    return network


@pytest.mark.parametrize("disposition", ["Return", "Disposal", "Liquidations"])
def test_units_leave_part_by_part(
    stocked: AmazonSimNetwork, clock: ManualClock, disposition: str
) -> None:
    stocked.create_removal(request(disposition=disposition))
    statuses = [state_of(stocked).status]
    while not stocked.simulator.idle():
        clock.advance(hours=1)
        if state_of(stocked).status != statuses[-1]:
            statuses.append(state_of(stocked).status)
        for item in state_of(stocked).items:
            assert item.in_process >= 0
    assert statuses == ["Pending", "Planning", "Processing", "Completed"]
    gone = (2, 0) if disposition == "Disposal" else (0, 2)
    gone_unsellable = (1, 0) if disposition == "Disposal" else (0, 1)
    assert units(state_of(stocked)) == [(True, 2, 0, *gone), (False, 1, 0, *gone_unsellable)]
    assert bool(state_of(stocked).tracking_numbers) is (disposition == "Return")
    assert stocked.simulator.buckets("US", "MUG") == {"fulfillable": 5, "defective": 2}
    fee = stocked.simulator.get_removal_order("R-1", lambda removal: removal.fee)
    assert fee == 3 * 153
    assert stocked.simulator.audit() == []


def test_what_is_not_there_is_cancelled(stocked: AmazonSimNetwork, clock: ManualClock) -> None:
    stocked.create_removal(request(items=[RemovalItem("MUG", sellable=9, unsellable=1)]))
    assert stocked.simulator.buckets("US", "MUG") == {"defective": 2, "fc_processing": 8}
    clock.advance(days=30)
    assert units(state_of(stocked)) == [(True, 9, 2, 0, 7), (False, 1, 0, 0, 1)]


def test_nothing_there_cancels_the_removal(network: AmazonSimNetwork, clock: ManualClock) -> None:
    network.simulator.register("US", "MUG")
    network.create_removal(request())
    clock.advance(days=30)
    assert state_of(network).status == "Cancelled"
    assert units(state_of(network)) == [(True, 2, 2, 0, 0), (False, 1, 1, 0, 0)]


def test_a_pending_removal_can_be_cancelled(stocked: AmazonSimNetwork, clock: ManualClock) -> None:
    stocked.create_removal(request())
    stocked.simulator.cancel_removal_order("R-1")
    assert state_of(stocked).status == "Cancelled"
    assert stocked.simulator.buckets("US", "MUG") == {"fulfillable": 7, "defective": 3}
    with pytest.raises(RejectedError):
        stocked.simulator.cancel_removal_order("R-1")
    with pytest.raises(RejectedError):
        stocked.simulator.cancel_removal_order("R-2")
    clock.advance(days=30)
    assert state_of(stocked).status == "Cancelled"


def test_reserved_units_are_not_taken(stocked: AmazonSimNetwork) -> None:
    stocked.simulator.sell_on_amazon("US", "MUG", 6)
    stocked.create_removal(request())
    assert stocked.simulator.buckets("US", "MUG") == {
        "pending_customer_order": 6,
        "defective": 2,
        "fc_processing": 2,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"removal_order_id": "R" * 51},
        {"country": "BR"},
        {"disposition": "Donation"},
        {"items": []},
        {"items": [RemovalItem("MUG")]},
        {"items": [RemovalItem("MUG", sellable=-1, unsellable=2)]},
        {"items": [RemovalItem("NEVER", sellable=1)]},
        {"ship_to": None},
        {"ship_to": WAREHOUSE.model_copy(update={"country": "CA"})},
        {"ship_to": WAREHOUSE.model_copy(update={"line1": "x" * 51})},
    ],
)
def test_a_malformed_removal_is_refused(stocked: AmazonSimNetwork, change: dict[str, Any]) -> None:
    with pytest.raises(RejectedError) as refusal:
        stocked.create_removal(request(**change))
    assert refusal.value.code == "InvalidInput"


def test_a_known_id_is_refused(stocked: AmazonSimNetwork) -> None:
    stocked.create_removal(request())
    with pytest.raises(RejectedError) as refusal:
        stocked.create_removal(request())
    assert refusal.value.code == "AlreadyExists"
    assert stocked.get_removal("R-2") is None
