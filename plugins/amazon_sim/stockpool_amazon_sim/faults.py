"""What goes wrong, by chance or on demand.

Chances stand in the settings. An injection orders one fault by name, any number of times, for an
operation or an order or all; it is kept in the store, so that another process can make it.

Call faults: `throttle`, `transient`, `timeout_before`, `timeout_after`, `slow`.
World faults: `damaged_unit`, `late_tracking`, `deferred_order` (createOrder of 2026-07-04 takes an
order without looking at it), and a parcel's fate: `delayed_parcel`, `attempted_parcel`,
`lost_parcel`, `undeliverable_parcel`. A notification's: `lost_notification`, `late_notification`,
`duplicate_notification` (`operation` is then its type, `order_id` the order or SKU it is about).
"""

from __future__ import annotations

from stockpool_amazon_sim.records import Injection
from stockpool_amazon_sim.world import World

CALL_FAULTS = ("throttle", "transient", "timeout_before", "timeout_after", "slow")
NOTIFICATION_FATES = ("lost", "late", "duplicate")
PARCEL_FATES = ("delayed", "attempted", "lost", "undeliverable")
FAULTS = (
    *CALL_FAULTS,
    "damaged_unit",
    "late_tracking",
    "deferred_order",
    *(f"{fate}_parcel" for fate in PARCEL_FATES),
    *(f"{fate}_notification" for fate in NOTIFICATION_FATES),
)


def inject(
    world: World, fault: str, operation: str | None, order_id: str | None, times: int
) -> None:
    """Order a fault.

    Raises:
        ValueError: if there is no such fault, or `times` is not positive.
    """
    if fault not in FAULTS:
        raise ValueError(f"no fault {fault!r}; there are {', '.join(FAULTS)}")
    if times < 1:
        raise ValueError("times must be at least 1")
    world.store.count("injections_made")
    world.store.count("injections")
    number = world.store.counter("injections_made")
    injection = Injection(fault, operation, order_id, times)
    world.store.injections.put(f"{number:012d}", injection)


def call_fault(world: World, operation: str, key: str) -> str | None:
    """What goes wrong with a call about `key`; None if nothing does."""
    if world.store.counter("injections"):
        for fault in CALL_FAULTS:
            if injected(world, fault, operation, key):
                return fault
    faults = world.settings.faults
    chances = faults.operations.get(operation, faults.calls)
    total = (
        chances.throttle
        + chances.transient
        + chances.timeout_before
        + chances.timeout_after
        + chances.slow
    )
    if not total:
        return None
    # The number of the call makes a repeat another draw.
    name = f"calls:{operation}:{key}"
    calls = int(world.store.notes.get(name) or "0")
    world.store.notes.put(name, str(calls + 1))
    point = world.draws.unit("call", operation, key, calls)
    for fault in CALL_FAULTS:
        point -= getattr(chances, fault)
        if point < 0:
            return fault
    return None


def unit_is_damaged(world: World, order_id: str, shipment: str, index: int, unit: int) -> bool:
    """Whether a unit is found damaged at the pick."""
    chance = world.settings.faults.damaged_units
    return world.draws.chance(chance, order_id, shipment, index, unit, "damaged") or injected(
        world, "damaged_unit", None, order_id
    )


def tracking_is_late(world: World, order_id: str, package_number: int) -> bool:
    """Whether a parcel's tracking number comes later than SHIPPED."""
    chance = world.settings.faults.delayed_tracking
    return world.draws.chance(chance, package_number, "late tracking") or injected(
        world, "late_tracking", None, order_id
    )


def parcel_fate(world: World, order_id: str, package_number: int) -> str:
    """What becomes of a parcel: `delivered`, or one of `PARCEL_FATES`."""
    for fate in PARCEL_FATES:
        if injected(world, f"{fate}_parcel", None, order_id):
            return fate
    faults = world.settings.faults
    point = world.draws.unit(package_number, "fate")
    for fate in PARCEL_FATES:
        point -= getattr(faults, f"{fate}_parcels")
        if point < 0:
            return fate
    return "delivered"


def injected(world: World, fault: str, operation: str | None, order_id: str | None) -> bool:
    """Whether an injection fits; uses it up by one."""
    store = world.store
    if not store.counter("injections"):
        return False
    for key, injection in store.injections.all():
        if (
            injection.fault == fault
            and injection.operation in (None, operation)
            and injection.order_id in (None, order_id)
        ):
            injection.remaining -= 1
            if injection.remaining:
                store.injections.put(key, injection)
            else:
                store.injections.remove(key)
                store.count("injections", -1)
            return True
    return False
