"""The account's countries: what routing is told of them, and how Amazon calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stockpool.order_request import Feature, Speed
from stockpool.plugins.network import PoolProfile, SpeedProfile
from stockpool_amazon.marketplaces import marketplaces
from stockpool_amazon.settings import AmazonSettings, PoolSettings


@dataclass(frozen=True, slots=True)
class Pool:
    """One country.

    Attributes:
        ship_from: `shipFromCountryCode`; None lets Amazon choose.
        fulfillment_channel: the code of Amazon's fulfillment in listings.
    """

    country: str
    marketplace_id: str
    ship_from: str | None
    profile: PoolProfile
    fulfillment_channel: str

    @property
    def speeds(self) -> Sequence[Speed]:
        """Those that are offered."""
        return [terms.speed for terms in self.profile.speeds]


class Pools:
    """All countries of one account, in the order of the settings.

    Args:
        features: that the version which places orders can ask for; others are not offered.
        offers: whether that version knows a speed in a country; what the settings say counts more.
    """

    def __init__(
        self,
        settings: AmazonSettings,
        features: frozenset[Feature],
        offers: Callable[[str, Speed], bool] = lambda country, speed: True,
    ) -> None:
        self._by_country: Mapping[str, Pool] = {
            code: _pool(code, settings.pools.get(code, PoolSettings()), features, offers)
            for code in settings.countries
        }

    def profiles(self) -> Sequence[PoolProfile]:
        """As routing needs them."""
        return [pool.profile for pool in self._by_country.values()]

    def __getitem__(self, country: str) -> Pool:
        """A country's pool; KeyError for one that this account has not."""
        return self._by_country[country]

    def marketplace_ids(self) -> Mapping[str, Sequence[str]]:
        """Countries by the id of the marketplace whose stock they are."""
        countries: dict[str, list[str]] = {}
        for pool in self._by_country.values():
            countries.setdefault(pool.marketplace_id, []).append(pool.country)
        return countries

    def country_of(self, marketplace_id: str) -> str | None:
        """The country of an order; None if it is in a marketplace that is not ours.

        Several countries of ours may share a marketplace, and Amazon does not tell from which of
        them it ships: then it is the first.
        """
        countries = self.marketplace_ids().get(marketplace_id)
        return countries[0] if countries else None

    def ships_from(self, origin: str | None) -> str | None:
        """The country of an order by where it ships from; None if that is no country of ours.

        Without an origin it is the first.
        """
        pools = self._by_country.values()
        if origin is None:
            return next(iter(pools)).country
        named = (pool.country for pool in pools if (pool.ship_from or pool.country) == origin)
        return next(named, None)


def _pool(
    code: str,
    own: PoolSettings,
    features: frozenset[Feature],
    offers: Callable[[str, Speed], bool],
) -> Pool:
    known = marketplaces().get(code)
    speeds = [terms for terms in (known.speeds if known else ()) if offers(code, terms.speed)]
    if own.speeds is not None:
        speeds = [
            SpeedProfile(speed, terms.transit_days, terms.order_fee, terms.unit_fee)
            for speed, terms in own.speeds.items()
        ]
    destinations = known.destinations if known else frozenset({code})
    offered = known.features if known else frozenset()
    profile = PoolProfile(
        country=code,
        currency=own.currency or (known.currency if known else ""),
        speeds=tuple(speeds),
        destinations=destinations if own.destinations is None else own.destinations,
        features=(offered if own.features is None else own.features) & features,
    )
    marketplace_id = own.marketplace_id or (known.marketplace_id if known else "")
    channel = own.fulfillment_channel_code
    channel = channel or (known.fulfillment_channel if known else f"AMAZON_{code}")
    return Pool(code, marketplace_id, own.ship_from_country_code, profile, channel)
