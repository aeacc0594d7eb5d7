"""Listings as the Listings Items API 2021-08-01 writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.listings.listing_records import ListingIssue
from stockpool_amazon_sim.listings.listing_search import ListingView
from stockpool_amazon_sim.listings.listings import MERCHANT
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp

DATA_SETS = (
    "summaries",
    "attributes",
    "issues",
    "offers",
    "fulfillmentAvailability",
    "procurement",
    "relationships",
    "productTypes",
)
"""What `includedData` may name."""


def item_json(views: Sequence[ListingView], included: Sequence[str]) -> dict[str, Any]:
    """`Item`: the same SKU in one marketplace or several.

    Data sets that have no marketplace in them tell of the first. There is no procurement: that is
    of vendors.
    """
    first = views[0]
    document: dict[str, Any] = {"sku": first.sku}
    if "summaries" in included:
        document["summaries"] = [_summary(view) for view in views]
    if "attributes" in included:
        document["attributes"] = first.attributes
    if "issues" in included:
        document["issues"] = [
            issue_json(issue, view.country) for view in views for issue in view.issues
        ]
    if "offers" in included:
        document["offers"] = [offer for view in views for offer in _offers(view)]
    if "fulfillmentAvailability" in included:
        document["fulfillmentAvailability"] = _availability(first)
    if "procurement" in included:
        document["procurement"] = []
    if "relationships" in included:
        document["relationships"] = [
            {"marketplaceId": _market(view), "relationships": _relations(view)} for view in views
        ]
    if "productTypes" in included:
        document["productTypes"] = [
            {"marketplaceId": _market(view), "productType": view.product_type} for view in views
        ]
    return document


def issue_json(issue: ListingIssue, code: str) -> dict[str, Any]:
    """`Issue`."""
    document: dict[str, Any] = {
        "code": issue.code,
        "message": issue.message,
        "severity": issue.severity,
        "attributeNames": issue.attribute_names,
        "categories": issue.categories,
        "marketplaceIds": [country(code).marketplace_id],
    }
    if issue.actions:
        document["enforcements"] = {
            "actions": [{"action": action} for action in issue.actions],
            "exemption": {"status": issue.exemption},
        }
    return document


def _market(view: ListingView) -> str:
    return country(view.country).marketplace_id


def _summary(view: ListingView) -> dict[str, Any]:
    return present(
        marketplaceId=_market(view),
        asin=view.asin,
        productType=view.product_type,
        conditionType=view.condition,
        status=list(view.statuses),
        fnSku=view.fnsku,
        itemName=view.title,
        createdDate=timestamp(view.created_at),
        lastUpdatedDate=timestamp(view.updated_at),
    )


def _offers(view: ListingView) -> list[dict[str, Any]]:
    currency = country(view.country).currency
    if view.price is None:
        return []
    offers = [
        {
            "marketplaceId": _market(view),
            "offerType": "B2C",
            "price": {"currencyCode": currency, "amount": decimal(view.price, currency)},
            "audience": {"value": "ALL", "displayName": "Sell on Amazon"},
        }
    ]
    for offer in view.attributes.get("purchasable_offer", ()):
        price = _business_price(offer)
        if price is not None:
            money = {"currencyCode": str(offer.get("currency", currency)), "amount": price}
            offers.append(
                {
                    "marketplaceId": _market(view),
                    "offerType": "B2B",
                    "price": money,
                    "audience": {"value": "B2B", "displayName": "Amazon Business"},
                }
            )
    return offers


def _business_price(offer: dict[str, Any]) -> str | None:
    """The price of an offer to businesses, which is kept as it was sent."""
    if offer.get("audience") != "B2B":
        return None
    try:
        return str(offer["our_price"][0]["schedule"][0]["value_with_tax"])
    except (LookupError, TypeError):
        return None


def _availability(view: ListingView) -> list[dict[str, Any]]:
    """Amazon counts its own units, so a listing says nothing of them."""
    if not view.channel:
        return []
    quantity = view.quantity if view.channel == MERCHANT else None
    return [present(fulfillmentChannelCode=view.channel, quantity=quantity)]


def _relations(view: ListingView) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if view.parents or view.children:
        relation = present(
            type="VARIATION",
            parentSkus=list(view.parents) or None,
            childSkus=list(view.children) or None,
        )
        themes: list[dict[str, Any]] = view.attributes.get("variation_theme", [])
        theme = themes[0].get("name") if themes else None
        if theme:
            relation["variationTheme"] = {"attributes": str(theme).split("/"), "theme": str(theme)}
        found.append(relation)
    if view.contained or view.containing:
        found.append(
            present(
                type="PACKAGE_HIERARCHY",
                parentSkus=list(view.containing) or None,
                childSkus=list(view.contained) or None,
            )
        )
    return found
