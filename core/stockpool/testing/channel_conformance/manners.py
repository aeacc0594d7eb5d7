"""The rest: what a channel says of itself, failing readings, webhooks, and the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

import pytest

from stockpool.errors import OutcomeUnknown, PluginError, Throttled, TransientError
from stockpool.order_request import Feature
from stockpool.plugins.channel import (
    Channel,
    ChannelCapability,
    ShippingConstraints,
    WebhookHint,
)
from stockpool.problems import Problem
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.addresses import sample_address
from stockpool.testing.channel_conformance.channel_tests import MUG, ChannelTests, read, requires
from stockpool.testing.channel_conformance.world import ChannelWorld

CALLS: Mapping[ChannelCapability, tuple[str, Callable[[Channel], object]]] = {
    ChannelCapability.LISTINGS: ("fetch_listings", lambda c: c.fetch_listings(None)),
    ChannelCapability.AVAILABILITY: ("push_availability", lambda c: c.push_availability([])),
    ChannelCapability.TRACKING: ("push_tracking", lambda c: c.push_tracking([])),
    ChannelCapability.TRACKING_CHANGES: (
        "push_tracking_change",
        lambda c: c.push_tracking_change([]),
    ),
    ChannelCapability.DELIVERY: ("push_delivery", lambda c: c.push_delivery([])),
    ChannelCapability.CANCELLATIONS: ("push_cancellation", lambda c: c.push_cancellation([])),
    ChannelCapability.CANCELLATION_ANSWERS: (
        "push_cancellation_answer",
        lambda c: c.push_cancellation_answer([]),
    ),
    ChannelCapability.REFUNDS: ("push_refund", lambda c: c.push_refund([])),
    ChannelCapability.WEBHOOKS: ("parse_webhook", lambda c: c.parse_webhook({}, b"")),
}
"""What each capability stands for: a method, and a call of it that asks for nothing."""


class MannerTests(ChannelTests):
    """Nothing is declared that is not there, and nothing raises without need."""

    @pytest.mark.parametrize("capability", CALLS, ids=lambda capability: capability.name)
    def test_what_is_declared_is_there_and_nothing_else(
        self, channel: Channel, capability: ChannelCapability
    ) -> None:
        method, call = CALLS[capability]
        if capability in channel.capabilities:
            inherited = getattr(type(channel), method) is getattr(Channel, method)
            assert not inherited, f"{capability.name} is declared, but {method} is not written"
        else:
            with pytest.raises(NotImplementedError):
                call(channel)

    def test_capabilities_are_known_ones(self, channel: Channel) -> None:
        assert channel.capabilities <= set(ChannelCapability)

    def test_constraints_name_known_features(self, channel: Channel) -> None:
        assert isinstance(channel.constraints, ShippingConstraints)
        assert set(channel.constraints.features) <= set(get_args(Feature))

    def test_a_connection_that_works_has_no_problem(self, channel: Channel) -> None:
        problems = channel.check()
        assert all(isinstance(problem, Problem) for problem in problems)
        assert list(problems) == []

    def test_a_channel_can_always_say_whether_it_is_idle(
        self, world: ChannelWorld, channel: Channel
    ) -> None:
        assert isinstance(channel.idle(), bool)
        world.place_order({MUG: 1}, sample_address("US"))
        assert isinstance(channel.idle(), bool)

    def test_a_throttled_reading_loses_nothing(self, world: ChannelWorld, channel: Channel) -> None:
        requires(channel, ChannelCapability.ORDERS)
        needs(world, WorldAbility.THROTTLE)
        order_id = world.place_order({MUG: 1}, sample_address("US"))
        world.throttle_next("fetch_orders")
        with pytest.raises(Throttled) as refusal:
            channel.fetch_orders(None)
        assert refusal.value.retry_after > 0
        assert set(read(channel).orders) == {order_id}

    @pytest.mark.parametrize(
        "ability",
        [WorldAbility.FAIL_BEFORE_EFFECT, WorldAbility.FAIL_AFTER_EFFECT],
        ids=lambda ability: ability.name,
    )
    def test_a_reading_that_failed_loses_nothing(
        self, world: ChannelWorld, channel: Channel, ability: WorldAbility
    ) -> None:
        requires(channel, ChannelCapability.ORDERS)
        needs(world, ability)
        order_id = world.place_order({MUG: 1}, sample_address("US"))
        if ability is WorldAbility.FAIL_BEFORE_EFFECT:
            world.fail_before_effect_next("fetch_orders")
        else:
            world.fail_after_effect_next("fetch_orders")
        with pytest.raises((TransientError, OutcomeUnknown)):
            channel.fetch_orders(None)
        assert set(read(channel).orders) == {order_id}

    def test_a_channel_can_be_closed(self, world: ChannelWorld, channel: Channel) -> None:
        world.place_order({MUG: 1}, sample_address("US"))
        if ChannelCapability.ORDERS in channel.capabilities:
            channel.fetch_orders(None)
        channel.close()


class WebhookTests(ChannelTests):
    """Only for a channel that declares WEBHOOKS."""

    def test_a_webhook_is_a_hint(self, world: ChannelWorld, channel: Channel) -> None:
        requires(channel, ChannelCapability.WEBHOOKS)
        headers, body = world.webhook()
        hint = channel.parse_webhook(headers, body)
        assert hint.delivery_id, "a delivery that comes twice is known by its id"
        assert hint.topic

    def test_names_of_headers_may_be_lower_case(
        self, world: ChannelWorld, channel: Channel
    ) -> None:
        requires(channel, ChannelCapability.WEBHOOKS)
        headers, body = world.webhook()
        lower = {name.lower(): value for name, value in headers.items()}
        assert channel.parse_webhook(lower, body) == channel.parse_webhook(headers, body)

    def test_a_hint_may_be_noted_twice_and_be_about_nothing(
        self, world: ChannelWorld, channel: Channel
    ) -> None:
        """The order may be gone, or never have been ours."""
        requires(channel, ChannelCapability.WEBHOOKS)
        order_id = world.place_order({MUG: 1}, sample_address("US"))
        hint = WebhookHint("conformance-delivery", "orders", (order_id, "of-no-order"))
        channel.note_hints([hint])
        channel.note_hints([hint])
        assert set(read(channel).orders) == {order_id}

    def test_a_forged_webhook_is_refused(self, world: ChannelWorld, channel: Channel) -> None:
        requires(channel, ChannelCapability.WEBHOOKS)
        headers, body = world.webhook()
        with pytest.raises(PluginError):
            channel.parse_webhook(headers, body + b" ")
        with pytest.raises(PluginError):
            channel.parse_webhook({}, body)
