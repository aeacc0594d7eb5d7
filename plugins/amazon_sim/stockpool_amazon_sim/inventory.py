"""SKUs and what is on the shelves: registering, stocking, and the figures of getInventorySummaries.

Invariant: all pages of one reading show one instant, however long the reading takes. Later pages
are wound back to the first page's moment with the journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockpool_amazon_sim.checks import invalid
from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.ledger import Bucket, EventType
from stockpool_amazon_sim.records import Micros, Movement, Sku, Stock
from stockpool_amazon_sim.stock import move, stock_of
from stockpool_amazon_sim.world import World

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Summary:
    """One SKU's units by bucket; SKUs of one FNSKU show the same units."""

    sku: str
    fnsku: str
    buckets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """Some SKUs as of `at`; `cursor` is None on the last page."""

    at: Micros
    summaries: Sequence[Summary]
    cursor: str | None


def register(world: World, sku: Sku) -> Sku:
    """Make a SKU known, or change what is known of it.

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
    world.store.skus.put(key, sku)
    return sku


def default_fnsku(world: World, sku: str) -> str:
    """The FNSKU that Amazon gives to a SKU: `X00` and seven letters or digits."""
    return "X00" + world.draws.code(7, sku, "fnsku")


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


def summaries(world: World, code: str, cursor: str | None) -> SummaryPage:
    """A page of a country's SKUs.

    Raises:
        RejectedError: InvalidInput for an unknown country or a cursor that is none of ours.
    """
    if code not in world.settings.countries:
        raise invalid("granularityId is not one of this account's marketplaces")
    at, sequence, after = _read_cursor(world, cursor)
    found = world.store.skus.scan(f"{code}|", after, PAGE + 1)
    since = _since(world, code, sequence) if cursor is not None else {}
    page = [_summary(world, sku, since) for _, sku in found[:PAGE]]
    following = f"{at}:{sequence}:{found[PAGE - 1][0]}" if len(found) > PAGE else None
    return SummaryPage(at, page, following)


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
    return Summary(sku.sku, sku.fnsku, sums)
