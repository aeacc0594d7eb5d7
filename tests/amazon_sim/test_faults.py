"""What goes wrong, by chance and on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import OutcomeUnknown, PluginError, Throttled, TransientError
from stockpool.plugins.network import FulfillmentRequest, FulfillmentState
from stockpool_amazon_sim import AmazonSimNetwork, Simulator

MakeRequest = Callable[..., FulfillmentRequest]
MakeNetwork = Callable[..., AmazonSimNetwork]


def state_of(network: AmazonSimNetwork, order_id: str = "F-1") -> FulfillmentState:
    state = network.get_fulfillment(order_id)
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        ("throttle", Throttled, False),
        ("transient", TransientError, False),
        ("timeout_before", OutcomeUnknown, False),
        ("timeout_after", OutcomeUnknown, True),
    ],
)
def test_a_call_fails_once_before_or_after_its_effect(
    network: AmazonSimNetwork,
    order: MakeRequest,
    fault: str,
    error: type[PluginError],
    done: bool,
) -> None:
    network.simulator.stock("US", "MUG", 5)
    network.simulator.inject(fault, operation="createFulfillmentOrder", order_id="F-1")
    network.create_fulfillment(order("F-0"))
    with pytest.raises(error):
        network.create_fulfillment(order())
    assert (network.get_fulfillment("F-1") is not None) is done
    assert network.simulator.attempts("F-1") == 1
    if not done:
        network.create_fulfillment(order())
        assert network.simulator.attempts("F-1") == 2
    assert network.simulator.statistics()[f"faults:{fault}"] == 1


def test_a_slow_call_takes_the_engines_time(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 5)
    network.simulator.inject("slow")
    before = clock.now()
    network.create_fulfillment(order())
    assert (clock.now() - before).total_seconds() == 2


def test_chances_can_be_set_for_one_operation(
    make_network: MakeNetwork, order: MakeRequest
) -> None:
    network = make_network(
        faults={"operations": {"createFulfillmentOrder": {"timeout_after": 0.5}}}
    )
    network.simulator.stock("US", "MUG", 500)
    failed = 0
    for number in range(100):
        try:
            network.create_fulfillment(order(f"F-{number}"))
        except OutcomeUnknown:
            failed += 1
        assert network.get_fulfillment(f"F-{number}") is not None
    assert 30 < failed < 70


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(ValueError, match="no fault 'flood'"):
        _memory().inject("flood")
    with pytest.raises(ValueError, match="at least 1"):
        _memory().inject("slow", times=0)


def _memory() -> Simulator:
    from datetime import UTC, datetime

    from stockpool_amazon_sim import AmazonSimSettings

    return Simulator(AmazonSimSettings(), ManualClock(datetime(2026, 3, 1, tzinfo=UTC)))


def test_damage_found_at_the_pick_is_replaced_at_once(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 2, "ABE2")
    network.simulator.stock("US", "MUG", 1, "ONT8")
    network.create_fulfillment(order(quantities={"MUG": 2}))
    network.simulator.inject("damaged_unit", order_id="F-1")
    clock.advance(days=10)
    state = state_of(network)
    assert state.status == "Complete"
    assert [(s.fulfillment_center_id, s.status) for s in state.shipments] == [
        ("ABE2", "CANCELLED_BY_FULFILLER"),
        ("ABE2", "SHIPPED"),
        ("ONT8", "SHIPPED"),
    ]
    assert network.simulator.buckets("US", "MUG") == {"warehouse_damaged": 1}
    codes = [m.code for m in network.simulator.ledger("US", "MUG") if m.code]
    assert codes == ["E", "P"]
    assert network.simulator.audit() == []


@pytest.mark.parametrize(
    ("policy", "status", "unfulfillable", "left"),
    [
        ("FillOrKill", "Unfulfillable", 2, {"fulfillable": 1, "warehouse_damaged": 1}),
        ("FillAllAvailable", "CompletePartialled", 1, {"warehouse_damaged": 1}),
        ("FillAll", "CompletePartialled", 1, {"warehouse_damaged": 1}),
    ],
)
def test_damage_without_replacement_follows_the_policy(
    network: AmazonSimNetwork,
    clock: ManualClock,
    order: MakeRequest,
    policy: str,
    status: str,
    unfulfillable: int,
    left: dict[str, int],
) -> None:
    network.simulator.stock("US", "MUG", 2, "ABE2")
    network.create_fulfillment(order(quantities={"MUG": 2}, policy=policy))
    network.simulator.inject("damaged_unit", order_id="F-1")
    clock.advance(days=10)
    assert state_of(network).status == status
    assert state_of(network).items[0].unfulfillable == unfulfillable
    assert network.simulator.buckets("US", "MUG") == left
    assert network.simulator.audit() == []


def test_a_tracking_number_may_come_after_shipped(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 2)
    network.create_fulfillment(order())
    network.simulator.inject("late_tracking")
    while state_of(network).status != "Complete":
        clock.advance(minutes=10)
    assert state_of(network).shipments[0].packages[0].tracking_number is None
    cursor = network.changes(None).cursor
    clock.advance(hours=13)
    (changed,) = network.changes(cursor).states
    assert changed.shipments[0].packages[0].tracking_number


@pytest.mark.parametrize(
    ("fault", "statuses", "codes", "days"),
    [
        ("delayed_parcel", ["DELAYED", "OUT_FOR_DELIVERY", "DELIVERED"], "418 302 301", 12),
        (
            "attempted_parcel",
            ["OUT_FOR_DELIVERY", "DELIVERY_ATTEMPTED", "OUT_FOR_DELIVERY", "DELIVERED"],
            "302 304 302 301",
            12,
        ),
        ("lost_parcel", ["UNDELIVERABLE"], "409", 12),
        (
            "undeliverable_parcel",
            ["OUT_FOR_DELIVERY", "RETURNING", "RETURNED"],
            "302 416 408 309",
            40,
        ),
    ],
)
def test_parcels_meet_their_fate(
    network: AmazonSimNetwork,
    clock: ManualClock,
    order: MakeRequest,
    fault: str,
    statuses: list[str],
    codes: str,
    days: int,
) -> None:
    network.simulator.stock("US", "MUG", 2)
    network.create_fulfillment(order())
    network.simulator.inject(fault, order_id="F-1")
    seen: list[Any] = []
    for _ in range(days * 24):
        clock.advance(hours=1)
        for shipment in state_of(network).shipments:
            for package in shipment.packages:
                if package.status not in seen[-1:]:
                    seen.append(package.status)
    # A packed box has no status yet.
    assert [status for status in seen if status != "UNKNOWN"] == ["IN_TRANSIT", *statuses]
    (package,) = state_of(network).shipments[0].packages
    details = network.simulator.get_package_tracking_details(package.package_number)
    told = [event.code.removeprefix("EVENT_") for event in reversed(details.events)]
    assert told == ["101", "102", "201", "202", *codes.split()]
    assert [event.at for event in details.events] == sorted(
        (event.at for event in details.events), reverse=True
    )


def test_an_undeliverable_parcel_comes_back_and_is_graded(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 3, "ABE2")
    network.create_fulfillment(order(quantities={"MUG": 3}))
    network.simulator.inject("undeliverable_parcel")
    clock.advance(days=60)
    network.simulator.idle()
    assert network.simulator.idle()
    assert sum(network.simulator.buckets("US", "MUG").values()) == 3
    kinds = [movement.event_type for movement in network.simulator.ledger("US", "MUG")]
    assert kinds[:3] == ["Receipts", "Shipments", "CustomerReturns"]
    assert network.simulator.audit() == []


def test_changes_come_twice_late_and_in_another_order(
    make_network: MakeNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network = make_network(
        faults={"duplicate_changes": 0.5, "late_changes": 0.5, "reordered_changes": 1.0}
    )
    network.simulator.stock("US", "MUG", 50)
    for number in range(20):
        network.create_fulfillment(order(f"F-{number}"))
    told: dict[str, list[FulfillmentState]] = {}
    cursor: str | None = None
    while not network.simulator.idle():
        clock.advance(hours=3)
        page = network.changes(cursor)
        cursor = page.cursor
        for state in page.states:
            told.setdefault(state.fulfillment_order_id, []).append(state)
    assert len(told) == 20
    times = [[state.updated_at for state in states] for states in told.values()]
    assert any(sorted(moments) != moments for moments in times), "none was late"
    assert any(len(set(moments)) < len(moments) for moments in times), "none came twice"
    for order_id, states in told.items():
        latest = max(states, key=lambda state: state.updated_at)
        assert latest == state_of(network, order_id), "the last word was not told"
