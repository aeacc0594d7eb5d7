"""`pools` and `rate_limits`: what a network says of itself."""

from __future__ import annotations

from typing import get_args

from stockpool.money import minor_digits
from stockpool.order_request import Feature, Speed
from stockpool.plugins.network import Network
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.world import NetworkWorld


class PoolTests(NetworkTests):
    """The countries are fixed and well described."""

    def test_pools_are_the_same_whenever_asked(self, network: Network) -> None:
        assert network.pools(), "an account without a pool ships nothing"
        assert list(network.pools()) == list(network.pools())

    def test_pools_are_the_same_for_every_instance(self, world: NetworkWorld) -> None:
        needs(world, WorldAbility.REOPEN)
        assert list(world.reopened().pools()) == list(world.network().pools())

    def test_each_country_has_one_pool(self, network: Network) -> None:
        countries = [pool.country for pool in network.pools()]
        assert len(set(countries)) == len(countries)
        for country in countries:
            assert _is_country(country), f"{country!r} is not two capital letters"

    def test_pools_offer_speeds_with_fees_in_their_currency(self, network: Network) -> None:
        for pool in network.pools():
            minor_digits(pool.currency)
            speeds = [offer.speed for offer in pool.speeds]
            assert speeds, f"{pool.country} offers no speed"
            assert len(set(speeds)) == len(speeds), f"{pool.country} offers a speed twice"
            assert set(speeds) <= set(get_args(Speed))
            for offer in pool.speeds:
                assert min(offer.transit_days, offer.order_fee, offer.unit_fee) >= 0, offer

    def test_pools_serve_countries_and_grant_known_features(self, network: Network) -> None:
        for pool in network.pools():
            assert pool.destinations, f"{pool.country} serves no country"
            assert all(_is_country(country) for country in pool.destinations)
            assert set(pool.features) <= set(get_args(Feature))

    def test_rate_limits_let_calls_through(self, network: Network) -> None:
        for operation, limit in network.rate_limits().items():
            assert limit.rate > 0, f"{operation}: no call is ever refilled"
            assert limit.burst >= 1, f"{operation}: no call fits"


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()
