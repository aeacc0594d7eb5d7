"""`cancel_fulfillment`: in time it frees the units, too late it is refused."""

from __future__ import annotations

import contextlib

import pytest

from stockpool.errors import RejectedError
from stockpool.plugins.network import FulfillmentOrderStatus, Network
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import shipped
from stockpool.testing.network_conformance.seller import MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class CancellingTests(NetworkTests):
    """An order that was just placed can be cancelled; one that has left can't."""

    def test_an_order_cancelled_at_once_is_not_shipped(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 5)
        order_id = seller.place(seller.order({MUG: 3}))
        seller.network.cancel_fulfillment(order_id)
        state = seller.until_final(order_id)
        assert state.status is FulfillmentOrderStatus.CANCELLED
        assert seller.figures(MUG).fulfillable == 5
        assert seller.figures(MUG).pending_customer_order == 0

    def test_a_second_cancellation_changes_nothing(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 5)
        order_id = seller.place(seller.order({MUG: 3}))
        seller.network.cancel_fulfillment(order_id)
        seller.until_final(order_id)
        with contextlib.suppress(RejectedError):
            seller.network.cancel_fulfillment(order_id)
        world.let_time_pass(24)
        assert seller.read(order_id).status is FulfillmentOrderStatus.CANCELLED
        assert seller.figures(MUG).fulfillable == 5

    def test_what_was_shipped_cannot_be_cancelled(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 5)
        order_id = seller.place(seller.order({MUG: 3}))
        seller.until_final(order_id)
        with pytest.raises(RejectedError):
            seller.network.cancel_fulfillment(order_id)
        world.let_time_pass(24)
        assert shipped(seller.read(order_id)) == 3

    def test_a_cancellation_at_any_hour_is_kept_to_or_too_late(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        """Whatever the answer: what is not shipped is back on the shelf in the end."""
        world.stock(seller.pool.country, MUG, 100)
        gone = 0
        for hours in (0.25, 0.5, 1, 2, 4, 8, 12, 16, 20, 24):
            order_id = seller.place(seller.order({MUG: 2}))
            world.let_time_pass(hours)
            before = seller.read(order_id)
            try:
                seller.network.cancel_fulfillment(order_id)
            except RejectedError:
                refused = True
            else:
                refused = False
                assert not before.status.final, "a cancellation came too late and was taken"
            state = seller.until_final(order_id)
            gone += shipped(state)
            if refused:
                assert shipped(state) == 2, "it was refused, and yet not all was shipped"
            assert seller.figures(MUG).fulfillable == 100 - gone

    def test_an_unknown_order_cannot_be_cancelled(self, network: Network) -> None:
        with pytest.raises(RejectedError):
            network.cancel_fulfillment("CONFORMANCE-NEVER-PLACED")
        assert network.get_fulfillment("CONFORMANCE-NEVER-PLACED") is None

    def test_every_instance_can_cancel(self, world: NetworkWorld, seller: Seller) -> None:
        needs(world, WorldAbility.REOPEN)
        world.stock(seller.pool.country, MUG, 5)
        order_id = seller.place(seller.order({MUG: 3}))
        world.reopened().cancel_fulfillment(order_id)
        assert seller.until_final(order_id).status is FulfillmentOrderStatus.CANCELLED
