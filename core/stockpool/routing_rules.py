"""Routing rules out of what networks say about their pools and what the configuration adds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from importlib.resources import files

from stockpool.config import RoutingSettings
from stockpool.errors import ConfigurationError
from stockpool.money import minor_digits
from stockpool.plugins.network import Network, PoolProfile
from stockpool.routing.decision import with_digest
from stockpool.routing.values import CandidatePool, CrossBorderRule, RoutingRules, SpeedOffer


def build_rules(settings: RoutingSettings, networks: Mapping[str, Network]) -> RoutingRules:
    """The rules for all pools, with fees in the routing currency.

    Raises:
        ConfigurationError: an exchange rate is missing, or a cross-border rule names no pool.
    """
    pools = tuple(
        _candidate(name, profile, settings)
        for name, network in sorted(networks.items())
        for profile in network.pools()
    )
    known = {pool.pool for pool in pools}
    rules = []
    for rule in settings.cross_border:
        if rule.pool not in known:
            raise ConfigurationError(
                f"routing.cross_border {rule.name!r}: there is no pool {rule.pool!r}; "
                f"known: {', '.join(sorted(known)) or 'none'}"
            )
        rules.append(
            CrossBorderRule(
                rule.name,
                rule.pool,
                frozenset(rule.destinations),
                frozenset(rule.speeds),
                rule.extra_days,
                _minor(rule.extra_order_fee, settings.currency),
                _minor(rule.extra_unit_fee, settings.currency),
            )
        )
    return with_digest(RoutingRules(pools, tuple(rules)))


def _candidate(name: str, profile: PoolProfile, settings: RoutingSettings) -> CandidatePool:
    rate = _rate(profile.currency, settings)
    scale = Decimal(10) ** (minor_digits(settings.currency) - minor_digits(profile.currency))

    def converted(minor: int) -> int:
        return int((minor * rate * scale).quantize(Decimal(1), ROUND_HALF_EVEN))

    return CandidatePool(
        f"{name}:{profile.country}",
        profile.country,
        profile.destinations,
        {
            offer.speed: SpeedOffer(
                offer.transit_days, converted(offer.order_fee), converted(offer.unit_fee)
            )
            for offer in profile.speeds
        },
        profile.features,
    )


def _rate(currency: str, settings: RoutingSettings) -> Decimal:
    """What one `currency` is worth in the routing currency, roughly: fees are only compared."""
    if currency == settings.currency:
        return Decimal(1)
    configured = settings.exchange_rates.get(currency)
    if configured is not None:
        return configured
    reference = _reference_rates()
    if currency not in reference or settings.currency not in reference:
        raise ConfigurationError(
            f"routing.exchange_rates: fees in {currency} can't be compared; "
            f"add {currency} = what one {currency} is worth in {settings.currency}"
        )
    return reference[currency] / reference[settings.currency]


@lru_cache(maxsize=1)
def _reference_rates() -> Mapping[str, Decimal]:
    text = files("stockpool").joinpath("data/exchange_rates.toml").read_text("utf-8")
    return {currency: Decimal(value) for currency, value in tomllib.loads(text)["usd"].items()}


def _minor(amount: Decimal, currency: str) -> int:
    return int((amount * Decimal(10) ** minor_digits(currency)).to_integral_value())
