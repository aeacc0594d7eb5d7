"""What is known of each country: centers, speeds, carriers, features. Data, from TOML files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stockpool.errors import ConfigurationError

SCHEDULED = "scheduled"
"""The name of scheduled delivery among the speeds."""


@dataclass(frozen=True, slots=True)
class Center:
    """A fulfillment center."""

    center_id: str
    region: str
    city: str
    state: str


@dataclass(frozen=True, slots=True)
class Speed:
    """A shipping speed category: days until it leaves the center, and days on the way."""

    handling_days: int
    transit_days: tuple[int, int]

    @property
    def latest_days(self) -> int:
        """From acceptance to the latest arrival."""
        return self.handling_days + self.transit_days[1]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Scheduled delivery: the recipient's windows of a day, as [first hour, last hour].

    Attributes:
        days: for how many days windows are offered.
    """

    speed: Speed
    time_zone: str
    utc_offset_hours: int
    days: int
    hours: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier; `amazon` marks Amazon Logistics, which `BLOCK_AMZL` excludes."""

    code: str
    amazon: bool
    weight: float
    tracking: str


@dataclass(frozen=True)
class Country:
    """One country's part of the network.

    Attributes:
        shop: the name of Amazon's own shop there, as a sales channel.
        fulfillment_channel: the code of Amazon's fulfillment in listings.
        language: of listings there, as a tag.
        speeds: what every parcel can be sent by; `scheduled` is for those with a window.
        cash_on_delivery: the most that is collected for an order, in minor units; None: nothing is.
    """

    code: str
    currency: str
    marketplace_id: str
    destinations: frozenset[str]
    postal_code: re.Pattern[str]
    features: tuple[str, ...]
    centers: Mapping[str, Center]
    nearest: Mapping[str, tuple[str, ...]]
    states: Mapping[str, str]
    speeds: Mapping[str, Speed]
    carriers: Sequence[Carrier]
    scheduled: Scheduled | None = None
    cash_on_delivery: int | None = None
    shop: str = ""
    fulfillment_channel: str = ""
    language: str = "en_US"

    @property
    def all_speeds(self) -> Mapping[str, Speed]:
        """The speeds, scheduled delivery among them."""
        if self.scheduled is None:
            return self.speeds
        return {**self.speeds, SCHEDULED: self.scheduled.speed}

    def centers_near(self, state: str | None) -> tuple[str, ...]:
        """All centers, the nearest to a state first; an unknown state takes the listed order."""
        return _centers_near(self.code, (state or "").strip().upper())


@cache
def country(code: str) -> Country:
    """A country's data.

    Raises:
        ConfigurationError: if the package has no file for it.
    """
    path = files("stockpool_amazon_sim") / "data" / "countries" / f"{code}.toml"
    if not (len(code) == 2 and code.isalpha() and path.is_file()):
        raise ConfigurationError(
            f"amazon_sim has no data for country {code!r}; it knows {', '.join(known_countries())}"
        )
    return _read(code, tomllib.loads(path.read_text(encoding="utf-8")))


@cache
def known_countries() -> tuple[str, ...]:
    """The codes of all countries that there is data for."""
    folder = files("stockpool_amazon_sim") / "data" / "countries"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def postal_code_pattern(code: str) -> re.Pattern[str] | None:
    """How a destination country writes its postal codes, if that is known."""
    return country(code).postal_code if code in known_countries() else None


def _read(code: str, data: Mapping[str, Any]) -> Country:
    return Country(
        code=code,
        currency=data["currency"],
        marketplace_id=data["marketplace_id"],
        destinations=frozenset(data["destinations"]),
        postal_code=re.compile(data["postal_code"]),
        features=tuple(data["features"]),
        centers={
            entry["id"]: Center(entry["id"], entry["region"], entry["city"], entry["state"])
            for entry in data["centers"]
        },
        nearest={region: tuple(regions) for region, regions in data["nearest"].items()},
        states={state: region for region, states in data["states"].items() for state in states},
        speeds={name: _speed(entry) for name, entry in data["speeds"].items()},
        carriers=[
            Carrier(
                code=entry["code"],
                amazon=entry.get("amazon", False),
                weight=entry["weight"],
                tracking=entry["tracking"],
            )
            for entry in data["carriers"]
        ],
        scheduled=_scheduled(data.get("scheduled")),
        cash_on_delivery=data.get("cash_on_delivery", {}).get("most"),
        shop=data["shop"],
        fulfillment_channel=data["fulfillment_channel"],
        language=data["language"],
    )


def _speed(entry: Mapping[str, Any]) -> Speed:
    return Speed(entry["handling_days"], tuple(entry["transit_days"]))


def _scheduled(entry: Mapping[str, Any] | None) -> Scheduled | None:
    if entry is None:
        return None
    return Scheduled(
        _speed(entry),
        entry["time_zone"],
        entry["utc_offset_hours"],
        entry["days"],
        [(first, last) for first, last in entry["hours"]],
    )


@cache
def _centers_near(code: str, state: str) -> tuple[str, ...]:
    known = country(code)
    region = known.states.get(state)
    if region is None:
        return tuple(known.centers)
    ranks = {name: rank for rank, name in enumerate(known.nearest[region])}
    return tuple(sorted(known.centers, key=lambda center: ranks[known.centers[center].region]))
