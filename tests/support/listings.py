"""Listings in tests: addresses, attributes, and waiting until a change is done."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sp_api_caller import US, Answer, Caller

ALL_DATA = (
    "summaries,attributes,issues,offers,fulfillmentAvailability,procurement,relationships,"
    "productTypes"
)


def address(sp_api: Caller, sku: str = "") -> str:
    """Of one listing, or of the search."""
    place = f"/listings/2021-08-01/items/{sp_api.simulator.seller_id}"
    return f"{place}/{quote(sku, safe='')}" if sku else place


def listing(sp_api: Caller, sku: str, marketplace: str = US, included: str = ALL_DATA) -> Answer:
    """getListingsItem."""
    return sp_api("GET", address(sp_api, sku), marketplaceIds=marketplace, includedData=included)


def statuses(sp_api: Caller, sku: str, marketplace: str = US) -> list[str]:
    """Whether it can be bought and found."""
    (summary,) = listing(sp_api, sku, marketplace, "summaries").json["summaries"]
    found: list[str] = summary["status"]
    return found


def attributes(**changes: Any) -> dict[str, Any]:
    """Of a mug that the seller ships himself."""
    return {
        "item_name": [{"value": "A mug", "language_tag": "en_US", "marketplace_id": US}],
        "condition_type": [{"value": "new_new", "marketplace_id": US}],
        "purchasable_offer": price("19.99"),
        "fulfillment_availability": by_seller(5),
    } | changes


def price(amount: str, **more: Any) -> list[dict[str, Any]]:
    """`purchasable_offer`."""
    schedule = [{"schedule": [{"value_with_tax": float(amount)}]}]
    return [{"marketplace_id": US, "currency": "USD", "our_price": schedule} | more]


def by_seller(quantity: int) -> list[dict[str, Any]]:
    """`fulfillment_availability` of what the seller ships."""
    return [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity}]


BY_AMAZON = [{"fulfillment_channel_code": "AMAZON_NA"}]
"""`fulfillment_availability` of what Amazon ships."""


def put(sp_api: Caller, sku: str, content: Any = None, **query: str) -> Answer:
    """putListingsItem of a mug."""
    body = {"productType": "MUG", "requirements": "LISTING", "attributes": content or attributes()}
    return sp_api("PUT", address(sp_api, sku), body, **{"marketplaceIds": US} | query)


def patch(sp_api: Caller, sku: str, *patches: Any, **query: str) -> Answer:
    """patchListingsItem; a patch is (op, attribute, value)."""
    body = {
        "productType": "MUG",
        "patches": [
            {"op": op, "path": f"/attributes/{name}", "value": value} for op, name, value in patches
        ],
    }
    return sp_api("PATCH", address(sp_api, sku), body, **{"marketplaceIds": US} | query)


def done(sp_api: Caller, answer: Answer) -> None:
    """Wait until a change that was accepted is done."""
    assert answer.json["status"] == "ACCEPTED", answer.json
    sp_api.control("advance", hours=0.1)
