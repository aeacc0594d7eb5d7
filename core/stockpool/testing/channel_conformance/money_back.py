"""`push_cancellation` and `push_refund`: told once, however often they are pushed."""

from __future__ import annotations

import pytest

from stockpool.errors import OutcomeUnknown
from stockpool.money import Money
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import (
    CancellationUpdate,
    Channel,
    ChannelCapability,
    LineQuantity,
    RefundUpdate,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.channel_conformance.channel_tests import LAMP, MUG, ChannelTests, requires
from stockpool.testing.channel_conformance.pushing import an_order, check_refusals
from stockpool.testing.channel_conformance.world import ChannelWorld


class CancellationTests(ChannelTests):
    """Only for a channel that declares CANCELLATIONS."""

    @pytest.fixture
    def doomed(self, world: ChannelWorld) -> OrderRequest:
        """An order of two SKUs, three and one unit, that was taken in."""
        requires(world.channel(), ChannelCapability.CANCELLATIONS)
        return an_order(world, {MUG: 3, LAMP: 1})

    def test_cancelled_units_are_told_once(
        self, world: ChannelWorld, channel: Channel, doomed: OrderRequest
    ) -> None:
        first, second = _cancellation(doomed, 1, {MUG: 1}), _cancellation(doomed, 2, {LAMP: 1})
        check_refusals(channel.push_cancellation([first]), set())
        assert world.told_cancellations(doomed.channel_order_id) == {MUG: 1}
        check_refusals(channel.push_cancellation([first, second]), set())
        check_refusals(channel.push_cancellation([second]), set())
        assert world.told_cancellations(doomed.channel_order_id) == {MUG: 1, LAMP: 1}

    def test_a_cancellation_that_another_instance_tells_again_is_told_once(
        self, world: ChannelWorld, channel: Channel, doomed: OrderRequest
    ) -> None:
        needs(world, WorldAbility.REOPEN)
        update = _cancellation(doomed, 1, {MUG: 2})
        channel.push_cancellation([update])
        check_refusals(world.reopened().push_cancellation([update]), set())
        assert world.told_cancellations(doomed.channel_order_id) == {MUG: 2}

    def test_one_cancellation_that_is_refused_keeps_no_other_back(
        self, world: ChannelWorld, channel: Channel, doomed: OrderRequest
    ) -> None:
        stranger = CancellationUpdate(
            "conformance-stranger",
            "conformance-no-such-order",
            "no_stock",
            [LineQuantity("conformance-no-such-line", MUG, 1)],
        )
        refusals = channel.push_cancellation([stranger, _cancellation(doomed, 1, {MUG: 1})])
        check_refusals(refusals, {stranger.key})
        assert world.told_cancellations(doomed.channel_order_id) == {MUG: 1}


class RefundTests(ChannelTests):
    """Only for a channel that declares REFUNDS."""

    @pytest.fixture
    def refunded(self, world: ChannelWorld) -> OrderRequest:
        """An order of one SKU, two units, that was taken in."""
        requires(world.channel(), ChannelCapability.REFUNDS)
        return an_order(world, {MUG: 2})

    def test_money_is_given_back_once(
        self, world: ChannelWorld, channel: Channel, refunded: OrderRequest
    ) -> None:
        first, second = _refund(refunded, 1, "1.25"), _refund(refunded, 2, "0.75")
        check_refusals(channel.push_refund([first]), set())
        check_refusals(channel.push_refund([second, first]), set())
        check_refusals(channel.push_refund([first]), set())
        assert _amounts(world, refunded) == ["0.75", "1.25"]

    def test_money_that_another_instance_gives_back_again_is_given_once(
        self, world: ChannelWorld, channel: Channel, refunded: OrderRequest
    ) -> None:
        needs(world, WorldAbility.REOPEN)
        update = _refund(refunded, 1, "1.25")
        channel.push_refund([update])
        check_refusals(world.reopened().push_refund([update]), set())
        assert _amounts(world, refunded) == ["1.25"]

    def test_a_refund_whose_answer_was_lost_is_made_once(
        self, world: ChannelWorld, channel: Channel, refunded: OrderRequest
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        update = _refund(refunded, 1, "1.25")
        world.fail_after_effect_next("push_refund")
        with pytest.raises(OutcomeUnknown):
            channel.push_refund([update])
        channel.push_refund([update])
        assert _amounts(world, refunded) == ["1.25"]


def _lines(order: OrderRequest, units: dict[str, int]) -> list[LineQuantity]:
    lines = {line.channel_sku: line.line_id for line in order.lines}
    return [LineQuantity(lines[sku], sku, quantity) for sku, quantity in units.items()]


def _cancellation(order: OrderRequest, number: int, units: dict[str, int]) -> CancellationUpdate:
    key = f"conformance-cancellation-{number}"
    return CancellationUpdate(key, order.channel_order_id, "no_stock", _lines(order, units))


def _refund(order: OrderRequest, number: int, amount: str) -> RefundUpdate:
    return RefundUpdate(
        f"conformance-refund-{number}",
        order.channel_order_id,
        Money.parse(amount, order.currency or order.lines[0].currency or "USD"),
        "returned",
        _lines(order, {MUG: 1}),
    )


def _amounts(world: ChannelWorld, order: OrderRequest) -> list[str]:
    return sorted(str(money.amount) for money in world.told_refunds(order.channel_order_id))
