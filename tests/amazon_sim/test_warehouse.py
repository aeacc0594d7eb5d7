"""Transfers, units set aside, damage, loss, and Amazon's own sales."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stockpool.clock import ManualClock
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork


def test_a_transfer_is_not_fulfillable_on_the_way(
    network: AmazonSimNetwork, clock: ManualClock
) -> None:
    network.simulator.stock("US", "MUG", 5, "ABE2")
    network.simulator.transfer("US", "MUG", 3, "ABE2", "ONT8")
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 2, "pending_transshipment": 3}
    clock.advance(days=6)
    assert network.simulator.buckets_by_center("US", "MUG") == {
        "ABE2": {"fulfillable": 2},
        "ONT8": {"fulfillable": 3},
    }


def test_units_set_aside_come_back(network: AmazonSimNetwork, clock: ManualClock) -> None:
    network.simulator.stock("US", "MUG", 5, "ABE2")
    network.simulator.set_aside("US", "MUG", 2, "ABE2")
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 3, "fc_processing": 2}
    clock.advance(days=4)
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 5}


@pytest.mark.parametrize(
    ("found", "left"), [(True, {"fulfillable": 5}), (False, {"fulfillable": 3})]
)
def test_misplaced_units_are_found_or_written_off(
    network: AmazonSimNetwork, clock: ManualClock, found: bool, left: dict[str, int]
) -> None:
    network.simulator.stock("US", "MUG", 5, "ABE2")
    network.simulator.misplace("US", "MUG", 2, "ABE2", found=found)
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 3, "researching": 2}
    clock.advance(days=31)
    assert network.simulator.buckets("US", "MUG") == left
    codes = [movement.code for movement in network.simulator.ledger("US", "MUG")]
    assert codes == ["", "M", "F" if found else "O"]


def test_damaged_units_change_their_disposition(network: AmazonSimNetwork) -> None:
    network.simulator.stock("US", "MUG", 5, "ABE2")
    network.simulator.damage("US", "MUG", 2, "ABE2", "expired")
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 3, "expired": 2}
    codes = [movement.code for movement in network.simulator.ledger("US", "MUG")]
    assert codes == ["", "Q", "P"]


def test_what_is_not_there_cannot_be_moved(network: AmazonSimNetwork) -> None:
    simulator = network.simulator
    simulator.stock("US", "MUG", 1, "ABE2")
    with pytest.raises(ValueError, match="has 1 fulfillable"):
        simulator.transfer("US", "MUG", 2, "ABE2", "ONT8")
    with pytest.raises(ValueError, match="not another"):
        simulator.transfer("US", "MUG", 1, "ABE2", "YYZ4")
    with pytest.raises(ValueError, match="is not one of"):
        simulator.damage("US", "MUG", 1, "ABE2", "fulfillable")
    with pytest.raises(ValueError, match="no fulfillment center"):
        simulator.stock("US", "MUG", 1, "YYZ4")
    with pytest.raises(ValueError, match="never negative"):
        simulator.stock("US", "MUG", -1)
    with pytest.raises(ValueError, match="has no stock in BR"):
        simulator.stock("BR", "MUG", 1)
    with pytest.raises(ValueError, match="has the FNSKU"):
        simulator.register("US", "MUG", fnsku="X000000001")


def test_amazons_sales_compete_for_the_same_units(
    network: AmazonSimNetwork, clock: ManualClock, order: Callable[..., FulfillmentRequest]
) -> None:
    network.simulator.stock("US", "MUG", 5)
    assert network.simulator.sell_on_amazon("US", "MUG", 4) == 4
    assert network.simulator.buckets("US", "MUG") == {
        "fulfillable": 1,
        "pending_customer_order": 4,
    }
    network.create_fulfillment(order(quantities={"MUG": 2}))
    clock.advance(days=2)
    state = network.get_fulfillment("F-1")
    assert state is not None
    assert state.status == "Unfulfillable"
    assert network.simulator.sell_on_amazon("US", "MUG", 4) == 1
    assert network.simulator.sell_on_amazon("US", "MUG", 4) == 0
    clock.advance(days=2)
    assert network.simulator.buckets("US", "MUG") == {}
    assert network.simulator.audit() == []
