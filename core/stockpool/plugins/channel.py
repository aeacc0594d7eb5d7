"""The contract of a sales channel.

A channel type is a class derived from `Channel` and a `ChannelType` that describes it. What a
channel lacks it leaves out of `capabilities`, and the engine does without. Every method may
raise the errors of `stockpool.errors.PluginError`, each of which means one thing; any other
exception is taken for a fault of the plugin, contained, and shown to the operator.

Methods are called from worker threads and processes: an instance keeps no truth of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from stockpool.clock import Clock
from stockpool.errors import RejectedError
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.order_request import Feature, OrderRequest
from stockpool.plugins.channel_returns import ChannelReturn as ChannelReturn
from stockpool.plugins.channel_returns import ReturnUpdate as ReturnUpdate
from stockpool.plugins.line_quantity import LineQuantity as LineQuantity
from stockpool.plugins.notes import MemoryNotes, Notes
from stockpool.problems import Problem


class ChannelCapability(StrEnum):
    """What a channel can do; the engine calls nothing that is not declared."""

    ORDERS = "orders"
    LISTINGS = "listings"
    AVAILABILITY = "availability"
    TRACKING = "tracking"
    CANCELLATIONS = "cancellations"
    REFUNDS = "refunds"
    WEBHOOKS = "webhooks"
    CANCELLATION_ANSWERS = "cancellation_answers"
    RETURNS = "returns"
    REPLACEMENTS = "replacements"
    """It is told of orders that replace others, under numbers that the engine has given them."""
    DELIVERY = "delivery"
    TRACKING_CHANGES = "tracking_changes"


@dataclass(frozen=True, slots=True)
class ShippingConstraints:
    """What this channel demands of every parcel.

    Marketplaces such as Walmart and eBay forbid Amazon-branded boxes and Amazon's own carrier.
    """

    blank_box: bool = False
    block_amazon_carrier: bool = False

    @property
    def features(self) -> tuple[Feature, ...]:
        """The network features to require, in a fixed order."""
        demanded: list[Feature] = []
        if self.blank_box:
            demanded.append("BLANK_BOX")
        if self.block_amazon_carrier:
            demanded.append("BLOCK_AMZL")
        return tuple(demanded)


@dataclass(frozen=True, slots=True)
class OrderProblem:
    """An order (or a row that should have been one) that the channel could not read.

    Attributes:
        source: where, unique and stable (`orders.csv:12`); repeats of it are one problem.
        channel_order_id: if it could be read.
    """

    source: str
    problem: Problem
    channel_order_id: str | None = None


RefundPartKind = Literal["goods", "tax", "shipping", "shipping_tax"]
"""`goods` is the price of a line's items without the tax that is told apart, `tax` a line's tax."""


@dataclass(frozen=True, slots=True)
class RefundPart:
    """Money of one kind in a refund. `line_id` is None for what belongs to no line."""

    part: RefundPartKind
    amount: Money
    line_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelRefund:
    """A refund that was made in the channel: the money is with the buyer, or on its way.

    Attributes:
        refund_id: the channel's id of it; the same id again is the same refund.
        lines: items that it is for, if the channel knows.
        parts: what it is made of, if the channel knows; they sum to `amount`.
        key: the key of the `RefundUpdate` that it was made for; None: it was made by hand.
    """

    refund_id: str
    channel_order_id: str
    amount: Money
    reason: str = ""
    lines: Sequence[LineQuantity] = ()
    parts: Sequence[RefundPart] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelCancellation:
    """A cancellation that the channel, its merchant or the buyer asks for.

    Attributes:
        cancellation_id: the channel's id of it; the same id again is the same request.
        lines: quantities that are not wanted any more; empty: all that can still be stopped.
        done: the channel counts them as cancelled already, and is not told so again.
    """

    cancellation_id: str
    channel_order_id: str
    reason: str = "cancelled in the channel"
    lines: Sequence[LineQuantity] = ()
    done: bool = False


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, what became of known ones, and where to go on.

    The engine stores the page and `cursor` in one transaction and hands `cursor` to the next
    call. So a call with a cursor is the proof that everything up to it is stored, and a crash
    before that repeats the page, which does no harm.

    Attributes:
        refunds: made in the channel, by hand or for us; also of orders of earlier pages.
        cancellations: asked for in the channel; also of orders of earlier pages.
        returns: asked for in the channel; also of orders of earlier pages.
    """

    orders: Sequence[OrderRequest]
    cursor: str | None
    more: bool = False
    problems: Sequence[OrderProblem] = ()
    refunds: Sequence[ChannelRefund] = ()
    cancellations: Sequence[ChannelCancellation] = ()
    returns: Sequence[ChannelReturn] = ()


@dataclass(frozen=True, slots=True)
class ChannelListing:
    """A channel's item. `components` maps seller SKUs to units; None: mapped by hand."""

    channel_sku: str
    title: str = ""
    components: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ListingProblem:
    """What a person must mend in the channel before something can be sold from the pool.

    Attributes:
        channel_sku: what it is about; there is no problem once that is listed by hand.
    """

    problem: Problem
    channel_sku: str | None = None


@dataclass(frozen=True, slots=True)
class ListingPage:
    """Some listings and where to go on.

    A listing that is there already stays as it is, whatever is proposed for it.

    Attributes:
        problems: all that there are in the channel; those that were told before and are not
            among them are over. None: this page does not know.
    """

    listings: Sequence[ChannelListing]
    cursor: str | None
    more: bool = False
    problems: Sequence[ListingProblem] | None = None


@dataclass(frozen=True, slots=True)
class AvailabilityUpdate:
    """How many of a channel SKU can be sold now; absolute, never a difference."""

    key: str
    channel_sku: str
    quantity: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class TrackingUpdate:
    """One parcel of an order. `key` is the same whenever this parcel is told again."""

    key: str
    channel_order_id: str
    package: str
    carrier_code: str
    tracking_number: str
    shipped_at: datetime
    estimated_arrival: date | None
    lines: Sequence[LineQuantity]


@dataclass(frozen=True, slots=True)
class TrackingChange:
    """A parcel that the channel was told of goes by another number, or with another carrier.

    `key` is the same whenever this change is told again; a later change of the parcel has another.

    Attributes:
        package: as in the parcel's `TrackingUpdate`.
        former_carrier_code, former_tracking_number: what the channel was told before.
    """

    key: str
    channel_order_id: str
    package: str
    carrier_code: str
    tracking_number: str
    former_carrier_code: str
    former_tracking_number: str


DeliveryStatus = Literal[
    "in_transit",
    "out_for_delivery",
    "delayed",
    "attempted",
    "available_for_pickup",
    "delivered",
    "undeliverable",
]


@dataclass(frozen=True, slots=True)
class DeliveryUpdate:
    """How a parcel fares that the channel was told of, or is about to be.

    `key` is the same whenever this status of this parcel is told again. A channel without
    TRACKING_CHANGES may know the parcel by an earlier number: its `package` stays.
    """

    key: str
    channel_order_id: str
    package: str
    tracking_number: str
    status: DeliveryStatus
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class CancellationUpdate:
    """Quantities of an order that will not be shipped."""

    key: str
    channel_order_id: str
    reason: str
    lines: Sequence[LineQuantity]


@dataclass(frozen=True, slots=True)
class CancellationAnswer:
    """What became of a cancellation that was asked for.

    Attributes:
        cancellation_id: the channel's id of the request; None: it was asked for elsewhere.
        outcome: `confirmed`: it is cancelled; `refused`: it can't be any more; `overtaken`: it
            shipped all the same, and is to come back.
        lines: what the outcome is about. A request may have several answers, one for each part.
    """

    key: str
    channel_order_id: str
    cancellation_id: str | None
    outcome: Literal["confirmed", "refused", "overtaken"]
    reason: str
    lines: Sequence[LineQuantity]


@dataclass(frozen=True, slots=True)
class RefundUpdate:
    """Money to give back to the buyer.

    Attributes:
        amount: the whole.
        lines: items that it is for; may be empty.
        parts: what it is made of; they sum to `amount`.
    """

    key: str
    channel_order_id: str
    amount: Money
    reason: str
    lines: Sequence[LineQuantity]
    parts: Sequence[RefundPart] = ()


@dataclass(frozen=True, slots=True)
class PushRefusal:
    """One update that the channel refused for good; all others of the call were taken."""

    key: str
    error: RejectedError


PrivacyKind = Literal["export", "erase", "erase_everybody"]


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """What a channel demands about the data of a buyer.

    Attributes:
        kind: `export`: the buyer asks what is kept of them; `erase`: it is to be erased;
            `erase_everybody`: that of all buyers of the channel is.
        email, phone: of the buyer; empty if they are not known.
        channel_order_ids: orders that it is about.
    """

    kind: PrivacyKind
    email: str = ""
    phone: str = ""
    channel_order_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WebhookHint:
    """What a verified webhook says has changed; the truth is read again by polling.

    Attributes:
        delivery_id: the same whenever this delivery is repeated, and of no other one.
        topic: the channel's word for what happened.
        channel_order_ids: orders that it names, or parts of orders that the channel knows by an
            id of their own and finds the order of in `note_hints`; none: the poll finds out.
        privacy: what it demands about a buyer's data; it is no hint then, and is carried out.
    """

    delivery_id: str
    topic: str
    channel_order_ids: Sequence[str] = ()
    privacy: PrivacyRequest | None = None


class Channel(ABC):
    """One configured sales channel."""

    capabilities: frozenset[ChannelCapability] = frozenset({ChannelCapability.ORDERS})
    constraints: ShippingConstraints = ShippingConstraints()

    @abstractmethod
    def fetch_orders(self, cursor: str | None) -> OrderPage:
        """The next orders after `cursor` (None: from the start). See `OrderPage`."""

    def fetch_listings(self, cursor: str | None) -> ListingPage:
        """The next listings after `cursor`. Needs LISTINGS."""
        raise NotImplementedError

    def push_availability(self, updates: Sequence[AvailabilityUpdate]) -> Sequence[PushRefusal]:
        """Tell the channel what can be sold. Needs AVAILABILITY.

        Like every push: an error raised is about the whole call, which is then repeated with the
        same keys; what is refused for good is returned. A key that was taken before must change
        nothing when it comes again.
        """
        raise NotImplementedError

    def availability_to_repeat(self) -> Collection[str]:
        """Channel SKUs to be told of again although what can be sold of them did not change.

        For a channel that had to tell less than it was given. Asked whenever changes are looked
        for, so it must be cheap; those told of again may be few or none. Needs AVAILABILITY.
        """
        return ()

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        """Tell the channel about parcels. Needs TRACKING."""
        raise NotImplementedError

    def push_tracking_change(self, changes: Sequence[TrackingChange]) -> Sequence[PushRefusal]:
        """Tell the channel of new numbers and carriers. Needs TRACKING_CHANGES and TRACKING.

        Of one parcel the changes come one after the other, after the parcel itself was taken.
        """
        raise NotImplementedError

    def push_delivery(self, updates: Sequence[DeliveryUpdate]) -> Sequence[PushRefusal]:
        """Tell the channel how parcels fare. Needs DELIVERY and TRACKING.

        Of one parcel each status comes once, in the order in which the network told of them, and
        after the parcel itself was taken.
        """
        raise NotImplementedError

    def push_cancellation(self, updates: Sequence[CancellationUpdate]) -> Sequence[PushRefusal]:
        """Tell the channel what will not be shipped. Needs CANCELLATIONS."""
        raise NotImplementedError

    def push_cancellation_answer(
        self, answers: Sequence[CancellationAnswer]
    ) -> Sequence[PushRefusal]:
        """Tell the channel what became of cancellations. Needs CANCELLATION_ANSWERS."""
        raise NotImplementedError

    def push_refund(self, updates: Sequence[RefundUpdate]) -> Sequence[PushRefusal]:
        """Have the channel give money back. Needs REFUNDS."""
        raise NotImplementedError

    def push_return(self, updates: Sequence[ReturnUpdate]) -> Sequence[PushRefusal]:
        """Tell the channel what became of goods that are to come back. Needs RETURNS."""
        raise NotImplementedError

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookHint:
        """Verify a webhook over its raw body and say what it is about. Needs WEBHOOKS and ORDERS.

        Asks nobody: the caller waits for the answer. `headers` are lower-case or as they came.

        Raises:
            RejectedError: it is forged, or not meant for this channel; it is not stored.
            ConfigurationError, TransientError: it can't be verified now; the sender repeats it.
        """
        raise NotImplementedError

    def note_hints(self, hints: Sequence[WebhookHint]) -> None:
        """Told what webhooks have named, before the poll that reads it again. Needs WEBHOOKS.

        Nothing has to be done. A channel whose lists of changes lag behind the change remembers
        the orders here, to read them by their ids. The same hint may come again.
        """
        return None

    def keep_connected(self) -> Sequence[Problem]:
        """Mend what has to be set up in the channel, such as subscriptions to webhooks.

        Called every now and then, by one process at a time. Returns what a person has to mend.
        """
        return ()

    def idle(self) -> bool:
        """Whether waiting a moment will bring no orders (a file half written will)."""
        return True

    def check(self) -> Sequence[Problem]:
        """What is wrong with the connection, for `stockpool channels check`. Empty: all is well."""
        return ()

    def describe(self) -> Mapping[str, str]:
        """What the channel is connected to, for `stockpool channels check`: name → words.

        Asked together with `check`, and may ask the other side as that does. No secrets.
        """
        return {}

    def close(self) -> None:
        """Give back what the channel holds open."""
        return None


@dataclass(frozen=True, slots=True)
class PluginContext:
    """What the engine hands to every channel and network that it makes.

    Attributes:
        name: the instance's name in the configuration.
        clock: the only clock to use.
        ids: the only source of identifiers and randomness to use.
        folder: the folder that relative paths in the settings are relative to.
        notes: what the instance remembers for its other processes; see `stockpool.plugins.notes`.
    """

    name: str
    clock: Clock
    ids: IdSource
    folder: Path
    extra: Mapping[str, Any] = field(default_factory=dict)
    notes: Notes = field(default_factory=MemoryNotes)


@dataclass(frozen=True, slots=True)
class ChannelType:
    """Describes a kind of channel to the engine.

    Attributes:
        name: what `type = "..."` says in the configuration.
        summary: one line for `stockpool plugins list`.
        settings: the pydantic model of the instance's settings; unknown ones are refused.
        make: builds an instance from checked settings.
    """

    name: str
    summary: str
    settings: type[BaseModel]
    make: Callable[[Any, PluginContext], Channel]
