"""getPackageTrackingDetails: what can be seen of a parcel's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.outbound.estimates import COUNTRY_FIELD
from stockpool_amazon_sim.outbound.proof_of_delivery import proof_of
from stockpool_amazon_sim.records import DAY, Micros, Order, Package, Shipment
from stockpool_amazon_sim.world import World

DESCRIPTIONS: Mapping[str, str] = {
    "EVENT_101": "Carrier notified to pick up package",
    "EVENT_102": "Shipment picked up from seller's facility",
    "EVENT_201": "Arrival scan",
    "EVENT_202": "Departure scan",
    "EVENT_301": "Delivered",
    "EVENT_302": "Out for delivery",
    "EVENT_304": "Delivery attempted",
    "EVENT_309": "Returned to seller",
    "EVENT_407": "Refused by customer",
    "EVENT_408": "Returning to seller",
    "EVENT_409": "Lost by carrier",
    "EVENT_416": "Undeliverable",
    "EVENT_418": "Delayed",
}

KEPT: Micros = 90 * DAY
"""How long after a parcel left its way can be asked for."""

_LOCATIONS = frozenset({"FRONT_DOOR", "GARAGE", "RECEPTIONIST"})
"""Drop-off places that `additionalLocationInfo` knows too."""

_AT_THE_DOOR = frozenset({"EVENT_301", "EVENT_302", "EVENT_304", "EVENT_407", "EVENT_416"})


@dataclass(frozen=True, slots=True)
class TrackingEvent:
    """One scan, at a place."""

    at: Micros
    code: str
    description: str
    city: str
    state: str
    country: str


@dataclass(frozen=True, slots=True)
class TrackingDetails:
    """A parcel; events are the latest first.

    Attributes:
        destination: city, state and country, as far as the address has them.
        window: when it shall come, once it is near; only a scheduled delivery has one.
        signed_for_by: who signed for it.
        left_at: where it lies, a code of `additionalLocationInfo`.
    """

    package_number: int
    order_id: str
    carrier_code: str
    tracking_number: str | None
    current_status: str
    estimated_arrival: Micros | None
    events: Sequence[TrackingEvent]
    destination: tuple[str, str, str] = ("", "", "")
    window: tuple[Micros, Micros] | None = None
    signed_for_by: str | None = None
    left_at: str | None = None


def scans(order: Order, shipment: Shipment, package: Package, now: Micros) -> list[TrackingEvent]:
    """What has happened to a parcel by now, the latest first."""
    center = country(order.country).centers[shipment.center]
    return [
        TrackingEvent(
            at,
            code,
            DESCRIPTIONS[code],
            *(_door(order) if code in _AT_THE_DOOR else (center.city, center.state)),
            order.country,
        )
        for at, code in reversed(package.journey)
        if at <= now
    ]


def _door(order: Order) -> tuple[str, str]:
    # Destination fields: 4 is the city, 5 the state.
    return order.address[4] or "", order.address[5] or ""


def tracking_details(world: World, package_number: int) -> TrackingDetails:
    """What is known of a parcel by now.

    Raises:
        RejectedError: InvalidInput for an unknown package number, and for a parcel that left more
            than 90 days ago (about as long as Amazon keeps its scans).
    """
    order_id = world.store.packages.get(str(package_number))
    order = None if order_id is None else world.store.orders.get(order_id)
    if order is None:
        raise invalid("packageNumber is not known")
    for shipment in order.shipments:
        for package in shipment.packages:
            if package.number != package_number:
                continue
            if package.journey and package.journey[0][0] + KEPT < world.now:
                raise invalid("the package's tracking data has expired")
            events = scans(order, shipment, package, world.now)
            door = _door(order)
            proof = proof_of(order, package)
            place = (proof.place or {}).get("type")
            near = order.window and package.status in ("OUT_FOR_DELIVERY", "DELIVERED")
            return TrackingDetails(
                package.number,
                order.order_id,
                package.carrier,
                package.tracking_number,
                package.status,
                package.estimated_arrival,
                events,
                (*door, order.address[COUNTRY_FIELD] or ""),
                (order.window[0], order.window[1]) if near else None,
                proof.received_by,
                place if place in _LOCATIONS else None,
            )
    raise AssertionError(package_number)
