"""The sandbox's ways to move an order and a parcel on, in the simulator itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stockpool.clock import ManualClock
from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon_sim import AmazonSimNetwork, Simulator
from stockpool_amazon_sim.operations import copy_of
from stockpool_amazon_sim.outbound.package_updates import PackageUpdate
from stockpool_amazon_sim.records import Order

MakeNetwork = Callable[..., AmazonSimNetwork]
MakeRequest = Callable[..., FulfillmentRequest]


def order_of(simulator: Simulator) -> Order:
    found = simulator.get_fulfillment_order("F-1", copy_of)
    assert found is not None
    return found


def units_of(order: Order) -> tuple[int, int]:
    """Shipped and unfulfillable units of the first item."""
    return order.items[0].shipped, order.items[0].unfulfillable


class TestAPartOfAnOrder:
    def test_a_unit_that_was_set_aside_is_not_found(
        self, network: AmazonSimNetwork, order: MakeRequest
    ) -> None:
        network.simulator.stock("US", "MUG", 5, "ABE2")
        network.create_fulfillment(order(quantities={"MUG": 3}))
        network.simulator.update_order_status("F-1", "CompletePartialled")
        assert units_of(order_of(network.simulator)) == (2, 1)
        assert network.simulator.buckets("US", "MUG") == {"fulfillable": 3}
        assert network.simulator.audit() == []

    def test_of_several_shipments_one_is_cancelled(
        self, network: AmazonSimNetwork, order: MakeRequest
    ) -> None:
        network.simulator.stock("US", "MUG", 2, "ABE2")
        network.simulator.stock("US", "MUG", 2, "ONT8")
        network.create_fulfillment(order(quantities={"MUG": 4}))
        network.simulator.update_order_status("F-1", "Processing")
        network.simulator.update_order_status("F-1", "CompletePartialled")
        found = order_of(network.simulator)
        assert units_of(found) == (2, 2)
        statuses = sorted(shipment.status for shipment in found.shipments)
        assert statuses == ["CANCELLED_BY_FULFILLER", "SHIPPED"]
        assert network.simulator.audit() == []

    def test_units_that_are_waited_for_are_given_up(
        self, network: AmazonSimNetwork, order: MakeRequest
    ) -> None:
        network.simulator.stock("US", "MUG", 2, "ABE2")
        network.create_fulfillment(order(quantities={"MUG": 3}, policy="FillAll"))
        network.simulator.update_order_status("F-1", "CompletePartialled")
        assert units_of(order_of(network.simulator)) == (2, 1)
        network.simulator.stock("US", "MUG", 5, "ABE2")
        assert order_of(network.simulator).status == "CompletePartialled"
        assert network.simulator.audit() == []

    @pytest.mark.parametrize("action", ["Hold", "Ship"])
    def test_what_has_no_part_is_refused(
        self, network: AmazonSimNetwork, order: MakeRequest, action: str
    ) -> None:
        network.simulator.stock("US", "MUG", 5, "ABE2")
        units = 3 if action == "Hold" else 1
        network.create_fulfillment(order(quantities={"MUG": units}, action=action))
        with pytest.raises(RejectedError, match="does not become CompletePartialled"):
            network.simulator.update_order_status("F-1", "CompletePartialled")
        assert network.simulator.audit() == []


class TestParcels:
    @pytest.fixture
    def simulator(
        self, network: AmazonSimNetwork, clock: ManualClock, order: MakeRequest
    ) -> Simulator:
        """With an order in two parcels from two centers, one of them shipped."""
        network.simulator.stock("US", "MUG", 1, "ABE2")
        network.simulator.stock("US", "MUG", 1, "ONT8")
        network.create_fulfillment(order(quantities={"MUG": 2}))
        for _ in range(1000):
            packed = [one.stage for one in order_of(network.simulator).shipments if one.packages]
            if packed:
                return network.simulator
            clock.advance(minutes=5)
        raise AssertionError("it is never packed")

    def update(self, simulator: Simulator, **changes: Any) -> None:
        (number,) = [
            package.number
            for shipment in order_of(simulator).shipments
            for package in shipment.packages
        ]
        simulator.update_package("F-1", str(number), PackageUpdate(**changes))

    def test_only_its_own_shipment_leaves_with_a_parcel(self, simulator: Simulator) -> None:
        self.update(simulator, status="DELIVERED")
        found = order_of(simulator)
        assert sorted(shipment.status for shipment in found.shipments) == ["PENDING", "SHIPPED"]
        assert (found.status, found.items[0].shipped) == ("Processing", 1)
        assert simulator.audit() == []

    def test_its_change_is_news(self, simulator: Simulator) -> None:
        before = simulator.list_all_fulfillment_orders(copy_of)
        self.update(simulator, status="UNDELIVERABLE")
        (told,) = simulator.list_all_fulfillment_orders(copy_of, before.cursor).orders
        packages = [package for shipment in told.shipments for package in shipment.packages]
        assert [package.status for package in packages] == ["UNDELIVERABLE"]
        assert simulator.statistics()["parcels_lost"] == 1

    def test_a_lost_parcel_s_units_do_not_come_back(
        self, simulator: Simulator, clock: ManualClock
    ) -> None:
        self.update(simulator, status="UNDELIVERABLE")
        clock.advance(days=60)
        assert simulator.buckets("US", "MUG") == {}
        assert simulator.audit() == []

    def test_an_expired_parcel_is_of_unknown_status_to_the_engine(
        self, simulator: Simulator, network: AmazonSimNetwork
    ) -> None:
        self.update(simulator, status="EXPIRED")
        state = network.get_fulfillment("F-1")
        assert state is not None
        statuses = [one.status for shipment in state.shipments for one in shipment.packages]
        assert statuses == ["UNKNOWN"]
