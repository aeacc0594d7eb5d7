"""The contract of fulfillment orders: what is asked for, and what a network tells of it.

Names are those of Amazon's Fulfillment Outbound API 2020-07-01.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from stockpool.money import Money
from stockpool.order_request import Address, Feature, FulfillmentPolicy, Speed


class FulfillmentOrderStatus(StrEnum):
    """Amazon's statuses of a fulfillment order (Fulfillment Outbound API 2020-07-01)."""

    NEW = "New"
    RECEIVED = "Received"
    PLANNING = "Planning"
    PROCESSING = "Processing"
    CANCELLED = "Cancelled"
    COMPLETE = "Complete"
    COMPLETE_PARTIALLED = "CompletePartialled"
    UNFULFILLABLE = "Unfulfillable"
    INVALID = "Invalid"

    @property
    def final(self) -> bool:
        """Whether nothing more will be shipped or cancelled."""
        return self in _FINAL


_FINAL = frozenset(
    {
        FulfillmentOrderStatus.CANCELLED,
        FulfillmentOrderStatus.COMPLETE,
        FulfillmentOrderStatus.COMPLETE_PARTIALLED,
        FulfillmentOrderStatus.UNFULFILLABLE,
        FulfillmentOrderStatus.INVALID,
    }
)


class ShipmentStatus(StrEnum):
    """Amazon's statuses of a shipment of a fulfillment order."""

    PENDING = "PENDING"
    SHIPPED = "SHIPPED"
    CANCELLED_BY_FULFILLER = "CANCELLED_BY_FULFILLER"
    CANCELLED_BY_SELLER = "CANCELLED_BY_SELLER"


class PackageStatus(StrEnum):
    """Amazon's `currentStatus` of a package, as far as the engine acts on it."""

    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    DELIVERED = "DELIVERED"
    DELAYED = "DELAYED"
    DELIVERY_ATTEMPTED = "DELIVERY_ATTEMPTED"
    AVAILABLE_FOR_PICKUP = "AVAILABLE_FOR_PICKUP"
    CUSTOMER_ACTION = "CUSTOMER_ACTION"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"
    UNDELIVERABLE = "UNDELIVERABLE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class FulfillmentItem:
    """One item of a fulfillment order. `item_id` is the seller's and unique in the order."""

    item_id: str
    sku: str
    quantity: int
    unit_value: Money | None = None
    gift_message: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentRequest:
    """An MCF order to be placed (`createFulfillmentOrder`).

    `fulfillment_order_id` is Amazon's `sellerFulfillmentOrderId`: at most 40 characters, made
    and stored by the engine before the first call, never used twice.
    """

    fulfillment_order_id: str
    country: str
    displayable_order_id: str
    displayable_order_date: datetime
    displayable_order_comment: str
    speed: Speed
    policy: FulfillmentPolicy
    ship_to: Address
    items: Sequence[FulfillmentItem]
    features: Sequence[Feature] = ()
    action: Literal["Ship", "Hold"] = "Ship"


@dataclass(frozen=True, slots=True)
class FulfillmentItemState:
    """Item quantities as the network tells them: total, and what became of them."""

    item_id: str
    sku: str
    quantity: int
    cancelled: int = 0
    unfulfillable: int = 0


@dataclass(frozen=True, slots=True)
class ShipmentItemState:
    """Units of one item in a shipment. `package_number` is None until it is packed."""

    item_id: str
    sku: str
    quantity: int
    package_number: int | None = None


@dataclass(frozen=True, slots=True)
class PackageEvent:
    """Something that happened to a parcel on its way.

    Attributes:
        code: the network's; Amazon's are `EVENT_101`, `EVENT_301` and so on.
        description: in the network's words.
        place: where, as far as it is told: city, region, country.
    """

    occurred_at: datetime
    code: str
    description: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class PackageState:
    """A parcel. `package_number` is the network's key for it.

    Attributes:
        events: what is known of its way, in any order; what was told before may be missing.
    """

    package_number: int
    carrier_code: str
    tracking_number: str | None = None
    status: PackageStatus = PackageStatus.IN_TRANSIT
    estimated_arrival: datetime | None = None
    delivered_at: datetime | None = None
    events: Sequence[PackageEvent] = ()


@dataclass(frozen=True, slots=True)
class ShipmentState:
    """One shipment of a fulfillment order: from one center, in one or more packages."""

    shipment_id: str
    fulfillment_center_id: str
    status: ShipmentStatus
    shipped_at: datetime | None = None
    estimated_arrival: datetime | None = None
    items: Sequence[ShipmentItemState] = ()
    packages: Sequence[PackageState] = ()


@dataclass(frozen=True, slots=True)
class FulfillmentState:
    """All that the network knows about one fulfillment order, as of `updated_at`.

    Attributes:
        received_at: when the network took it (its clock).
        granted_features: what it will keep to of the features asked for.
    """

    fulfillment_order_id: str
    country: str
    status: FulfillmentOrderStatus
    received_at: datetime
    updated_at: datetime
    items: Sequence[FulfillmentItemState]
    shipments: Sequence[ShipmentState] = ()
    granted_features: Sequence[Feature] = ()
    status_reason: str | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentAccepted:
    """The answer to a create: taken, not yet planned (it may still become Invalid)."""

    fulfillment_order_id: str
    received_at: datetime
    granted_features: Sequence[Feature] = ()


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Fulfillment orders that changed after the cursor, each as its whole present state.

    The same state may come again, states may come in any order; the engine merges.
    """

    states: Sequence[FulfillmentState]
    cursor: str | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class PreviewOption:
    """What one speed would cost and when it would arrive. Reserves and promises nothing."""

    speed: Speed
    fulfillable: bool
    fees: Mapping[str, Money] = field(default_factory=dict)
    earliest_arrival: datetime | None = None
    latest_arrival: datetime | None = None
    shipments: int = 0
    reasons: Sequence[str] = ()
