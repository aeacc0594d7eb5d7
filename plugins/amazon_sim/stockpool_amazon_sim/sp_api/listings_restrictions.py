"""Listings Restrictions API 2021-08-01."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.listings.listing_attributes import CONDITIONS
from stockpool_amazon_sim.listings.listing_records import ListingRestriction
from stockpool_amazon_sim.sp_api.listings_items import check_seller, countries_of
from stockpool_amazon_sim.sp_api.messages import Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.reading import required, text


def get_listings_restrictions(call: Call) -> Json:
    """getListingsRestrictions: an empty list where nothing forbids the listing."""
    asin = required(call, "asin")
    check_seller(call, required(call, "sellerId"))
    condition = text(call, "conditionType")
    if condition is not None and condition not in CONDITIONS:
        raise invalid_input(f"conditionType: {condition} is not one of {', '.join(CONDITIONS)}.")
    found = call.simulator.get_listings_restrictions(asin, countries_of(call), condition)
    return {"restrictions": [_restriction(known, condition) for known in found]}


def _restriction(known: ListingRestriction, asked: str | None) -> dict[str, Any]:
    condition = known.condition or asked
    marketplace_id = country(known.country).marketplace_id
    reason: dict[str, Any] = {"message": known.message, "reasonCode": known.reason_code}
    if known.reason_code == "APPROVAL_REQUIRED":
        shop = country(known.country).shop.lower()
        reason["links"] = [
            {
                "resource": f"https://sellercentral.{shop}.invalid/approval?asin={known.asin}",
                "verb": "GET",
                "title": f"Request approval to sell {known.asin}",
                "type": "text/html",
            }
        ]
    document: dict[str, Any] = {"marketplaceId": marketplace_id, "reasons": [reason]}
    if condition:
        document["conditionType"] = condition
    return document


OPERATIONS = (
    Operation(
        "getListingsRestrictions",
        "GET",
        "/listings/2021-08-01/restrictions",
        get_listings_restrictions,
        5.0,
    ),
)
