"""`update_fulfillment`: a held order waits, is released, and may become smaller."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stockpool.errors import RejectedError
from stockpool.plugins.network import (
    FulfillmentItem,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    Network,
)
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import shipped
from stockpool.testing.network_conformance.seller import MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class HoldingTests(NetworkTests):
    """Only for a network that has `update_fulfillment`: what is held could not be released."""

    @pytest.fixture
    def held(self, world: NetworkWorld, seller: Seller) -> FulfillmentRequest:
        """An order of three units, out of five, that is held."""
        if type(seller.network).update_fulfillment is Network.update_fulfillment:
            pytest.skip("the network has no update_fulfillment")
        world.stock(seller.pool.country, MUG, 5)
        request = seller.order({MUG: 3}, action="Hold")
        seller.place(request)
        return request

    def test_a_held_order_is_not_shipped(
        self, world: NetworkWorld, seller: Seller, held: FulfillmentRequest
    ) -> None:
        for _ in range(6):
            world.let_time_pass(12)
            state = seller.read(held.fulfillment_order_id)
            assert not state.status.final
            assert shipped(state) == 0

    def test_a_released_order_is_shipped(
        self, world: NetworkWorld, seller: Seller, held: FulfillmentRequest
    ) -> None:
        world.let_time_pass(24)
        seller.replace(replace(held, action="Ship"))
        state = seller.until_final(held.fulfillment_order_id)
        assert state.status is FulfillmentOrderStatus.COMPLETE
        assert shipped(state) == 3

    def test_a_held_order_can_be_cancelled(
        self, world: NetworkWorld, seller: Seller, held: FulfillmentRequest
    ) -> None:
        world.let_time_pass(24)
        seller.network.cancel_fulfillment(held.fulfillment_order_id)
        state = seller.until_final(held.fulfillment_order_id)
        assert state.status is FulfillmentOrderStatus.CANCELLED
        assert seller.figures(MUG).fulfillable == 5

    def test_lower_quantities_free_the_rest(
        self, world: NetworkWorld, seller: Seller, held: FulfillmentRequest
    ) -> None:
        world.let_time_pass(24)
        smaller = [FulfillmentItem(item.item_id, item.sku, 1) for item in held.items]
        seller.replace(replace(held, items=smaller))
        world.let_time_pass(1)
        assert seller.figures(MUG).fulfillable == 4
        seller.replace(replace(held, items=smaller, action="Ship"))
        state = seller.until_final(held.fulfillment_order_id)
        assert state.status is FulfillmentOrderStatus.COMPLETE
        assert shipped(state) == 1
        assert seller.figures(MUG).fulfillable == 4

    def test_an_unknown_order_cannot_be_updated(
        self, seller: Seller, held: FulfillmentRequest
    ) -> None:
        unknown = replace(held, fulfillment_order_id="CONFORMANCE-NEVER-PLACED")
        with pytest.raises(RejectedError):
            seller.network.update_fulfillment(unknown)
        assert seller.network.get_fulfillment("CONFORMANCE-NEVER-PLACED") is None
