"""What the author of a network supplies: a driver of the world behind it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal, Protocol

from stockpool.order_request import Address
from stockpool.plugins.network import Network
from stockpool.testing.abilities import WorldAbility
from stockpool.testing.addresses import sample_address

NetworkOperation = Literal[
    "snapshot",
    "preview",
    "create_fulfillment",
    "get_fulfillment",
    "update_fulfillment",
    "cancel_fulfillment",
    "changes",
    "create_removal",
    "get_removal",
    "get_listing",
    "search_listings",
    "put_listing",
    "patch_listing",
    "delete_listing",
    "create_inbound_plan",
    "inbound_plan",
    "inbound_operation",
    "confirm_placement_option",
    "create_return",
    "get_returns",
    "fees_estimates",
    "create_report",
    "get_report",
    "submit_removal",
    "removal_feeds",
    "removal_decision",
]
"""A method of `Network` that talks to the other side."""


class NetworkWorld(Protocol):
    """Moves the world behind a network. Derive from it and fill in what you can.

    A world is made anew for each test: an account without orders and without stock, that limits
    no rate, and in which nothing goes wrong by chance.

    Attributes:
        abilities: which of the optional methods there are.
        skus_a_page: how many SKUs a page of `Network.snapshot` holds at most, if so many can be
            stocked in a test; None leaves the test of several pages out.
        orders_a_page: the same for the orders on a page of `Network.changes`.
    """

    abilities: frozenset[WorldAbility] = frozenset()
    skus_a_page: int | None = None
    orders_a_page: int | None = None

    @abstractmethod
    def network(self) -> Network:
        """The network under test: the same instance whenever it is asked for."""

    @abstractmethod
    def stock(self, country: str, sku: str, units: int) -> None:
        """Put `units` more on the shelf, ready to be sold. A SKU that is not known becomes known
        (0 units: only that)."""

    @abstractmethod
    def let_time_pass(self, hours: float) -> None:
        """Let so much time pass for the network, and all happen that happens in it."""

    def address(self, country: str) -> Address:
        """A good address in `country`. Keep the sample's name, street, telephone number and
        e-mail if you make another: they are looked for in messages."""
        return sample_address(country)

    def reopened(self) -> Network:
        """The same account, seen by a new instance as by another process. Needs REOPEN."""
        raise NotImplementedError

    def throttle_next(self, operation: NetworkOperation) -> None:
        """Have the next call refused for the rate limit. Needs THROTTLE."""
        raise NotImplementedError

    def fail_before_effect_next(self, operation: NetworkOperation) -> None:
        """Have the next call fail and change nothing. Needs FAIL_BEFORE_EFFECT."""
        raise NotImplementedError

    def fail_after_effect_next(self, operation: NetworkOperation) -> None:
        """Have the next call take effect and its answer be lost. Needs FAIL_AFTER_EFFECT."""
        raise NotImplementedError

    def share_stock(self, country: str, sku: str, other_sku: str) -> None:
        """Make `other_sku` known as another name of `sku`'s units. Needs SHARE_STOCK."""
        raise NotImplementedError
