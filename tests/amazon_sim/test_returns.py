"""Customers' returns: granted unit by unit, received, graded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork
from stockpool_amazon_sim.operations import copy_of
from stockpool_amazon_sim.outbound.requests import ReturnRequestItem


def test_each_unit_is_granted_or_refused_for_itself(
    network: AmazonSimNetwork, clock: ManualClock, order: Callable[..., FulfillmentRequest]
) -> None:
    network.simulator.stock("US", "MUG", 2, "ABE2")
    network.create_fulfillment(order(quantities={"MUG": 2}))
    simulator = network.simulator
    clock.advance(hours=1)
    state = network.get_fulfillment("F-1")
    assert state is not None
    shipment = state.shipments[0].shipment_id

    def item(
        name: str, *, line: str = "1", to: str = shipment, why: str = "CR-DEFECTIVE"
    ) -> ReturnRequestItem:
        return ReturnRequestItem(name, line, to, why)

    answer = simulator.create_fulfillment_return("F-1", [item("early")])
    assert answer.refused == [("early", "NoCompletedShipItems")]
    clock.advance(days=10)
    answer = simulator.create_fulfillment_return(
        "F-1",
        [
            item("a"),
            item("a"),
            item("line", line="9"),
            item("shipment", to="D0"),
            item("reason", why="CR-BORED"),
            item("b"),
            item("c"),
        ],
    )
    assert [name for name, _ in answer.accepted] == ["a", "b"]
    assert answer.refused == [
        ("a", "DuplicateRequest"),
        ("line", "InvalidValues"),
        ("shipment", "InvalidValues"),
        ("reason", "InvalidValues"),
        ("c", "NoReturnableQuantity"),
    ]
    clock.advance(days=30)
    record = simulator.get_fulfillment_order("F-1", copy_of)
    assert record is not None
    assert [entry.status for entry in record.returns] == ["Processed", "Processed"]
    assert sum(simulator.buckets("US", "MUG").values()) == 2
    kinds = [movement.event_type for movement in simulator.ledger("US", "MUG")]
    assert kinds.count("CustomerReturns") == 2
    assert simulator.audit() == []
    with pytest.raises(RejectedError):
        simulator.create_fulfillment_return("F-2", [item("x")])
