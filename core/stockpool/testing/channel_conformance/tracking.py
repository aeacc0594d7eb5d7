"""`push_tracking`: the shop knows every parcel, and knows it once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from stockpool.errors import OutcomeUnknown, Throttled, TransientError
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import (
    Channel,
    ChannelCapability,
    LineQuantity,
    TrackingChange,
    TrackingUpdate,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.channel_conformance.channel_tests import LAMP, MUG, ChannelTests, requires
from stockpool.testing.channel_conformance.pushing import an_order, check_refusals
from stockpool.testing.channel_conformance.world import ChannelWorld, ToldParcel

_SHIPPED_AT = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)


class TrackingTests(ChannelTests):
    """Only for a channel that declares TRACKING."""

    @pytest.fixture
    def sold(self, world: ChannelWorld) -> OrderRequest:
        """An order of two SKUs, three and one unit, that was taken in."""
        requires(world.channel(), ChannelCapability.TRACKING)
        return an_order(world, {MUG: 3, LAMP: 1})

    def test_parcels_are_told(
        self, world: ChannelWorld, channel: Channel, sold: OrderRequest
    ) -> None:
        refusals = channel.push_tracking([_parcel(sold, 1, {MUG: 2}), _parcel(sold, 2, {MUG: 1})])
        check_refusals(refusals, set())
        assert _told(world, sold) == [
            ToldParcel("TRACK-1", {MUG: 2}),
            ToldParcel("TRACK-2", {MUG: 1}),
        ]

    def test_a_parcel_that_is_told_again_is_told_once(
        self, world: ChannelWorld, channel: Channel, sold: OrderRequest
    ) -> None:
        first, second = _parcel(sold, 1, {MUG: 2}), _parcel(sold, 2, {MUG: 1, LAMP: 1})
        channel.push_tracking([first])
        check_refusals(channel.push_tracking([first]), set())
        check_refusals(channel.push_tracking([second, first]), set())
        assert _told(world, sold) == [
            ToldParcel("TRACK-1", {MUG: 2}),
            ToldParcel("TRACK-2", {MUG: 1, LAMP: 1}),
        ]

    def test_a_parcel_that_another_instance_tells_again_is_told_once(
        self, world: ChannelWorld, channel: Channel, sold: OrderRequest
    ) -> None:
        needs(world, WorldAbility.REOPEN)
        parcel = _parcel(sold, 1, {MUG: 3, LAMP: 1})
        channel.push_tracking([parcel])
        check_refusals(world.reopened().push_tracking([parcel]), set())
        assert _told(world, sold) == [ToldParcel("TRACK-1", {MUG: 3, LAMP: 1})]

    def test_nothing_to_tell_is_no_mistake(
        self, world: ChannelWorld, channel: Channel, sold: OrderRequest
    ) -> None:
        check_refusals(channel.push_tracking([]), set())
        assert _told(world, sold) == []

    def test_one_parcel_that_is_refused_keeps_no_other_back(
        self, world: ChannelWorld, channel: Channel, sold: OrderRequest
    ) -> None:
        """An order that the shop has never heard of: refused by its key, or taken."""
        stranger = TrackingUpdate(
            "conformance-stranger",
            "conformance-no-such-order",
            "1",
            "UPS",
            "TRACK-9",
            _SHIPPED_AT,
            None,
            [LineQuantity("conformance-no-such-line", MUG, 1)],
        )
        refusals = channel.push_tracking([stranger, _parcel(sold, 1, {MUG: 1})])
        check_refusals(refusals, {stranger.key})
        assert _told(world, sold) == [ToldParcel("TRACK-1", {MUG: 1})]

    def test_a_throttled_push_did_not_happen(
        self, world: ChannelWorld, channel: Channel, sold: OrderRequest
    ) -> None:
        needs(world, WorldAbility.THROTTLE)
        parcel = _parcel(sold, 1, {MUG: 1})
        world.throttle_next("push_tracking")
        with pytest.raises(Throttled) as refusal:
            channel.push_tracking([parcel])
        assert refusal.value.retry_after > 0
        assert _told(world, sold) == []
        channel.push_tracking([parcel])
        assert _told(world, sold) == [ToldParcel("TRACK-1", {MUG: 1})]

    def test_a_push_that_failed_before_its_effect_can_be_repeated(
        self, world: ChannelWorld, channel: Channel, sold: OrderRequest
    ) -> None:
        needs(world, WorldAbility.FAIL_BEFORE_EFFECT)
        parcel = _parcel(sold, 1, {MUG: 1})
        world.fail_before_effect_next("push_tracking")
        with pytest.raises((TransientError, OutcomeUnknown)):
            channel.push_tracking([parcel])
        channel.push_tracking([parcel])
        assert _told(world, sold) == [ToldParcel("TRACK-1", {MUG: 1})]

    def test_a_push_whose_answer_was_lost_can_be_repeated(
        self, world: ChannelWorld, channel: Channel, sold: OrderRequest
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        parcel = _parcel(sold, 1, {MUG: 1})
        world.fail_after_effect_next("push_tracking")
        with pytest.raises(OutcomeUnknown):
            channel.push_tracking([parcel])
        channel.push_tracking([parcel])
        assert _told(world, sold) == [ToldParcel("TRACK-1", {MUG: 1})]


class TrackingChangeTests(ChannelTests):
    """Only for a channel that declares TRACKING_CHANGES."""

    @pytest.fixture
    def parcels(self, world: ChannelWorld) -> OrderRequest:
        """An order of three mugs, of which two parcels were told."""
        requires(world.channel(), ChannelCapability.TRACKING_CHANGES)
        order = an_order(world, {MUG: 3})
        world.channel().push_tracking([_parcel(order, 1, {MUG: 2}), _parcel(order, 2, {MUG: 1})])
        return order

    def test_a_parcel_that_goes_by_another_number_stays_one_parcel(
        self, world: ChannelWorld, channel: Channel, parcels: OrderRequest
    ) -> None:
        change = _change(parcels, "TRACK-1", "TRACK-9")
        check_refusals(channel.push_tracking_change([change]), set())
        assert _told(world, parcels) == [
            ToldParcel("TRACK-2", {MUG: 1}),
            ToldParcel("TRACK-9", {MUG: 2}),
        ]
        check_refusals(channel.push_tracking_change([change]), set())
        assert [p.tracking_number for p in _told(world, parcels)] == ["TRACK-2", "TRACK-9"]

    def test_a_parcel_may_change_more_than_once(
        self, world: ChannelWorld, channel: Channel, parcels: OrderRequest
    ) -> None:
        for change in (
            _change(parcels, "TRACK-1", "TRACK-8"),
            _change(parcels, "TRACK-8", "TRACK-9"),
        ):
            check_refusals(channel.push_tracking_change([change]), set())
        assert [p.tracking_number for p in _told(world, parcels)] == ["TRACK-2", "TRACK-9"]

    def test_another_carrier_alone_is_a_change(
        self, world: ChannelWorld, channel: Channel, parcels: OrderRequest
    ) -> None:
        change = _change(parcels, "TRACK-1", "TRACK-1", carrier="FEDEX")
        check_refusals(channel.push_tracking_change([change]), set())
        assert [p.tracking_number for p in _told(world, parcels)] == ["TRACK-1", "TRACK-2"]

    def test_a_change_whose_answer_was_lost_can_be_repeated(
        self, world: ChannelWorld, channel: Channel, parcels: OrderRequest
    ) -> None:
        needs(world, WorldAbility.FAIL_AFTER_EFFECT)
        change = _change(parcels, "TRACK-1", "TRACK-9")
        world.fail_after_effect_next("push_tracking_change")
        with pytest.raises(OutcomeUnknown):
            channel.push_tracking_change([change])
        check_refusals(channel.push_tracking_change([change]), set())
        assert [p.tracking_number for p in _told(world, parcels)] == ["TRACK-2", "TRACK-9"]

    def test_a_change_of_a_parcel_that_the_shop_never_heard_of_keeps_no_other_back(
        self, world: ChannelWorld, channel: Channel, parcels: OrderRequest
    ) -> None:
        requires(channel, ChannelCapability.TRACKING_CHANGES)
        stranger = TrackingChange(
            "conformance-stranger",
            "conformance-no-such-order",
            "CONFORMANCE/7",
            "UPS",
            "TRACK-7",
            "UPS",
            "TRACK-6",
        )
        change = _change(parcels, "TRACK-1", "TRACK-9")
        check_refusals(channel.push_tracking_change([stranger, change]), {stranger.key})
        assert [p.tracking_number for p in _told(world, parcels)] == ["TRACK-2", "TRACK-9"]


def _change(
    order: OrderRequest, former: str, number: str, *, carrier: str = "UPS"
) -> TrackingChange:
    return TrackingChange(
        f"conformance-change-{number}-{carrier}",
        order.channel_order_id,
        "CONFORMANCE/1",
        carrier,
        number,
        "UPS",
        former,
    )


def _parcel(order: OrderRequest, number: int, units: dict[str, int]) -> TrackingUpdate:
    lines = {line.channel_sku: line.line_id for line in order.lines}
    return TrackingUpdate(
        key=f"conformance-parcel-{number}",
        channel_order_id=order.channel_order_id,
        package=f"CONFORMANCE/{number}",
        carrier_code="UPS",
        tracking_number=f"TRACK-{number}",
        shipped_at=_SHIPPED_AT,
        estimated_arrival=date(2026, 3, 9),
        lines=[LineQuantity(lines[sku], sku, quantity) for sku, quantity in units.items()],
    )


def _told(world: ChannelWorld, order: OrderRequest) -> Sequence[ToldParcel]:
    told = world.told_parcels(order.channel_order_id)
    return sorted(told, key=lambda parcel: parcel.tracking_number)
