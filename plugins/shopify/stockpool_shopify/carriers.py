"""Carriers under Shopify's names.

Shopify links a tracking number, and follows it, only if the company is spelt as in its own list
(the description of `FulfillmentTrackingInfo.company`). A carrier that is not mapped goes by the
network's own name for it, without a link: the engine's parcels have none, and one that is guessed
wrong leads the buyer astray.
"""

from __future__ import annotations

from collections.abc import Mapping

_COMPANIES: Mapping[str, str] = {
    "AMAZON": "Amazon",
    "AMZN": "Amazon",
    "AMZN_CA": "Amazon",
    "AMZN_US": "Amazon",
    "AMZN_UK": "Amazon Logistics UK",
    "AMZN_GB": "Amazon Logistics UK",
    "CANADA POST": "Canada Post",
    "CANADA_POST": "Canada Post",
    "DHL": "DHL Express",
    "DHL_EXPRESS": "DHL Express",
    "DPD": "DPD",
    "DPD UK": "DPD UK",
    "DPD_UK": "DPD UK",
    "EVRI": "Evri",
    "FEDEX": "FedEx",
    "GLS": "GLS",
    "LASERSHIP": "Lasership",
    "ONTRAC": "OnTrac",
    "PUROLATOR": "Purolator",
    "ROYAL MAIL": "Royal Mail",
    "ROYAL_MAIL": "Royal Mail",
    "SAGAWA": "Sagawa (JA)",
    "SWISHIP": "Swiship",
    "UPS": "UPS",
    "USPS": "USPS",
    "YAMATO": "Yamato (JA)",
}


def company(carrier_code: str) -> str:
    """Shopify's name of a carrier."""
    return _COMPANIES.get(carrier_code.strip().upper(), carrier_code.strip())
