"""SKUs and what is on the shelves: registering, stocking, and the figures of getInventorySummaries.

Invariant: all pages of one reading show one instant, however long the reading takes. Later pages
are wound back to the first page's moment with the journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.ledger import Bucket, EventType
from stockpool_amazon_sim.inventory.stock import move, stock_of
from stockpool_amazon_sim.listings import listings
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import Micros, Movement, Sku, Stock
from stockpool_amazon_sim.world import World

PAGE = 1000


CONDITION = "NewItem"
"""Of all units in the simulated centers."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One SKU's units by bucket; SKUs of one FNSKU show the same units."""

    sku: str
    fnsku: str
    buckets: Mapping[str, int]
    asin: str = ""
    title: str = ""
    updated_at: Micros = 0


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """Some SKUs as of `at`; `cursor` is None on the last page."""

    at: Micros
    summaries: Sequence[Summary]
    cursor: str | None


def register(world: World, sku: Sku) -> Sku:
    """Make a SKU known, or change what is known of it. It is listed then, if it was not.

    Raises:
        ValueError: for a country that this account has not, or a known SKU with another FNSKU.
    """
    if sku.country not in world.settings.countries:
        raise ValueError(f"this account has no stock in {sku.country}")
    if not (1 <= len(sku.sku) <= 50 and sku.sku.isprintable()):
        raise ValueError("a SKU has 1 to 50 printable characters")
    if not (sku.fnsku.isascii() and sku.fnsku.isalnum()):
        raise ValueError(f"{sku.fnsku!r} is not an FNSKU (letters and digits)")
    key = f"{sku.country}|{sku.sku}"
    known = world.store.skus.get(key)
    if known is not None and known.fnsku != sku.fnsku:
        raise ValueError(f"{sku.sku} has the FNSKU {known.fnsku}")
    if known is not None:
        sku.inbound_problems = known.inbound_problems
    sku.asin = sku.asin or new_asin(world, sku.fnsku)
    sku.title = sku.title or sku.sku
    world.store.skus.put(key, sku)
    world.store.sharers.put(f"{sku.country}|{sku.fnsku}|{sku.sku}", sku.sku)
    listings.list_registered(world, sku)
    return sku


def forget(world: World, sku: Sku) -> None:
    """Forget a SKU.

    Raises:
        ValueError: while a unit of its pool is anywhere and no other SKU shares it.
    """
    if totals(stock_of(world, sku.country, sku.fnsku)) and not _sharers(world, sku):
        raise ValueError(f"{sku.sku} still has units; take them out first")
    world.store.skus.remove(f"{sku.country}|{sku.sku}")
    world.store.sharers.remove(f"{sku.country}|{sku.fnsku}|{sku.sku}")
    world.store.listings.remove(f"{sku.country}|{sku.sku}")


def default_fnsku(world: World, sku: str) -> str:
    """The FNSKU that Amazon gives to a SKU: `X00` and seven letters or digits."""
    return "X00" + world.draws.code(7, sku, "fnsku")


def new_asin(world: World, fnsku: str) -> str:
    """The page in the catalog of a SKU of which nothing else is said."""
    return "B0" + world.draws.code(8, fnsku, "asin")


def known_sku(world: World, code: str, sku: str) -> Sku:
    """A registered SKU.

    Raises:
        RejectedError: InvalidInput.
    """
    known = world.store.skus.get(f"{code}|{sku}")
    if known is None:
        raise invalid(f"sellerSku {sku} is not known in this marketplace")
    return known


def add_stock(world: World, sku: Sku, quantity: int, center: str | None) -> None:
    """Put units on the shelf, of one center or spread evenly over all of the country's.

    Raises:
        ValueError: if the country has no such center or the quantity is negative.
    """
    centers = tuple(country(sku.country).centers)
    if quantity < 0:
        raise ValueError("stock is never negative")
    if center is not None and center not in centers:
        raise ValueError(f"{sku.country} has no fulfillment center {center!r}")
    chosen = centers if center is None else (center,)
    stock = stock_of(world, sku.country, sku.fnsku)
    share, rest = divmod(quantity, len(chosen))
    for place, name in enumerate(chosen):
        units = share + (place < rest)
        if units:
            target = (name, Bucket.FULFILLABLE)
            move(world, stock, units, None, target, EventType.RECEIPTS, "stock")


def totals(stock: Stock) -> dict[str, int]:
    """A pool's units by bucket, over all centers."""
    sums: dict[str, int] = {}
    for buckets in stock.centers.values():
        for bucket, units in buckets.items():
            sums[bucket] = sums.get(bucket, 0) + units
    return sums


def summaries(
    world: World,
    code: str,
    cursor: str | None,
    *,
    skus: Sequence[str] = (),
    since: Micros | None = None,
    limit: int = PAGE,
) -> SummaryPage:
    """A page of a country's SKUs.

    Args:
        skus: only these; those that are not known are left out.
        since: only those of which a quantity changed at or after this time. A page may then be
            short, or empty, and yet not the last.

    Raises:
        RejectedError: InvalidInput for an unknown country or a cursor that is none of ours.
    """
    if code not in world.settings.countries:
        raise invalid("granularityId is not one of this account's marketplaces")
    at, sequence, after = _read_cursor(world, cursor)
    if skus:
        named = [world.store.skus.get(f"{code}|{sku}") for sku in dict.fromkeys(skus)]
        return SummaryPage(at, [_summary(world, sku, {}) for sku in named if sku], None)
    found = world.store.skus.scan(f"{code}|", after, limit + 1)
    later = _since(world, code, sequence) if cursor is not None else {}
    page = [_summary(world, sku, later) for _, sku in found[:limit]]
    following = f"{at}:{sequence}:{found[limit - 1][0]}" if len(found) > limit else None
    if since is not None:
        page = [summary for summary in page if summary.updated_at >= since]
    return SummaryPage(at, page, following)


def with_feature(
    world: World,
    code: str,
    feature: str,
    cursor: str | None,
    *,
    since: Micros | None,
    limit: int,
) -> tuple[list[tuple[Summary, list[str]]], str | None]:
    """A page of the SKUs that may have a feature, each with those that share its stock.

    Args:
        since: only those of which a quantity changed at or after this time.

    Raises:
        RejectedError: InvalidInput for an unknown country or feature.
    """
    if code not in world.settings.countries:
        raise invalid("marketplaceId is not one of this account's")
    if feature not in country(code).features:
        raise invalid("featureName is not known in this marketplace")
    if feature not in world.settings.accepted_features(code):
        return [], None
    found = world.store.skus.scan(f"{code}|", cursor or "", limit + 1)
    page = [
        (summary, _sharers(world, sku))
        for _, sku in found[:limit]
        if feature not in sku.ineligible_features
        and (summary := _summary(world, sku, {})).updated_at >= (since or 0)
    ]
    return page, found[limit - 1][0] if len(found) > limit else None


def _sharers(world: World, sku: Sku) -> list[str]:
    shared = world.store.sharers.scan(f"{sku.country}|{sku.fnsku}|")
    return [other for _, other in shared if other != sku.sku]


def _read_cursor(world: World, cursor: str | None) -> tuple[Micros, int, str]:
    if cursor is None:
        return world.now, world.store.movement_sequence(), ""
    try:
        at, sequence, after = cursor.split(":", 2)
        return int(at), int(sequence), after
    except ValueError:
        raise invalid("nextToken is not valid") from None


def _since(world: World, code: str, sequence: int) -> dict[str, list[Movement]]:
    since: dict[str, list[Movement]] = {}
    for movement in world.store.movements_after(sequence):
        if movement.country == code:
            since.setdefault(movement.fnsku, []).append(movement)
    return since


def _summary(world: World, sku: Sku, since: Mapping[str, Sequence[Movement]]) -> Summary:
    stock = world.store.stock.get(f"{sku.country}|{sku.fnsku}")
    sums = totals(stock) if stock is not None else {}
    for movement in since.get(sku.fnsku, ()):
        if movement.to_bucket is not None:
            sums[movement.to_bucket] = sums.get(movement.to_bucket, 0) - movement.quantity
        if movement.from_bucket is not None:
            sums[movement.from_bucket] = sums.get(movement.from_bucket, 0) + movement.quantity
    updated_at = stock.updated_at if stock is not None else 0
    return Summary(sku.sku, sku.fnsku, sums, sku.asin, sku.title, updated_at)
