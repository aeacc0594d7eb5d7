"""Parcels that the network does not tell of by itself are asked for, now and then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fake_network import FakeNetwork
from shop import Shop
from stockpool.errors import Throttled, TransientError
from stockpool.orders.asking import AROUND_ARRIVAL, BEFORE_ARRIVAL, WHEN_LATE, ask_again_at
from stockpool.plugins.network import (
    FulfillmentOrderStatus,
    FulfillmentState,
    NetworkCapability,
    PackageState,
    PackageStatus,
    RateLimit,
    ShipmentState,
    ShipmentStatus,
)

LEFT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def state(*statuses: PackageStatus, expected: timedelta | None = None) -> FulfillmentState:
    packages = [
        PackageState(
            number, "UPS", status=status, estimated_arrival=LEFT + expected if expected else None
        )
        for number, status in enumerate(statuses, start=1)
    ]
    shipment = ShipmentState("S", "PHX3", ShipmentStatus.SHIPPED, LEFT, packages=packages)
    complete = FulfillmentOrderStatus.COMPLETE
    return FulfillmentState("F", "US", complete, LEFT, LEFT, (), (shipment,))


class TestWhen:
    def test_an_order_without_a_parcel_on_the_way_is_left_alone(self) -> None:
        ended = (PackageStatus.DELIVERED, PackageStatus.RETURNED, PackageStatus.UNDELIVERABLE)
        assert ask_again_at(state(*ended), LEFT) is None
        assert ask_again_at(state(), LEFT) is None

    def test_an_order_in_process_may_ship_a_part_without_a_word(self) -> None:
        waiting = state(PackageStatus.IN_TRANSIT)
        pending = replace(waiting.shipments[0], status=ShipmentStatus.PENDING)
        processing = replace(
            waiting, shipments=(pending,), status=FulfillmentOrderStatus.PROCESSING
        )
        assert ask_again_at(processing, LEFT) == LEFT + AROUND_ARRIVAL
        for status in (FulfillmentOrderStatus.PLANNING, FulfillmentOrderStatus.CANCELLED):
            assert ask_again_at(replace(processing, status=status), LEFT) is None

    @pytest.mark.parametrize(
        ("after", "wait"),
        [
            (timedelta(0), BEFORE_ARRIVAL),
            (timedelta(days=4), AROUND_ARRIVAL),
            (timedelta(days=20), AROUND_ARRIVAL),
            (timedelta(days=31), WHEN_LATE),
            (timedelta(days=91), None),
        ],
    )
    def test_it_is_asked_for_more_often_when_it_is_expected(
        self, after: timedelta, wait: timedelta | None
    ) -> None:
        parcel = state(PackageStatus.IN_TRANSIT, expected=timedelta(days=5))
        asked = ask_again_at(parcel, LEFT + after)
        assert asked == (None if wait is None else LEFT + after + wait)

    def test_without_an_expected_day_it_may_arrive_any_day(self) -> None:
        assert ask_again_at(state(PackageStatus.DELAYED), LEFT) == LEFT + AROUND_ARRIVAL


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A network whose `changes` end when a parcel leaves, with two shipped orders."""
    shop.network.capabilities = FakeNetwork.capabilities | {NetworkCapability.PARCELS_BY_ASKING}
    shop.receive("MUG-1", 10)
    for number in (1, 2):
        shop.submit(number, ("mug", 1))
    shop.place()
    for name in list(shop.network.orders):
        shop.network.ship(name)
    shop.follow()
    return shop


def deliver(shop: Shop) -> None:
    told = list(shop.network._changes)
    for name in shop.network.orders:
        shop.network.deliver(name)
    shop.network._changes[:] = told


def delivered(shop: Shop) -> int:
    return sum(line.counts.delivered for n in (1, 2) for line in shop.order(n).lines)


def test_the_engine_asks_until_the_parcels_have_arrived(shop: Shop) -> None:
    deliver(shop)
    shop.follow()
    assert delivered(shop) == 0
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 0, "not due yet"
    shop.clock.advance(BEFORE_ARRIVAL.total_seconds())
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 2
    assert delivered(shop) == 2
    shop.clock.advance(timedelta(days=30).total_seconds())
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 0, "nothing is on the way"


def test_a_round_of_work_asks_too(shop: Shop) -> None:
    deliver(shop)
    shop.clock.advance(BEFORE_ARRIVAL.total_seconds())
    shop.engine.work()
    assert delivered(shop) == 2


def test_a_network_that_tells_by_itself_is_not_asked(shop: Shop) -> None:
    shop.network.capabilities = FakeNetwork.capabilities
    shop.clock.advance(BEFORE_ARRIVAL.total_seconds())
    before = shop.network.count("getFulfillmentOrder")
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 0
    assert shop.network.count("getFulfillmentOrder") == before


def test_no_more_is_asked_than_the_limit_lets_through(shop: Shop) -> None:
    shop.network._limits["getFulfillmentOrder"] = RateLimit(rate=0.001, burst=1)
    shop.clock.advance(BEFORE_ARRIVAL.total_seconds())
    deliver(shop)
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 1
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 0
    assert delivered(shop) == 1


@pytest.mark.parametrize("error", [TransientError("down"), Throttled("no", retry_after=1)])
def test_what_was_told_before_a_failure_is_kept_and_the_rest_is_asked_for_later(
    shop: Shop, error: Exception
) -> None:
    deliver(shop)
    shop.clock.advance(BEFORE_ARRIVAL.total_seconds())
    last = sorted(shop.network.orders)[-1]
    shop.network.faults.fail("get_fulfillment", error, when=lambda subject: subject == last)
    shop.engine.duties.ask_for_parcels("amazon-na")
    assert delivered(shop) == 1
    shop.network.faults.heal()
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 0
    shop.clock.advance(AROUND_ARRIVAL.total_seconds())
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 1
    assert delivered(shop) == 2


def test_an_order_the_network_forgot_is_not_asked_for_all_the_time(shop: Shop) -> None:
    shop.clock.advance(BEFORE_ARRIVAL.total_seconds())
    kept = dict(shop.network._orders)
    shop.network._orders.clear()
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 2
    assert shop.engine.duties.ask_for_parcels("amazon-na") == 0
    shop.network._orders.update(kept)
