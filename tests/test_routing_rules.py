"""Routing rules: what networks say of their pools, and what the configuration adds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fake_network import FakeNetwork, profile
from stockpool.config import parse
from stockpool.errors import ConfigurationError
from stockpool.plugins.network import PoolProfile, SpeedProfile
from stockpool.routing.values import RoutingRules
from stockpool.routing_rules import build_rules


def rules(networks: dict[str, FakeNetwork], **routing: Any) -> RoutingRules:
    return build_rules(parse({"routing": routing}).routing, networks)


def a_pool(country: str, currency: str, fee: int) -> PoolProfile:
    return PoolProfile(
        country, currency, (SpeedProfile("standard", 5, fee, fee),), frozenset({country})
    )


def fee(built: RoutingRules, pool: str) -> int:
    (candidate,) = [candidate for candidate in built.pools if candidate.pool == pool]
    return candidate.speeds["standard"].order_fee


def test_every_country_of_every_network_is_a_pool() -> None:
    built = rules({"b": FakeNetwork(countries=["CA", "US"]), "a": FakeNetwork(countries=["US"])})
    assert [pool.pool for pool in built.pools] == ["a:US", "b:CA", "b:US"]
    assert built.pools[0].features == profile("US").features
    assert built.pools[0].destinations == {"US"}
    assert set(built.pools[0].speeds) == {"standard", "expedited", "priority"}


def test_no_networks_make_no_pools() -> None:
    assert rules({}).pools == ()


def test_fees_are_compared_in_one_currency() -> None:
    network = FakeNetwork(profiles=[a_pool("US", "USD", 500), a_pool("CA", "CAD", 500)])
    built = rules({"n": network}, exchange_rates={"CAD": "0.5"})
    assert fee(built, "n:US") == 500
    assert fee(built, "n:CA") == 250


def test_currencies_of_other_smallest_units_are_scaled() -> None:
    network = FakeNetwork(profiles=[a_pool("JP", "JPY", 500), a_pool("KW", "KWD", 500)])
    built = rules({"n": network}, exchange_rates={"JPY": "0.01", "KWD": "3"})
    assert fee(built, "n:JP") == 500, "500 yen are 5.00 dollars"
    assert fee(built, "n:KW") == 150, "500 fils are 0.5 dinars are 1.50 dollars"


def test_common_currencies_need_no_rate() -> None:
    network = FakeNetwork(profiles=[a_pool("DE", "EUR", 500), a_pool("GB", "GBP", 500)])
    in_dollars = rules({"n": network})
    in_euros = rules({"n": network}, currency="EUR")
    assert 400 < fee(in_dollars, "n:DE") < 700
    assert fee(in_euros, "n:DE") == 500
    assert fee(in_dollars, "n:GB") > fee(in_dollars, "n:DE")


def test_a_currency_without_rate_is_named() -> None:
    network = FakeNetwork(profiles=[a_pool("BT", "BTN", 500)])
    with pytest.raises(ConfigurationError, match=r"routing\.exchange_rates: fees in BTN"):
        rules({"n": network})


def test_a_rule_lets_a_pool_ship_across_a_border() -> None:
    built = rules(
        {"n": FakeNetwork()},
        cross_border=[
            {
                "name": "north",
                "pool": "n:US",
                "destinations": ["CA"],
                "extra_order_fee": "4.50",
                "extra_days": 3,
            }
        ],
    )
    (rule,) = built.cross_border
    assert (rule.name, rule.pool, rule.destinations) == ("north", "n:US", {"CA"})
    assert (rule.extra_order_fee, rule.extra_unit_fee, rule.extra_days) == (450, 0, 3)
    assert rule.speeds == {"standard"}


def test_a_rule_for_a_pool_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(ConfigurationError) as error:
        rules(
            {"n": FakeNetwork()},
            cross_border=[{"name": "north", "pool": "n:MX", "destinations": ["CA"]}],
        )
    assert str(error.value) == (
        "routing.cross_border 'north': there is no pool 'n:MX'; known: n:CA, n:US"
    )


def test_rules_are_known_by_a_digest_of_all_they_say() -> None:
    same, again = rules({"n": FakeNetwork()}), rules({"n": FakeNetwork()})
    assert same.digest
    assert same.digest == again.digest
    other = rules({"n": FakeNetwork()}, exchange_rates={"CAD": Decimal("0.1")})
    assert other.digest != same.digest
