"""`fees_estimates`: what selling in the network's own shop would cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stockpool.errors import PluginError, RejectedError, Throttled
from stockpool.money import Money, minor_digits
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_fees import (
    FEES_ESTIMATES_MOST,
    FeesEstimate,
    FeesEstimateRequest,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld


class FeeTests(NetworkTests):
    """Only for a network that declares FEES."""

    @pytest.fixture
    def asker(self, world: NetworkWorld, seller: Seller) -> Seller:
        """A seller with two SKUs."""
        if NetworkCapability.FEES not in seller.network.capabilities:
            pytest.skip("the network does not declare FEES")
        world.stock(seller.pool.country, MUG, 1)
        world.stock(seller.pool.country, LAMP, 1)
        return seller

    def test_fees_add_up(self, asker: Seller) -> None:
        (estimate,) = _ask(asker, _request(asker))
        assert estimate.error is None
        assert estimate.total is not None
        assert estimate.estimated_at is not None
        assert is_aware(estimate.estimated_at), "estimated_at has no time zone"
        total = Money(0, asker.pool.currency)
        for fee in estimate.fees:
            assert fee.fee_type
            total += fee.final_fee
        assert estimate.total == total
        assert total.minor > 0

    def test_what_the_network_ships_costs_more_than_selling(self, asker: Seller) -> None:
        shipped = _request(asker)
        both = _ask(asker, shipped, replace(shipped, is_amazon_fulfilled=False))
        by_network, by_merchant = (estimate.total for estimate in both)
        assert by_network is not None
        assert by_merchant is not None
        assert by_network.minor > by_merchant.minor

    def test_answers_are_in_the_order_of_the_requests(self, asker: Seller) -> None:
        requests = [
            _request(asker, sku, units)
            for units in (30, 10, 20)
            for sku in (MUG, "CONFORMANCE-NEVER-LISTED", LAMP)
        ]
        estimates = _ask(asker, *requests)
        assert [estimate.request for estimate in estimates] == requests
        for request, estimate in zip(requests, estimates, strict=True):
            (alone,) = _ask(asker, request)
            assert (estimate.total, estimate.fees) == (alone.total, alone.fees)

    def test_an_unknown_item_does_not_spoil_the_others(self, asker: Seller) -> None:
        known, unknown = _ask(asker, _request(asker), _request(asker, "CONFORMANCE-NEVER-LISTED"))
        assert known.error is None
        assert (unknown.total, unknown.fees, unknown.estimated_at) == (None, (), None)
        assert unknown.error is not None
        assert unknown.error.sender
        assert unknown.error.code
        assert unknown.error.message

    def test_as_many_items_as_are_promised_are_taken_and_no_more(self, asker: Seller) -> None:
        most = [_request(asker, units=units) for units in range(1, FEES_ESTIMATES_MOST + 1)]
        assert len(_ask(asker, *most)) == FEES_ESTIMATES_MOST
        for requests in ([], [*most, _request(asker)]):
            with pytest.raises(RejectedError):
                _ask(asker, *requests)

    def test_a_price_in_another_currency_is_refused(self, asker: Seller) -> None:
        other = "EUR" if asker.pool.currency != "EUR" else "USD"
        with pytest.raises(RejectedError):
            _ask(asker, replace(_request(asker), listing_price=Money(1_000, other)))

    def test_a_negative_price_is_refused(self, asker: Seller) -> None:
        with pytest.raises(RejectedError):
            _ask(asker, _request(asker, units=-1))

    def test_a_question_that_got_no_answer_is_asked_again(
        self, world: NetworkWorld, asker: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_BEFORE_EFFECT)
        world.fail_before_effect_next("fees_estimates")
        with pytest.raises(PluginError) as failure:
            _ask(asker, _request(asker))
        assert not isinstance(failure.value, RejectedError)
        assert _ask(asker, _request(asker))[0].error is None

    def test_over_the_limit_is_told_as_such(self, world: NetworkWorld, asker: Seller) -> None:
        needs(world, WorldAbility.THROTTLE)
        world.throttle_next("fees_estimates")
        with pytest.raises(Throttled):
            _ask(asker, _request(asker))
        assert _ask(asker, _request(asker))[0].error is None

    def test_its_limit_is_told(self, asker: Seller) -> None:
        limits = asker.network.rate_limits()
        assert not limits or "getMyFeesEstimates" in limits


def _request(seller: Seller, sku: str = MUG, units: int = 20) -> FeesEstimateRequest:
    currency = seller.pool.currency
    price = Money(units * 10 ** minor_digits(currency), currency)
    return FeesEstimateRequest("SellerSKU", sku, price)


def _ask(seller: Seller, *requests: FeesEstimateRequest) -> list[FeesEstimate]:
    return list(seller.network.fees_estimates(seller.pool.country, requests))
