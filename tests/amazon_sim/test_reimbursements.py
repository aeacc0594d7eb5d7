"""What the simulated Amazon makes good by itself or for a case, and takes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimNetwork
from stockpool_amazon_sim.reports.report_tables import Cells, Query
from stockpool_amazon_sim.reports.reports import TYPES
from stockpool_amazon_sim.simulated_time import to_micros

REPORT = "GET_FBA_REIMBURSEMENTS_DATA"
SOON = {"reimbursement_days": (5.0, 5.0), "turn_up_days": (10.0, 10.0), "research_days": (5.0, 5.0)}

MakeNetwork = Callable[..., AmazonSimNetwork]


def rows(network: AmazonSimNetwork) -> list[Cells]:
    with network.simulator._call() as world:
        query = Query(["US"], to_micros(network.simulator.clock.now()) - 10**15, world.now, {})
        return [dict(row) for row in TYPES[REPORT].rows(world, query)]


def lose(network: AmazonSimNetwork, clock: ManualClock, units: int = 2) -> None:
    """Units are misplaced in a center and not found."""
    network.simulator.stock("US", "MUG", 5, "ABE2")
    network.simulator.misplace("US", "MUG", units, "ABE2", found=False)
    clock.advance(days=5, seconds=1)


def test_nothing_is_made_good_unless_the_settings_say_so(
    network: AmazonSimNetwork, clock: ManualClock
) -> None:
    lose(network, clock)
    clock.advance(days=100)
    assert rows(network) == []


def test_lost_units_are_paid_for_by_themselves_after_a_while(
    make_network: MakeNetwork, clock: ManualClock
) -> None:
    network = make_network(reimbursements={"automatic": True}, steps=SOON)
    lose(network, clock)
    assert rows(network) == []
    clock.advance(days=5)
    (row,) = rows(network)
    assert (row["reason"], row["sku"], row["quantity-reimbursed-cash"]) == (
        "Lost_Warehouse",
        "MUG",
        2,
    )
    assert float(row["amount-total"]) == 2 * float(row["amount-per-unit"]) > 0
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 3}


def test_lost_units_may_be_given_back_as_units(
    make_network: MakeNetwork, clock: ManualClock
) -> None:
    network = make_network(reimbursements={"automatic": True, "in_units": 1.0}, steps=SOON)
    lose(network, clock)
    clock.advance(days=5)
    (row,) = rows(network)
    assert (row["quantity-reimbursed-cash"], row["quantity-reimbursed-inventory"]) == (0, 2)
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 5}
    assert network.simulator.audit() == []


def test_a_payment_is_reversed_when_the_units_turn_up(
    make_network: MakeNetwork, clock: ManualClock
) -> None:
    network = make_network(reimbursements={"automatic": True, "turn_up": 1.0}, steps=SOON)
    lose(network, clock)
    clock.advance(days=5)
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 3}
    clock.advance(days=10)
    paid, reversed_ = rows(network)
    assert reversed_["original-reimbursement-id"] == paid["reimbursement-id"]
    assert reversed_["quantity-reimbursed-cash"] == -2
    assert float(reversed_["amount-total"]) == -float(paid["amount-total"])
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 5}
    assert network.simulator.audit() == []


def test_a_lost_parcel_is_paid_for_with_its_order(
    make_network: MakeNetwork, order: Any, clock: ManualClock
) -> None:
    network = make_network(
        reimbursements={"automatic": True}, steps=SOON, faults={"lost_parcels": 1.0}
    )
    network.simulator.stock("US", "MUG", 5, "ABE2")
    network.create_fulfillment(order("F-1", {"MUG": 2}))
    clock.advance(days=40)
    (row,) = rows(network)
    assert (row["reason"], row["quantity-reimbursed-cash"]) == ("Lost_Outbound", 2)
    assert row["amazon-order-id"].startswith("S01-")


def test_a_case_is_answered_and_reversed_by_hand_once(network: AmazonSimNetwork) -> None:
    network.simulator.stock("US", "MUG", 5, "ABE2")
    number = network.simulator.reimburse(
        "US", "MUG", 2, "Lost_Inbound", case_id="CASE-1", per_unit=400
    )
    network.simulator.reverse_reimbursement(number, 1)
    network.simulator.reverse_reimbursement(number, 1)
    with pytest.raises(ValueError, match="paid for 0 units"):
        network.simulator.reverse_reimbursement(number, 1)
    with pytest.raises(ValueError, match="no reimbursement X"):
        network.simulator.reverse_reimbursement("X", 1)
    with pytest.raises(ValueError, match="0 units"):
        network.simulator.reimburse("US", "MUG", 0, "Lost_Inbound")
    found = rows(network)
    assert [(row["case-id"], row["amount-total"]) for row in found] == [
        ("CASE-1", "8.00"),
        ("CASE-1", "-4.00"),
        ("CASE-1", "-4.00"),
    ]
