"""Parcels: numbers, carriers, tracking, the way to the door and what can happen on it.

A parcel's journey is drawn when it ships: [time, event code], with the codes of
getPackageTrackingDetails (Fulfillment Outbound API 2020-07-01). Events that leave the parcel's
status as it is need no dated event: they are visible from their time on.
"""

from __future__ import annotations

from collections.abc import Mapping

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.faults import parcel_fate, tracking_is_late
from stockpool_amazon_sim.outbound.orders import order_of, settle_if_over
from stockpool_amazon_sim.outbound.returns import expect_parcel_back
from stockpool_amazon_sim.outbound.scheduled_delivery import transit_into_window
from stockpool_amazon_sim.records import DAY, HOUR, Micros, Order, Package, Shipment
from stockpool_amazon_sim.reimbursements.reimbursing import LOST_PARCEL, owe
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

_INT32 = 2**31 - 1

STATUS_BY_CODE: Mapping[str, str] = {
    "EVENT_101": "IN_TRANSIT",  # carrier notified
    "EVENT_102": "IN_TRANSIT",  # picked up
    "EVENT_201": "IN_TRANSIT",  # arrival scan
    "EVENT_202": "IN_TRANSIT",  # departure scan
    "EVENT_301": "DELIVERED",
    "EVENT_302": "OUT_FOR_DELIVERY",
    "EVENT_304": "DELIVERY_ATTEMPTED",
    "EVENT_309": "RETURNED",  # returned to seller, here: to the center
    "EVENT_407": "RETURNING",  # refused
    "EVENT_408": "RETURNING",
    "EVENT_409": "UNDELIVERABLE",  # lost by the carrier
    "EVENT_416": "RETURNING",  # undeliverable
    "EVENT_418": "DELAYED",
}
"""What a tracking event says of the parcel's `currentStatus`."""


def new_package(world: World, order: Order, shipment: int, box: int) -> Package:
    """A box with its number (int32, unique for the seller) and its carrier."""
    key = (order.order_id, shipment, box)
    number = 1 + world.draws.bits(*key, "package") % _INT32
    while world.store.packages.get(str(number)) is not None:
        number = 1 + number % _INT32
    world.store.packages.put(str(number), order.order_id)
    blocked = "BLOCK_AMZL" in order.granted
    carrier = world.draws.choose(
        [
            (carrier.code, carrier.weight)
            for carrier in country(order.country).carriers
            if not (blocked and carrier.amazon)
        ],
        *key,
        "carrier",
    )
    world.store.count("packages")
    return Package(number, carrier)


def dispatch_package(world: World, order: Order, shipment: Shipment, package: Package) -> None:
    """A parcel leaves: its way is drawn, and its tracking number told or promised."""
    shipped_at = world.now
    speed = country(order.country).all_speeds[order.speed]
    transit = world.draws.between(speed.transit_days, DAY, package.number, "transit")
    package.status = "IN_TRANSIT"
    package.estimated_arrival = shipped_at + speed.transit_days[1] * DAY
    if order.window:
        transit = transit_into_window(world, order, package)
        package.estimated_arrival = max(order.window[1], shipped_at + transit)
    package.journey = _journey(world, order, package, shipped_at, transit)
    package.reached = 0
    if tracking_is_late(world, order.order_id, package.number):
        delay = world.hours(world.settings.steps.tracking_delay, package.number, "tracking delay")
        world.schedule(delay, "tracking", order.order_id, str(package.number))
    else:
        package.tracking_number = _tracking_number(order, package)
    _schedule_next(world, order, package)


def tracking_comes(world: World, event: Event) -> None:
    """A delayed tracking number is told."""
    order, _, package = _package_of(world, event)
    package.tracking_number = _tracking_number(order, package)
    world.save(order)


def scan(world: World, event: Event) -> None:
    """A parcel's status changes."""
    order, shipment, package = _package_of(world, event)
    at, code = package.journey[package.reached]
    assert at == world.now, event
    package.reached += 1
    package.status = STATUS_BY_CODE[code]
    if code == "EVENT_301":
        package.delivered_at = world.now
        world.store.count("parcels_delivered")
    elif code == "EVENT_409":
        world.store.count("parcels_lost")
        _owe_parcel(world, order, shipment, package)
    elif code == "EVENT_309":
        world.store.count("parcels_returned")
        expect_parcel_back(world, order, shipment, package)
    _schedule_next(world, order, package)
    world.save(order)
    settle_if_over(world, order)


def _owe_parcel(world: World, order: Order, shipment: Shipment, package: Package) -> None:
    for index, units, number in shipment.lines:
        item = order.items[index]
        sku = world.store.skus.get(f"{order.country}|{item.sku}")
        if number == package.number and sku is not None:
            reference = f"lost-parcel-{package.number}-{index}"
            owe(world, sku, units, shipment.center, LOST_PARCEL, reference, order.order_id)


def _schedule_next(world: World, order: Order, package: Package) -> None:
    # Moves `reached` over events that change nothing, to the next that does.
    while package.reached < len(package.journey):
        at, code = package.journey[package.reached]
        if STATUS_BY_CODE[code] != package.status:
            world.schedule(at - world.now, "scan", order.order_id, str(package.number))
            return
        package.reached += 1


def _journey(
    world: World, order: Order, package: Package, shipped_at: Micros, transit: Micros
) -> list[list[object]]:
    steps, number = world.settings.steps, package.number
    arrival = shipped_at + transit
    journey: list[list[object]] = [
        [shipped_at, "EVENT_101"],
        [shipped_at + min(HOUR, transit // 8), "EVENT_102"],
        [shipped_at + transit // 3, "EVENT_201"],
        [shipped_at + transit // 2, "EVENT_202"],
    ]
    fate = parcel_fate(world, order.order_id, number)
    if fate == "lost":
        return [*journey, [arrival + 3 * DAY, "EVENT_409"]]
    if fate == "delayed":
        delay = world.draws.between(steps.delivery_delay_days, DAY, number, "delay")
        journey.append([arrival - transit // 4, "EVENT_418"])
        arrival += delay
    out = arrival - min(6 * HOUR, transit // 4)
    journey.append([out, "EVENT_302"])
    if fate == "attempted":
        journey.append([arrival, "EVENT_304"])
        arrival += DAY
        journey.append([arrival - min(6 * HOUR, transit // 4), "EVENT_302"])
    if fate == "undeliverable":
        back = world.draws.between(steps.return_days, DAY, number, "way back")
        return [
            *journey,
            [arrival, "EVENT_416"],
            [arrival + HOUR, "EVENT_408"],
            [arrival + HOUR + back, "EVENT_309"],
        ]
    return [*journey, [arrival, "EVENT_301"]]


def _tracking_number(order: Order, package: Package) -> str:
    if package.tracking_number is not None:
        return package.tracking_number  # The sandbox was told one.
    for carrier in country(order.country).carriers:
        if carrier.code == package.carrier:
            return carrier.tracking.format(number=package.number)
    return f"{package.number:012d}"  # So it was with the carrier.


def _package_of(world: World, event: Event) -> tuple[Order, Shipment, Package]:
    order = order_of(world, event)
    number = int(event.detail)
    for shipment in order.shipments:
        for package in shipment.packages:
            if package.number == number:
                return order, shipment, package
    raise AssertionError(event)
