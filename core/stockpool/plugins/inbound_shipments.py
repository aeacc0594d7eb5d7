"""Shipments of an inbound plan: how they are carried, where they are, what was received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stockpool.money import Money

OWN_CARRIER = "USE_YOUR_OWN_CARRIER"
PARTNERED_CARRIER = "AMAZON_PARTNERED_CARRIER"
"""`shipping_solution` of a transportation option."""

NEEDS_DELIVERY_WINDOW = "CONFIRMED_DELIVERY_WINDOW"
"""A precondition of a transportation option."""


class InboundShipmentStatus(StrEnum):
    """Amazon's statuses of an inbound shipment. Some may be skipped; CLOSED says that no more is
    expected, not that the quantities match, and units may be received even after it."""

    UNCONFIRMED = "UNCONFIRMED"
    WORKING = "WORKING"
    READY_TO_SHIP = "READY_TO_SHIP"
    SHIPPED = "SHIPPED"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    CHECKED_IN = "CHECKED_IN"
    RECEIVING = "RECEIVING"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    DELETED = "DELETED"
    ABANDONED = "ABANDONED"
    MIXED = "MIXED"
    """Not explained by Amazon."""

    @property
    def wording(self) -> str:
        """What Seller Central calls it."""
        return _WORDING.get(self, self.value.replace("_", " ").capitalize())


_WORDING: Mapping[InboundShipmentStatus, str] = {
    InboundShipmentStatus.READY_TO_SHIP: "Ready to ship",
    InboundShipmentStatus.IN_TRANSIT: "In transit",
    InboundShipmentStatus.CHECKED_IN: "Checked-in",
}


@dataclass(frozen=True, slots=True)
class TransportationOption:
    """One way to bring a shipment to its center.

    Attributes:
        cost: of a partnered carrier; None for one's own.
        preconditions: what must be confirmed before (`NEEDS_DELIVERY_WINDOW`).
        voidable_until: how long it can be cancelled for nothing.
    """

    transportation_option_id: str
    shipment_id: str
    shipping_mode: str
    shipping_solution: str
    carrier_code: str | None
    carrier_name: str | None
    preconditions: Sequence[str] = ()
    cost: Money | None = None
    quote_expiration: datetime | None = None
    voidable_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryWindowOption:
    """When a shipment may come. `availability_type`: AVAILABLE, CONGESTED, BLOCKED, DISCOUNTED."""

    delivery_window_option_id: str
    start: datetime
    end: datetime
    availability_type: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class BoxTracking:
    """The tracking number of a box. `validation` is told, not asked: `VALIDATED` ..."""

    box_id: str
    tracking_id: str
    validation: str | None = None


@dataclass(frozen=True, slots=True)
class InboundShipmentState:
    """A shipment of a plan as it is now.

    Attributes:
        center: `warehouseId` of where it goes; None while that is not told.
        center_country: of that center.
        shipment_confirmation_id: what stands on labels (`FBA...`), once the carrier is confirmed.
    """

    shipment_id: str
    placement_option_id: str
    name: str
    status: InboundShipmentStatus
    center: str | None = None
    center_country: str | None = None
    shipment_confirmation_id: str | None = None
    transportation_option_id: str | None = None
    delivery_window_option_id: str | None = None
    tracking: Sequence[BoxTracking] = ()
    freight_bill_numbers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReceivedItem:
    """What was announced and what has been received of a SKU, whatever its state.

    `quantity_received` can be more than was announced, and can go down again.
    """

    sku: str
    fn_sku: str
    quantity_shipped: int
    quantity_received: int
