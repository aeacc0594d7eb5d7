"""Calls that fail: each error means one thing, and what it says is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from stockpool.errors import OutcomeUnknown, RejectedError, Throttled, TransientError
from stockpool.plugins.network import FulfillmentOrderStatus, Network
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import shipped
from stockpool.testing.network_conformance.seller import MUG, Seller
from stockpool.testing.network_conformance.world import (
    NetworkOperation,
    NetworkWorld,
)

READINGS: Mapping[NetworkOperation, Callable[[Network], object]] = {
    "get_fulfillment": lambda network: network.get_fulfillment("CONFORMANCE-NEVER-PLACED"),
    "snapshot": lambda network: network.snapshot(network.pools()[0].country),
    "changes": lambda network: network.changes(None),
}
"""Calls that change nothing, by operation."""


class FailureTests(NetworkTests):
    """`Throttled` and `TransientError`: it did not happen. `OutcomeUnknown`: it may have."""

    def test_a_throttled_order_was_not_placed(self, world: NetworkWorld, seller: Seller) -> None:
        needs(world, WorldAbility.THROTTLE)
        world.stock(seller.pool.country, MUG, 5)
        request = seller.order({MUG: 2})
        world.throttle_next("create_fulfillment")
        with pytest.raises(Throttled) as refusal:
            seller.network.create_fulfillment(request)
        assert refusal.value.retry_after > 0
        assert seller.network.get_fulfillment(request.fulfillment_order_id) is None
        assert shipped(seller.until_final(seller.place(request))) == 2

    def test_a_throttled_cancellation_did_not_happen(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        needs(world, WorldAbility.THROTTLE)
        world.stock(seller.pool.country, MUG, 5)
        order_id = seller.place(seller.order({MUG: 2}))
        world.throttle_next("cancel_fulfillment")
        with pytest.raises(Throttled) as refusal:
            seller.network.cancel_fulfillment(order_id)
        assert refusal.value.retry_after > 0
        assert seller.until_final(order_id).status is FulfillmentOrderStatus.COMPLETE

    @pytest.mark.parametrize("operation", READINGS)
    def test_a_throttled_question_is_not_answered(
        self, world: NetworkWorld, network: Network, operation: NetworkOperation
    ) -> None:
        needs(world, WorldAbility.THROTTLE)
        world.throttle_next(operation)
        with pytest.raises(Throttled) as refusal:
            READINGS[operation](network)
        assert refusal.value.retry_after > 0
        READINGS[operation](network)

    @pytest.mark.parametrize("operation", READINGS)
    def test_a_question_that_failed_is_not_answered(
        self, world: NetworkWorld, network: Network, operation: NetworkOperation
    ) -> None:
        """Above all: an order that could not be looked for is not an order that is unknown."""
        needs(world, WorldAbility.FAIL_BEFORE_EFFECT)
        world.fail_before_effect_next(operation)
        with pytest.raises((TransientError, OutcomeUnknown)):
            READINGS[operation](network)
        READINGS[operation](network)

    def test_an_order_that_failed_before_its_effect_can_be_placed_again(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_BEFORE_EFFECT)
        world.stock(seller.pool.country, MUG, 5)
        request = seller.order({MUG: 2})
        world.fail_before_effect_next("create_fulfillment")
        with pytest.raises((TransientError, OutcomeUnknown)):
            seller.network.create_fulfillment(request)
        assert seller.network.get_fulfillment(request.fulfillment_order_id) is None
        assert shipped(seller.until_final(seller.place(request))) == 2
        assert seller.figures(MUG).fulfillable == 3

    def test_an_order_whose_answer_was_lost_is_found(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        world.stock(seller.pool.country, MUG, 5)
        request = seller.order({MUG: 2})
        world.fail_after_effect_next("create_fulfillment")
        with pytest.raises(OutcomeUnknown):
            seller.network.create_fulfillment(request)
        seller.requests[request.fulfillment_order_id] = request
        seller.read(request.fulfillment_order_id)
        with pytest.raises(RejectedError) as refusal:
            seller.network.create_fulfillment(request)
        assert refusal.value.code == "AlreadyExists"
        assert shipped(seller.until_final(request.fulfillment_order_id)) == 2
        assert seller.figures(MUG).fulfillable == 3

    def test_a_cancellation_whose_answer_was_lost_happens(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        world.stock(seller.pool.country, MUG, 5)
        order_id = seller.place(seller.order({MUG: 2}))
        world.fail_after_effect_next("cancel_fulfillment")
        with pytest.raises(OutcomeUnknown):
            seller.network.cancel_fulfillment(order_id)
        assert seller.until_final(order_id).status is FulfillmentOrderStatus.CANCELLED

    def test_news_whose_answer_was_lost_come_again(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        world.stock(seller.pool.country, MUG, 5)
        _, cursor = seller.news(None)
        order_id = seller.place(seller.order({MUG: 2}))
        world.fail_after_effect_next("changes")
        with pytest.raises((TransientError, OutcomeUnknown)):
            seller.network.changes(cursor)
        states, _ = seller.news(cursor)
        assert order_id in {state.fulfillment_order_id for state in states}
