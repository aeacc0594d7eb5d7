"""Files in a folder as a sales channel."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.plugins.channel import (
    AvailabilityUpdate,
    CancellationAnswer,
    CancellationUpdate,
    Channel,
    ChannelCapability,
    ChannelType,
    OrderPage,
    PluginContext,
    PushRefusal,
    RefundUpdate,
    ShippingConstraints,
    TrackingChange,
    TrackingUpdate,
)
from stockpool.plugins.channel_returns import ReturnUpdate
from stockpool.problems import Problem
from stockpool_csv_channel import checks
from stockpool_csv_channel.folder import Folder
from stockpool_csv_channel.intake import Intake
from stockpool_csv_channel.outbox import Outbox
from stockpool_csv_channel.settings import CsvChannelSettings


class CsvChannel(Channel):
    """Orders come from `inbox/`, everything else goes to `outbox/`.

    Keeps nothing in memory: any number of instances, threads and processes may share a folder.
    """

    capabilities = frozenset(
        {
            ChannelCapability.ORDERS,
            ChannelCapability.AVAILABILITY,
            ChannelCapability.TRACKING,
            ChannelCapability.TRACKING_CHANGES,
            ChannelCapability.CANCELLATIONS,
            ChannelCapability.CANCELLATION_ANSWERS,
            ChannelCapability.REFUNDS,
            ChannelCapability.RETURNS,
            ChannelCapability.REPLACEMENTS,
        }
    )

    def __init__(self, settings: CsvChannelSettings, context: PluginContext) -> None:
        self.constraints = ShippingConstraints(
            blank_box=settings.blank_box, block_amazon_carrier=settings.block_amazon_carrier
        )
        self._settings = settings
        self._context = context
        self._folder = Folder(context.folder / settings.folder, create=settings.create)
        self._intake = Intake(self._folder, settings, context)
        self._outbox = Outbox(self._folder, guard_formulas=settings.guard_formulas, context=context)

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        return self._intake.fetch(cursor)

    def idle(self) -> bool:
        return self._intake.idle()

    def push_availability(self, updates: Sequence[AvailabilityUpdate]) -> Sequence[PushRefusal]:
        return self._outbox.push_availability(updates)

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        return self._outbox.push_tracking(updates)

    def push_tracking_change(self, changes: Sequence[TrackingChange]) -> Sequence[PushRefusal]:
        return self._outbox.push_tracking_change(changes)

    def push_cancellation(self, updates: Sequence[CancellationUpdate]) -> Sequence[PushRefusal]:
        return self._outbox.push_cancellation(updates)

    def push_cancellation_answer(
        self, answers: Sequence[CancellationAnswer]
    ) -> Sequence[PushRefusal]:
        return self._outbox.push_cancellation_answer(answers)

    def push_refund(self, updates: Sequence[RefundUpdate]) -> Sequence[PushRefusal]:
        return self._outbox.push_refund(updates)

    def push_return(self, updates: Sequence[ReturnUpdate]) -> Sequence[PushRefusal]:
        return self._outbox.push_return(updates)

    def check(self) -> Sequence[Problem]:
        return tuple(checks.problems(self._folder, self._settings, self._context.clock))


CSV_CHANNEL = ChannelType(
    name="csv_channel",
    summary="Files in a folder: orders from inbox/, tracking and stock levels to outbox/",
    settings=CsvChannelSettings,
    make=CsvChannel,
)
