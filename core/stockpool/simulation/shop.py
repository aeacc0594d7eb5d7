"""A sales channel whose other side is in memory: it knows what buyers did and what it was told.

It survives every death of the engine's processes, so at the end it can be held against the books.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from stockpool.errors import OutcomeUnknown, RejectedError, Throttled, TransientError
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import (
    AvailabilityUpdate,
    CancellationUpdate,
    Channel,
    ChannelCapability,
    OrderPage,
    PushRefusal,
    RefundUpdate,
    TrackingUpdate,
)

TROUBLES = ("throttled", "before", "after", "refused")
"""What can go wrong with a call: over the rate, not done, done without an answer, refused."""

_PAGE = 5

_Update = TypeVar("_Update", TrackingUpdate, CancellationUpdate, RefundUpdate)
_Answer = TypeVar("_Answer")


@dataclass
class ShopMemory:
    """What the shop's own database would hold.

    Attributes:
        log: every content that an order ever had, in the order of the changes.
        repeat: how many entries before its cursor the next page begins.
        troubles: by method, what goes wrong with its next calls.
        altered: keys that came again with another content, which a shop would act on twice.
    """

    log: list[OrderRequest] = field(default_factory=list)
    repeat: int = 0
    troubles: dict[str, list[str]] = field(default_factory=dict)
    parcels: dict[str, TrackingUpdate] = field(default_factory=dict)
    cancellations: dict[str, CancellationUpdate] = field(default_factory=dict)
    refunds: dict[str, RefundUpdate] = field(default_factory=dict)
    offered: dict[str, int] = field(default_factory=dict)
    altered: list[str] = field(default_factory=list)

    def orders(self) -> Mapping[str, Sequence[OrderRequest]]:
        """Every order with all contents that it ever had."""
        contents: dict[str, list[OrderRequest]] = {}
        for request in self.log:
            contents.setdefault(request.channel_order_id, []).append(request)
        return contents


class SimulatedShop(Channel):
    """The channel that each of the engine's processes has of one shop."""

    capabilities = frozenset(
        {
            ChannelCapability.ORDERS,
            ChannelCapability.TRACKING,
            ChannelCapability.CANCELLATIONS,
            ChannelCapability.REFUNDS,
            ChannelCapability.AVAILABILITY,
        }
    )

    def __init__(self, memory: ShopMemory) -> None:
        self.memory = memory

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        def read() -> OrderPage:
            start = int(cursor or 0)
            end = min(start + _PAGE, len(self.memory.log))
            first = max(start - self.memory.repeat, 0)
            self.memory.repeat = 0
            # A change that was overtaken is not told any more: a shop shows orders as they are.
            shown = {request.channel_order_id: request for request in self.memory.log[first:end]}
            return OrderPage(list(shown.values()), str(end), more=end < len(self.memory.log))

        return self._call("fetch_orders", read)

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        return self._keep("push_tracking", self.memory.parcels, updates)

    def push_cancellation(self, updates: Sequence[CancellationUpdate]) -> Sequence[PushRefusal]:
        return self._keep("push_cancellation", self.memory.cancellations, updates)

    def push_refund(self, updates: Sequence[RefundUpdate]) -> Sequence[PushRefusal]:
        return self._keep("push_refund", self.memory.refunds, updates)

    def push_availability(self, updates: Sequence[AvailabilityUpdate]) -> Sequence[PushRefusal]:
        def take() -> Sequence[PushRefusal]:
            self.memory.offered.update({one.channel_sku: one.quantity for one in updates})
            return ()

        return self._call("push_availability", take)

    def _keep(
        self, method: str, kept: dict[str, _Update], updates: Sequence[_Update]
    ) -> Sequence[PushRefusal]:
        refused = self._next(method, "refused")

        def take() -> Sequence[PushRefusal]:
            for update in updates:
                if kept.setdefault(update.key, update) != update:
                    self.memory.altered.append(update.key)
            return ()

        if refused:
            error = RejectedError("not_now", "the shop says no")
            return [PushRefusal(update.key, error) for update in updates]
        return self._call(method, take)

    def _call(self, method: str, work: Callable[[], _Answer]) -> _Answer:
        if self._next(method, "throttled"):
            raise Throttled(f"{method}: too many calls", retry_after=3)
        if self._next(method, "before"):
            raise TransientError(f"{method}: the shop is down")
        lost = self._next(method, "after")
        done = work()
        if lost:
            raise OutcomeUnknown(f"{method}: no answer")
        return done

    def _next(self, method: str, trouble: str) -> bool:
        waiting = self.memory.troubles.get(method, [])
        if waiting and waiting[0] == trouble:
            waiting.pop(0)
            return True
        return False
