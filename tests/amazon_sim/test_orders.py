"""What a create call takes and refuses, and what the policies do when stock is short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.order_request import Address
from stockpool.plugins.network import FulfillmentItem, FulfillmentRequest, FulfillmentState
from stockpool_amazon_sim import AmazonSimNetwork

MakeRequest = Callable[..., FulfillmentRequest]
MakeNetwork = Callable[..., AmazonSimNetwork]


def state_of(network: AmazonSimNetwork, order_id: str = "F-1") -> FulfillmentState:
    state = network.get_fulfillment(order_id)
    assert state is not None
    return state


def outcome(network: AmazonSimNetwork, order_id: str = "F-1") -> tuple[str, list[Any]]:
    """The status, and by item: quantity, cancelled, unfulfillable."""
    state = state_of(network, order_id)
    return state.status.value, [
        (item.quantity, item.cancelled, item.unfulfillable) for item in state.items
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"fulfillment_order_id": ""},
        {"fulfillment_order_id": "F" * 41},
        {"fulfillment_order_id": "F\x00"},
        {"country": "BR"},
        {"displayable_order_id": "two  blanks"},
        {"displayable_order_id": " edge"},
        {"displayable_order_id": "#" * 41},
        {"displayable_order_id": "漢字"},
        {"displayable_order_comment": "x" * 751},
        {"displayable_order_date": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"speed": "tomorrow"},
        {"policy": "FillSome"},
        {"action": "Wait"},
        {"features": ("DRONE",)},
        {"items": ()},
        {"items": tuple(FulfillmentItem(str(n), "MUG", 1) for n in range(101))},
        {"items": (FulfillmentItem("1", "MUG", 251),)},
        {"items": (FulfillmentItem("1", "MUG", 0),)},
        {"items": (FulfillmentItem("1", "MUG", 1), FulfillmentItem("1", "MUG", 1))},
        {"items": (FulfillmentItem("1" * 51, "MUG", 1),)},
        {"items": (FulfillmentItem("1", "NEVER", 1),)},
        {"items": (FulfillmentItem("1", "MUG", 1, gift_message="x" * 513),)},
        {"items": (FulfillmentItem("1", "MUG", 1, comment="x" * 251),)},
    ],
)
def test_a_malformed_order_is_refused_at_once(
    network: AmazonSimNetwork, order: MakeRequest, change: dict[str, Any]
) -> None:
    network.simulator.stock("US", "MUG", 1000)
    with pytest.raises(RejectedError) as refusal:
        network.create_fulfillment(replace(order(), **change))
    assert refusal.value.code == "InvalidInput"
    assert network.simulator.fulfillment_order_ids() == []


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"line1": ""},
        {"line1": "x" * 61},
        {"city": None},
        {"postal_code": None},
        {"country": "us"},
        {"country": "JP"},  # there, a city must be left out
    ],
)
def test_a_malformed_address_is_refused_at_once(
    network: AmazonSimNetwork, order: MakeRequest, change: dict[str, Any]
) -> None:
    network.simulator.stock("US", "MUG", 10)
    ship_to = order().ship_to.model_copy(update=change)
    with pytest.raises(RejectedError) as refusal:
        network.create_fulfillment(order(ship_to=ship_to))
    assert refusal.value.code == "InvalidInput"


@pytest.mark.parametrize("change", [{"postal_code": "ABC"}, {"country": "CA"}])
def test_an_address_that_cannot_be_served_turns_invalid_later(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest, change: dict[str, Any]
) -> None:
    network.simulator.stock("US", "MUG", 10)
    ship_to = Address.model_validate(order().ship_to.model_dump() | change)
    network.create_fulfillment(order(ship_to=ship_to))
    assert state_of(network).status == "New"
    clock.advance(minutes=5)
    assert state_of(network).status == "Invalid"
    assert "InvalidDestinationAddress" in (state_of(network).status_reason or "")
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 10}
    assert network.simulator.idle()


def test_a_country_may_ship_to_others(
    make_network: MakeNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network = make_network(cross_border={"US": ["CA"]})
    network.simulator.stock("US", "MUG", 10)
    abroad = order().ship_to.model_copy(update={"country": "CA", "postal_code": "V6B 1A1"})
    assert network.preview(order(ship_to=abroad))[0].fulfillable
    network.create_fulfillment(order(ship_to=abroad))
    clock.advance(days=10)
    assert state_of(network).status == "Complete"
    assert network.pools()[0].destinations == {"US"}, "it takes a rule of the engine's"


def test_the_live_code_for_a_known_id_can_be_chosen(
    make_network: MakeNetwork, order: MakeRequest
) -> None:
    network = make_network(duplicate_code="InvalidInput")
    network.simulator.stock("US", "MUG", 10)
    network.create_fulfillment(order())
    with pytest.raises(RejectedError) as refusal:
        network.create_fulfillment(order())
    assert refusal.value.code == "InvalidInput"


def test_an_unknown_order_is_none(network: AmazonSimNetwork) -> None:
    assert network.get_fulfillment("F-9") is None
    assert network.get_fulfillment("\ud800") is None


def test_fill_or_kill_ships_all_or_nothing(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 10)
    network.simulator.stock("US", "CAP", 1)
    network.create_fulfillment(order(quantities={"MUG": 2, "CAP": 2}))
    clock.advance(minutes=5)
    assert outcome(network) == ("Unfulfillable", [(2, 0, 2), (2, 0, 2)])
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 10}


def test_fill_all_available_ships_what_is_there(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 10)
    network.simulator.stock("US", "CAP", 1)
    network.create_fulfillment(order(quantities={"MUG": 2, "CAP": 2}, policy="FillAllAvailable"))
    clock.advance(days=5)
    assert outcome(network) == ("CompletePartialled", [(2, 0, 0), (2, 0, 1)])


def test_fill_all_waits_for_stock(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 1)
    network.create_fulfillment(order(quantities={"MUG": 3}, policy="FillAll"))
    clock.advance(hours=20)
    assert state_of(network).status == "Processing"
    network.simulator.stock("US", "MUG", 5)
    clock.advance(days=5)
    assert outcome(network) == ("Complete", [(3, 0, 0)])
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 3}


@pytest.mark.parametrize(
    ("stock", "status", "unfulfillable"), [(1, "CompletePartialled", 2), (0, "Unfulfillable", 3)]
)
def test_fill_all_gives_up_after_a_day(
    network: AmazonSimNetwork,
    clock: ManualClock,
    order: MakeRequest,
    stock: int,
    status: str,
    unfulfillable: int,
) -> None:
    network.simulator.stock("US", "MUG", stock)
    network.create_fulfillment(order(quantities={"MUG": 3}, policy="FillAll"))
    clock.advance(days=5)
    assert outcome(network) == (status, [(3, 0, unfulfillable)])
    network.simulator.stock("US", "MUG", 5)
    clock.advance(days=1)
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 5}


def test_who_waits_longest_is_served_first(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.register("US", "MUG")
    for number in (2, 1):
        network.create_fulfillment(order(f"F-{number}", policy="FillAll"))
        clock.advance(minutes=5)
    network.simulator.stock("US", "MUG", 1)
    clock.advance(days=5)
    assert outcome(network, "F-2")[0] == "Complete"
    assert outcome(network, "F-1")[0] == "Unfulfillable"


def test_a_hold_reserves_and_dies_after_fourteen_days(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 5)
    network.create_fulfillment(order(quantities={"MUG": 2}, action="Hold"))
    clock.advance(days=13)
    assert state_of(network).status == "Received"
    assert network.simulator.buckets("US", "MUG")["pending_customer_order"] == 2
    network.simulator.idle()
    assert network.simulator.idle(), "the expiry of a hold is no work under way"
    clock.advance(days=2)
    assert outcome(network) == ("Cancelled", [(2, 2, 0)])
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 5}


def test_a_released_hold_ships(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 5)
    network.create_fulfillment(order(action="Hold"))
    clock.advance(days=10)
    network.update_fulfillment(order(action="Ship"))
    clock.advance(days=20)
    assert state_of(network).status == "Complete"


def test_orders_of_one_pool_by_two_skus_share_its_units(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    fnsku = network.simulator.register("US", "TWIN-A")
    assert network.simulator.register("US", "TWIN-B", fnsku=fnsku) == fnsku
    network.simulator.stock("US", "TWIN-A", 3, "ABE2")
    network.create_fulfillment(order("F-1", {"TWIN-A": 2}))
    network.create_fulfillment(order("F-2", {"TWIN-B": 2}))
    clock.advance(days=5)
    assert {outcome(network, "F-1")[0], outcome(network, "F-2")[0]} == {
        "Complete",
        "Unfulfillable",
    }
    figures = network.snapshot("US").figures
    assert [(entry.sku, entry.fulfillable) for entry in figures] == [("TWIN-A", 1), ("TWIN-B", 1)]


def test_features_are_granted_or_silently_not(
    make_network: MakeNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network = make_network(
        not_granted={"US": ["BLANK_BOX"]}, refused_features={"US": ["SIGNATURE_CONFIRMATION"]}
    )
    network.simulator.stock("US", "MUG", 100)
    accepted = network.create_fulfillment(order(features=("BLANK_BOX", "BLOCK_AMZL")))
    assert accepted.granted_features == ("BLOCK_AMZL",)
    assert state_of(network).granted_features == ("BLOCK_AMZL",)
    assert network.pools()[0].features == {"BLANK_BOX", "BLOCK_AMZL"}
    with pytest.raises(RejectedError):
        network.create_fulfillment(order("F-2", features=("SIGNATURE_CONFIRMATION",)))


def test_a_sku_may_not_be_eligible_for_a_feature(
    network: AmazonSimNetwork, order: MakeRequest
) -> None:
    network.simulator.register("US", "MUG", ineligible_features=["BLANK_BOX"])
    with pytest.raises(RejectedError):
        network.create_fulfillment(order(features=("BLANK_BOX",)))
    assert network.simulator.get_feature_sku("US", "BLANK_BOX", "MUG")[0] == ["SKU_NOT_ELIGIBLE"]


def test_blocking_amazon_logistics_leaves_other_carriers(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.stock("US", "MUG", 100)
    for number in range(20):
        network.create_fulfillment(order(f"B-{number}", features=("BLOCK_AMZL",)))
        network.create_fulfillment(order(f"F-{number}"))
    clock.advance(days=10)
    carriers = {
        name: {
            package.carrier_code
            for number in range(20)
            for shipment in state_of(network, f"{name}-{number}").shipments
            for package in shipment.packages
        }
        for name in "BF"
    }
    assert "AMZN_US" in carriers["F"]
    assert "AMZN_US" not in carriers["B"]


def test_an_order_is_split_over_centers_and_boxes(
    network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
) -> None:
    network.simulator.register("US", "MUG", units_per_box=2)
    network.simulator.stock("US", "MUG", 3, "ABE2")
    network.simulator.stock("US", "MUG", 2, "ONT8")
    network.create_fulfillment(order(quantities={"MUG": 5}))
    clock.advance(days=10)
    state = state_of(network)
    assert [s.fulfillment_center_id for s in state.shipments] == ["ONT8", "ABE2"]
    assert [len(s.packages) for s in state.shipments] == [1, 2]
    numbers = [p.package_number for s in state.shipments for p in s.packages]
    assert len(set(numbers)) == 3
    assert all(0 < number < 2**31 for number in numbers)
    assert network.simulator.statistics()["split_orders"] == 1
