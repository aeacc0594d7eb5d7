"""Cells as values: numbers, money, times, choices. What can't be read says what was expected."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, get_args
from zoneinfo import ZoneInfo

from stockpool.order_request import Feature, FulfillmentPolicy, Speed
from stockpool_csv_channel.findings import Finding


class BadCellError(Exception):
    """A cell does not hold what its column is for."""

    def __init__(self, code: str, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.fix = fix

    def at(self, row: int, column: str | None) -> Finding:
        """As a finding with its place."""
        return Finding(self.code, self.reason, self.fix, row, column)


_QUANTITY = re.compile(r"[0-9]{1,7}", re.ASCII)
_PRIORITY = re.compile(r"-?[0-9]{1,4}", re.ASCII)
_POINT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)
_COMMA = re.compile(r"(?:[0-9]{1,15}|[0-9]{1,3}(?:\.[0-9]{3}){1,4})(?:,[0-9]{1,6})?", re.ASCII)
_BLANK_BEFORE_OFFSET = re.compile(r" (?=[+-]\d\d:?\d\d\Z)")

_POLICIES: Final[dict[str, str]] = {name.casefold(): name for name in get_args(FulfillmentPolicy)}
_FEATURES: Final = {name.casefold(): name for name in get_args(Feature)}
_SPEEDS: Final = {name.casefold(): name for name in get_args(Speed)}
_TRUE: Final = ("true", "yes", "1")
_FALSE: Final = ("false", "no", "0")


def quantity(text: str) -> int:
    """A whole number of units, at least one."""
    if _QUANTITY.fullmatch(text) is None or (number := int(text)) < 1 or number > 1_000_000:
        raise BadCellError(
            "invalid_quantity",
            "the quantity is not a whole number from 1 to 1000000" if text else "no quantity",
            "write digits only, like 2",
        )
    return number


def priority(text: str) -> int:
    """From -1000 to 1000."""
    if _PRIORITY.fullmatch(text) is None or abs(number := int(text)) > 1000:
        raise BadCellError(
            "invalid_priority",
            "the priority is not a whole number from -1000 to 1000",
            "write digits only, like 10",
        )
    return number


def amount(text: str, decimal: str) -> Decimal:
    """An amount of money, written with the decimal mark of the settings."""
    if decimal == "," and _COMMA.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if decimal == "." and _POINT.fullmatch(text):
        return Decimal(text)
    raise BadCellError(
        "invalid_amount",
        f"not an amount of money with {decimal!r} as its decimal mark",
        "write 9,50 without a currency sign"
        if decimal == ","
        else 'write 9.50 without a currency sign, or set decimal = "," for the whole channel',
    )


@lru_cache(maxsize=4096)
def moment(text: str, timezone: str) -> datetime:
    """An ISO 8601 time, or Shopify's `2026-01-31 10:00:00 -0500`; without offset in `timezone`."""
    try:
        at = datetime.fromisoformat(_BLANK_BEFORE_OFFSET.sub("", text))
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(timezone))
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCellError(
            "invalid_date",
            "not a date in ISO 8601",
            "write it like 2026-01-31 or 2026-01-31T10:00Z",
        ) from None


def truth(text: str) -> bool:
    """Yes or no."""
    word = text.casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise BadCellError("invalid_choice", "neither yes nor no", "write yes or no")


def hold(text: str) -> str | None:
    """Why the order is to be held: any text but a plain no."""
    word = text.casefold()
    if word in _FALSE:
        return None
    return "the file asks to hold it" if word in _TRUE else text


def policy(text: str) -> str:
    """One of the fulfillment policies."""
    if (name := _POLICIES.get(text.casefold())) is None:
        choices = ", ".join(_POLICIES.values())
        raise BadCellError("invalid_choice", "no fulfillment policy", f"write one of {choices}")
    return name


def features(text: str) -> tuple[str, ...]:
    """Features, separated by blanks, commas, semicolons or bars."""
    words = [word for word in re.split(r"[\s,;|]+", text.casefold()) if word]
    if any(word not in _FEATURES for word in words):
        choices = ", ".join(_FEATURES.values())
        raise BadCellError("invalid_choice", "an unknown feature", f"use only {choices}")
    return tuple(dict.fromkeys(_FEATURES[word] for word in words))


class SpeedNames:
    """Names of shipping methods, and the speeds that they stand for."""

    def __init__(self, names: dict[str, Speed], default: Speed) -> None:
        self._speeds: dict[str, str] = dict(_SPEEDS)
        self._speeds.update({_words(name): speed for name, speed in names.items()})
        self._default = default

    def speed(self, text: str, *, known_only: bool) -> str:
        """The speed for `text`; the default for an empty one, and for unknown ones if allowed."""
        if not text:
            return self._default
        found = self._speeds.get(_words(text))
        if found is not None:
            return found
        if not known_only:
            return self._default
        raise BadCellError(
            "unknown_shipping_method",
            "the settings give no speed for this shipping method",
            "write standard, expedited or priority, or name the method under speeds",
        )


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
