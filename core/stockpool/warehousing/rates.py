"""Published rates of storage, aged stock and removals, as of a day. The rates are data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from stockpool.money import Money, minor_digits
from stockpool.warehousing.sizes import StorageType, UnitSize


@dataclass(frozen=True, slots=True)
class AgedBand:
    """What units of an age are charged."""

    from_days: int
    to_days: int
    cubic_foot: Decimal
    unit: Decimal
    spared: bool


@dataclass(frozen=True, slots=True)
class AgedRates:
    """The aged-stock surcharge: taken of what is there on a day of each month."""

    currency: str
    snapshot_day: int
    confirmed: bool
    bands: Sequence[AgedBand]

    def band(self, days: int, storage_type: StorageType) -> AgedBand | None:
        """What units of this age are charged; None: nothing."""
        for band in self.bands:
            if band.from_days <= days < band.to_days:
                return None if band.spared and storage_type.is_spared else band
        return None


def monthly_rate(country: str, on: date, storage_type: StorageType) -> tuple[Decimal, str] | None:
    """What a cubic foot costs in the month of a day, and the currency; None: not known."""
    entry = _in_force("monthly", country, on, month=on.month)
    if entry is None:
        return None
    name = "large" if storage_type.is_large else "standard"
    name = f"dangerous_{name}" if storage_type.is_dangerous else name
    return Decimal(entry[name]), entry["currency"]


def aged_rates(country: str, on: date) -> AgedRates | None:
    """The surcharge as of a day; None: not known."""
    entry = _in_force("aged", country, on)
    if entry is None:
        return None
    return AgedRates(
        entry["currency"],
        entry["snapshot_day"],
        entry["confirmed"],
        [
            AgedBand(
                band["from_days"],
                band["to_days"],
                Decimal(band["cubic_foot"]),
                Decimal(band.get("unit", "0")),
                band.get("spared", False),
            )
            for band in entry["bands"]
        ],
    )


def removal_fee(country: str, on: date, size: UnitSize) -> Money | None:
    """What taking one unit out costs, returned or disposed of alike; None: not known."""
    entry = _in_force("removal", country, on)
    if entry is None:
        return None
    name = "large" if size.storage_type.is_large or size.storage_type.is_dangerous else "standard"
    pounds = size.pounds
    for step in entry[name]:
        if pounds <= Decimal(step["up_to"]):
            return money(Decimal(step["unit"]), entry["currency"])
    over = entry[f"{name}_over"]
    more = Decimal(over["pound"]) * (pounds - Decimal(over["over_from"]))
    return money(Decimal(over["unit"]) + more, entry["currency"])


def money(amount: Decimal, currency: str) -> Money:
    """An amount to the smallest unit, half of one upwards."""
    smallest = Decimal(1).scaleb(-minor_digits(currency))
    return Money.parse(amount.quantize(smallest, ROUND_HALF_UP), currency)


def _in_force(
    kind: str, country: str, on: date, *, month: int | None = None
) -> Mapping[str, Any] | None:
    known = [
        entry
        for entry in _published()[kind]
        if entry["country"] == country
        and entry["from"] <= on
        and (month is None or month in entry["months"])
    ]
    return max(known, key=lambda entry: entry["from"], default=None)


@cache
def _published() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    text = files("stockpool").joinpath("data/storage_rates.toml").read_text("utf-8")
    return tomllib.loads(text)
