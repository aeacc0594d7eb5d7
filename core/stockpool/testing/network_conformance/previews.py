"""`preview`: says what an order would cost, and does nothing."""

from __future__ import annotations

import pytest

from stockpool.plugins.network import NetworkCapability
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware
from stockpool.testing.network_conformance.seller import MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class PreviewTests(NetworkTests):
    """Only for a network that declares PREVIEW."""

    @pytest.fixture
    def shopper(self, world: NetworkWorld, seller: Seller) -> Seller:
        """A seller with five units of a SKU."""
        if NetworkCapability.PREVIEW not in seller.network.capabilities:
            pytest.skip("the network does not declare PREVIEW")
        world.stock(seller.pool.country, MUG, 5)
        return seller

    def test_each_option_is_a_speed_of_the_pool(self, shopper: Seller) -> None:
        options = shopper.network.preview(shopper.order({MUG: 2}))
        speeds = [option.speed for option in options]
        assert speeds, "an order that can be shipped has no option"
        assert len(set(speeds)) == len(speeds)
        assert set(speeds) <= {offer.speed for offer in shopper.pool.speeds}

    def test_an_order_that_is_in_stock_can_be_shipped(self, shopper: Seller) -> None:
        options = shopper.network.preview(shopper.order({MUG: 2}))
        possible = [option for option in options if option.fulfillable]
        assert possible, f"five units are there, and two can't be shipped: {options}"
        for option in possible:
            assert option.shipments >= 0
            for name, fee in option.fees.items():
                assert fee.currency == shopper.pool.currency, name
            for at in (option.earliest_arrival, option.latest_arrival):
                assert at is None or is_aware(at)
            if option.earliest_arrival and option.latest_arrival:
                assert option.earliest_arrival <= option.latest_arrival

    def test_an_order_of_more_than_there_is_cannot_be_shipped(self, shopper: Seller) -> None:
        options = shopper.network.preview(shopper.order({MUG: 6}))
        assert not any(option.fulfillable for option in options)

    def test_a_preview_places_and_reserves_nothing(
        self, world: NetworkWorld, shopper: Seller
    ) -> None:
        request = shopper.order({MUG: 5})
        for _ in range(2):
            shopper.network.preview(request)
            world.let_time_pass(2)
        assert shopper.network.get_fulfillment(request.fulfillment_order_id) is None
        assert shopper.news(None)[0] == []
        assert shopper.figures(MUG).fulfillable == 5
        shopper.place(request)
