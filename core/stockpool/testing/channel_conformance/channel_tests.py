"""What the groups of tests have in common: their fixtures, and reading as the engine reads."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import Channel, ChannelCapability, OrderPage, OrderProblem
from stockpool.testing.channel_conformance.world import ChannelWorld

MUG = "conformance-mug"
LAMP = "conformance-lamp"

_PAGES_MOST = 1_000


@dataclass
class Reading:
    """What was read from one cursor to the next.

    Attributes:
        orders: by `channel_order_id`, as they came last.
        times: how often each of them came.
    """

    cursor: str | None
    orders: dict[str, OrderRequest] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    problems: list[OrderProblem] = field(default_factory=list)

    def add(self, page: OrderPage) -> None:
        """Add a page's orders and problems, and go on behind it."""
        for order in page.orders:
            self.orders[order.channel_order_id] = content(order)
            self.times[order.channel_order_id] = self.times.get(order.channel_order_id, 0) + 1
        self.problems += page.problems
        self.cursor = page.cursor


def content(order: OrderRequest) -> OrderRequest:
    """An order without `source`, which is no part of its content."""
    return order.model_copy(update={"source": None})


def read(channel: Channel, cursor: str | None = None) -> Reading:
    """Read to the end, storing every page, as the engine does."""
    reading = Reading(cursor)
    for _ in range(_PAGES_MOST):
        before = reading.cursor
        page = channel.fetch_orders(before)
        reading.add(page)
        if page.cursor == before or (not page.more and not page.orders):
            return reading
    pytest.fail(f"the orders have no end after {_PAGES_MOST} pages")


def requires(channel: Channel, capability: ChannelCapability) -> None:
    """Skip the test if the channel does not declare what it is about."""
    if capability not in channel.capabilities:
        pytest.skip(f"the channel does not declare {capability.name}")


class ChannelTests:
    """A group of tests. The fixture `world` comes from who derives from `ChannelConformance`."""

    @pytest.fixture
    def channel(self, world: ChannelWorld) -> Channel:
        """The channel under test."""
        return world.channel()
