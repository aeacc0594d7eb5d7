"""What happens to listings without the Listings API: Amazon's enforcement, and Seller Central."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.money import to_minor
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.listings.listing_records import ListingIssue
from stockpool_amazon_sim.listings.listings import ENFORCEMENTS, known_listing, save
from stockpool_amazon_sim.world import World

SEVERITIES = ("ERROR", "WARNING", "INFO")

CATEGORIES = (
    "INVALID_ATTRIBUTE",
    "MISSING_ATTRIBUTE",
    "INVALID_IMAGE",
    "MISSING_IMAGE",
    "INVALID_PRICE",
    "MISSING_PRICE",
    "DUPLICATE",
    "QUALIFICATION_REQUIRED",
)
"""Issue categories (Listings Items API 2021-08-01)."""


def suppress(
    world: World,
    code: str,
    sku: str,
    *,
    action: str | None,
    issue: str,
    message: str,
    severity: str,
    category: str,
    attribute_names: Sequence[str],
) -> None:
    """Find something wrong with a listing and act on it; the same issue code replaces the former.

    Args:
        action: one of `ENFORCEMENTS`; None: only the issue is told.

    Raises:
        ValueError: for an action, a severity or a category that Amazon does not have.
        RejectedError: InvalidInput for a SKU that is not listed.
    """
    if action is not None and action not in ENFORCEMENTS:
        raise ValueError(f"{action!r} is not one of {', '.join(sorted(ENFORCEMENTS))}")
    if severity not in SEVERITIES:
        raise ValueError(f"{severity!r} is not one of {', '.join(SEVERITIES)}")
    if category not in CATEGORIES:
        raise ValueError(f"{category!r} is not one of {', '.join(CATEGORIES)}")
    listing = known_listing(world, code, sku)
    actions = [] if action is None else [action]
    listing.issues = [known for known in listing.issues if known.code != issue]
    listing.issues.append(
        ListingIssue(issue, message, severity, list(attribute_names), [category], actions)
    )
    save(world, listing)


def restore(world: World, code: str, sku: str) -> None:
    """Take all issues of a listing back, and what was done about them."""
    listing = known_listing(world, code, sku)
    listing.issues = []
    save(world, listing)


def set_offer(world: World, code: str, sku: str, offer: str) -> None:
    """Close a listing, or open it again: its page stays the seller's, its offer is gone."""
    listing = known_listing(world, code, sku)
    listing.offer = offer
    save(world, listing)


def set_price(world: World, code: str, sku: str, price: str) -> None:
    """Give a listing another price, for everybody and from now on.

    Raises:
        ValueError: for what is no price in the country's currency.
    """
    amount = to_minor(price, country(code).currency)
    if amount <= 0:
        raise ValueError("a price is more than nothing")
    listing = known_listing(world, code, sku)
    listing.price, listing.starts_at = amount, None
    listing.attributes.pop("purchasable_offer", None)
    save(world, listing)
