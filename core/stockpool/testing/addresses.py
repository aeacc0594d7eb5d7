"""Addresses of a buyer who does not exist, in real places.

The buyer's name, street, telephone number and e-mail are found nowhere else, so that a message
that repeats one of them gives itself away (`CANARIES`).
"""

from __future__ import annotations

from collections.abc import Mapping

from stockpool.order_request import Address

_NAME = "Quirina Zapfhahn"
_STREET = "17 Kanarienvogelweg"
_PHONE = "+1 206 555 0142"
_EMAIL = "quirina.z@example.com"

CANARIES = ("Quirina", "Zapfhahn", "Kanarienvogelweg", "555 0142", "5550142", _EMAIL)
"""Parts of the buyer's data that must never stand in a message."""

_PLACES: Mapping[str, tuple[str | None, str | None, str]] = {
    "AU": ("Sydney", "NSW", "2000"),
    "BE": ("Brussels", None, "1000"),
    "CA": ("Toronto", "ON", "M5J 2X2"),
    "DE": ("Berlin", None, "10115"),
    "ES": ("Madrid", "Madrid", "28013"),
    "FR": ("Paris", None, "75001"),
    "GB": ("London", None, "SW1A 1AA"),
    "IE": ("Dublin", None, "D02 AF30"),
    "IT": ("Roma", "RM", "00184"),
    # In Japan Amazon takes no city.
    "JP": (None, "Tokyo", "100-0001"),
    "MX": ("Ciudad de México", "CDMX", "06000"),
    "NL": ("Amsterdam", None, "1012 JS"),
    "PL": ("Warszawa", None, "00-001"),
    "SE": ("Stockholm", None, "111 29"),
    "US": ("Seattle", "WA", "98101"),
}


def sample_address(country: str) -> Address:
    """An address that is good in `country`.

    Raises:
        LookupError: no place is known there.
    """
    if country not in _PLACES:
        raise LookupError(
            f"no sample address in {country}; give your world a method address(country)"
        )
    city, region, postal_code = _PLACES[country]
    return Address(
        name=_NAME,
        line1=_STREET,
        city=city,
        region=region,
        postal_code=postal_code,
        country=country,
        phone=_PHONE,
        email=_EMAIL,
    )
