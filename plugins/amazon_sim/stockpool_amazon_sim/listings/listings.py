"""Listings: whether one can be bought or found, and units that no offer is left for.

A listing loses its offer when it is closed or deleted, handed to the seller's own shipping,
suppressed, or has no price. Amazon's units of it are then stranded: Amazon's own shop does not sell
them, MCF still ships them (seller help 201436600). Amazon would remove them after some time, which
depends on the reason (help KQ8DGGU529BJJ7E).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.ledger import Bucket
from stockpool_amazon_sim.inventory.stock import stock_of, total
from stockpool_amazon_sim.listings.listing_records import Listing, ListingIssue
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY, Micros, Sku
from stockpool_amazon_sim.world import World

MERCHANT = "DEFAULT"
"""The fulfillment channel code of a listing that the seller ships himself."""

SUPPRESSING = frozenset({"LISTING_SUPPRESSED", "CATALOG_ITEM_REMOVED"})
"""Enforcement actions after which a listing can't be bought (Listings Items API 2021-08-01)."""

HIDING = SUPPRESSING | {"SEARCH_SUPPRESSED"}
"""Those after which it can't be found."""

ENFORCEMENTS = HIDING | {"ATTRIBUTE_SUPPRESSED"}

REMOVAL_DAYS: Mapping[str, int | None] = {
    "deleted": 30,
    "closed": 180,
    "merchant_fulfilled": 180,
    "suppressed": 60,
    "incomplete": 60,
    "not_started": None,
}
"""By reason, after how many days stranded units are removed; None: they are not. The figures for
`incomplete` and `not_started` are not published."""

REMOVAL_DUE = "stranded_due"
"""The event at which Amazon takes stranded units away; its detail is `stranding` of then."""

_PRICES = (10, 50)
"""Between how many whole units of 100 minor units a price lies that nobody set."""


@dataclass(frozen=True, slots=True)
class Stranded:
    """Amazon's units of a SKU without an offer."""

    country: str
    sku: str
    fnsku: str
    asin: str
    units: int
    since: Micros
    reason: str
    removed_at: Micros | None


def list_registered(world: World, sku: Sku) -> None:
    """A SKU that Amazon was told of gets a live listing that Amazon fulfills, if it has none."""
    listing = world.store.listings.get(f"{sku.country}|{sku.sku}")
    if listing is not None and listing.offer != "deleted":
        return
    price = world.draws.between(_PRICES, 100, sku.sku, "price") // 100 * 100 - 1
    channel = country(sku.country).fulfillment_channel
    save(
        world,
        Listing(
            sku.country,
            sku.sku,
            sku.asin,
            sku.title,
            channel=channel,
            price=price,
            created_at=world.now,
        ),
    )


def save(world: World, listing: Listing) -> None:
    """Keep a changed listing."""
    listing.updated_at = world.now
    reason, before = why_off(world, listing), stranding(listing)
    if reason is None:
        listing.off_since = None
    elif listing.off_since is None:
        listing.off_since = world.now
    listing.off_reason = reason
    if stranding(listing) != before:
        _note_removal(world, listing)
    world.store.listings.put(listing.key, listing)
    world.notice("listing_changed", listing.key)


def stranding(listing: Listing) -> str:
    """Since when and why it is off, as one word; empty if it is not."""
    return "" if listing.off_since is None else f"{listing.off_since}:{listing.off_reason}"


def _note_removal(world: World, listing: Listing) -> None:
    days = REMOVAL_DAYS[listing.off_reason] if listing.off_reason else None
    if not world.settings.removes_stranded or days is None or listing.off_since is None:
        return
    delay = max(0, listing.off_since + days * DAY - world.now)
    subject = f"listing|{listing.key}"
    world.schedule(delay, REMOVAL_DUE, subject, stranding(listing), quiet=True)


def known_listing(world: World, code: str, sku: str) -> Listing:
    """A listing that is not deleted.

    Raises:
        RejectedError: InvalidInput.
    """
    listing = world.store.listings.get(f"{code}|{sku}")
    if listing is None or listing.offer == "deleted":
        raise invalid(f"sellerSku {sku} is not known in this marketplace")
    return listing


def asin_of(world: World, listing: Listing) -> str:
    """Its page in the catalog."""
    sku = world.store.skus.get(listing.key)
    return listing.asin if sku is None else sku.asin


def title_of(world: World, listing: Listing) -> str:
    """What the page is headed with."""
    sku = world.store.skus.get(listing.key)
    return listing.title if sku is None else sku.title


def fulfilled_by_amazon(listing: Listing) -> bool:
    """Whether Amazon ships what is bought."""
    return listing.channel not in ("", MERCHANT)


def issues_of(listing: Listing) -> list[ListingIssue]:
    """All that is wrong with it; what follows from its state included."""
    found = list(listing.issues)
    if listing.price is None:
        message = "The offer has no price, so the listing can't be bought."
        found.append(
            ListingIssue("90212", message, "ERROR", ["purchasable_offer"], ["MISSING_PRICE"])
        )
    if not listing.channel:
        message = "The listing names no fulfillment channel, so it can't be bought."
        names = ["fulfillment_availability"]
        found.append(ListingIssue("90220", message, "ERROR", names, ["MISSING_ATTRIBUTE"]))
    return found


def enforced(listing: Listing) -> set[str]:
    """The enforcement actions that hold, those apart from which the seller is exempt."""
    return {
        action
        for issue in listing.issues
        if issue.exemption == "NOT_EXEMPT"
        for action in issue.actions
    }


def why_not_buyable(world: World, listing: Listing) -> str | None:
    """Why there is no live offer, as a key of `REMOVAL_DAYS`; None if there is one."""
    if listing.offer != "live":
        return listing.offer
    if enforced(listing) & SUPPRESSING:
        return "suppressed"
    if listing.price is None or not listing.channel:
        return "incomplete"
    if listing.starts_at is not None and listing.starts_at > world.now:
        return "not_started"
    return None


def why_off(world: World, listing: Listing) -> str | None:
    """Why Amazon's units of the SKU have no offer; None if they have one."""
    reason = why_not_buyable(world, listing)
    if reason is None and not fulfilled_by_amazon(listing):
        return "merchant_fulfilled"
    return reason


def units_for_sale(world: World, listing: Listing) -> int:
    """How many units can be bought, if it can be bought at all."""
    if not fulfilled_by_amazon(listing):
        return listing.quantity
    sku = world.store.skus.get(listing.key)
    if sku is None:
        return 0
    return total(stock_of(world, sku.country, sku.fnsku), Bucket.FULFILLABLE)


def statuses(world: World, listing: Listing) -> list[str]:
    """BUYABLE and DISCOVERABLE, as far as they hold; a listing that is closed has neither.

    One that is sold out is not BUYABLE (what sellers see; the API's documents say no more than that
    it can be purchased).
    """
    found = []
    if why_not_buyable(world, listing) is None and units_for_sale(world, listing):
        found.append("BUYABLE")
    if listing.offer == "live" and not enforced(listing) & HIDING:
        found.append("DISCOVERABLE")
    return found


def stranded(world: World, code: str) -> list[Stranded]:
    """Amazon's fulfillable units of a country that no SKU of their pool has a live offer for."""
    offered: set[str] = set()
    off: list[tuple[Sku, Listing | None]] = []
    for key, sku in world.store.skus.all(f"{code}|"):
        listing = world.store.listings.get(key)
        if listing is not None and why_off(world, listing) is None:
            offered.add(sku.fnsku)
        else:
            off.append((sku, listing))
    found = []
    for sku, listing in off:
        units = total(stock_of(world, code, sku.fnsku), Bucket.FULFILLABLE)
        if not units or sku.fnsku in offered or listing is None:
            continue
        reason = why_off(world, listing)
        if reason is None:
            continue
        since = listing.off_since or listing.updated_at
        days = REMOVAL_DAYS[reason]
        found.append(
            Stranded(
                code,
                sku.sku,
                sku.fnsku,
                sku.asin,
                units,
                since,
                reason,
                None if days is None else since + days * DAY,
            )
        )
    return found
