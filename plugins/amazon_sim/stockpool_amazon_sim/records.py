"""What the simulator remembers, as small records that know nothing of storage.

Times are integers: microseconds since 1970 in UTC, on the simulator's own clock. A record is
written as the JSON list of its fields in the order of their definition, so a field is only ever
added at the end and with a default.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar

R = TypeVar("R")

Micros = int
"""Microseconds since 1970, UTC."""

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR


@dataclass(slots=True)
class Sku:
    """A seller SKU in one country, the physical pool (`fnsku`) behind it, and its catalog page.

    Attributes:
        inbound_problems: codes of the FBA Inbound Eligibility API that it was given.
    """

    country: str
    sku: str
    fnsku: str
    weight_grams: int = 250
    size_tier: str = "small_standard"
    units_per_box: int = 10
    ineligible_features: list[str] = field(default_factory=list)
    asin: str = ""
    title: str = ""
    inbound_problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stock:
    """The units of one FNSKU in one country: center -> bucket -> units. No zeros, no negatives.

    Attributes:
        updated_at: when a quantity last changed, those on their way to Amazon left aside.
    """

    country: str
    fnsku: str
    centers: dict[str, dict[str, int]] = field(default_factory=dict)
    updated_at: Micros = 0


@dataclass(slots=True)
class Movement:
    """Units that went from one bucket to another; None is the world outside.

    Attributes:
        event_type: Amazon's ledger event type, or one of the two internal ones.
        code: Amazon's adjustment code, if it is an adjustment.
        reference: the order, shipment, removal ... that was the cause.
    """

    at: Micros
    country: str
    fnsku: str
    from_center: str | None
    from_bucket: str | None
    to_center: str | None
    to_bucket: str | None
    quantity: int
    event_type: str
    code: str
    reference: str


@dataclass(slots=True)
class OrderItem:
    """A line. `quantity` = shipped + cancelled + unfulfillable + what is still open.

    Attributes:
        sent: what else the seller sent of it; it changes nothing here and is shown again.
    """

    item_id: str
    sku: str
    fnsku: str
    quantity: int
    shipped: int = 0
    cancelled: int = 0
    unfulfillable: int = 0
    gift_message: str | None = None
    comment: str | None = None
    unit_value: list[Any] | None = None
    sent: dict[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """Units of which nothing final is known."""
        return self.quantity - self.shipped - self.cancelled - self.unfulfillable


@dataclass(slots=True)
class Package:
    """A parcel and its way: `journey` holds [time, event code], those to come included.

    Attributes:
        status: of its tracking. UNKNOWN: it has not left, or (once it has) nothing more will be
            known of it.
        told: what else is told of it: members of `Tracking` of the Fulfillment Outbound API
            2026-07-04, which the sandbox may set.
    """

    number: int
    carrier: str
    tracking_number: str | None = None
    status: str = "UNKNOWN"
    estimated_arrival: Micros | None = None
    delivered_at: Micros | None = None
    journey: list[list[Any]] = field(default_factory=list)
    reached: int = 0
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Shipment:
    """A shipment. `lines` holds [item index, units, package number or 0].

    Attributes:
        ship_at: when it leaves, estimated until it has; `estimated_arrival` is None once it is
            cancelled.
    """

    shipment_id: str
    center: str
    status: str
    stage: str
    created_at: Micros
    ship_at: Micros
    shipped_at: Micros | None
    estimated_arrival: Micros | None
    lines: list[list[int]]
    packages: list[Package] = field(default_factory=list)


@dataclass(slots=True)
class ReturnItem:
    """One unit that the customer was allowed to send back."""

    return_item_id: str
    item_index: int
    shipment_id: str
    reason_code: str
    authorization_id: str
    center: str
    status: str = "New"
    received_at: Micros | None = None
    disposition: str | None = None


@dataclass(slots=True)
class Order:
    """An MCF order.

    Attributes:
        features: what was asked for, as [feature, Required or NotRequired].
        reserved: units set aside and not yet in a shipment, as [item index, center, units].
        deadline: when FillAll gives up waiting.
        attempts: createFulfillmentOrder calls that arrived under this id.
        sent: what else the seller sent; it changes nothing here and is shown again.
        window: when a scheduled delivery shall come, as [start, end]; empty for all others.
        to_collect: what the recipient pays at the door, in minor units; 0 if nothing.
        told: what notifications told last, of the order ("") and of its shipments and returns.
    """

    order_id: str
    country: str
    status: str
    received_at: Micros
    updated_at: Micros
    displayable_order_id: str
    displayable_order_date: Micros
    displayable_order_comment: str
    speed: str
    policy: str
    action: str
    address: list[str | None]
    features: list[list[str]]
    granted: list[str]
    items: list[OrderItem]
    reserved: list[list[Any]] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    reason: str | None = None
    cancel_requested_at: Micros | None = None
    deadline: Micros | None = None
    attempts: int = 1
    returns: list[ReturnItem] = field(default_factory=list)
    dispatches: int = 0
    sent: dict[str, Any] = field(default_factory=dict)
    window: list[Micros] = field(default_factory=list)
    to_collect: int = 0
    told: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sale:
    """An order from Amazon's own shop for some units of one SKU.

    Attributes:
        picks: [center, units] set aside for it; none if the seller ships it.
        condition: of the listing that it was bought from.
        channel: AFN (Amazon ships it) or MFN (the seller does).
        status: that of the Orders API v0.
        unit_price: in minor units of the country's currency.
        shipped: units that left, by the seller's word if he ships them.
        packages: what the seller told of his parcels.
        pickup: for an order that is fetched from a store: its last state, `Waiting` at first.
        verification: of an order of regulated products; empty for all others.
        cancelled: [by whom, why]; empty if it is not.
        told: of its shipment, by notifications.
    """

    amazon_order_id: str
    country: str
    fnsku: str
    quantity: int
    picks: list[list[Any]]
    shipped_at: Micros | None = None
    sku: str = ""
    asin: str = ""
    title: str = ""
    condition: str = "new_new"
    channel: str = "AFN"
    status: str = "Pending"
    unit_price: int = 0
    purchased_at: Micros = 0
    updated_at: Micros = 0
    buyer_name: str = ""
    buyer_email: str = ""
    address: list[str | None] = field(default_factory=list)
    shipped: int = 0
    packages: list[dict[str, Any]] = field(default_factory=list)
    pickup: str = ""
    verification: dict[str, Any] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(slots=True)
class InboundItem:
    """One SKU of a shipment to Amazon: announced, and what arrived of it.

    Attributes:
        received: in good state, those that were not announced included.
        lost: of the announced ones, on the way.
        extra: units in the shipment that were not announced.
        over: how many of those were received already.
    """

    sku: str
    fnsku: str
    announced: int
    received: int = 0
    damaged: int = 0
    lost: int = 0
    extra: int = 0
    over: int = 0


@dataclass(slots=True)
class Inbound:
    """A shipment of units to one center.

    Attributes:
        plan_id, plan_shipment_id: the inbound plan that it is of, and its name there; empty for
            one that was announced without a plan.
        received_at: another center than `center`, to which it goes by mistake.
    """

    shipment_id: str
    country: str
    center: str
    status: str
    updated_at: Micros
    items: list[InboundItem]
    waves: int = 0
    created_at: Micros = 0
    plan_id: str = ""
    plan_shipment_id: str = ""
    received_at: str = ""


@dataclass(slots=True)
class RemovalItem:
    """Units of one SKU and one kind: requested = cancelled + disposed + shipped + in process.

    `held` lists [center, bucket they came from, units] that are set aside.
    """

    sku: str
    fnsku: str
    sellable: bool
    requested: int
    cancelled: int = 0
    disposed: int = 0
    shipped: int = 0
    held: list[list[Any]] = field(default_factory=list)


@dataclass(slots=True)
class Removal:
    """A removal order."""

    removal_order_id: str
    country: str
    disposition: str
    status: str
    created_at: Micros
    updated_at: Micros
    items: list[RemovalItem]
    tracking_numbers: list[str] = field(default_factory=list)
    fee: int = 0
    waves: int = 0


@dataclass(slots=True)
class Injection:
    """A fault that was ordered by name: for one operation or order, a number of times."""

    fault: str
    operation: str | None
    order_id: str | None
    remaining: int


Record = Any


def _getter(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(member.name for member in fields(kind)))


_GETTERS: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {
    kind: _getter(kind)
    for kind in (
        Sku,
        Stock,
        Movement,
        OrderItem,
        Package,
        Shipment,
        ReturnItem,
        Order,
        Sale,
        InboundItem,
        Inbound,
        RemovalItem,
        Removal,
        Injection,
    )
}


def stored(kind: type[R]) -> type[R]:
    """Decorates a record of another module, of two fields or more: `row` and `encode` know it."""
    _GETTERS[kind] = _getter(kind)
    return kind


def row(record: Record) -> tuple[Any, ...]:
    """The fields of a record in the order of their definition."""
    return _GETTERS[type(record)](record)


_encode = json.JSONEncoder(check_circular=False, separators=(",", ":"), default=row).encode


def encode(record: Record) -> str:
    """A record, with all records inside it, as JSON."""
    return _encode(record)


def decode_order(document: str) -> Order:
    """Read back what `encode` wrote of an order."""
    order = Order(*json.loads(document))
    order.items = [OrderItem(*item) for item in order.items]  # type: ignore[misc]
    order.shipments = [Shipment(*shipment) for shipment in order.shipments]  # type: ignore[misc]
    for shipment in order.shipments:
        shipment.packages = [Package(*package) for package in shipment.packages]  # type: ignore[misc]
    order.returns = [ReturnItem(*item) for item in order.returns]  # type: ignore[misc]
    return order


def decode_inbound(document: str) -> Inbound:
    """Read back what `encode` wrote of an inbound shipment."""
    inbound = Inbound(*json.loads(document))
    inbound.items = [InboundItem(*item) for item in inbound.items]  # type: ignore[misc]
    return inbound


def decode_removal(document: str) -> Removal:
    """Read back what `encode` wrote of a removal order."""
    removal = Removal(*json.loads(document))
    removal.items = [RemovalItem(*item) for item in removal.items]  # type: ignore[misc]
    return removal


def decode_sku(document: str) -> Sku:
    """Read back what `encode` wrote of a SKU."""
    return Sku(*json.loads(document))


def decode_stock(document: str) -> Stock:
    """Read back what `encode` wrote of a stock record."""
    return Stock(*json.loads(document))


def decode_sale(document: str) -> Sale:
    """Read back what `encode` wrote of an Amazon sale."""
    return Sale(*json.loads(document))


def decode_injection(document: str) -> Injection:
    """Read back what `encode` wrote of an injected fault."""
    return Injection(*json.loads(document))


def decode_text(document: str) -> str:
    """Read back what `encode` wrote of a bare string."""
    text: str = json.loads(document)
    return text
