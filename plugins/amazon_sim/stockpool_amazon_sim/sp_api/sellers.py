"""Sellers API v1: the seller's marketplaces and account."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import Country, country
from stockpool_amazon_sim.sp_api.messages import Call, Json, Operation


def get_marketplace_participations(call: Call) -> Json:
    """getMarketplaceParticipations: a marketplace for each of the account's countries."""
    return {"payload": _participations(call)}


def get_account(call: Call) -> Json:
    """getAccount."""
    return {
        "payload": {
            "businessType": "PRIVATE_LIMITED",
            "sellingPlan": "PROFESSIONAL",
            "marketplaceParticipationList": _participations(call),
        }
    }


def _participations(call: Call) -> list[dict[str, Any]]:
    return [_participation(country(code)) for code in call.simulator.settings.countries]


def _participation(known: Country) -> dict[str, Any]:
    return {
        "marketplace": {
            "id": known.marketplace_id,
            "name": f"Amazon {known.code}",
            "countryCode": known.code,
            "defaultCurrencyCode": known.currency,
            "defaultLanguageCode": "en_US",
            "domainName": f"www.amazon.{known.code.lower()}.invalid",
        },
        "storeName": "Simulated store",
        "participation": {"isParticipating": True, "hasSuspendedListings": False},
    }


OPERATIONS = (
    Operation(
        "getMarketplaceParticipations",
        "GET",
        "/sellers/v1/marketplaceParticipations",
        get_marketplace_participations,
        0.016,
    ),
    Operation("getAccount", "GET", "/sellers/v1/account", get_account, 0.016),
)
