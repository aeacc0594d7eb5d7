"""Listings as the engine asks for them: translated, nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.errors import RejectedError
from stockpool.plugins.network_listings import (
    ListingItem,
    ListingPage,
    ListingPatch,
    ListingPut,
    ListingRestriction,
    ListingSubmission,
    NetworkListings,
)
from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.listings import listing_views
from stockpool_amazon_sim.listings.listing_changes import WantedChange
from stockpool_amazon_sim.listings.listing_search import ListingFilter
from stockpool_amazon_sim.simulator import Simulator

_PAGE = 20
"""`pageSize` of searchListingsItems is at most this."""


class SimulatedListings(NetworkListings):
    """The listings of a simulated account."""

    simulator: Simulator

    def fulfillment_channel(self, country: str) -> str:
        return known_country(country).fulfillment_channel

    def get_listing(self, country: str, sku: str) -> ListingItem | None:
        try:
            (view,) = self.simulator.get_listings_item(
                sku, [country], attributes=True, relations=False
            )
        except RejectedError as refusal:
            if refusal.code == "NotFound":
                return None
            raise
        return listing_views.item(view)

    def search_listings(
        self, country: str, *, skus: Sequence[str] = (), cursor: str | None = None
    ) -> ListingPage:
        wanted = ListingFilter(skus, "SKU") if skus else ListingFilter()
        start = int(cursor or "0")
        found, views = self.simulator.search_listings_items(
            [country], wanted, start, _PAGE, attributes=True, relations=False
        )
        following = start + len(views)
        return ListingPage(
            [listing_views.item(view) for view in views],
            str(following) if following < found else None,
        )

    def put_listing(self, request: ListingPut, *, preview: bool = False) -> ListingSubmission:
        return self._change(request.country, listing_views.put(request), preview=preview)

    def patch_listing(self, request: ListingPatch, *, preview: bool = False) -> ListingSubmission:
        return self._change(request.country, listing_views.patch(request), preview=preview)

    def delete_listing(self, country: str, sku: str) -> ListingSubmission:
        return self._change(country, WantedChange("delete", sku))

    def listing_restrictions(
        self, country: str, asin: str, condition_type: str | None = None
    ) -> Sequence[ListingRestriction]:
        found = self.simulator.get_listings_restrictions(asin, [country], condition_type)
        return [listing_views.restriction(known) for known in found]

    def _change(
        self, country: str, wanted: WantedChange, *, preview: bool = False
    ) -> ListingSubmission:
        (answer,) = self.simulator.change_listings_item(wanted, [country], preview=preview)
        return listing_views.submission(answer)
