"""Fulfillment policies: what becomes of an order that can't be filled."""

from __future__ import annotations

import pytest

from stockpool.order_request import FulfillmentPolicy
from stockpool.plugins.network import FulfillmentOrderStatus
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import shipped
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class FillingTests(NetworkTests):
    """A network may refuse a policy; one that it takes it keeps."""

    def test_fill_or_kill_ships_all_or_nothing(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 5)
        world.stock(seller.pool.country, LAMP, 1)
        order_id = _taken(seller, {MUG: 2, LAMP: 3}, "FillOrKill")
        state = seller.until_final(order_id)
        assert shipped(state) == 0
        assert seller.figures(MUG).fulfillable == 5
        assert seller.figures(LAMP).fulfillable == 1

    def test_fill_all_available_ships_what_there_is(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 5)
        world.stock(seller.pool.country, LAMP, 1)
        order_id = _taken(seller, {MUG: 2, LAMP: 3}, "FillAllAvailable")
        state = seller.until_final(order_id)
        assert state.status is FulfillmentOrderStatus.COMPLETE_PARTIALLED
        assert (shipped(state, MUG), shipped(state, LAMP)) == (2, 1)
        assert seller.figures(MUG).fulfillable == 3
        assert seller.figures(LAMP).fulfillable == 0

    def test_fill_all_waits_for_the_rest(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 2)
        order_id = _taken(seller, {MUG: 5}, "FillAll")
        world.let_time_pass(2)
        assert not seller.read(order_id).status.final
        world.stock(seller.pool.country, MUG, 4)
        state = seller.until_final(order_id)
        assert state.status is FulfillmentOrderStatus.COMPLETE
        assert shipped(state) == 5
        assert seller.figures(MUG).fulfillable == 1

    def test_units_are_promised_to_one_order_only(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 5)
        orders = [seller.place(seller.order({MUG: 2})) for _ in range(4)]
        states = [seller.until_final(order_id) for order_id in orders]
        assert sum(shipped(state) for state in states) == 4
        assert seller.figures(MUG).fulfillable == 1


def _taken(seller: Seller, quantities: dict[str, int], policy: FulfillmentPolicy) -> str:
    request = seller.order(quantities, policy=policy)
    refusal = seller.refusal_of(request)
    if refusal is not None:
        pytest.skip(f"the network does not take such an order: {refusal.code}")
    return request.fulfillment_order_id
