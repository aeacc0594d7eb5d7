"""Goods that come back: asked for in the shop, and told of once."""

from __future__ import annotations

from stockpool.plugins.channel import Channel, ChannelCapability, LineQuantity
from stockpool.plugins.channel_returns import ChannelReturn, ReturnOutcome, ReturnUpdate
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.channel_conformance.channel_tests import MUG, ChannelTests, read, requires
from stockpool.testing.channel_conformance.pushing import an_order, check_refusals
from stockpool.testing.channel_conformance.world import ChannelWorld


class ReturnTests(ChannelTests):
    """What is asked for needs a world that can ask; what is told needs RETURNS."""

    def test_a_return_that_is_asked_for_comes(self, world: ChannelWorld, channel: Channel) -> None:
        needs(world, WorldAbility.ASK_FOR_RETURN)
        order = an_order(world, {MUG: 3})
        cursor = read(channel).cursor
        return_id = world.ask_for_return(order.channel_order_id, {MUG: 2}, "DEFECTIVE")
        (told,) = _returns(channel, cursor)
        assert (told.return_id, told.channel_order_id) == (return_id, order.channel_order_id)
        assert [(x.line_id, x.quantity) for x in told.lines] == [(order.lines[0].line_id, 2)]
        assert told.reason

    def test_a_return_that_was_not_stored_comes_again_with_its_id(
        self, world: ChannelWorld, channel: Channel
    ) -> None:
        needs(world, WorldAbility.ASK_FOR_RETURN)
        order = an_order(world, {MUG: 1})
        cursor = read(channel).cursor
        world.ask_for_return(order.channel_order_id, {MUG: 1}, "DEFECTIVE")
        first = channel.fetch_orders(cursor).returns
        assert _returns(channel, cursor) == list(first)

    def test_what_became_of_a_return_is_told_once(
        self, world: ChannelWorld, channel: Channel
    ) -> None:
        requires(channel, ChannelCapability.RETURNS)
        order = an_order(world, {MUG: 3})
        asked: str | None = None
        if WorldAbility.ASK_FOR_RETURN in world.abilities:
            asked = world.ask_for_return(order.channel_order_id, {MUG: 2}, "DEFECTIVE")
        lines = [LineQuantity(order.lines[0].line_id, MUG, 2)]

        def update(outcome: ReturnOutcome) -> ReturnUpdate:
            key = f"conformance-return-{outcome}"
            labels = ["https://labels.invalid/1"] if outcome == "authorised" else []
            return ReturnUpdate(
                key, order.channel_order_id, asked, "ours-1", outcome, lines, "DEFECTIVE", labels
            )

        for outcome in ("authorised", "authorised", "received", "received"):
            check_refusals(channel.push_return([update(outcome)]), set())
        assert world.told_returns(order.channel_order_id) == ["authorised", "received"]


def _returns(channel: Channel, cursor: str | None) -> list[ChannelReturn]:
    """All that come after the cursor."""
    found: list[ChannelReturn] = []
    while True:
        page = channel.fetch_orders(cursor)
        found += page.returns
        if page.cursor == cursor or not page.more:
            return found
        cursor = page.cursor
