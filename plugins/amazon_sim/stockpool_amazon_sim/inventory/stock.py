"""Moving units. `move` is the only place that changes a bucket, and it always writes the journal.

Invariants: no bucket is ever negative; the buckets of a pool are the sum of its movements.
"""

from __future__ import annotations

from stockpool.errors import InvariantViolation
from stockpool_amazon_sim.inventory.ledger import Bucket, Code, EventType
from stockpool_amazon_sim.records import Movement, Stock
from stockpool_amazon_sim.world import World

INBOUND = frozenset({Bucket.INBOUND_WORKING, Bucket.INBOUND_SHIPPED, Bucket.INBOUND_RECEIVING})
"""On the way to Amazon: getInventorySummaries does not detect a change of these."""

Place = tuple[str, Bucket]
"""A center and a bucket in it."""


def stock_of(world: World, country: str, fnsku: str) -> Stock:
    """The record of a physical pool; an empty one if nothing ever was in it."""
    return world.store.stock.get(f"{country}|{fnsku}") or Stock(country, fnsku)


def units(stock: Stock, center: str, bucket: Bucket) -> int:
    """How many units are in a center's bucket."""
    return stock.centers.get(center, {}).get(bucket, 0)


def total(stock: Stock, bucket: Bucket) -> int:
    """How many units are in a bucket, over all centers."""
    return sum(buckets.get(bucket, 0) for buckets in stock.centers.values())


def move(
    world: World,
    stock: Stock,
    quantity: int,
    source: Place | None,
    target: Place | None,
    event_type: EventType,
    reference: str,
    code: Code = Code.NONE,
) -> None:
    """Move units between buckets; None is the world outside.

    Raises:
        InvariantViolation: if the source does not hold so many.
    """
    if quantity <= 0:
        raise InvariantViolation(f"{reference}: a movement of {quantity} units")
    if source is not None:
        buckets = stock.centers.get(source[0], {})
        left = buckets.get(source[1], 0) - quantity
        if left < 0:
            raise InvariantViolation(
                f"{reference}: {stock.country} {stock.fnsku} has not {quantity} units"
                f" {source[1]} at {source[0]}"
            )
        if left:
            buckets[source[1]] = left
        else:
            del buckets[source[1]]
    if target is not None:
        buckets = stock.centers.setdefault(target[0], {})
        buckets[target[1]] = buckets.get(target[1], 0) + quantity
    if any(place is not None and place[1] not in INBOUND for place in (source, target)):
        stock.updated_at = world.now
    world.store.stock.put(f"{stock.country}|{stock.fnsku}", stock)
    world.notice("stock_changed", f"{stock.country}|{stock.fnsku}")
    world.store.record(
        Movement(
            world.now,
            stock.country,
            stock.fnsku,
            source[0] if source else None,
            source[1] if source else None,
            target[0] if target else None,
            target[1] if target else None,
            quantity,
            event_type,
            code,
            reference,
        )
    )
    if target is not None and target[1] is Bucket.FULFILLABLE:
        _tell_who_waits(world, stock)


def change_disposition(
    world: World, stock: Stock, quantity: int, source: Place, target: Place, reference: str
) -> None:
    """A unit's state changes within the building: a minus and a plus, as Amazon writes it."""
    code = Code.DAMAGED_AT_CENTER if target[1] is Bucket.WAREHOUSE_DAMAGED else Code.DISPOSITION_OUT
    move(world, stock, quantity, source, None, EventType.ADJUSTMENTS, reference, code)
    move(
        world, stock, quantity, None, target, EventType.ADJUSTMENTS, reference, Code.DISPOSITION_IN
    )


def _tell_who_waits(world: World, stock: Stock) -> None:
    pool = f"{stock.country}|{stock.fnsku}"
    if world.store.waiting.scan(f"{pool}|", limit=1):
        world.store.drop_events(pool, kind="restocked")
        world.schedule(0, "restocked", pool)
