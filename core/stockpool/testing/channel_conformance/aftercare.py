"""What became of orders: refunds by hand and cancellations come on pages; answers are told once."""

from __future__ import annotations

from stockpool.plugins.channel import (
    CancellationAnswer,
    Channel,
    ChannelCancellation,
    ChannelCapability,
    ChannelRefund,
    LineQuantity,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.channel_conformance.channel_tests import MUG, ChannelTests, read, requires
from stockpool.testing.channel_conformance.pushing import an_order, check_refusals
from stockpool.testing.channel_conformance.world import ChannelWorld


class NewsTests(ChannelTests):
    """Only for a world that can cancel or refund in the shop."""

    def test_a_cancellation_that_is_asked_for_comes(
        self, world: ChannelWorld, channel: Channel
    ) -> None:
        needs(world, WorldAbility.ASK_TO_CANCEL)
        order = an_order(world, {MUG: 3})
        cursor = read(channel).cursor
        cancellation_id = world.ask_to_cancel(order.channel_order_id, {MUG: 2})
        (told,) = _cancellations(channel, cursor)
        assert told.cancellation_id == cancellation_id
        assert told.channel_order_id == order.channel_order_id
        assert [(x.line_id, x.quantity) for x in told.lines] == [(order.lines[0].line_id, 2)]

    def test_a_cancellation_that_was_not_stored_comes_again_with_its_id(
        self, world: ChannelWorld, channel: Channel
    ) -> None:
        needs(world, WorldAbility.ASK_TO_CANCEL)
        order = an_order(world, {MUG: 3})
        cursor = read(channel).cursor
        world.ask_to_cancel(order.channel_order_id, {MUG: 1})
        first = channel.fetch_orders(cursor).cancellations
        assert _cancellations(channel, cursor) == list(first)

    def test_a_refund_by_hand_comes(self, world: ChannelWorld, channel: Channel) -> None:
        needs(world, WorldAbility.REFUND_BY_HAND)
        order = an_order(world, {MUG: 2})
        cursor = read(channel).cursor
        refund_id = world.refund_by_hand(order.channel_order_id, "1.25", "USD")
        (told,) = _refunds(channel, cursor)
        assert told.refund_id == refund_id
        assert (told.channel_order_id, str(told.amount)) == (order.channel_order_id, "1.25 USD")
        assert told.key is None, "nobody has asked for it"


class AnswerTests(ChannelTests):
    """Only for a channel that declares CANCELLATION_ANSWERS."""

    def test_what_became_of_a_cancellation_is_told_once(
        self, world: ChannelWorld, channel: Channel
    ) -> None:
        requires(channel, ChannelCapability.CANCELLATION_ANSWERS)
        order = an_order(world, {MUG: 3})
        asked: str | None = None
        if WorldAbility.ASK_TO_CANCEL in world.abilities:
            asked = world.ask_to_cancel(order.channel_order_id, {MUG: 2})
        line = LineQuantity(order.lines[0].line_id, MUG, 2)
        answer = CancellationAnswer(
            "conformance-answer", order.channel_order_id, asked, "overtaken", "buyer", [line]
        )
        for _ in range(2):
            check_refusals(channel.push_cancellation_answer([answer]), set())
        assert world.told_answers(order.channel_order_id) == ["overtaken"]


def _cancellations(channel: Channel, cursor: str | None) -> list[ChannelCancellation]:
    """All that come after the cursor."""
    found: list[ChannelCancellation] = []
    while True:
        page = channel.fetch_orders(cursor)
        found += page.cancellations
        if page.cursor == cursor or not page.more:
            return found
        cursor = page.cursor


def _refunds(channel: Channel, cursor: str | None) -> list[ChannelRefund]:
    """All that come after the cursor."""
    found: list[ChannelRefund] = []
    while True:
        page = channel.fetch_orders(cursor)
        found += page.refunds
        if page.cursor == cursor or not page.more:
            return found
        cursor = page.cursor
