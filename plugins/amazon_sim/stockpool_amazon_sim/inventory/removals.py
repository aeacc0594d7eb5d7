"""Removal orders: units that are taken out of Amazon's centers.

    Pending --plan--> Planning --process--> Processing --waves--> Completed
       \\-- cancelled by the seller            (Cancelled, if no unit was there)

Units that are there and not reserved are set aside at once (fcProcessing: which bucket Amazon
counts them in is not published); the rest of what was asked for is cancelled when planned. The
fee of the day of creation is charged for each unit as it leaves.

Invariant, for each item: requested = cancelled + disposed + shipped + held + not there.
"""

from __future__ import annotations

from stockpool.errors import RejectedError
from stockpool_amazon_sim.fees.fees import removal_fee
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.inventory.ledger import UNFULFILLABLE, Bucket, Code, EventType
from stockpool_amazon_sim.inventory.stock import move, stock_of, units
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.requests import RemovalOrderRequest
from stockpool_amazon_sim.records import DAY, Removal, RemovalItem, Stock
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

DISPOSITIONS = frozenset({"Return", "Disposal", "Liquidations"})
WAVES = 2


def create(world: World, request: RemovalOrderRequest) -> Removal:
    """Take a removal order, or refuse it.

    Raises:
        RejectedError: InvalidInput, or the code for an id that is known.
    """
    _check(world, request)
    removal_id = request.removal_order_id
    if world.store.removals.get(removal_id) is not None:
        world.store.count("duplicate_removals")
        raise RejectedError(world.settings.duplicate_code, "a removal order with this id exists")
    items = []
    for wanted in request.items:
        fnsku = known_sku(world, request.country, wanted.seller_sku).fnsku
        for sellable, quantity in ((True, wanted.sellable), (False, wanted.unsellable)):
            if quantity:
                items.append(RemovalItem(wanted.seller_sku, fnsku, sellable, quantity))
    removal = Removal(
        removal_id, request.country, request.disposition, "Pending", world.now, world.now, items
    )
    for item in items:
        _hold(world, removal, item)
    _save(world, removal, "Pending")
    delay = world.hours(world.settings.steps.removal_pending, removal_id, "pending")
    world.schedule(delay, "removal_plan", f"removal|{removal_id}")
    return removal


def cancel(world: World, removal_id: str) -> None:
    """Cancel a removal order that is still Pending; its units are free again.

    Raises:
        RejectedError: InvalidInput if it is unknown or has gone on.
    """
    removal = world.store.removals.get(removal_id)
    if removal is None:
        raise invalid("no removal order has this id")
    if removal.status != "Pending":
        raise invalid(f"the removal order is {removal.status} and cannot be cancelled")
    for item in removal.items:
        for center, bucket, quantity in item.held:
            _back(world, removal, item, center, bucket, quantity)
        item.held = []
        item.cancelled = item.requested
    world.store.drop_events(f"removal|{removal_id}")
    _save(world, removal, "Cancelled")


def plan(world: World, event: Event) -> None:
    """Pending -> Planning; what was not there is cancelled."""
    removal = _removal(world, event)
    for item in removal.items:
        item.cancelled = item.requested - _held(item)
    if not any(item.held for item in removal.items):
        _save(world, removal, "Cancelled")
        return
    _save(world, removal, "Planning")
    delay = world.hours(world.settings.steps.removal_planning, removal.removal_order_id, "planning")
    world.schedule(delay, "removal_process", event.subject)


def process(world: World, event: Event) -> None:
    """Planning -> Processing, and then part by part until all units have left."""
    removal = _removal(world, event)
    if removal.status == "Processing":
        removal.waves += 1
        for item in removal.items:
            _let_go(world, removal, item)
        if removal.disposition == "Return":
            number = world.draws.bits(removal.removal_order_id, removal.waves, "tracking")
            removal.tracking_numbers.append(f"1Z999RR{number % 10**11:011d}")
    if any(item.held for item in removal.items):
        _save(world, removal, "Processing")
        key = (removal.removal_order_id, removal.waves, "wave")
        delay = world.draws.between(world.settings.steps.removal_wave_days, DAY, *key)
        world.schedule(delay, "removal_process", event.subject)
    else:
        _save(world, removal, "Completed")


def _check(world: World, request: RemovalOrderRequest) -> None:
    if not (1 <= len(request.removal_order_id) <= 50 and request.removal_order_id.isprintable()):
        raise invalid("the removal order id must have 1 to 50 characters")
    if request.country not in world.settings.countries:
        raise invalid("the country is not one of this account's")
    if request.disposition not in DISPOSITIONS:
        raise invalid(f"the disposition must be one of {', '.join(sorted(DISPOSITIONS))}")
    if not request.items:
        raise invalid("a removal order has at least one item")
    for item in request.items:
        if min(item.sellable, item.unsellable) < 0 or not item.sellable + item.unsellable:
            raise invalid("quantities must not be negative, and not all zero")
    destination = request.destination
    if request.disposition == "Return":
        if destination is None:
            raise invalid("Return needs an address")
        if destination.country_code != request.country:
            raise invalid("the return address must be in the country of the stock")
        if any(len(field) > 50 for field in destination.fields() if field is not None):
            raise invalid("the return address has a field of more than 50 characters")


def _hold(world: World, removal: Removal, item: RemovalItem) -> None:
    stock = stock_of(world, removal.country, item.fnsku)
    open_units = item.requested
    for center in sorted(stock.centers):
        for bucket in (Bucket.FULFILLABLE,) if item.sellable else UNFULFILLABLE:
            taken = min(open_units, units(stock, center, bucket))
            if taken:
                move(
                    world,
                    stock,
                    taken,
                    (center, bucket),
                    (center, Bucket.FC_PROCESSING),
                    EventType.RESERVATIONS,
                    removal.removal_order_id,
                )
                item.held.append([center, bucket, taken])
                open_units -= taken


def _back(
    world: World, removal: Removal, item: RemovalItem, center: str, bucket: str, quantity: int
) -> None:
    move(
        world,
        stock_of(world, removal.country, item.fnsku),
        quantity,
        (center, Bucket.FC_PROCESSING),
        (center, Bucket(bucket)),
        EventType.RESERVATIONS,
        removal.removal_order_id,
    )


def _let_go(world: World, removal: Removal, item: RemovalItem) -> None:
    stock = stock_of(world, removal.country, item.fnsku)
    left = _held(item)
    leaving = left if removal.waves >= WAVES else -(-left // 2)
    for entry in item.held:
        taken = min(leaving, entry[2])
        if taken:
            _leave(world, removal, stock, entry[0], Bucket(entry[1]), taken)
            entry[2] -= taken
            leaving -= taken
            removal.fee += taken * _fee(world, removal, item)
            if removal.disposition == "Disposal":
                item.disposed += taken
            else:
                item.shipped += taken
    item.held = [entry for entry in item.held if entry[2]]


def _leave(
    world: World, removal: Removal, stock: Stock, center: str, bucket: Bucket, quantity: int
) -> None:
    """Units leave the building as what they were before they were set aside."""
    reference = removal.removal_order_id
    source = (center, Bucket.FC_PROCESSING)
    if bucket in UNFULFILLABLE:
        before = (center, bucket)
        move(world, stock, quantity, source, before, EventType.RESERVATIONS, reference)
        source = before
    if removal.disposition == "Disposal":
        kind, code = EventType.ADJUSTMENTS, Code.DESTROYED
    else:
        kind, code = EventType.VENDOR_RETURNS, Code.NONE
    move(world, stock, quantity, source, None, kind, reference, code)


def _fee(world: World, removal: Removal, item: RemovalItem) -> int:
    weight = known_sku(world, removal.country, item.sku).weight_grams
    return removal_fee(removal.country, to_datetime(removal.created_at).date(), weight)


def _held(item: RemovalItem) -> int:
    return sum(int(entry[2]) for entry in item.held)


def _save(world: World, removal: Removal, status: str) -> None:
    removal.status = status
    removal.updated_at = world.now
    world.store.removals.put(removal.removal_order_id, removal)


def _removal(world: World, event: Event) -> Removal:
    removal = world.store.removals.get(event.subject.removeprefix("removal|"))
    assert removal is not None, event
    return removal
