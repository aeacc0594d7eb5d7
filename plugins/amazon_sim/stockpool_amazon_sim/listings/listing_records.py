"""What the simulator remembers of listings. See `records` for how a record is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from stockpool_amazon_sim.records import Micros, stored


@stored
@dataclass(slots=True)
class ListingIssue:
    """Something that is wrong with a listing.

    Attributes:
        severity: ERROR, WARNING or INFO.
        actions: what Amazon did about it (`LISTING_SUPPRESSED` ...); none: nothing.
        exemption: whether the seller is spared the actions for now.
    """

    code: str
    message: str
    severity: str = "ERROR"
    attribute_names: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    exemption: str = "NOT_EXEMPT"


@stored
@dataclass(slots=True)
class Listing:
    """A seller's SKU in Amazon's shop of one country.

    Attributes:
        asin, title: of a SKU that was never in Amazon's centers; the `Sku` record beats them.
        channel: DEFAULT (the seller ships), the country's code for Amazon's fulfillment, or empty.
        quantity: what the seller has, of those he ships himself.
        price: in minor units; None: there is no offer.
        starts_at: from when the offer can be bought.
        offer: live, closed or deleted (a deleted one is kept for the units it left stranded).
        attributes: as the seller sent them.
        issues: those that do not follow from the other members.
        off_since, off_reason: when and why Amazon's units lost their offer; None if they have one.
        told: what notifications told last, by their type.
    """

    country: str
    sku: str
    asin: str
    title: str
    product_type: str = "PRODUCT"
    condition: str = "new_new"
    channel: str = ""
    quantity: int = 0
    price: int | None = None
    starts_at: Micros | None = None
    offer: str = "live"
    created_at: Micros = 0
    updated_at: Micros = 0
    attributes: dict[str, Any] = field(default_factory=dict)
    issues: list[ListingIssue] = field(default_factory=list)
    off_since: Micros | None = None
    off_reason: str | None = None
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its key in the table of listings."""
        return f"{self.country}|{self.sku}"


@stored
@dataclass(slots=True)
class ListingChange:
    """What a seller wants of a listing, taken and not yet done.

    Attributes:
        kind: put, patch or delete.
        content: the attributes of a put, as a dict; the patches of a patch, as a list.
    """

    number: int
    submission_id: str
    country: str
    sku: str
    kind: str
    due: Micros
    product_type: str = ""
    requirements: str = "LISTING"
    content: Any = None


@stored
@dataclass(slots=True)
class ListingRestriction:
    """Why the seller may not list an ASIN in a country, in one condition or (empty) in any."""

    country: str
    asin: str
    reason_code: str
    message: str
    condition: str = ""


def decode_listing(document: str) -> Listing:
    """Read back what `encode` wrote of a listing."""
    listing = Listing(*json.loads(document))
    listing.issues = [ListingIssue(*issue) for issue in listing.issues]  # type: ignore[misc]
    return listing


def decode_listing_change(document: str) -> ListingChange:
    """Read back what `encode` wrote of a change that waits."""
    return ListingChange(*json.loads(document))


def decode_listing_restriction(document: str) -> ListingRestriction:
    """Read back what `encode` wrote of a restriction."""
    return ListingRestriction(*json.loads(document))
