"""`create_fulfillment` and `get_fulfillment`: an order is taken once, whole, or refused."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from stockpool.errors import RejectedError
from stockpool.plugins.network import (
    FulfillmentItem,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    Network,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware, shipped
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld

_NEVER = (FulfillmentOrderStatus.INVALID, FulfillmentOrderStatus.UNFULFILLABLE)


class PlacingTests(NetworkTests):
    """What is taken is known under its id, and known once."""

    def test_an_order_that_was_taken_is_known(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 5)
        world.stock(seller.pool.country, LAMP, 5)
        request = seller.order({MUG: 2, LAMP: 1})
        accepted = seller.network.create_fulfillment(request)
        assert accepted.fulfillment_order_id == request.fulfillment_order_id
        assert is_aware(accepted.received_at), "received_at has no time zone"
        assert not accepted.granted_features, "no feature was asked for"
        seller.requests[request.fulfillment_order_id] = request
        seller.read(request.fulfillment_order_id)

    def test_an_order_is_known_to_every_instance(self, world: NetworkWorld, seller: Seller) -> None:
        needs(world, WorldAbility.REOPEN)
        world.stock(seller.pool.country, MUG, 5)
        order_id = seller.place(seller.order({MUG: 1}))
        other = world.reopened()
        seller.read(order_id, other)
        with pytest.raises(RejectedError) as refusal:
            other.create_fulfillment(seller.requests[order_id])
        assert refusal.value.code == "AlreadyExists"

    def test_an_id_that_nobody_has_used_is_unknown(self, network: Network) -> None:
        assert network.get_fulfillment("CONFORMANCE-NEVER-PLACED") is None

    def test_two_items_of_one_sku_are_two_items(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 5)
        items = [FulfillmentItem("first", MUG, 1), FulfillmentItem("second", MUG, 2)]
        order_id = seller.place(seller.order({MUG: 3}, items=items))
        state = seller.until_final(order_id)
        assert state.status is FulfillmentOrderStatus.COMPLETE

    def test_the_same_id_is_refused_and_nothing_is_placed_twice(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 10)
        request = seller.order({MUG: 2})
        order_id = seller.place(request)
        _is_refused_as_known(seller, request)
        other_content = replace(request, items=[FulfillmentItem("item-1", MUG, 7)])
        _is_refused_as_known(seller, other_content)
        seller.until_final(order_id)
        _is_refused_as_known(seller, request)
        assert shipped(seller.read(order_id)) == 2
        assert seller.figures(MUG).fulfillable == 8

    def test_of_two_calls_at_once_one_places_the_order(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 10)
        request = seller.order({MUG: 2})
        together = threading.Barrier(2)

        def place() -> str:
            together.wait(30)
            try:
                seller.network.create_fulfillment(request)
            except RejectedError as error:
                return error.code
            return "placed"

        with ThreadPoolExecutor(2) as threads:
            answers = [threads.submit(place) for _ in range(2)]
        assert sorted(answer.result() for answer in answers) == ["AlreadyExists", "placed"]
        seller.requests[request.fulfillment_order_id] = request
        seller.until_final(request.fulfillment_order_id)
        assert seller.figures(MUG).fulfillable == 8

    def test_an_unknown_sku_is_refused_now_or_later(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 1)
        _comes_to_nothing(seller, seller.order({"CONFORMANCE-UNKNOWN": 1}))

    def test_a_country_that_is_not_served_is_refused_now_or_later(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 1)
        request = seller.order({MUG: 1})
        nowhere = request.ship_to.model_copy(update={"country": "ZZ"})
        _comes_to_nothing(seller, replace(request, ship_to=nowhere))
        assert seller.figures(MUG).fulfillable == 1, "an order that comes to nothing holds a unit"

    def test_an_order_without_items_is_refused(self, seller: Seller) -> None:
        request = seller.order({})
        with pytest.raises(RejectedError):
            seller.network.create_fulfillment(request)
        assert seller.network.get_fulfillment(request.fulfillment_order_id) is None

    def test_no_feature_is_granted_that_was_not_asked_for(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        for pool in seller.network.pools():
            world.stock(pool.country, MUG, 5)
            for asked in [[feature] for feature in sorted(pool.features)]:
                request = seller.order({MUG: 1}, pool=pool, features=asked)
                accepted = seller.network.create_fulfillment(request)
                seller.requests[request.fulfillment_order_id] = request
                assert set(accepted.granted_features) <= set(asked)
                state = seller.read(request.fulfillment_order_id)
                assert set(state.granted_features) == set(accepted.granted_features)

    def test_one_countrys_stock_is_not_another_countrys(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        here, there = seller.pool, seller.other_pool()
        stocked: Mapping[str, int] = {here.country: 6, there.country: 9}
        for country, quantity in stocked.items():
            world.stock(country, MUG, quantity)
        seller.until_final(seller.place(seller.order({MUG: 2}, pool=there)))
        assert seller.figures(MUG, here.country).fulfillable == 6
        assert seller.figures(MUG, there.country).fulfillable == 7
        seller.until_final(seller.place(seller.order({MUG: 4}, pool=here)))
        assert seller.figures(MUG, here.country).fulfillable == 2
        assert seller.figures(MUG, there.country).fulfillable == 7

    def test_one_country_is_not_filled_from_another(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        here, there = seller.pool, seller.other_pool()
        world.stock(here.country, MUG, 6)
        world.stock(there.country, MUG, 0)
        _comes_to_nothing(seller, seller.order({MUG: 2}, pool=there))
        assert seller.figures(MUG, here.country).fulfillable == 6


def _is_refused_as_known(seller: Seller, request: FulfillmentRequest) -> None:
    with pytest.raises(RejectedError) as refusal:
        seller.network.create_fulfillment(request)
    assert refusal.value.code == "AlreadyExists"
    seller.read(request.fulfillment_order_id)


def _comes_to_nothing(seller: Seller, request: FulfillmentRequest) -> None:
    """Refused at once and not known, or taken and never shipped; not silently dropped."""
    if seller.refusal_of(request) is None:
        state = seller.until_final(request.fulfillment_order_id)
        assert state.status in _NEVER, f"it ended as {state.status}"
