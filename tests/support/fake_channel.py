"""A sales channel in memory: scripted pages of orders, and everything that it was told.

A push that comes again under a key that was taken changes nothing, as the contract demands;
`pushes` keeps the repeats too, so that a test can tell *told once* from *asked once*.
"""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from scripted_faults import Faults
from stockpool.errors import RejectedError
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import (
    AvailabilityUpdate,
    CancellationAnswer,
    CancellationUpdate,
    Channel,
    ChannelCancellation,
    ChannelCapability,
    ChannelListing,
    ChannelRefund,
    DeliveryUpdate,
    ListingPage,
    ListingProblem,
    OrderPage,
    OrderProblem,
    PushRefusal,
    RefundUpdate,
    ShippingConstraints,
    TrackingChange,
    TrackingUpdate,
    WebhookHint,
)
from stockpool.plugins.channel_returns import ChannelReturn, ReturnUpdate
from stockpool.problems import Problem

_Update = TypeVar(
    "_Update",
    AvailabilityUpdate,
    TrackingUpdate,
    TrackingChange,
    DeliveryUpdate,
    CancellationUpdate,
    CancellationAnswer,
    RefundUpdate,
    ReturnUpdate,
)


@dataclass(frozen=True, slots=True)
class Push:
    """One call, with all updates that it brought."""

    operation: str
    updates: tuple[Any, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The updates' keys."""
        return tuple(update.key for update in self.updates)


def signature(body: bytes) -> str:
    """What a webhook of the shop has in its header `X-Signature`."""
    return hmac.new(b"the shop's secret", body, "sha256").hexdigest()


class FakeChannel(Channel):
    """One shop. Safe to share between threads.

    Attributes:
        faults: what is to go wrong, by method name (`push_tracking`).
        pushes: every call in order, with repeats.
        told: what the shop has taken, by key: each update once.
        altered: keys that came again with other content; must stay empty.
        fetched_after: the cursor of every `fetch_orders` call.
        disconnected: what a person has to mend in the shop.
        repeated: channel SKUs that the shop wants to be told of again.
        hinted: all hints that were noted.
    """

    def __init__(
        self,
        *,
        capabilities: Iterable[ChannelCapability] = tuple(ChannelCapability),
        constraints: ShippingConstraints | None = None,
    ) -> None:
        self.capabilities = frozenset(capabilities)
        self.constraints = constraints or ShippingConstraints()
        self.faults = Faults()
        self.pushes: list[Push] = []
        self.told: dict[str, Any] = {}
        self.altered: list[str] = []
        self.fetched_after: list[str | None] = []
        self.repeated: set[str] = set()
        self.hinted: list[WebhookHint] = []
        self.quiet = True
        self.disconnected: list[Problem] = []
        self.closed = False
        self._refusals: list[tuple[Callable[[Any], bool], RejectedError]] = []
        self._pages: list[OrderPage] = []
        self._listings: list[
            tuple[tuple[ChannelListing, ...], Sequence[ListingProblem] | None]
        ] = []
        self._lock = threading.RLock()

    # The contract ------------------------------------------------------------------------------

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        self.fetched_after.append(cursor)
        with self.faults.around("fetch_orders", cursor):
            place = int(cursor or 0)
            if place >= len(self._pages):
                return OrderPage((), cursor)
            more = place + 1 < len(self._pages)
            return replace(self._pages[place], cursor=str(place + 1), more=more)

    def fetch_listings(self, cursor: str | None) -> ListingPage:
        with self.faults.around("fetch_listings", cursor):
            place = int(cursor or 0)
            if place >= len(self._listings):
                return ListingPage((), cursor)
            more = place + 1 < len(self._listings)
            listings, problems = self._listings[place]
            return ListingPage(listings, str(place + 1), more, problems)

    def push_availability(self, updates: Sequence[AvailabilityUpdate]) -> Sequence[PushRefusal]:
        return self._push("push_availability", updates)

    def availability_to_repeat(self) -> frozenset[str]:
        with self.faults.around("availability_to_repeat", None):
            return frozenset(self.repeated)

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        return self._push("push_tracking", updates)

    def push_tracking_change(self, changes: Sequence[TrackingChange]) -> Sequence[PushRefusal]:
        return self._push("push_tracking_change", changes)

    def push_delivery(self, updates: Sequence[DeliveryUpdate]) -> Sequence[PushRefusal]:
        return self._push("push_delivery", updates)

    def push_cancellation(self, updates: Sequence[CancellationUpdate]) -> Sequence[PushRefusal]:
        return self._push("push_cancellation", updates)

    def push_cancellation_answer(
        self, answers: Sequence[CancellationAnswer]
    ) -> Sequence[PushRefusal]:
        return self._push("push_cancellation_answer", answers)

    def push_refund(self, updates: Sequence[RefundUpdate]) -> Sequence[PushRefusal]:
        return self._push("push_refund", updates)

    def push_return(self, updates: Sequence[ReturnUpdate]) -> Sequence[PushRefusal]:
        return self._push("push_return", updates)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookHint:
        given = {name.lower(): value for name, value in headers.items()}
        if not hmac.compare_digest(given.get("x-signature", ""), signature(body)):
            raise RejectedError("InvalidSignature", "the webhook is not from this shop")
        document = json.loads(body)
        return WebhookHint(given["x-delivery"], document["topic"], tuple(document["orders"]))

    def note_hints(self, hints: Sequence[WebhookHint]) -> None:
        self.hinted += hints

    def keep_connected(self) -> Sequence[Problem]:
        with self.faults.around("keep_connected", None):
            return tuple(self.disconnected)

    def idle(self) -> bool:
        return self.quiet

    def close(self) -> None:
        self.closed = True

    # What the test plays -----------------------------------------------------------------------

    def add_page(
        self,
        orders: Iterable[OrderRequest] = (),
        problems: Iterable[OrderProblem] = (),
        *,
        refunds: Iterable[ChannelRefund] = (),
        cancellations: Iterable[ChannelCancellation] = (),
        returns: Iterable[ChannelReturn] = (),
    ) -> None:
        """One more page, behind those that were scripted."""
        self._pages.append(
            OrderPage(
                tuple(orders),
                None,
                problems=tuple(problems),
                refunds=tuple(refunds),
                cancellations=tuple(cancellations),
                returns=tuple(returns),
            )
        )

    def add_listings(
        self,
        listings: Iterable[ChannelListing],
        problems: Sequence[ListingProblem] | None = None,
    ) -> None:
        """One more page of listings."""
        self._listings.append((tuple(listings), problems))

    def refuse(
        self, when: Callable[[Any], bool], code: str = "NotFound", reason: str = "no such order"
    ) -> None:
        """Refuse for good the updates of which `when` is true; the rest of the call is taken."""
        self._refusals.append((when, RejectedError(code, reason)))

    @property
    def tracking(self) -> list[TrackingUpdate]:
        """Parcels that the shop knows, in the order in which it was told."""
        return self._of(TrackingUpdate)

    @property
    def tracking_changes(self) -> list[TrackingChange]:
        """What is written on the parcels now, in the order in which the shop was told."""
        return self._of(TrackingChange)

    @property
    def deliveries(self) -> list[DeliveryUpdate]:
        """How the parcels fare, in the order in which the shop was told."""
        return self._of(DeliveryUpdate)

    @property
    def cancellations(self) -> list[CancellationUpdate]:
        """Cancellations that the shop knows."""
        return self._of(CancellationUpdate)

    @property
    def answers(self) -> list[CancellationAnswer]:
        """What the shop knows of cancellations that were asked for."""
        return self._of(CancellationAnswer)

    @property
    def refunds(self) -> list[RefundUpdate]:
        """Refunds that the shop has made."""
        return self._of(RefundUpdate)

    @property
    def returns(self) -> list[ReturnUpdate]:
        """What the shop knows of goods that come back."""
        return self._of(ReturnUpdate)

    @property
    def availability(self) -> dict[str, int]:
        """What the shop offers: the last figure that it was told, by channel SKU."""
        return {u.channel_sku: u.quantity for u in self._of(AvailabilityUpdate)}

    # Inside ------------------------------------------------------------------------------------

    def _of(self, kind: type[_Update]) -> list[_Update]:
        with self._lock:
            return [update for update in self.told.values() if isinstance(update, kind)]

    def _push(self, operation: str, updates: Sequence[_Update]) -> Sequence[PushRefusal]:
        with self._lock:
            self.pushes.append(Push(operation, tuple(updates)))
        with self.faults.around(operation, [update.key for update in updates]), self._lock:
            return [refusal for update in updates if (refusal := self._take(update)) is not None]

    def _take(self, update: _Update) -> PushRefusal | None:
        for when, error in self._refusals:
            if when(update):
                return PushRefusal(update.key, error)
        known = self.told.setdefault(update.key, update)
        if known != update:
            self.altered.append(update.key)
        return None
