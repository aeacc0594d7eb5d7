"""What a seller may not list (Listings Restrictions API 2021-08-01)."""

from __future__ import annotations

from stockpool_amazon_sim.listings.listing_attributes import CONDITIONS
from stockpool_amazon_sim.listings.listing_records import ListingRestriction
from stockpool_amazon_sim.world import World

REASONS = ("APPROVAL_REQUIRED", "ASIN_NOT_FOUND", "NOT_ELIGIBLE")

_MESSAGES = {
    "APPROVAL_REQUIRED": "You need approval to list this product.",
    "NOT_ELIGIBLE": "You cannot list this product.",
}


def restrict(world: World, code: str, asin: str, reason: str, condition: str, message: str) -> None:
    """Forbid the seller to list an ASIN, in one condition or (empty) in any.

    Raises:
        ValueError: for a country, a reason or a condition that there is not.
    """
    if code not in world.settings.countries:
        raise ValueError(f"the seller does not sell in {code}")
    if reason not in _MESSAGES:
        raise ValueError(f"{reason!r} is not one of {', '.join(_MESSAGES)}")
    if condition and condition not in CONDITIONS:
        raise ValueError(f"{condition!r} is not one of {', '.join(CONDITIONS)}")
    known = ListingRestriction(code, asin, reason, message or _MESSAGES[reason], condition)
    world.store.listing_restrictions.put(f"{code}|{asin}|{condition}", known)


def allow(world: World, code: str, asin: str) -> None:
    """Take back all restrictions of an ASIN in a country."""
    for key, _ in list(world.store.listing_restrictions.all(f"{code}|{asin}|")):
        world.store.listing_restrictions.remove(key)


def restrictions_of(
    world: World, code: str, asin: str, condition: str | None = None
) -> list[ListingRestriction]:
    """What forbids an ASIN in a country: in one condition, or (None) in each."""
    found = [known for _, known in world.store.listing_restrictions.all(f"{code}|{asin}|")]
    return [
        known
        for known in found
        if condition is None or not known.condition or known.condition == condition
    ]
