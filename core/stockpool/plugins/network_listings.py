"""The contract of listings: a seller's offers in the network's own shop, one SKU and country each.

Names are those of Amazon's Listings Items and Listings Restrictions APIs 2021-08-01. Every call is
about one country, since a listing, its price and its stock are a country's.

A change that was ACCEPTED waits: `get_listing` tells when it is done. The same change may be sent
again, which does no harm as long as the changes of one SKU are sent one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from stockpool.money import Money

MERCHANT = "DEFAULT"
"""`fulfillment_channel_code` of a listing whose units the merchant ships himself."""

SEARCHED_SKUS_MOST = 20
"""`searchListingsItems` takes so many identifiers at once."""

Attributes = Mapping[str, Sequence[Mapping[str, Any]]]
"""A listing's attributes by name, as the product type's schema has them. Elements need no
`marketplace_id`: the network puts in its own where the attribute takes one."""

Requirements = Literal["LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY"]


class ListingItemStatus(StrEnum):
    """What a buyer can do with a listing; with neither it is inactive."""

    BUYABLE = "BUYABLE"
    DISCOVERABLE = "DISCOVERABLE"


class EnforcementAction(StrEnum):
    """What the network does about an issue."""

    LISTING_SUPPRESSED = "LISTING_SUPPRESSED"
    ATTRIBUTE_SUPPRESSED = "ATTRIBUTE_SUPPRESSED"
    CATALOG_ITEM_REMOVED = "CATALOG_ITEM_REMOVED"
    SEARCH_SUPPRESSED = "SEARCH_SUPPRESSED"


@dataclass(frozen=True, slots=True)
class ListingIssue:
    """Something that is wrong with a listing, or with a change of one.

    Attributes:
        severity: ERROR (it stands in the way), WARNING or INFO.
        categories: `MISSING_ATTRIBUTE`, `INVALID_PRICE` ...
        actions: what the network does about it for now; empty where the seller is exempt.
    """

    code: str
    message: str
    severity: str
    categories: Sequence[str] = ()
    attribute_names: Sequence[str] = ()
    actions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ListingItem:
    """A listing as it is now.

    Attributes:
        fn_sku: None while the network does not fulfill it.
        fulfillment_channel_code: `MERCHANT` or the network's own (`Network.fulfillment_channel`);
            None if the listing names none.
        quantity: the merchant's own units; None where the network counts its units itself.
        price: what a buyer pays; None without an offer.
        attributes: as stored, every element with its `marketplace_id` where it takes one.
    """

    sku: str
    country: str
    product_type: str
    created_date: datetime
    last_updated_date: datetime
    status: frozenset[ListingItemStatus] = frozenset()
    asin: str | None = None
    fn_sku: str | None = None
    item_name: str | None = None
    condition_type: str | None = None
    fulfillment_channel_code: str | None = None
    quantity: int | None = None
    price: Money | None = None
    issues: Sequence[ListingIssue] = ()
    attributes: Attributes = field(default_factory=dict)

    @property
    def by_merchant(self) -> bool:
        """Whether the merchant ships it."""
        return self.fulfillment_channel_code == MERCHANT


@dataclass(frozen=True, slots=True)
class ListingPage:
    """Some listings of a country. A page with a cursor is followed by another."""

    items: Sequence[ListingItem]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ListingPut:
    """A listing that is made, or replaced as a whole (`putListingsItem`).

    How it is fulfilled stays as it is if `attributes` leaves `fulfillment_availability` out.
    """

    sku: str
    country: str
    product_type: str
    attributes: Attributes
    requirements: Requirements = "LISTING"


@dataclass(frozen=True, slots=True)
class AttributePatch:
    """One attribute is replaced, merged into, or deleted (then `value` is empty)."""

    op: Literal["add", "replace", "merge", "delete"]
    name: str
    value: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class ListingPatch:
    """Some attributes of a listing that is there are changed (`patchListingsItem`)."""

    sku: str
    country: str
    product_type: str
    patches: Sequence[AttributePatch]


@dataclass(frozen=True, slots=True)
class ListingSubmission:
    """What the network says to a change at once.

    Attributes:
        status: ACCEPTED (it waits), INVALID (nothing of it will be done; `issues` say why), or
            VALID (the answer to a preview).
    """

    sku: str
    status: Literal["ACCEPTED", "INVALID", "VALID"]
    submission_id: str
    issues: Sequence[ListingIssue] = ()


@dataclass(frozen=True, slots=True)
class ListingRestriction:
    """Why an ASIN may not be listed, in one condition or (None) in any.

    Attributes:
        reason_code: `APPROVAL_REQUIRED`, `ASIN_NOT_FOUND` or `NOT_ELIGIBLE`; a network may have
            others.
    """

    reason_code: str
    message: str
    condition_type: str | None = None


class NetworkListings:
    """The part of `Network` that needs the capability LISTINGS.

    Operations that count against a rate limit: `getListingsItem`, `searchListingsItems`,
    `putListingsItem`, `patchListingsItem`, `deleteListingsItem`, `getListingsRestrictions`.
    """

    def fulfillment_channel(self, country: str) -> str:
        """The `fulfillment_channel_code` of what the network ships in a country. From memory."""
        raise NotImplementedError

    def get_listing(self, country: str, sku: str) -> ListingItem | None:
        """A listing; None if the SKU is not listed there.

        None must be certain, as in `get_fulfillment`: stock without a listing is acted on.
        """
        raise NotImplementedError

    def search_listings(
        self, country: str, *, skus: Sequence[str] = (), cursor: str | None = None
    ) -> ListingPage:
        """Listings of a country, those that changed last first; or those of some SKUs.

        Args:
            skus: at most `SEARCHED_SKUS_MOST`; what is not listed is left out. Amazon shows no
                more than 1,000 listings of a search, so that all of a larger catalog are found
                by SKU only.
        """
        raise NotImplementedError

    def put_listing(self, request: ListingPut, *, preview: bool = False) -> ListingSubmission:
        """Make a listing, or replace it. With `preview` it is only checked.

        Raises:
            RejectedError: the call itself can't be taken; what is wrong with the listing is an
                INVALID submission instead.
            OutcomeUnknown: it may have arrived; send it again.
        """
        raise NotImplementedError

    def patch_listing(self, request: ListingPatch, *, preview: bool = False) -> ListingSubmission:
        """Change some attributes. As for `put_listing`; a SKU that is not listed is INVALID."""
        raise NotImplementedError

    def delete_listing(self, country: str, sku: str) -> ListingSubmission:
        """Delete a listing; the network's units of it stay where they are, and are stranded.

        One that is not there is no error. Raises as `put_listing` does.
        """
        raise NotImplementedError

    def listing_restrictions(
        self, country: str, asin: str, condition_type: str | None = None
    ) -> Sequence[ListingRestriction]:
        """What forbids the seller to list an ASIN; empty: nothing does."""
        raise NotImplementedError
