"""What happens to units in and between the centers without an order: transfers, units set aside,
damage and loss.
"""

from __future__ import annotations

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inventory.ledger import UNFULFILLABLE, Bucket, Code, EventType
from stockpool_amazon_sim.inventory.stock import change_disposition, move, stock_of, units
from stockpool_amazon_sim.records import DAY, Sku, Stock
from stockpool_amazon_sim.reimbursements.reimbursing import LOST_IN_CENTER, owe
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


def transfer(world: World, sku: Sku, quantity: int, origin: str, target: str) -> None:
    """Send units from one center to another; they cannot be sold on the way.

    Raises:
        ValueError: if the origin has not so many, or a center is not the country's.
    """
    stock = _holding(world, sku, quantity, origin)
    if target not in country(sku.country).centers or target == origin:
        raise ValueError(f"{target!r} is not another fulfillment center of {sku.country}")
    reference = _reference(world, "transfer")
    move(
        world,
        stock,
        quantity,
        (origin, Bucket.FULFILLABLE),
        (target, Bucket.PENDING_TRANSSHIPMENT),
        EventType.WHSE_TRANSFERS,
        reference,
    )
    delay = world.hours(world.settings.steps.transfer, reference)
    detail = f"{sku.country}|{sku.fnsku}|{target}|{quantity}"
    world.schedule(delay, "transfer_arrives", reference, detail)


def transfer_arrives(world: World, event: Event) -> None:
    """Transferred units are on the shelf."""
    stock, center, quantity = _place(world, event)
    move(
        world,
        stock,
        quantity,
        (center, Bucket.PENDING_TRANSSHIPMENT),
        (center, Bucket.FULFILLABLE),
        EventType.WHSE_TRANSFERS,
        event.subject,
    )


def set_aside(world: World, sku: Sku, quantity: int, center: str) -> None:
    """Let a center process units (measure, sample) and give them back after a while."""
    stock = _holding(world, sku, quantity, center)
    reference = _reference(world, "processing")
    _set(world, stock, quantity, center, Bucket.FULFILLABLE, Bucket.FC_PROCESSING, reference)
    delay = world.hours(world.settings.steps.fc_processing, reference)
    detail = f"{sku.country}|{sku.fnsku}|{center}|{quantity}"
    world.schedule(delay, "processing_ends", reference, detail)


def processing_ends(world: World, event: Event) -> None:
    """Units that were set aside are back on the shelf."""
    stock, center, quantity = _place(world, event)
    _set(world, stock, quantity, center, Bucket.FC_PROCESSING, Bucket.FULFILLABLE, event.subject)


def damage(world: World, sku: Sku, quantity: int, center: str, bucket: str) -> None:
    """Find units on the shelf to be damaged, defective or expired."""
    if bucket not in UNFULFILLABLE:
        raise ValueError(f"{bucket!r} is not one of {', '.join(UNFULFILLABLE)}")
    stock = _holding(world, sku, quantity, center)
    change_disposition(
        world,
        stock,
        quantity,
        (center, Bucket.FULFILLABLE),
        (center, Bucket(bucket)),
        _reference(world, "damage"),
    )


def misplace(world: World, sku: Sku, quantity: int, center: str, *, found: bool) -> None:
    """Lose units in a center; after a while they are found or written off."""
    stock = _holding(world, sku, quantity, center)
    reference = _reference(world, "misplacement")
    move(
        world,
        stock,
        quantity,
        (center, Bucket.FULFILLABLE),
        (center, Bucket.RESEARCHING),
        EventType.ADJUSTMENTS,
        reference,
        Code.MISPLACED,
    )
    delay = world.draws.between(world.settings.steps.research_days, DAY, reference)
    detail = f"{sku.country}|{sku.fnsku}|{center}|{quantity}|{sku.sku}"
    world.schedule(delay, "units_found" if found else "units_lost", reference, detail)


def units_found(world: World, event: Event) -> None:
    """Misplaced units are back on the shelf."""
    stock, center, quantity = _place(world, event)
    source, target = (center, Bucket.RESEARCHING), (center, Bucket.FULFILLABLE)
    kind = EventType.ADJUSTMENTS
    move(world, stock, quantity, source, target, kind, event.subject, Code.FOUND)


def units_lost(world: World, event: Event) -> None:
    """Misplaced units are written off, and made good."""
    stock, center, quantity = _place(world, event)
    source = (center, Bucket.RESEARCHING)
    kind = EventType.ADJUSTMENTS
    move(world, stock, quantity, source, None, kind, event.subject, Code.CORRECTION)
    world.store.count("lost_units", quantity)
    country, *_, name = event.detail.split("|")
    sku = world.store.skus.get(f"{country}|{name}")
    if sku is not None:
        owe(world, sku, quantity, center, LOST_IN_CENTER, event.subject, order_id="")


def _set(
    world: World,
    stock: Stock,
    quantity: int,
    center: str,
    source: Bucket,
    target: Bucket,
    reference: str,
) -> None:
    kind = EventType.RESERVATIONS
    move(world, stock, quantity, (center, source), (center, target), kind, reference)


def _holding(world: World, sku: Sku, quantity: int, center: str) -> Stock:
    stock = stock_of(world, sku.country, sku.fnsku)
    there = units(stock, center, Bucket.FULFILLABLE)
    if not 1 <= quantity <= there:
        raise ValueError(f"{center} has {there} fulfillable units of {sku.sku}, not {quantity}")
    return stock


def _place(world: World, event: Event) -> tuple[Stock, str, int]:
    code, fnsku, center, quantity = event.detail.split("|")[:4]
    return stock_of(world, code, fnsku), center, int(quantity)


def _reference(world: World, kind: str) -> str:
    world.store.count(f"{kind}s")
    return f"{kind}-{world.store.counter(f'{kind}s')}"
