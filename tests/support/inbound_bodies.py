"""What a seller sends to the Fulfillment Inbound API 2024-03-20: ten mugs, two boxes."""

from __future__ import annotations

from typing import Any

from sp_api_caller import US

MX = "A1AM78C64UM0Y8"

SOURCE = {
    "name": "A. Seller",
    "addressLine1": "9 Mill Rd",
    "city": "Portland",
    "stateOrProvinceCode": "OR",
    "postalCode": "97201",
    "countryCode": "US",
    "phoneNumber": "5035550100",
}
CONTACT = {"name": "A. Seller", "phoneNumber": "5035550100", "email": "a@example.invalid"}


def item(quantity: int = 10) -> dict[str, Any]:
    return {"msku": "MUG", "quantity": quantity, "labelOwner": "SELLER", "prepOwner": "NONE"}


def plan(name: str, marketplace: str = US) -> dict[str, Any]:
    return {
        "destinationMarketplaces": [marketplace],
        "items": [item()],
        "name": name,
        "sourceAddress": SOURCE,
    }


def boxes(quantity: int = 5, count: int = 2) -> list[dict[str, Any]]:
    return [
        {
            "contentInformationSource": "BOX_CONTENT_PROVIDED",
            "dimensions": {"unitOfMeasurement": "IN", "length": 12, "width": 10, "height": 8},
            "weight": {"unit": "LB", "value": 9},
            "quantity": count,
            "items": [item(quantity)],
        }
    ]


def packing(**group: str) -> dict[str, Any]:
    """`packingGroupId` or `shipmentId`."""
    return {"packageGroupings": [{"boxes": boxes(), **group}]}
