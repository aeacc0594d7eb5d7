"""What both versions of the Fulfillment Outbound API write and read alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from stockpool.order_request import Address
from stockpool_amazon.fields import Fields


def timestamp(at: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def present(**members: Any) -> dict[str, Any]:
    """The members that are neither None nor empty text."""
    return {name: value for name, value in members.items() if value not in (None, "")}


def address(ship_to: Address) -> dict[str, Any]:
    """An address. The buyer's e-mail is not told: Amazon would write to it.

    In Japan `city` must not be sent (the model says so); a city stands before the first line
    there, where it is not lost.
    """
    line1, city = ship_to.line1, ship_to.city
    if ship_to.country == "JP":
        if city and city not in f"{ship_to.region or ''}{ship_to.district or ''}{line1}":
            line1 = f"{city}{line1}"
        city = None
    return {
        "name": ship_to.name,
        "addressLine1": line1,
        # Required by the model, also where a country has none.
        "postalCode": ship_to.postal_code or "",
        "countryCode": ship_to.country,
    } | present(
        addressLine2=ship_to.line2,
        addressLine3=ship_to.line3,
        city=city,
        districtOrCounty=ship_to.district,
        stateOrRegion=ship_to.region,
        phone=ship_to.phone,
    )


def read_address(told: Fields) -> Address:
    """An address of Amazon's own."""
    return Address(
        name=told.text("name"),
        line1=told.text("addressLine1"),
        line2=told.optional_text("addressLine2"),
        line3=told.optional_text("addressLine3"),
        city=told.optional_text("city"),
        district=told.optional_text("districtOrCounty"),
        region=told.optional_text("stateOrRegion"),
        postal_code=told.optional_text("postalCode"),
        country=told.text("countryCode"),
        phone=told.optional_text("phone"),
    )


def private(ship_to: Address) -> Sequence[str]:
    """What of an address must not be seen in messages.

    Country, region and city stay: they say what is wrong and nothing about the person.
    """
    values = [
        ship_to.name,
        *(word for word in ship_to.name.split() if len(word) > 2),
        ship_to.line1,
        ship_to.line2,
        ship_to.line3,
        ship_to.postal_code,
        ship_to.phone,
        ship_to.email,
    ]
    return [value for value in values if value and len(value) > 2]
