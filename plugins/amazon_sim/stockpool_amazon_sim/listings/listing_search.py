"""Looking listings up: one by SKU, or a page of those that pass a filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from stockpool_amazon_sim.listings import listing_attributes, listings
from stockpool_amazon_sim.listings.listing_records import Listing, ListingIssue
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.world import World

VARIATION = ("child_parent_sku_relationship", "parent_sku")
PACKAGE = ("package_contains_sku", "sku")
"""The attributes that tie SKUs together, and the member that names the other one."""


@dataclass(frozen=True, slots=True)
class ListingView:
    """A listing as it is now. `attributes` and the relations are there if they were asked for."""

    country: str
    sku: str
    asin: str
    title: str
    fnsku: str | None
    product_type: str
    condition: str
    channel: str
    quantity: int
    price: int | None
    statuses: Sequence[str]
    issues: Sequence[ListingIssue]
    created_at: Micros
    updated_at: Micros
    attributes: dict[str, Any] = field(default_factory=dict)
    parents: Sequence[str] = ()
    children: Sequence[str] = ()
    contained: Sequence[str] = ()
    containing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """What searchListingsItems may ask for; empty members do not matter.

    Attributes:
        identifiers, identifiers_type: see the Listings Items API 2021-08-01.
        created, updated: (from, until), ends included.
        severities: those with an issue of one of these.
        sort_by: sku, createdDate or lastUpdatedDate.
    """

    identifiers: Sequence[str] = ()
    identifiers_type: str | None = None
    variation_parent: str | None = None
    package_sku: str | None = None
    created: tuple[Micros | None, Micros | None] = (None, None)
    updated: tuple[Micros | None, Micros | None] = (None, None)
    severities: Sequence[str] = ()
    statuses: Sequence[str] = ()
    without_statuses: Sequence[str] = ()
    sort_by: str = "lastUpdatedDate"
    descending: bool = True


def view(
    world: World, listing: Listing, *, attributes: bool = False, relations: bool = False
) -> ListingView:
    """A listing with what follows from stock and catalog."""
    sku = world.store.skus.get(listing.key)
    found = listing_attributes.written(world, listing) if attributes else {}
    related: tuple[list[str], ...] = ([], [], [], [])
    if relations:
        related = (
            _named(listing, VARIATION),
            _naming(world, listing, VARIATION),
            _named(listing, PACKAGE),
            _naming(world, listing, PACKAGE),
        )
    return ListingView(
        listing.country,
        listing.sku,
        listings.asin_of(world, listing),
        listings.title_of(world, listing),
        None if sku is None or not listings.fulfilled_by_amazon(listing) else sku.fnsku,
        listing.product_type,
        listing.condition,
        listing.channel,
        listing.quantity,
        listing.price,
        listings.statuses(world, listing),
        listings.issues_of(listing),
        listing.created_at,
        listing.updated_at,
        found,
        *related,
    )


def find(world: World, code: str, sku: str) -> Listing | None:
    """A listing that is not deleted."""
    listing = world.store.listings.get(f"{code}|{sku}")
    return None if listing is None or listing.offer == "deleted" else listing


def search(world: World, codes: Sequence[str], wanted: ListingFilter) -> list[Listing]:
    """All listings of some countries that pass the filter, sorted."""
    test = _test(world, wanted)
    found = [
        listing
        for code in codes
        for _, listing in world.store.listings.all(f"{code}|")
        if listing.offer != "deleted" and test(listing)
    ]
    orders: dict[str, Callable[[Listing], Any]] = {
        "sku": lambda listing: (listing.sku, listing.country),
        "createdDate": lambda listing: (listing.created_at, listing.sku, listing.country),
        "lastUpdatedDate": lambda listing: (listing.updated_at, listing.sku, listing.country),
    }
    found.sort(key=orders[wanted.sort_by], reverse=wanted.descending)
    return found


def skus_of_asin(world: World, code: str, asin: str) -> list[str]:
    """The SKUs that are listed on a page of the catalog, or were."""
    return [
        listing.sku
        for _, listing in world.store.listings.all(f"{code}|")
        if listings.asin_of(world, listing) == asin
    ]


def _test(world: World, wanted: ListingFilter) -> Callable[[Listing], bool]:
    def passes(listing: Listing) -> bool:
        now = listings.statuses(world, listing)
        return (
            _within(listing.created_at, wanted.created)
            and _within(listing.updated_at, wanted.updated)
            and all(status in now for status in wanted.statuses)
            and not any(status in now for status in wanted.without_statuses)
            and (
                not wanted.severities
                or any(issue.severity in wanted.severities for issue in listings.issues_of(listing))
            )
            and (not wanted.identifiers or _identified(world, listing, wanted))
            and (
                wanted.variation_parent is None
                or wanted.variation_parent in _named(listing, VARIATION)
            )
            and (wanted.package_sku is None or _packed_with(world, listing, wanted.package_sku))
        )

    return passes


def _within(at: Micros, span: tuple[Micros | None, Micros | None]) -> bool:
    first, last = span
    return (first is None or at >= first) and (last is None or at <= last)


def _identified(world: World, listing: Listing, wanted: ListingFilter) -> bool:
    match wanted.identifiers_type:
        case "SKU":
            known = [listing.sku]
        case "ASIN":
            known = [listings.asin_of(world, listing)]
        case "FNSKU":
            sku = world.store.skus.get(listing.key)
            known = [] if sku is None else [sku.fnsku]
        case kind:
            entries = listing.attributes.get("externally_assigned_product_identifier", ())
            known = [
                str(entry.get("value"))
                for entry in entries
                if kind == "GTIN" or str(entry.get("type", "")).upper() == kind
            ]
    return any(identifier in wanted.identifiers for identifier in known)


def _packed_with(world: World, listing: Listing, sku: str) -> bool:
    if sku in _named(listing, PACKAGE):
        return True
    other = find(world, listing.country, sku)
    return other is not None and listing.sku in _named(other, PACKAGE)


def _named(listing: Listing, relation: tuple[str, str]) -> list[str]:
    """The SKUs that a listing names in an attribute."""
    attribute, member = relation
    entries = listing.attributes.get(attribute, ())
    return [str(entry[member]) for entry in entries if entry.get(member)]


def _naming(world: World, listing: Listing, relation: tuple[str, str]) -> list[str]:
    """The SKUs whose listings name this one."""
    return [
        other.sku
        for _, other in world.store.listings.all(f"{listing.country}|")
        if other.offer != "deleted" and listing.sku in _named(other, relation)
    ]
