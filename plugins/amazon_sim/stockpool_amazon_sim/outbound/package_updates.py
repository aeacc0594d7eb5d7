"""updatePackage (Fulfillment Outbound API 2026-07-04): the sandbox's way to move a parcel on.

A parcel that is not with its carrier yet is handed over first, with its whole shipment. What has
happened to it stays; the status that was asked for comes now, and from a status on the way the
parcel goes on to what was to come after it. What Amazon's sandbox makes of a parcel that has
arrived or is lost is not published; here nothing more happens to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stockpool_amazon_sim.outbound.carriage import STATUS_BY_CODE, scan
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.orders import settle_if_over
from stockpool_amazon_sim.outbound.shipping import ship
from stockpool_amazon_sim.records import MINUTE, Micros, Order, Package, Shipment
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

CODES: Mapping[str, str] = {
    "IN_TRANSIT": "EVENT_201",
    "DELAYED": "EVENT_418",
    "OUT_FOR_DELIVERY": "EVENT_302",
    "DELIVERED": "EVENT_301",
    "UNDELIVERABLE": "EVENT_409",
}
"""By which scan a parcel comes to a status. An undeliverable one is lost: nothing comes back."""

STATUSES = ("PROCESSING", *CODES, "EXPIRED")
"""Every status that can be asked for."""

_LAST = frozenset({"DELIVERED", "UNDELIVERABLE", "EXPIRED"})
_ENDED = frozenset({"DELIVERED", "UNDELIVERABLE", "RETURNED", "RETURNING"})


@dataclass(frozen=True, slots=True)
class PackageUpdate:
    """What shall be told of a parcel; what is None stays.

    Attributes:
        told: further members of `Tracking`, which replace those of the same name.
    """

    status: str
    delivery_time: Micros | None = None
    carrier_code: str | None = None
    tracking_number: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def update_package(world: World, order: Order, number: int, update: PackageUpdate) -> None:
    """Bring a parcel of an order to a status, and change what is told of it.

    Raises:
        RejectedError: InvalidInput for a status that there is not, or that can't come any more.
    """
    shipment, package = _find(order, number)
    if update.status not in STATUSES:
        raise invalid(f"there is no package status {update.status}")
    if update.status == "PROCESSING":
        if has_left(shipment):
            raise invalid("the package has left its fulfillment center")
    else:
        if has_ended(shipment, package):
            raise invalid("nothing more happens to the package")
        _let_leave(world, order, shipment)
    if update.tracking_number is not None:
        world.store.drop_events(order.order_id, str(number), "tracking")
    _tell(shipment, package, update)
    if update.status == "EXPIRED":
        _end(world, order, package)
        package.status = "UNKNOWN"
    elif update.status != "PROCESSING":
        _redirect(world, order, package, update.status)
    world.save(order)
    settle_if_over(world, order)


def has_left(shipment: Shipment) -> bool:
    """Whether a shipment's parcels are with their carriers."""
    return shipment.stage == "shipped"


def has_ended(shipment: Shipment, package: Package) -> bool:
    """Whether a parcel's status is its last one."""
    expired = has_left(shipment) and package.status == "UNKNOWN"
    return expired or package.status in _ENDED


def _find(order: Order, number: int) -> tuple[Shipment, Package]:
    for shipment in order.shipments:
        for package in shipment.packages:
            if package.number == number:
                return shipment, package
    raise AssertionError(number)


def _let_leave(world: World, order: Order, shipment: Shipment) -> None:
    if not has_left(shipment):
        place = str(order.shipments.index(shipment))
        world.store.drop_events(order.order_id, place, "ship")
        ship(world, Event(world.now, "ship", order.order_id, place))


def _tell(shipment: Shipment, package: Package, update: PackageUpdate) -> None:
    if update.delivery_time is not None:
        package.estimated_arrival = update.delivery_time
        shipment.estimated_arrival = max(
            one.estimated_arrival for one in shipment.packages if one.estimated_arrival is not None
        )
    package.carrier = update.carrier_code or package.carrier
    package.tracking_number = update.tracking_number or package.tracking_number
    package.told |= update.told


def _redirect(world: World, order: Order, package: Package, status: str) -> None:
    if package.status == status:
        return
    rest = [] if status in _LAST else _what_comes_after(package, status)
    _end(world, order, package)
    package.journey.append([world.now, CODES[status]])
    package.journey += [
        [max(at, world.now + place * MINUTE), code] for place, (at, code) in enumerate(rest, 1)
    ]
    scan(world, Event(world.now, "scan", order.order_id, str(package.number)))


def _end(world: World, order: Order, package: Package) -> None:
    """Cut off what has not happened yet."""
    world.store.drop_events(order.order_id, str(package.number), "scan")
    package.journey = [[at, code] for at, code in package.journey if at <= world.now]
    package.reached = len(package.journey)


def _what_comes_after(package: Package, status: str) -> list[list[Any]]:
    coming = package.journey[package.reached :]
    for place, (_, code) in enumerate(coming):
        if STATUS_BY_CODE[code] == status:
            return coming[place + 1 :]
    # The status was not on its way: the way goes on behind it.
    return coming
