"""A channel's listings taken in: what it proposes is listed, what a person must mend is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.sql.elements import ColumnElement

from stockpool.attention.queue import Concern, close_others, raise_concerns
from stockpool.catalog.products import Catalog
from stockpool.catalog.tables import listing_components, products
from stockpool.ids import IdSource
from stockpool.plugins.channel import ChannelListing, ListingProblem
from stockpool.storage.database import Database

_A_QUERY = 500


def list_proposed(
    database: Database, catalog: Catalog, channel: str, listings: Sequence[ChannelListing]
) -> int:
    """List what has a proposal of known SKUs and is not listed yet; returns how many were.

    What is listed already may have been mapped by hand, and stays.
    """
    proposed = {one.channel_sku: dict(one.components) for one in listings if one.components}
    with database.read() as connection:
        listed = _listed(connection, channel, proposed)
        parts = {sku for components in proposed.values() for sku in components}
        known = _among(connection, products.c.sku, parts)
    new = {
        channel_sku: components
        for channel_sku, components in proposed.items()
        if channel_sku not in listed and components.keys() <= known
    }
    catalog.list_many(channel, new)
    return len(new)


def tell_problems(
    connection: Connection,
    channel: str,
    problems: Sequence[ListingProblem],
    *,
    at: datetime,
    ids: IdSource,
) -> None:
    """Show all there is to mend in a channel's listings, and close what is not among it."""
    named = {one.channel_sku for one in problems if one.channel_sku is not None}
    by_hand = _listed(connection, channel, named)
    prefix = f"channel:{channel}:listing:"
    concerns = [
        Concern(f"{prefix}{one.problem.code}:{one.channel_sku or ''}", "channel", channel,
                (one.problem,))
        for one in problems
        if one.channel_sku not in by_hand
    ]  # fmt: skip
    raise_concerns(connection, concerns, at=at, new_ids=ids.new_ids(at, len(concerns)))
    still = {concern.key for concern in concerns}
    close_others(connection, prefix, kind="channel", still=still, at=at, by="recovery")


def _listed(connection: Connection, channel: str, channel_skus: Collection[str]) -> set[str]:
    column = listing_components.c.channel_sku
    return _among(connection, column, channel_skus, listing_components.c.channel == channel)


def _among(
    connection: Connection, column: Any, values: Collection[str], *where: ColumnElement[bool]
) -> set[str]:
    """Those of `values` that stand in a column."""
    wanted = sorted(values)
    found: set[str] = set()
    for start in range(0, len(wanted), _A_QUERY):
        some = column.in_(wanted[start : start + _A_QUERY])
        found |= set(connection.execute(select(column).where(some, *where)).scalars())
    return found
