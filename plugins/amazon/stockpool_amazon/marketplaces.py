"""Amazon's marketplaces and regions: ids, endpoints, and terms to begin with. Data, from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from stockpool.order_request import Feature, Speed
from stockpool.plugins.network import SpeedProfile

Region = Literal["na", "eu", "fe"]

ENDPOINTS: Mapping[Region, str] = {
    "na": "https://sellingpartnerapi-na.amazon.com",
    "eu": "https://sellingpartnerapi-eu.amazon.com",
    "fe": "https://sellingpartnerapi-fe.amazon.com",
}


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One country's marketplace.

    Attributes:
        fulfillment_channel: the code of Amazon's fulfillment in listings.
        speeds: to begin with; empty where MCF's terms are not known to us.
    """

    country: str
    marketplace_id: str
    region: Region
    currency: str
    destinations: frozenset[str]
    features: frozenset[Feature]
    fulfillment_channel: str
    speeds: tuple[SpeedProfile, ...]


@cache
def marketplaces() -> Mapping[str, Marketplace]:
    """All marketplaces by country (ISO 3166 alpha-2: the United Kingdom is GB)."""
    file = files("stockpool_amazon") / "data" / "marketplaces.toml"
    entries = tomllib.loads(file.read_text("utf-8"))
    return {country: _read(country, entry) for country, entry in entries.items()}


def _read(country: str, entry: Mapping[str, Any]) -> Marketplace:
    return Marketplace(
        country=country,
        marketplace_id=entry["id"],
        region=entry["region"],
        currency=entry["currency"],
        destinations=frozenset(entry.get("destinations", [country])),
        features=frozenset(entry.get("features", ["BLANK_BOX", "BLOCK_AMZL"])),
        fulfillment_channel=entry.get("fulfillment_channel", _channel(country, entry["region"])),
        speeds=tuple(
            SpeedProfile(cast(Speed, speed), **terms)
            for speed, terms in entry.get("speeds", {}).items()
        ),
    )


def _channel(country: str, region: Region) -> str:
    """One code serves North America and the European Union's region; elsewhere a country has its
    own. Only AMAZON_NA, AMAZON_EU and AMAZON_AE are documented or seen; the others follow the
    pattern, and `pools.COUNTRY.fulfillment_channel_code` corrects them."""
    return {"na": "AMAZON_NA", "eu": "AMAZON_EU"}.get(region, f"AMAZON_{country}")
