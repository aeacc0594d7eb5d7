"""The contract of a fulfillment network: warehouses that hold our stock and ship it for us.

Names are those of Amazon's Fulfillment Outbound API 2020-07-01 and FBA Inventory API v1. A
network type is a class derived from `Network` and a `NetworkType` that describes it. The errors
of `stockpool.errors.PluginError` mean one thing each; a call that may have arrived raises
`OutcomeUnknown`, and the engine asks (`get_fulfillment`) before it repeats.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from stockpool.order_request import Feature, Speed
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network_fees import NetworkFees
from stockpool.plugins.network_fulfillment import (
    ChangePage,
    FulfillmentAccepted,
    FulfillmentItem,
    FulfillmentItemState,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PackageEvent,
    PackageState,
    PackageStatus,
    PreviewOption,
    ShipmentItemState,
    ShipmentState,
    ShipmentStatus,
)
from stockpool.plugins.network_inbound import NetworkInbound
from stockpool.plugins.network_listings import NetworkListings
from stockpool.plugins.network_removals import NetworkRemovalFeeds, NetworkRemovals
from stockpool.plugins.network_reports import NetworkReports
from stockpool.plugins.network_returns import NetworkReturns
from stockpool.problems import Problem

__all__ = [
    "ChangePage",
    "FulfillmentAccepted",
    "FulfillmentItem",
    "FulfillmentItemState",
    "FulfillmentOrderStatus",
    "FulfillmentRequest",
    "FulfillmentState",
    "Network",
    "NetworkCapability",
    "NetworkType",
    "PackageEvent",
    "PackageState",
    "PackageStatus",
    "PoolProfile",
    "PreviewOption",
    "RateLimit",
    "ShipmentItemState",
    "ShipmentState",
    "ShipmentStatus",
    "SpeedProfile",
    "StockFigures",
    "StockPage",
]


class NetworkCapability(StrEnum):
    """What a network can do beyond fulfilling orders."""

    PREVIEW = "preview"
    REMOVALS = "removals"
    """The methods of `NetworkRemovals`."""
    REMOVALS_BY_FEED = "removals_by_feed"
    """The methods of `NetworkRemovalFeeds`, in place of those."""
    LISTINGS = "listings"
    """The methods of `NetworkListings`."""
    INBOUND = "inbound"
    """The methods of `NetworkInbound`."""
    RETURNS = "returns"
    """The methods of `NetworkReturns`."""
    REPORTS = "reports"
    """The methods of `NetworkReports`."""
    FEES = "fees"
    """The methods of `NetworkFees`."""

    LOWER_QUANTITIES = "lower_quantities"
    """`update_fulfillment` lowers the quantities of an order that is not held, while nothing of it
    is being shipped. That is how a part of an order is cancelled."""

    PARCELS_BY_ASKING = "parcels_by_asking"
    """`changes` does not tell what a carrier does with a parcel; `get_fulfillment` does. The engine
    asks now and then for every order with a parcel on the way."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket: `rate` calls a second are refilled, `burst` calls fit in it."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class SpeedProfile:
    """What a pool promises and charges for one speed.

    Attributes:
        transit_days: days from routing to the latest arrival.
        order_fee / unit_fee: minor units of the pool's currency; what routing compares.
    """

    speed: Speed
    transit_days: int
    order_fee: int
    unit_fee: int


@dataclass(frozen=True, slots=True)
class PoolProfile:
    """One country's stock of a network, as routing needs to know it.

    Attributes:
        country: ISO 3166 alpha-2; the pool's id is `network:country`.
        destinations: countries that are served without a cross-border rule.
        features: what can be granted from this pool.
    """

    country: str
    currency: str
    speeds: Sequence[SpeedProfile]
    destinations: frozenset[str]
    features: frozenset[Feature] = frozenset()


@dataclass(frozen=True, slots=True)
class StockFigures:
    """One SKU's figures, in the buckets of the FBA Inventory API (`inventoryDetails`).

    `fulfillable` excludes what the network has reserved for accepted orders, ours included;
    those units are part of `pending_customer_order`. SKUs of one `fnsku` share one physical
    pool and report the same units. `condition` is the API's word (`NewItem` ...), if it is told.
    """

    sku: str
    fnsku: str
    fulfillable: int = 0
    inbound_working: int = 0
    inbound_shipped: int = 0
    inbound_receiving: int = 0
    pending_customer_order: int = 0
    pending_transshipment: int = 0
    fc_processing: int = 0
    researching: int = 0
    customer_damaged: int = 0
    warehouse_damaged: int = 0
    distributor_damaged: int = 0
    carrier_damaged: int = 0
    defective: int = 0
    expired: int = 0
    condition: str = ""


@dataclass(frozen=True, slots=True)
class StockPage:
    """Some SKUs of a country's stock, all as of `at` (the network's time)."""

    at: datetime
    figures: Sequence[StockFigures]
    cursor: str | None = None


class Network(
    NetworkListings,
    NetworkInbound,
    NetworkReturns,
    NetworkReports,
    NetworkFees,
    NetworkRemovals,
    NetworkRemovalFeeds,
    ABC,
):
    """One configured fulfillment network: a seller's account, with one pool a country.

    `operations` that count against a rate limit are named as in the API model:
    `createFulfillmentOrder`, `updateFulfillmentOrder`, `cancelFulfillmentOrder`,
    `getFulfillmentOrder`, `listAllFulfillmentOrders`, `getInventorySummaries`,
    `getFulfillmentPreview`; and those that the parts name.
    """

    capabilities: frozenset[NetworkCapability] = frozenset()

    @abstractmethod
    def pools(self) -> Sequence[PoolProfile]:
        """The countries that this account has stock in, in a fixed order. Answers from memory."""

    def rate_limits(self) -> Mapping[str, RateLimit]:
        """Limits by operation; an operation that is not named is not limited."""
        return {}

    @abstractmethod
    def snapshot(self, country: str, cursor: str | None = None) -> StockPage:
        """The stock of one country. A page with a cursor is followed by another."""

    def preview(self, request: FulfillmentRequest) -> Sequence[PreviewOption]:
        """What each speed would cost. Needs PREVIEW."""
        raise NotImplementedError

    @abstractmethod
    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        """Place an MCF order.

        Raises:
            RejectedError: with code `AlreadyExists` if the id is known (then ask for it), or
                another code if it can't be taken as it is.
            OutcomeUnknown: if it may have arrived.
        """

    @abstractmethod
    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        """The present state, or None if the network has never heard of it.

        Never raises `RejectedError`: None lets go of the units of an order that was in doubt, so
        it must be certain. What is not certain is a `TransientError`.
        """

    def update_fulfillment(self, request: FulfillmentRequest) -> None:
        """Replace what can still be replaced (release a hold, lower quantities)."""
        raise NotImplementedError

    @abstractmethod
    def cancel_fulfillment(self, fulfillment_order_id: str) -> None:
        """Ask for cancellation. Returning is no proof of it: read the order again.

        Raises:
            RejectedError: if it can't be cancelled any more, or is unknown.
        """

    @abstractmethod
    def changes(self, cursor: str | None) -> ChangePage:
        """Fulfillment orders that changed after `cursor` (None: from the beginning)."""

    def check(self) -> Sequence[Problem]:
        """What is wrong with the connection. Empty: all is well."""
        return ()

    def idle(self) -> bool:
        """Whether waiting a moment will bring no news.

        A simulated network on a fast clock answers False while something is under way; for the
        real one nothing is gained by waiting, so the default is True.
        """
        return True

    def close(self) -> None:
        """Give back what the network holds open."""
        return None


@dataclass(frozen=True, slots=True)
class NetworkType:
    """Describes a kind of network to the engine. See `ChannelType` for the members."""

    name: str
    summary: str
    settings: type[BaseModel]
    make: Callable[[Any, PluginContext], Network]
