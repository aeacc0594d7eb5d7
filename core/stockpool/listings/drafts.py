"""What a merchant wants to list, and what is wrong with it before the network is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from stockpool.listings.attributes import NOT_FOR_SALE_BEFORE, availability, offer
from stockpool.money import Money
from stockpool.plugins.network_listings import MERCHANT, Attributes, ListingPut
from stockpool.problems import Problem

SKU_MOST = 40
"""A SKU of so many characters is good for every API and file of Amazon's; MCF takes 50."""

CONDITIONS = (
    "new_new",
    "new_open_box",
    "new_oem",
    "refurbished_refurbished",
    "used_like_new",
    "used_very_good",
    "used_good",
    "used_acceptable",
    "collectible_like_new",
    "collectible_very_good",
    "collectible_good",
    "collectible_acceptable",
    "club_club",
)
"""`conditionType` of the Listings Items API 2021-08-01."""

FulfilledBy = Literal["network", "merchant"]


@dataclass(frozen=True, slots=True)
class ListingDraft:
    """A product and its offer in one country.

    Attributes:
        price: in the country's currency.
        fulfilled_by: the network (FBA), or the merchant himself, who then gives a `quantity`.
        asin: the page in the catalog that it is offered on; then the product is not described.
        product_id: a GTIN (UPC, EAN, ISBN, JAN) that identifies the product.
        mcf_only: units for other channels; nobody can buy them in the network's own shop.
        attributes: of the product type, beside those that this draft stands for.
    """

    sku: str
    title: str
    price: Money
    fulfilled_by: FulfilledBy = "network"
    quantity: int | None = None
    product_type: str = "PRODUCT"
    condition_type: str = "new_new"
    asin: str | None = None
    product_id: str | None = None
    mcf_only: bool = False
    attributes: Attributes = field(default_factory=dict)


def problems_of(draft: ListingDraft, currency: str) -> Iterator[Problem]:
    """What is wrong with a draft for a country of that currency."""
    if not 1 <= len(draft.sku) <= SKU_MOST or draft.sku != draft.sku.strip():
        yield Problem(
            "invalid_sku",
            f"a SKU has 1 to {SKU_MOST} characters and no blanks at its ends",
            "sku",
            str(SKU_MOST),
            "use another SKU",
        )
    if not draft.title.strip():
        yield Problem("missing_title", "there is no title", "title", fix="give one")
    if draft.condition_type not in CONDITIONS:
        yield Problem(
            "unknown_condition",
            f"{draft.condition_type} is no condition",
            "condition_type",
            ", ".join(CONDITIONS),
            "use one of these",
        )
    yield from price_problems(draft.price, currency)
    yield from quantity_problems(draft.fulfilled_by, draft.quantity)
    if draft.mcf_only and draft.fulfilled_by == "merchant":
        yield Problem(
            "mcf_only_by_merchant",
            "units that the merchant ships himself can't be for MCF only",
            "mcf_only",
            fix="let the network fulfill it",
        )


def price_problems(price: Money, currency: str) -> Iterator[Problem]:
    """What is wrong with a price."""
    if price.minor <= 0 or price.currency != currency:
        yield Problem(
            "invalid_price",
            f"a price there is more than nothing, in {currency}",
            "price",
            currency,
            "give such a price",
        )


def quantity_problems(fulfilled_by: FulfilledBy, quantity: int | None) -> Iterator[Problem]:
    """A quantity belongs to what the merchant ships, and to nothing else."""
    if fulfilled_by == "network" and quantity is not None:
        yield Problem(
            "quantity_with_fba",
            "a quantity would make the merchant ship the offer, and strand its units",
            "quantity",
            fix="leave it out; the network counts the units itself",
        )
    if fulfilled_by == "merchant" and (quantity is None or quantity < 0):
        yield Problem(
            "missing_quantity",
            "what the merchant ships needs a quantity",
            "quantity",
            "0 or more",
            "give the number of units that you have",
        )


def put_of(draft: ListingDraft, country: str, channel: str) -> ListingPut:
    """The put that makes the listing; with an ASIN only the offer is made.

    Args:
        channel: the network's `fulfillment_channel_code`.
    """
    code = channel if draft.fulfilled_by == "network" else MERCHANT
    starts = NOT_FOR_SALE_BEFORE if draft.mcf_only else None
    attributes: dict[str, object] = {
        "condition_type": [{"value": draft.condition_type}],
        "purchasable_offer": offer(draft.price, starts_at=starts),
        "fulfillment_availability": availability(code, draft.quantity),
    }
    if draft.asin is not None:
        attributes["merchant_suggested_asin"] = [{"value": draft.asin}]
    else:
        attributes["item_name"] = [{"value": draft.title}]
    if draft.product_id is not None:
        attributes["externally_assigned_product_identifier"] = [
            {"type": _id_type(draft.product_id), "value": draft.product_id}
        ]
    return ListingPut(
        draft.sku,
        country,
        draft.product_type,
        {**draft.attributes, **attributes},  # type: ignore[dict-item]
        "LISTING_OFFER_ONLY" if draft.asin is not None else "LISTING",
    )


def _id_type(product_id: str) -> str:
    return {12: "upc", 13: "ean"}.get(len(product_id), "gtin")
