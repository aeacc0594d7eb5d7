"""The contract of removal orders: units that leave the network for good.

A network either answers at once whether it takes a removal order, and tells of one whenever it is
asked (`NetworkRemovals`), or takes files, decides about them later, and tells of all removal orders
in reports (`NetworkRemovalFeeds`). Amazon has no API of removals, only the feed
`POST_FLAT_FILE_FBA_CREATE_REMOVAL` and reports; words are those of its reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stockpool.order_request import Address

RemovalDisposition = Literal["Return", "Disposal", "Liquidations"]


@dataclass(frozen=True, slots=True)
class RemovalItem:
    """Units to take out; sellable and unsellable are asked for separately."""

    sku: str
    sellable: int = 0
    unsellable: int = 0


@dataclass(frozen=True, slots=True)
class RemovalRequest:
    """A removal order. `ship_to` only for Return; `removal_order_id` at most 50 characters."""

    removal_order_id: str
    country: str
    disposition: RemovalDisposition
    items: Sequence[RemovalItem]
    ship_to: Address | None = None


@dataclass(frozen=True, slots=True)
class RemovalItemState:
    """What became of the units: requested = cancelled + disposed + shipped + in_process."""

    sku: str
    sellable: bool
    requested: int
    cancelled: int = 0
    disposed: int = 0
    shipped: int = 0

    @property
    def in_process(self) -> int:
        """Units of which nothing final is known yet."""
        return self.requested - self.cancelled - self.disposed - self.shipped


@dataclass(frozen=True, slots=True)
class RemovalState:
    """All that the network knows about one removal order."""

    removal_order_id: str
    country: str
    status: Literal["Pending", "Planning", "Processing", "Completed", "Cancelled"]
    updated_at: datetime
    items: Sequence[RemovalItemState]
    tracking_numbers: Sequence[str] = ()


class NetworkRemovals:
    """The part of `Network` that needs the capability REMOVALS.

    Operations that count against a rate limit: `createRemovalOrder`, `getRemovalOrder`.
    """

    def create_removal(self, request: RemovalRequest) -> None:
        """Place a removal order. Errors as for `Network.create_fulfillment`."""
        raise NotImplementedError

    def get_removal(self, removal_order_id: str) -> RemovalState | None:
        """A removal order's present state, or None if it is unknown."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class RemovalFeed:
    """A file of removal orders that the network has, whoever sent it.

    Attributes:
        feed_id: the receipt.
        ended_at: None until it is decided.
    """

    feed_id: str
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemovalDecision:
    """What became of a file with one removal order.

    Attributes:
        ended_at: when it was decided.
        refusals: what is wrong, row by row; empty: the removal order was taken.
        certain: False if something may have come of it all the same (a feed that ended as FATAL):
            then a report made afterwards tells.
    """

    ended_at: datetime
    refusals: Sequence[str] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class RemovalNews:
    """Removal orders as reports tell of them.

    The same state may come again, states may come in any order; the engine merges.

    Attributes:
        as_of: the states tell of all that the network had taken until then; None if nothing new
            is known yet.
    """

    states: Sequence[RemovalState]
    cursor: str | None
    as_of: datetime | None = None


class NetworkRemovalFeeds:
    """The part of `Network` that needs the capability REMOVALS_BY_FEED.

    No call waits. Operations that count against a rate limit: `createFeedDocument`, `createFeed`,
    `getFeed`, `getFeeds`, `getFeedDocument`, `createReport`, `getReport`, `getReportDocument`.
    """

    def submit_removal(self, request: RemovalRequest) -> str:
        """Send a file with one removal order; returns the id of the feed, to ask by.

        Raises:
            RejectedError: the file can't be taken at all.
            OutcomeUnknown: there may be a feed of it; `removal_feeds` tells which there are. A feed
                doesn't tell what was in it, so that only the removal order itself, in
                `removal_news`, or its absence there proves what happened.
        """
        raise NotImplementedError

    def removal_feeds(self, since: datetime) -> Sequence[RemovalFeed]:
        """All files of removal orders that were sent at `since` or later."""
        raise NotImplementedError

    def removal_decision(self, feed_id: str) -> RemovalDecision | None:
        """What became of a file; None while it is not decided."""
        raise NotImplementedError

    def removal_news(self, cursor: str | None, *, since: datetime) -> RemovalNews:
        """Removal orders that changed; an answer without news may come any number of times.

        Args:
            cursor: of the answer before; None: from the beginning.
            since: removal orders that were asked for earlier are of no interest.
        """
        raise NotImplementedError
