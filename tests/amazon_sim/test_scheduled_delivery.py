"""Deliveries by appointment and payment at the door, in the simulator itself and in its file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork, Simulator
from stockpool_amazon_sim.operations import copy_of
from stockpool_amazon_sim.outbound.requests import Destination, FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.outbound.scheduled_delivery import offered_windows
from stockpool_amazon_sim.records import DAY, Order
from stockpool_amazon_sim.simulated_time import to_datetime, to_micros

MakeNetwork = Callable[..., AmazonSimNetwork]
MakeRequest = Callable[..., FulfillmentRequest]

WINDOW = (datetime(2026, 3, 9, 5, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC))
"""From 14 to 16 o'clock in Tokyo."""


@pytest.fixture
def network(make_network: MakeNetwork) -> AmazonSimNetwork:
    network = make_network(countries=["JP"])
    network.simulator.stock("JP", "MUG", 5)
    return network


@pytest.fixture
def simulator(network: AmazonSimNetwork) -> Simulator:
    return network.simulator


def request(
    order_id: str = "F-1", window: tuple[datetime, datetime] | None = WINDOW
) -> FulfillmentOrderRequest:
    return FulfillmentOrderRequest(
        order_id,
        "JP",
        order_id,
        WINDOW[0],
        "Thank you",
        "scheduled",
        Destination("山田太郎", "千代田1-1", "JP", "100-0001"),
        [ItemRequest("1", "MUG", 2, per_unit_price=(1000, "JPY"))],
        delivery_window=window,
        collect=[(300, "JPY")],
    )


def order_of(simulator: Simulator, order_id: str = "F-1") -> Order:
    found = simulator.get_fulfillment_order(order_id, copy_of)
    assert found is not None
    return found


def test_the_window_and_the_amount_are_kept(simulator: Simulator) -> None:
    simulator.create_fulfillment_order(request(), copy_of)
    found = order_of(simulator)
    assert found.window == [to_micros(at) for at in WINDOW]
    assert found.to_collect == 2300


def test_a_parcel_comes_in_its_window_and_its_center_waits_for_it(
    simulator: Simulator, clock: ManualClock
) -> None:
    simulator.create_fulfillment_order(request(), copy_of)
    clock.advance(days=3)
    (shipment,) = order_of(simulator).shipments
    assert shipment.stage == "planned"
    clock.advance(days=10)
    (shipment,) = order_of(simulator).shipments
    (package,) = shipment.packages
    assert package.delivered_at is not None
    assert WINDOW[0] <= to_datetime(package.delivered_at) <= WINDOW[1]
    assert simulator.audit() == []


def test_a_center_that_is_too_slow_misses_the_window(
    make_network: MakeNetwork, clock: ManualClock
) -> None:
    simulator = make_network(countries=["JP"], steps={"pack": (100, 100)}).simulator
    simulator.stock("JP", "MUG", 5)
    simulator.create_fulfillment_order(request(), copy_of)
    clock.advance(days=14)
    (shipment,) = order_of(simulator).shipments
    (package,) = shipment.packages
    assert package.delivered_at is not None
    assert shipment.shipped_at is not None
    assert to_datetime(package.delivered_at) > WINDOW[1]
    assert package.delivered_at - shipment.shipped_at == DAY
    assert package.estimated_arrival == package.delivered_at


def test_windows_are_gone_when_they_are_too_near(simulator: Simulator, clock: ManualClock) -> None:
    clock.advance(days=5)
    with pytest.raises(RejectedError, match="deliveryWindow"):
        simulator.create_fulfillment_order(request(), copy_of)
    with pytest.raises(RejectedError, match="deliveryWindow"):
        simulator.create_fulfillment_order(request(window=None), copy_of)


def test_windows_are_whole_hours_of_seven_days(clock: ManualClock) -> None:
    now = to_micros(clock.now())
    windows = offered_windows("JP", now)
    assert len(windows) == 42
    hours = {(to_datetime(start) + timedelta(hours=9)).hour for start, _ in windows}
    assert hours == {8, 12, 14, 16, 18, 19}
    assert to_datetime(windows[0][0]) - clock.now() >= timedelta(days=3)
    assert offered_windows("US", now) == []


def test_the_engine_is_not_offered_what_it_has_no_word_for(
    network: AmazonSimNetwork, order: MakeRequest
) -> None:
    ship_to = order().ship_to.model_copy(
        update={"country": "JP", "city": None, "postal_code": "100-0001"}
    )
    options = network.preview(order(country="JP", ship_to=ship_to))
    assert [option.speed for option in options] == ["standard", "expedited"]
    assert [speed.speed for speed in network.pools()[0].speeds] == ["standard", "expedited"]
