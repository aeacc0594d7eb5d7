"""What happens to a seller's listings outside of the Listings API, as control calls."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.listings import listing_enforcement, listing_restrictions, listings
from stockpool_amazon_sim.listings.listings import Stranded


class ListingControls(Frame):
    """Control calls about listings. They raise as `Controls` do."""

    def suppress(
        self,
        country: str,
        sku: str,
        *,
        action: str | None = "LISTING_SUPPRESSED",
        issue: str = "18027",
        message: str = "The listing breaks a rule of the shop.",
        severity: str = "ERROR",
        category: str = "INVALID_ATTRIBUTE",
        attribute_names: Sequence[str] = (),
    ) -> None:
        """Let Amazon find an issue with a listing and act on it.

        Args:
            action: `LISTING_SUPPRESSED` (it can't be bought; Amazon's units are stranded),
                `SEARCH_SUPPRESSED` (it can't be found), `ATTRIBUTE_SUPPRESSED`,
                `CATALOG_ITEM_REMOVED`; None: the issue is told and nothing is done.
            issue: its code; the same code replaces the former issue.
        """
        with self._call(writes=True) as world:
            listing_enforcement.suppress(
                world,
                country,
                sku,
                action=action,
                issue=issue,
                message=message,
                severity=severity,
                category=category,
                attribute_names=attribute_names,
            )

    def restore(self, country: str, sku: str) -> None:
        """Take back all issues that `suppress` found with a listing."""
        with self._call(writes=True) as world:
            listing_enforcement.restore(world, country, sku)

    def close_listing(self, country: str, sku: str) -> None:
        """Close a listing in Seller Central: nobody finds or buys it; units are stranded."""
        with self._call(writes=True) as world:
            listing_enforcement.set_offer(world, country, sku, "closed")

    def reopen_listing(self, country: str, sku: str) -> None:
        """Open a closed listing again."""
        with self._call(writes=True) as world:
            listing_enforcement.set_offer(world, country, sku, "live")

    def restrict_asin(
        self,
        country: str,
        asin: str,
        reason: str = "APPROVAL_REQUIRED",
        *,
        condition: str = "",
        message: str = "",
    ) -> None:
        """Forbid the seller to list an ASIN anew, in one condition or in any.

        Args:
            reason: `APPROVAL_REQUIRED` or `NOT_ELIGIBLE`.
        """
        with self._call(writes=True) as world:
            listing_restrictions.restrict(world, country, asin, reason, condition, message)

    def allow_asin(self, country: str, asin: str) -> None:
        """Take back all restrictions of an ASIN."""
        with self._call(writes=True) as world:
            listing_restrictions.allow(world, country, asin)

    def stranded(self, country: str) -> list[Stranded]:
        """Amazon's units that can be sold but by MCF, as no live offer is left for them."""
        with self._call() as world:
            return listings.stranded(world, country)
