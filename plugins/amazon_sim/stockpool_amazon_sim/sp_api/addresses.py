"""Addresses, as all fulfillment APIs write them."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import Center
from stockpool_amazon_sim.outbound.requests import Destination
from stockpool_amazon_sim.sp_api.reading import Body
from stockpool_amazon_sim.sp_api.writing import present


class AddressBody(Body):
    """`Address`."""

    name: str
    address_line1: str
    country_code: str
    postal_code: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    city: str | None = None
    district_or_county: str | None = None
    state_or_region: str | None = None
    phone: str | None = None

    def destination(self) -> Destination:
        """As the simulator takes it."""
        return Destination(
            self.name,
            self.address_line1,
            self.country_code,
            self.postal_code,
            self.city,
            self.state_or_region,
            self.address_line2,
            self.address_line3,
            self.district_or_county,
            self.phone,
        )


def address_json(fields: list[str | None]) -> dict[str, Any]:
    """`Address` from what `Destination.fields` made."""
    known = Destination(*fields)  # type: ignore[arg-type]
    return present(
        name=known.name,
        addressLine1=known.address_line1,
        addressLine2=known.address_line2,
        addressLine3=known.address_line3,
        city=known.city,
        districtOrCounty=known.district_or_county,
        stateOrRegion=known.state_or_region,
        postalCode=known.postal_code or "",
        countryCode=known.country_code,
        phone=known.phone,
    )


def center_address(center: Center, code: str, name: str, line: str) -> dict[str, str]:
    """`Address` of a fulfillment center in a country; in Japan the city is a line of its own."""
    town = {"addressLine2" if code == "JP" else "city": center.city}
    return {
        "name": name,
        "addressLine1": line,
        **town,
        "stateOrRegion": center.state,
        "postalCode": "00000",
        "countryCode": code,
    }
