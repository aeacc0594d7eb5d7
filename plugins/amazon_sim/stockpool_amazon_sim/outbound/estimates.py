"""When units are expected to leave and to arrive, as far as it is known; and what to say if not.

A shipment's own estimates stand in its record. Before there is one, an order's units are expected
as its speed promises, counted from when the order came.
"""

from __future__ import annotations

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.statuses import FINAL
from stockpool_amazon_sim.records import DAY, Micros, Order, Shipment

ALIVE = frozenset({"PENDING", "SHIPPED"})
"""Statuses of a shipment that has times; one that was cancelled has none."""


def arrival_of(order: Order, leaves: Micros) -> Micros:
    """When a shipment that leaves at a time should be there at the latest."""
    if order.window:
        return order.window[1]
    return leaves + country(order.country).all_speeds[order.speed].transit_days[1] * DAY


def shipment_times(shipment: Shipment) -> tuple[Micros | None, Micros | None]:
    """When a shipment leaves (or left) and is expected to arrive."""
    if shipment.status not in ALIVE:
        return None, None
    return shipment.ship_at, shipment.estimated_arrival


def item_times(order: Order, index: int) -> tuple[Micros | None, Micros | None]:
    """When the last of an item's units leaves and is expected to arrive; None if none will."""
    times = [
        shipment_times(shipment)
        for shipment in order.shipments
        if any(line[0] == index for line in shipment.lines)
    ]
    leaving = [at for at, _ in times if at is not None]
    arriving = [at for _, at in times if at is not None]
    if leaving:
        return max(leaving), max(arriving)
    if order.status in FINAL or not order.items[index].open:
        return None, None
    speed = country(order.country).all_speeds[order.speed]
    if order.window:
        return order.window[0] - speed.transit_days[0] * DAY, order.window[1]
    begin = order.received_at
    return begin + speed.handling_days * DAY, begin + speed.latest_days * DAY


def shipping_notes(order: Order, shipment: Shipment) -> list[str]:
    """Why the times of a shipment are less than sure. Amazon's wording is not published."""
    notes = []
    if order.address[COUNTRY_FIELD] != order.country and shipment.status in ALIVE:
        notes.append(CUSTOMS)
    if any(package.status == "DELAYED" for package in shipment.packages):
        notes.append("The carrier reports a delay; the new delivery date is not known yet.")
    return notes


COUNTRY_FIELD = 2
"""Where `Destination.fields` has the country."""

CUSTOMS = "The parcel goes through customs; its delivery date can't be computed before."
"""Said of what goes abroad, in previews too."""
