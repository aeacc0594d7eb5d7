"""Whether an item may be sent to Amazon's centers, by what is known of its SKU.

The codes are those of the FBA Inbound Eligibility API v1. What follows from a SKU by itself: its
weight, its barcode, and which marketplaces it is in. All other reasons (dangerous goods, missing
papers ...) can be given to a SKU by a control.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from stockpool_amazon_sim.inbound.prep_details import has_manufacturer_barcode
from stockpool_amazon_sim.records import Sku
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.world import World

MESSAGES = {
    "FBA_INB_0004": "The product's dimensions or weight are missing.",
    "FBA_INB_0006": "The SKU is not known.",
    "FBA_INB_0007": "The dangerous goods review needs more information.",
    "FBA_INB_0008": "The dangerous goods review needs the battery's data.",
    "FBA_INB_0009": "The dangerous goods review needs a safety data sheet.",
    "FBA_INB_0010": "The dangerous goods documents do not fit the product.",
    "FBA_INB_0011": "The dangerous goods documents are not complete.",
    "FBA_INB_0012": "The dangerous goods data of the product's pages contradict one another.",
    "FBA_INB_0013": "The dangerous goods review needs further data.",
    "FBA_INB_0014": "The product may be dangerous goods and is being reviewed.",
    "FBA_INB_0015": "Dangerous goods that Amazon never stores.",
    "FBA_INB_0016": "Dangerous goods for which the seller must join a programme.",
    "FBA_INB_0017": "The product is not in the destination marketplace's catalogue.",
    "FBA_INB_0018": "The product's category is missing.",
    "FBA_INB_0019": "The product's title is missing.",
    "FBA_INB_0034": "The product can't be stored without a label of its own.",
    "FBA_INB_0035": "A product with expiration dates or lots needs a label of its own.",
    "FBA_INB_0036": "A product with expiration dates or lots must have the manufacturer's barcode.",
    "FBA_INB_0037": "Tax papers are missing.",
    "FBA_INB_0038": "A parent product can't be sent.",
    "FBA_INB_0050": "No fulfillment center takes the product.",
    "FBA_INB_0051": "FBA has blocked the product.",
    "FBA_INB_0053": "The product is too large or too heavy.",
    "FBA_INB_0055": "The region of the media does not fit the marketplace.",
    "FBA_INB_0056": "Used goods of this kind are not taken.",
    "FBA_INB_0059": "The product is not eligible.",
    "FBA_INB_0065": "The product can't be stored without a label of its own.",
    "FBA_INB_0066": "The product is not eligible.",
    "FBA_INB_0067": "The product can't be sent as freight.",
    "FBA_INB_0068": "The account can't send products with expiration dates or lots.",
    "FBA_INB_0095": "Several products share the barcode.",
    "FBA_INB_0097": "Fully regulated dangerous goods.",
    "FBA_INB_0098": "The seller may not send to the marketplace.",
    "FBA_INB_0099": "The account was closed formerly.",
    "FBA_INB_0100": "Tax data for Mexico are missing.",
    "FBA_INB_0103": "A product with expiration dates or lots can't be taken now.",
    "FBA_INB_0104": "The product needs the manufacturer's barcode.",
    "FBA_INB_0197": "Safety documents are missing.",
    "FBA_INB_0342": "The manufacturer's barcode was taken from the product.",
    "FBA_INB_0465": "Only a brand's representative may send it without a label of its own.",
}
"""What each code means, in words of ours."""

HEAVIEST_GRAMS = 68_000
"""150 lb: what is heavier is not taken by FBA."""

COMMINGLING_ENDS = date(2026, 3, 31)
"""From here on only brand representatives send units without labels of their own."""

COMMINGLING_ONLY = frozenset(
    {"FBA_INB_0034", "FBA_INB_0035", "FBA_INB_0065", "FBA_INB_0095", "FBA_INB_0342", "FBA_INB_0465"}
)
"""Reasons against sending units without labels; with labels they may be sent."""


def inbound_problems(sku: Sku) -> list[str]:
    """Why a SKU may not be sent, by code; empty if it may."""
    found = []
    if sku.weight_grams <= 0:
        found.append("FBA_INB_0004")
    if sku.weight_grams > HEAVIEST_GRAMS:
        found.append("FBA_INB_0053")
    found += [code for code in sku.inbound_problems if code not in COMMINGLING_ONLY]
    return list(dict.fromkeys(found))


def eligibility(world: World, country: str, asin: str, program: str) -> list[str]:
    """getItemEligibilityPreview: why an item may not be sent; empty if it may.

    An ASIN with several SKUs is judged by the one that stands best. One that no SKU of the
    country has is not in its catalogue (the catalogue here is the seller's SKUs).
    """
    skus = [sku for _, sku in world.store.skus.all(f"{country}|") if sku.asin == asin]
    if not skus:
        return ["FBA_INB_0017" if _is_elsewhere(world, asin) else "FBA_INB_0006"]
    on = to_datetime(world.now).date()
    return min(
        (_reasons(sku, program, on) for sku in skus),
        key=len,
    )


def restrict(world: World, sku: Sku, codes: Sequence[str]) -> None:
    """Give a SKU these reasons not to be sent; none makes it eligible again.

    Raises:
        ValueError: for a code that there is not.
    """
    unknown = [code for code in codes if code not in MESSAGES]
    if unknown:
        raise ValueError(f"no eligibility code {unknown[0]!r}; there are {', '.join(MESSAGES)}")
    sku.inbound_problems = list(codes)
    world.store.skus.put(f"{sku.country}|{sku.sku}", sku)


def _reasons(sku: Sku, program: str, on: date) -> list[str]:
    found = inbound_problems(sku)
    if program == "COMMINGLING":
        found += [code for code in sku.inbound_problems if code in COMMINGLING_ONLY]
        if not has_manufacturer_barcode(sku):
            found.append("FBA_INB_0034")
        if on >= COMMINGLING_ENDS:
            found.append("FBA_INB_0465")
    return list(dict.fromkeys(found))


def _is_elsewhere(world: World, asin: str) -> bool:
    return any(
        sku.asin == asin
        for country in world.settings.countries
        for _, sku in world.store.skus.all(f"{country}|")
    )
