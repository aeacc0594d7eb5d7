"""The values that routing works on. Plain, hashable, and the same bytes as JSON on every machine.

Quantities are units of a *stock SKU*: the SKU under which a physical pool is kept. Fees are
integers of one common currency, the routing currency, and only compared with each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stockpool.order_request import Feature, FulfillmentPolicy, Speed


@dataclass(frozen=True, slots=True)
class SpeedOffer:
    """What a pool asks and promises for one speed."""

    transit_days: int
    order_fee: int
    unit_fee: int


@dataclass(frozen=True, slots=True)
class CandidatePool:
    """A pool that might ship. `destinations` are those served without crossing a border rule."""

    pool: str
    country: str
    destinations: frozenset[str]
    speeds: Mapping[Speed, SpeedOffer]
    features: frozenset[Feature]


@dataclass(frozen=True, slots=True)
class CrossBorderRule:
    """Permission for `pool` to ship to other countries, at an extra price and delay."""

    name: str
    pool: str
    destinations: frozenset[str]
    speeds: frozenset[Speed]
    extra_days: int = 0
    extra_order_fee: int = 0
    extra_unit_fee: int = 0


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """All that does not depend on the order: stored once, known by `digest`."""

    pools: tuple[CandidatePool, ...]
    cross_border: tuple[CrossBorderRule, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """Units of one stock SKU for one order line; a kit line is several of these.

    `count` items of `each` units: count * each units in all. A line is filled in whole items.
    """

    line_id: str
    sku: str
    count: int
    each: int = 1

    @property
    def units(self) -> int:
        """Units wanted."""
        return self.count * self.each


@dataclass(frozen=True, slots=True)
class RoutingInput:
    """One order's question. `available` holds the pools and SKUs that have units; others have 0."""

    destination: str
    speed: Speed
    policy: FulfillmentPolicy
    backorder: bool
    features: tuple[Feature, ...]
    demands: tuple[Demand, ...]
    available: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Allocation:
    """`quantity` units of `sku` for line `line_id` out of `pool`."""

    pool: str
    line_id: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PlannedShipment:
    """One fulfillment order to be placed: everything that `pool` ships of this order."""

    pool: str
    fee: int
    transit_days: int
    cross_border: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """An alternative that was not taken, and why. One pool, or a set that would ship together."""

    pools: tuple[str, ...]
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Units that are not allocated: they wait for stock, or can't be filled."""

    line_id: str
    sku: str
    quantity: int
    waits: bool
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer. For each line and SKU: allocations + shortfalls = demand, exactly."""

    allocations: tuple[Allocation, ...]
    shipments: tuple[PlannedShipment, ...]
    shortfalls: tuple[Shortfall, ...]
    rejected: tuple[Rejection, ...]

    @property
    def fee(self) -> int:
        """Sum of the shipments' fees."""
        return sum(shipment.fee for shipment in self.shipments)

    @property
    def transit_days(self) -> int:
        """Days until the last shipment is promised."""
        return max((shipment.transit_days for shipment in self.shipments), default=0)
