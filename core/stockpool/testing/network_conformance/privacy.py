"""Errors carry no buyer's data: they are stored, logged and shown to people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from stockpool.errors import PluginError
from stockpool.plugins.network import FulfillmentRequest
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.seller import MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld
from stockpool.testing.privacy import is_silent, keeps_the_secret


class PrivacyTests(NetworkTests):
    """The buyer's name, street, telephone number and e-mail are looked for in every message."""

    def test_refusals_repeat_nothing_of_the_buyer(
        self, world: NetworkWorld, seller: Seller
    ) -> None:
        world.stock(seller.pool.country, MUG, 9)
        errors = [
            error
            for request in _bad_orders(seller)
            if (error := _error_of(seller, request)) is not None
        ]
        assert errors, "even an order that is known is not refused"
        for error in errors:
            keeps_the_secret(error)

    @pytest.mark.parametrize(
        "ability",
        [WorldAbility.THROTTLE, WorldAbility.FAIL_BEFORE_EFFECT, WorldAbility.FAIL_AFTER_EFFECT],
        ids=lambda ability: ability.name,
    )
    def test_failures_repeat_nothing_of_the_buyer(
        self, world: NetworkWorld, seller: Seller, ability: WorldAbility
    ) -> None:
        needs(world, ability)
        world.stock(seller.pool.country, MUG, 9)
        if ability is WorldAbility.THROTTLE:
            world.throttle_next("create_fulfillment")
        elif ability is WorldAbility.FAIL_BEFORE_EFFECT:
            world.fail_before_effect_next("create_fulfillment")
        else:
            world.fail_after_effect_next("create_fulfillment")
        error = _error_of(seller, seller.order({MUG: 1}))
        assert error is not None, "the call did not fail"
        keeps_the_secret(error)

    def test_reasons_repeat_nothing_of_the_buyer(self, world: NetworkWorld, seller: Seller) -> None:
        world.stock(seller.pool.country, MUG, 9)
        for request in _bad_orders(seller):
            if _error_of(seller, request) is None:
                seller.requests[request.fulfillment_order_id] = request
                state = seller.until_final(request.fulfillment_order_id)
                is_silent(state.status_reason or "")


def _bad_orders(seller: Seller) -> Iterator[FulfillmentRequest]:
    """Orders that many networks refuse, each for another reason; the last one all must."""
    good = seller.order({MUG: 1})
    seller.place(good)
    address = good.ship_to
    for changes in (
        {"country": "ZZ"},
        {"postal_code": "never-a-postal-code"},
        {"line1": f"{address.line1} {'x' * 1_500}"},
        {"name": f"{address.name} {'x' * 1_500}"},
        {"line1": ""},
        {"name": ""},
        {"city": None, "postal_code": None},
    ):
        yield seller.order({MUG: 1}, ship_to=address.model_copy(update=changes))
    yield seller.order({"CONFORMANCE-UNKNOWN": 1})
    yield seller.order({MUG: 1_000_000})
    yield seller.order({})
    yield replace(good)


def _error_of(seller: Seller, request: FulfillmentRequest) -> PluginError | None:
    try:
        seller.network.create_fulfillment(request)
    except PluginError as error:
        return error
    return None
