"""Changes of listings: checked when they come, done a little later, in the order they came.

ACCEPTED means that a change waits (Listings Items API 2021-08-01). INVALID means that nothing of it
will be done. What is missing or wrong is told as issues, not as an error of the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory import inventory
from stockpool_amazon_sim.listings import listing_attributes, listings
from stockpool_amazon_sim.listings.listing_attributes import OFFER_ATTRIBUTES, Attributes, Offer
from stockpool_amazon_sim.listings.listing_records import Listing, ListingChange, ListingIssue
from stockpool_amazon_sim.listings.listing_restrictions import restrictions_of
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Sku
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

REQUIREMENTS = ("LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY")

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "LISTING": ("item_name",),
    "LISTING_PRODUCT_ONLY": ("item_name",),
    "LISTING_OFFER_ONLY": ("merchant_suggested_asin", "condition_type"),
}
"""By the requirements that a put names. Amazon's depend on the product type; these all have."""


@dataclass(frozen=True, slots=True)
class WantedChange:
    """A put, a patch or a delete, before it is checked. See `ListingChange`."""

    kind: str
    sku: str
    product_type: str = ""
    requirements: str = "LISTING"
    content: Any = None


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """What Amazon says at once: ACCEPTED, INVALID or (to a preview) VALID."""

    sku: str
    status: str
    submission_id: str
    issues: Sequence[ListingIssue]
    asin: str | None


def submit(world: World, code: str, wanted: WantedChange, *, preview: bool = False) -> ChangeAnswer:
    """Take a change of a listing, or say what is wrong with it.

    A delete of a SKU that is not listed is accepted and does nothing; a patch of one is INVALID
    (Amazon documents neither).

    Raises:
        RejectedError: InvalidInput for a country or a SKU that can be none.
    """
    if code not in world.settings.countries:
        raise invalid("marketplaceIds: the seller does not sell there")
    if not (1 <= len(wanted.sku) <= 50 and wanted.sku.isprintable()):
        raise invalid("sku: a SKU has 1 to 50 printable characters")
    asin, issues = _check(world, code, wanted)
    refused = any(issue.severity == "ERROR" for issue in issues)
    world.store.count("listing_submissions")
    number = world.store.counter("listing_submissions")
    submission_id = "".join(
        f"{world.draws.bits('submission', number, half):016x}" for half in ("a", "b")
    )
    if not (refused or preview):
        _queue(world, code, wanted, number, submission_id)
    status = "INVALID" if refused else "VALID" if preview else "ACCEPTED"
    return ChangeAnswer(wanted.sku, status, submission_id, issues, asin)


def apply(world: World, event: Event) -> None:
    """A change that waited is done."""
    change = world.store.listing_changes.get(event.subject)
    assert change is not None, event
    world.store.listing_changes.remove(event.subject)
    wanted = WantedChange(
        change.kind, change.sku, change.product_type, change.requirements, change.content
    )
    _do(world, change.country, wanted)


def apply_listing_message(
    world: World, code: str, message: Mapping[str, Any]
) -> tuple[str, list[ListingIssue]]:
    """Do what a message of a JSON_LISTINGS_FEED wants, at once: the feed has waited already.

    Args:
        message: with `sku`, `operationType` (UPDATE, PATCH, PARTIAL_UPDATE or DELETE),
            `productType`, `requirements`, `attributes`, `patches`, as the feed's schema has them.

    Returns:
        ACCEPTED or INVALID, and the issues; nothing is done if it is INVALID.
    """
    try:
        wanted = _of_message(message)
    except ValueError as error:
        issue = ListingIssue("4000003", str(error), "ERROR", [], ["INVALID_ATTRIBUTE"])
        return "INVALID", [issue]
    _, issues = _check(world, code, wanted)
    if any(issue.severity == "ERROR" for issue in issues):
        return "INVALID", issues
    _do(world, code, wanted)
    return "ACCEPTED", issues


def patch_problem(patches: Sequence[Mapping[str, Any]]) -> str | None:
    """Why patches can't be carried out on any listing; None if they can."""
    for patch in patches:
        if patch.get("op") not in ("add", "replace", "merge", "delete"):
            return "op must be add, replace, merge or delete"
        path = str(patch.get("path", ""))
        name = path.removeprefix("/attributes/")
        if name == path or not name or "/" in name:
            return f"path {path!r} must be /attributes/NAME; only whole attributes are patched"
        value = patch.get("value")
        if value is not None and not _is_attribute(value):
            return f"value of {path} must be a list of objects"
        if not value and patch["op"] != "delete":
            return f"value of {path} is missing"
    return None


def _of_message(message: Mapping[str, Any]) -> WantedChange:
    sku = message.get("sku")
    if not isinstance(sku, str) or not (1 <= len(sku) <= 50 and sku.isprintable()):
        raise ValueError("sku: a SKU has 1 to 50 printable characters")
    product_type = str(message.get("productType", ""))
    match message.get("operationType"):
        case "DELETE":
            return WantedChange("delete", sku)
        case "UPDATE":
            requirements = message.get("requirements", "LISTING")
            content = message.get("attributes")
            if requirements not in REQUIREMENTS:
                raise ValueError(f"requirements must be one of {', '.join(REQUIREMENTS)}")
            if not isinstance(content, Mapping):
                raise ValueError("attributes: must be an object")
            return WantedChange("put", sku, product_type, requirements, dict(content))
        case "PARTIAL_UPDATE":
            content = message.get("attributes")
            if not isinstance(content, Mapping):
                raise ValueError("attributes: must be an object")
            patches = [
                {"op": "replace", "path": f"/attributes/{name}", "value": value}
                for name, value in content.items()
            ]
        case "PATCH":
            patches = list(message.get("patches") or [])
        case other:
            raise ValueError(f"operationType {other!r} is not known")
    problem = patch_problem(patches) if patches else "patches: there are none"
    if problem is not None:
        raise ValueError(problem)
    return WantedChange("patch", sku, product_type, content=patches)


def _queue(world: World, code: str, wanted: WantedChange, number: int, submission_id: str) -> None:
    key = f"{code}|{wanted.sku}|{number:010d}"
    due = world.now + world.hours(world.settings.steps.listing, submission_id)
    # A change is not done before one that came earlier.
    due = max([due, *(change.due for change in _waiting(world, code, wanted.sku))])
    change = ListingChange(
        number,
        submission_id,
        code,
        wanted.sku,
        wanted.kind,
        due,
        wanted.product_type,
        wanted.requirements,
        wanted.content,
    )
    world.store.listing_changes.put(key, change)
    world.schedule(due - world.now, "listing_changes", key)


def _waiting(world: World, code: str, sku: str) -> list[ListingChange]:
    waiting = world.store.listing_changes.all(f"{code}|{sku}|")
    return [change for _, change in waiting if change.sku == sku]


def _check(world: World, code: str, wanted: WantedChange) -> tuple[str | None, list[ListingIssue]]:
    """The ASIN that a change leads to, and what is wrong with it."""
    listing = _live(world, code, wanted.sku)
    if wanted.kind == "delete":
        return (None if listing is None else listings.asin_of(world, listing)), []
    if not wanted.product_type.strip():
        message = "productType is required but not supplied."
        return None, [ListingIssue("90220", message, "ERROR", [], ["MISSING_ATTRIBUTE"])]
    issues: list[ListingIssue] = []
    if wanted.kind == "put":
        issues += [
            listing_attributes.wrong(name, "must be a list of objects.")
            for name, value in wanted.content.items()
            if not _is_attribute(value)
        ]
    elif listing is None and not _waiting(world, code, wanted.sku):
        message = f"The SKU {wanted.sku} is not listed; list it with a full update first."
        issues.append(ListingIssue("4000001", message, "ERROR", [], ["INVALID_ATTRIBUTE"]))
    if issues:
        return None, issues
    attributes = _attributes_after(world, code, listing, wanted)
    offer, issues = listing_attributes.read(code, attributes)
    if wanted.kind == "put":
        issues += [
            listing_attributes.missing(name)
            for name in _REQUIRED[wanted.requirements]
            if name not in attributes
        ]
    asin = _asin(world, listing, wanted.sku, offer)
    if listing is None or listing.offer == "deleted":
        issues += [
            ListingIssue("18304", reason.message, "ERROR", [], ["QUALIFICATION_REQUIRED"])
            for reason in restrictions_of(world, code, asin, offer.condition)
        ]
    return asin, issues


def _do(world: World, code: str, wanted: WantedChange) -> None:
    listing = _live(world, code, wanted.sku)
    if wanted.kind == "delete":
        if listing is not None:
            listing.offer = "deleted"
            listings.save(world, listing)
        return
    if listing is None and wanted.kind == "patch":
        return
    attributes = _attributes_after(world, code, listing, wanted)
    offer, _ = listing_attributes.read(code, attributes)
    asin = _asin(world, listing, wanted.sku, offer)
    if listing is None:
        listing = Listing(code, wanted.sku, asin, wanted.sku, created_at=world.now)
    listing.product_type = wanted.product_type
    listing.asin = asin
    listing.title = offer.title or listing.title
    listing.condition = offer.condition
    listing.price, listing.starts_at = offer.price, offer.starts_at
    listing.channel, listing.quantity = offer.channel, offer.quantity
    listing.offer = "live"
    listing.attributes = attributes
    # First the listing: a SKU that is registered without one would be given another.
    listings.save(world, listing)
    _tell_inventory(world, listing)


def _tell_inventory(world: World, listing: Listing) -> None:
    """Amazon's centers know a SKU from when its listing is first fulfilled by Amazon."""
    known = world.store.skus.get(listing.key)
    if known is not None:
        known.title, known.asin = listing.title, listing.asin
        world.store.skus.put(listing.key, known)
    elif listings.fulfilled_by_amazon(listing):
        fnsku = inventory.default_fnsku(world, listing.sku)
        sku = Sku(listing.country, listing.sku, fnsku, asin=listing.asin, title=listing.title)
        inventory.register(world, sku)


def _attributes_after(
    world: World, code: str, listing: Listing | None, wanted: WantedChange
) -> Attributes:
    """All attributes as they would be.

    A put replaces the attributes of what it is about: the offer's, the product's, or all. How a
    listing is fulfilled stays as it is unless the put names it; the seller ships a new one.
    """
    before = {} if listing is None else listing_attributes.written(world, listing)
    marketplace_id = country(code).marketplace_id
    if wanted.kind == "patch":
        return listing_attributes.patched(before, wanted.content, marketplace_id)
    after = {
        name: entries
        for name, value in wanted.content.items()
        if (entries := listing_attributes.of_marketplace(value, marketplace_id))
    }
    for name, entries in before.items():
        about_offer = name in OFFER_ATTRIBUTES
        kept = (
            name == "fulfillment_availability"
            or (wanted.requirements == "LISTING_PRODUCT_ONLY" and about_offer)
            or (wanted.requirements == "LISTING_OFFER_ONLY" and not about_offer)
        )
        if kept:
            after.setdefault(name, entries)
    if listing is None:
        own = {"fulfillment_channel_code": listings.MERCHANT, "quantity": 0}
        after.setdefault("fulfillment_availability", [own])
    return after


def _asin(world: World, listing: Listing | None, sku: str, offer: Offer) -> str:
    """The page that is suggested; the one it has or had; its product identifier's; a new one."""
    if offer.asin is not None:
        return offer.asin
    if listing is not None:
        return listings.asin_of(world, listing)
    known = world.store.skus.get(f"{offer.country}|{sku}")
    if known is not None:
        return known.asin
    if offer.gtin is not None:
        return "B0" + world.draws.code(8, offer.gtin, "asin of identifier")
    return inventory.new_asin(world, inventory.default_fnsku(world, sku))


def _live(world: World, code: str, sku: str) -> Listing | None:
    listing = world.store.listings.get(f"{code}|{sku}")
    return None if listing is None or listing.offer == "deleted" else listing


def _is_attribute(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value)
