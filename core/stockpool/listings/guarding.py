"""Whether a change of a listing would strand units, asked of the books and the network."""

from __future__ import annotations

from stockpool.listings import attributes, traps
from stockpool.listings.changes import Deletion, Submission
from stockpool.listings.stock import units_of
from stockpool.listings.stranding import is_live
from stockpool.plugins.network import Network
from stockpool.plugins.network_listings import SEARCHED_SKUS_MOST, ListingPut
from stockpool.problems import Problem
from stockpool.storage.database import Database


def strands_now(
    database: Database, network: Network, pool: str, submission: Submission
) -> Problem | None:
    """Why a change would leave units without an offer, by the books and listings of this moment."""
    country = pool.partition(":")[2]
    ours = network.fulfillment_channel(country)
    if not _ends_fulfillment(submission, ours):
        return None
    with database.read() as connection:
        units, others = units_of(connection, pool, submission.sku)
    if not units:
        return None
    at = database.clock.now()
    live = any(
        is_live(item, ours, at=at)
        for start in range(0, len(others), SEARCHED_SKUS_MOST)
        for item in network.search_listings(
            country, skus=others[start : start + SEARCHED_SKUS_MOST]
        ).items
    )
    found = traps.leaving(pool, submission.sku, units, another_is_live=live)
    return next(found, None)


def _ends_fulfillment(submission: Submission, ours: str) -> bool:
    """Whether the network will not fulfill the listing afterwards."""
    if isinstance(submission, Deletion):
        return True
    if isinstance(submission, ListingPut):
        named = submission.attributes.get(attributes.AVAILABILITY)
    else:
        patches = [p for p in submission.patches if p.name == attributes.AVAILABILITY]
        named = patches[-1].value if patches else None
    return named is not None and all(e.get("fulfillment_channel_code") != ours for e in named)
