"""Amazon's operations on listings, and what may not be listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from stockpool.errors import RejectedError
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.listings import listing_changes, listing_restrictions, listing_search
from stockpool_amazon_sim.listings.listing_changes import ChangeAnswer, WantedChange
from stockpool_amazon_sim.listings.listing_records import ListingRestriction
from stockpool_amazon_sim.listings.listing_search import ListingFilter, ListingView
from stockpool_amazon_sim.seller import seller_id
from stockpool_amazon_sim.world import World

T = TypeVar("T")


class ListingsOperations(Frame):
    """The Listings Items and Listings Restrictions APIs 2021-08-01."""

    @property
    def seller_id(self) -> str:
        """The account's id at Amazon, which stands in the addresses of listings."""
        return seller_id(self._draws)

    def get_listings_item(
        self, sku: str, countries: Sequence[str], *, attributes: bool, relations: bool
    ) -> list[ListingView]:
        """getListingsItem: the SKU's listing in each of the countries that has one.

        Raises:
            RejectedError: NotFound if none has.
        """

        def read(world: World) -> list[ListingView]:
            known = sku.isprintable()
            found = [listing_search.find(world, code, sku) for code in countries if known]
            views = [
                listing_search.view(world, listing, attributes=attributes, relations=relations)
                for listing in found
                if listing is not None
            ]
            if not views:
                raise RejectedError("NotFound", f"SKU '{sku}' is not listed in this marketplace")
            return views

        return self._perform("getListingsItem", sku, read)

    def change_listings_item(
        self, wanted: WantedChange, countries: Sequence[str], *, preview: bool = False
    ) -> list[ChangeAnswer]:
        """putListingsItem, patchListingsItem or deleteListingsItem. See `listing_changes.submit`.

        Args:
            preview: only say whether it could be done (`VALIDATION_PREVIEW`).
        """

        def change(world: World) -> list[ChangeAnswer]:
            return [
                listing_changes.submit(world, code, wanted, preview=preview) for code in countries
            ]

        operation = f"{wanted.kind}ListingsItem"
        return self._perform(operation, wanted.sku, change, writes=True)

    def search_listings_items(
        self,
        countries: Sequence[str],
        wanted: ListingFilter,
        start: int,
        size: int,
        *,
        attributes: bool,
        relations: bool,
    ) -> tuple[int, list[ListingView]]:
        """searchListingsItems: how many pass the filter, and those from `start` on."""

        def read(world: World) -> tuple[int, list[ListingView]]:
            found = listing_search.search(world, countries, wanted)
            page = found[start : start + size]
            return len(found), [
                listing_search.view(world, listing, attributes=attributes, relations=relations)
                for listing in page
            ]

        return self._perform("searchListingsItems", "", read)

    def get_listings_restrictions(
        self, asin: str, countries: Sequence[str], condition: str | None
    ) -> list[ListingRestriction]:
        """getListingsRestrictions; a page that the catalog does not have is a restriction too."""

        def read(world: World) -> list[ListingRestriction]:
            found: list[ListingRestriction] = []
            for code in countries:
                restrictions = listing_restrictions.restrictions_of(world, code, asin, condition)
                if not (restrictions or listing_search.skus_of_asin(world, code, asin)):
                    message = f"The ASIN {asin} does not exist in this marketplace."
                    restrictions = [ListingRestriction(code, asin, "ASIN_NOT_FOUND", message)]
                found += restrictions
            return found

        return self._perform("getListingsRestrictions", asin, read)
