"""The address columns that Amazon's order, removal and inbound files share."""

from __future__ import annotations

from typing import Final

from stockpool.flatfiles.cells import Cells
from stockpool.order_request import Address

_FIELDS: Final = {
    "name": "AddressName",
    "line1": "AddressFieldOne",
    "line2": "AddressFieldTwo",
    "line3": "AddressFieldThree",
    "city": "AddressCity",
    "country": "AddressCountryCode",
    "region": "AddressStateOrRegion",
    "postal_code": "AddressPostalCode",
    "district": "AddressDistrict",
}
ADDRESS_COLUMNS: Final = tuple(_FIELDS.values())
"""In the order of the MCF order file; `AddressDistrict` is in inbound files alone."""

_MOST = 250
"""Characters of any field; the engine's own limits by field are checked at intake."""


def read_address(cells: Cells) -> Address | None:
    """The address of a row; None if all its columns are empty, or it is incomplete."""
    if not any(column in cells.row.cells for column in ADDRESS_COLUMNS):
        return None
    country = cells.row.cells.get("AddressCountryCode")
    required = {"name", "line1", "country"}
    # Amazon's files have no city in Japan, and want one everywhere else.
    if country != "JP":
        required.add("city")
    found = {
        field: cells.text(column, most=_MOST, required=field in required)
        for field, column in _FIELDS.items()
    }
    if any(not found[field] for field in required):
        return None
    return Address.model_validate({field: text for field, text in found.items() if text})


def write_address(address: Address) -> dict[str, str]:
    """The cells of an address; what is empty is left out."""
    cells = {column: getattr(address, field) for field, column in _FIELDS.items()}
    return {column: text for column, text in cells.items() if text}
