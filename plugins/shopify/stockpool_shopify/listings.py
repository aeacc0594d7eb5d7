"""Listings in: the shop's variants, known by their SKU."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from stockpool.errors import RejectedError
from stockpool.plugins.channel import ChannelListing, ListingPage
from stockpool_shopify.answers import ListedVariant, Page
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document

_PAGE = 100
_OVERLAP = timedelta(minutes=10)


class Listings:
    """Pages of listings.

    Variants can't be sorted by the time of their change. So a pass goes by id over all that
    changed since the last pass began, and only its end moves that time on. Shopify's own cursors
    don't last from run to run, so a page begins behind the last id of the one before.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def fetch(self, text: str | None) -> ListingPage:
        """The page behind a cursor; an ended pass begins the next one."""
        since, newest, last = _read(text)
        terms = [f"id:>{last}"] if last else []
        if since:
            terms.append(f"updated_at:>='{since - _OVERLAP:%Y-%m-%dT%H:%M:%SZ}'")
        variables = {"query": " AND ".join(terms), "first": _PAGE}
        data = self._client.run(document("Listings"), variables).data
        page = Page[ListedVariant].model_validate(data["productVariants"])
        times = [v.updated_at.astimezone(UTC) for v in page.nodes] + ([newest] if newest else [])
        newest = max(times, default=None)
        more = page.after is not None
        if more:
            cursor = _text(since, newest, page.nodes[-1].id.rpartition("/")[2])
        else:
            cursor = _text(newest or since, None, None)
        listings = [_listing(v) for v in page.nodes if v.sku and v.inventory_item.requires_shipping]
        return ListingPage(listings, cursor, more=more)


def _listing(variant: ListedVariant) -> ChannelListing:
    """A variant with the seller SKU of the same name as its proposal.

    A bundle's parts are order lines of their own; what several variants share is mapped by hand,
    since they may be different goods.
    """
    sku = variant.sku or ""
    alone = variant.inventory_item.duplicate_sku_count == 0
    proposal = {sku: 1} if alone and not variant.requires_components else None
    return ChannelListing(sku, variant.display_name, proposal)


def _read(text: str | None) -> tuple[datetime | None, datetime | None, str | None]:
    if text is None:
        return None, None, None
    try:
        found = json.loads(text)
        since, newest, last = found["since"], found["newest"], found["last"]
        return (
            datetime.fromisoformat(since) if since else None,
            datetime.fromisoformat(newest) if newest else None,
            last,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RejectedError("cursor", "this is no cursor of a Shopify channel") from error


def _text(since: datetime | None, newest: datetime | None, last: str | None) -> str:
    return json.dumps(
        {
            "since": since.isoformat() if since else None,
            "newest": newest.isoformat() if newest else None,
            "last": last,
        }
    )
