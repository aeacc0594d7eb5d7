"""What the author of a channel supplies: a driver of the shop behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins.channel import Channel
from stockpool.testing.abilities import WorldAbility

ChannelOperation = Literal[
    "fetch_orders",
    "fetch_listings",
    "push_availability",
    "push_tracking",
    "push_tracking_change",
    "push_cancellation",
    "push_cancellation_answer",
    "push_refund",
]
"""A method of `Channel` that talks to the shop."""

Units = Mapping[str, int]
"""Units by channel SKU."""


@dataclass(frozen=True, slots=True)
class ToldParcel:
    """A parcel as the shop knows it."""

    tracking_number: str
    units: Units


class ChannelWorld(ABC):
    """Moves the shop behind a channel. Derive from it and fill in what you can.

    A world is made anew for each test: a shop without orders that was told nothing, and in which
    nothing goes wrong by chance. Of the methods `told_...` those are needed whose capability the
    channel declares.

    Attributes:
        name: of the instance, as in its `PluginContext`.
        abilities: which of the optional methods there are.
        orders_a_page: how many orders a page holds at most, if so many can be placed in a test;
            None leaves the test of several pages out.
    """

    name: str
    abilities: frozenset[WorldAbility] = frozenset()
    orders_a_page: int | None = None

    @abstractmethod
    def channel(self) -> Channel:
        """The channel under test: the same instance whenever it is asked for."""

    @abstractmethod
    def place_order(self, units: Units, ship_to: Address) -> str:
        """A buyer orders channel SKUs; returns the `channel_order_id` of the order."""

    def reopened(self) -> Channel:
        """The same shop, seen by a new instance as by another process. Needs REOPEN."""
        raise NotImplementedError

    def place_spoiled_order(self, ship_to: Address) -> None:
        """An order of this buyer that can't be read. Needs SPOIL_AN_ORDER."""
        raise NotImplementedError

    def throttle_next(self, operation: ChannelOperation) -> None:
        """Have the next call refused for the rate limit. Needs THROTTLE."""
        raise NotImplementedError

    def fail_before_effect_next(self, operation: ChannelOperation) -> None:
        """Have the next call fail and change nothing. Needs FAIL_BEFORE_EFFECT."""
        raise NotImplementedError

    def fail_after_effect_next(self, operation: ChannelOperation) -> None:
        """Have the next call take effect and its answer be lost. Needs FAIL_AFTER_EFFECT."""
        raise NotImplementedError

    def told_parcels(self, channel_order_id: str) -> Sequence[ToldParcel]:
        """Every parcel of an order, as often as the shop was made to know it. For TRACKING."""
        raise NotImplementedError

    def told_cancellations(self, channel_order_id: str) -> Units:
        """All units of an order that won't be shipped. For CANCELLATIONS."""
        raise NotImplementedError

    def told_answers(self, channel_order_id: str) -> Sequence[str]:
        """The outcome of every cancellation of an order. For CANCELLATION_ANSWERS."""
        raise NotImplementedError

    def ask_to_cancel(self, channel_order_id: str, units: Units) -> str:
        """A buyer does not want units any more; returns the cancellation's id. Needs
        ASK_TO_CANCEL."""
        raise NotImplementedError

    def refund_by_hand(self, channel_order_id: str, amount: str, currency: str) -> str:
        """The merchant refunds a sum in the shop; returns the refund's id. Needs
        REFUND_BY_HAND."""
        raise NotImplementedError

    def ask_for_return(self, channel_order_id: str, units: Units, reason: str) -> str:
        """A buyer wants to send units back; returns the return's id. Needs ASK_FOR_RETURN."""
        raise NotImplementedError

    def told_returns(self, channel_order_id: str) -> Sequence[str]:
        """The outcomes of what was to come back of an order, as often as told. For RETURNS."""
        raise NotImplementedError

    def told_refunds(self, channel_order_id: str) -> Sequence[Money]:
        """Every refund of an order. For REFUNDS."""
        raise NotImplementedError

    def told_availability(self) -> Units:
        """What the shop believes it can sell. For AVAILABILITY."""
        raise NotImplementedError

    def list_for_sale(self, channel_sku: str) -> None:
        """Put an item up for sale in the shop. For LISTINGS."""
        raise NotImplementedError

    def webhook(self) -> tuple[Mapping[str, str], bytes]:
        """Headers and body of a webhook that the shop has sent. For WEBHOOKS."""
        raise NotImplementedError
