"""Removal orders that Amazon makes unasked: stranded units whose time is over are disposed of."""

from __future__ import annotations

from stockpool_amazon_sim.inventory import removals
from stockpool_amazon_sim.listings import listings
from stockpool_amazon_sim.outbound.requests import RemovalOrderRequest, RemovalRequestItem
from stockpool_amazon_sim.records import DAY
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def remove_stranded(world: World, event: Event) -> None:
    """Dispose of a SKU's stranded units, if it is still off since then and for that reason.

    Units that come while it stays off have as much time again. Amazon disposes of such units and
    takes no cancellation (help G200678710); here it is an ordinary removal order, which can be
    cancelled while it is Pending. Amazon's notice beforehand is not simulated.
    """
    listing = world.store.listings.get(event.subject.removeprefix("listing|"))
    if listing is None or listings.stranding(listing) != event.detail:
        return
    for found in listings.stranded(world, listing.country):
        if found.sku == listing.sku:
            number = world.draws.bits(listing.key, world.now, "stranded")
            items = [RemovalRequestItem(found.sku, sellable=found.units)]
            removal_id = f"AMZ-{number % 10**12:012d}"
            removals.create(
                world, RemovalOrderRequest(removal_id, found.country, "Disposal", items)
            )
    days = listings.REMOVAL_DAYS[listing.off_reason or ""]
    if days is not None:
        world.schedule(days * DAY, listings.REMOVAL_DUE, event.subject, event.detail, quiet=True)
