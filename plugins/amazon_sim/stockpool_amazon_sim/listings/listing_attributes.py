"""The attributes of a listing, as the Listings Items API 2021-08-01 writes them.

An attribute is a list of objects, each for a marketplace, a language or an audience. Those that the
simulator's rules are about become members of the record; all others are kept and shown again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from stockpool.money import Money, to_minor
from stockpool_amazon_sim.countries import Country, country
from stockpool_amazon_sim.listings.listing_records import Listing, ListingIssue
from stockpool_amazon_sim.listings.listings import MERCHANT, asin_of, title_of
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_micros
from stockpool_amazon_sim.world import World

Attributes = dict[str, list[dict[str, Any]]]

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

OFFER_ATTRIBUTES = frozenset({"condition_type", "purchasable_offer", "fulfillment_availability"})
"""Those of the offer; all others describe the product."""

_SELECTORS = ("marketplace_id", "language_tag", "audience", "fulfillment_channel_code", "type")
"""Members that tell one element of an attribute from another."""

INVALID_CODE = "90244"
"""The code of an issue with a value. Amazon has very many codes; this one stands for them here."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the attributes say of the offer and its page."""

    country: str
    title: str | None
    asin: str | None
    gtin: str | None
    condition: str
    price: int | None
    starts_at: Micros | None
    channel: str
    quantity: int


def written(world: World, listing: Listing) -> Attributes:
    """All attributes of a listing as they are now."""
    known = country(listing.country)
    market = {"marketplace_id": known.marketplace_id}
    found: Attributes = {name: list(entries) for name, entries in listing.attributes.items()}
    title = {"value": title_of(world, listing), "language_tag": known.language, **market}
    found["item_name"] = [title]
    found["condition_type"] = [{"value": listing.condition, **market}]
    found["merchant_suggested_asin"] = [{"value": asin_of(world, listing), **market}]
    if listing.price is not None and "purchasable_offer" not in found:
        amount = float(Money(listing.price, known.currency).amount)
        offer = {
            "currency": known.currency,
            "audience": "ALL",
            "our_price": [{"schedule": [{"value_with_tax": amount}]}],
            **market,
        }
        found["purchasable_offer"] = [offer]
    sent = next(iter(found.pop("fulfillment_availability", ())), {})
    if listing.channel:
        kept = {name: value for name, value in sent.items() if name != "quantity"}
        kept["fulfillment_channel_code"] = listing.channel
        if listing.channel == MERCHANT:
            kept["quantity"] = listing.quantity
        found["fulfillment_availability"] = [kept]
    return found


def patched(
    attributes: Mapping[str, Any], patches: Sequence[Mapping[str, Any]], marketplace_id: str
) -> Attributes:
    """The attributes after a patch.

    Elements that name another marketplace are not for this listing. A delete without a value takes
    the whole attribute, one with a value the elements that have all of its members.
    """
    result: Attributes = {name: list(entries) for name, entries in attributes.items()}
    for patch in patches:
        name = patch["path"].removeprefix("/attributes/")
        values = of_marketplace(patch.get("value") or [], marketplace_id)
        entries = result.get(name, [])
        if patch["op"] == "merge":
            entries = _merged(entries, values)
        elif patch["op"] != "delete":
            entries = values
        elif patch.get("value"):
            entries = [e for e in entries if not any(_has(e, value) for value in values)]
        else:
            entries = []
        if entries:
            result[name] = entries
        else:
            result.pop(name, None)
    return result


def of_marketplace(
    entries: Sequence[Mapping[str, Any]], marketplace_id: str
) -> list[dict[str, Any]]:
    """The elements that are for a marketplace, or for all."""
    return [dict(e) for e in entries if e.get("marketplace_id", marketplace_id) == marketplace_id]


def read(code: str, attributes: Attributes) -> tuple[Offer, list[ListingIssue]]:
    """What the attributes say, and what is wrong with them."""
    known = country(code)
    issues: list[ListingIssue] = []
    condition = _text(attributes, "condition_type") or "new_new"
    if condition not in CONDITIONS:
        issues.append(wrong("condition_type", f"{condition!r} is no condition."))
    price, starts_at = _price(known, attributes.get("purchasable_offer", []), issues)
    channel, quantity = _availability(known, attributes.get("fulfillment_availability", []), issues)
    offer = Offer(
        code,
        _text(attributes, "item_name"),
        _text(attributes, "merchant_suggested_asin"),
        _text(attributes, "externally_assigned_product_identifier"),
        condition,
        price,
        starts_at,
        channel,
        quantity,
    )
    return offer, issues


def wrong(name: str, why: str, category: str = "INVALID_ATTRIBUTE") -> ListingIssue:
    """An error in an attribute."""
    return ListingIssue(INVALID_CODE, f"'{name}': {why}", "ERROR", [name], [category])


def missing(name: str) -> ListingIssue:
    """An attribute that must be there."""
    message = f"'{name}' is required but not supplied."
    return ListingIssue("90220", message, "ERROR", [name], ["MISSING_ATTRIBUTE"])


def _text(attributes: Attributes, name: str) -> str | None:
    for entry in attributes.get(name, ()):
        value = entry.get("value")
        if isinstance(value, str) and value.strip():
            return value
    return None


def _price(
    known: Country, offers: Sequence[Mapping[str, Any]], issues: list[ListingIssue]
) -> tuple[int | None, Micros | None]:
    """The price for everybody, and from when on; `B2B` offers have prices of their own."""
    name = "purchasable_offer"
    for offer in offers:
        if offer.get("audience", "ALL") != "ALL" or "our_price" not in offer:
            continue
        if offer.get("currency", known.currency) != known.currency:
            issues.append(wrong(name, f"the currency is {known.currency}.", "INVALID_PRICE"))
            return None, None
        try:
            amount = offer["our_price"][0]["schedule"][0]["value_with_tax"]
            price = to_minor(Decimal(str(amount)), known.currency)
        except (LookupError, TypeError, ValueError, ArithmeticError):
            issues.append(wrong(name, "our_price has no price.", "INVALID_PRICE"))
            return None, None
        if price <= 0:
            issues.append(wrong(name, "a price is more than nothing.", "INVALID_PRICE"))
            return None, None
        return price, _start(offer.get("start_at"), issues)
    return None, None


def _start(value: Any, issues: list[ListingIssue]) -> Micros | None:
    if value is None:
        return None
    text = value.get("value") if isinstance(value, Mapping) else value
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        issues.append(wrong("purchasable_offer", "start_at is no ISO 8601 time."))
        return None
    return to_micros(at if at.tzinfo is not None else at.replace(tzinfo=UTC))


def _availability(
    known: Country, entries: Sequence[Mapping[str, Any]], issues: list[ListingIssue]
) -> tuple[str, int]:
    """The channel, and the quantity of one's own that stands beside it.

    Amazon's own channel takes no quantity: Amazon counts its units itself.
    """
    name = "fulfillment_availability"
    if not entries:
        return "", 0
    if len(entries) > 1:
        issues.append(wrong(name, "a listing has one fulfillment channel."))
        return "", 0
    channel, quantity = entries[0].get("fulfillment_channel_code"), entries[0].get("quantity")
    if channel not in (MERCHANT, known.fulfillment_channel):
        one_of = f"{MERCHANT} or {known.fulfillment_channel}"
        issues.append(wrong(name, f"fulfillment_channel_code must be {one_of}."))
        return "", 0
    if channel != MERCHANT and quantity is not None:
        issues.append(wrong(name, f"{channel} takes no quantity."))
    if quantity is not None and (
        isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 0
    ):
        issues.append(wrong(name, "quantity must be a whole number, 0 or more."))
        return channel, 0
    return channel, (quantity or 0) if channel == MERCHANT else 0


def _merged(
    entries: Sequence[dict[str, Any]], values: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    merged = [dict(entry) for entry in entries]
    for value in values:
        same = next((entry for entry in merged if _selects(value, entry)), None)
        if same is None:
            merged.append(dict(value))
        else:
            same.update(value)
    return merged


def _selects(value: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    return all(
        name not in value or name not in entry or value[name] == entry[name] for name in _SELECTORS
    )


def _has(entry: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return all(entry.get(name) == member for name, member in value.items())
