"""The promises of `stockpool.plugins.channel.Channel`, as tests that any channel can be put to."""

from __future__ import annotations

from stockpool.testing.channel_conformance.aftercare import AnswerTests, NewsTests
from stockpool.testing.channel_conformance.manners import MannerTests, WebhookTests
from stockpool.testing.channel_conformance.money_back import CancellationTests, RefundTests
from stockpool.testing.channel_conformance.offers import AvailabilityTests, ListingTests
from stockpool.testing.channel_conformance.orders import OrderTests
from stockpool.testing.channel_conformance.problems import ProblemTests
from stockpool.testing.channel_conformance.returns import ReturnTests
from stockpool.testing.channel_conformance.tracking import TrackingChangeTests, TrackingTests

__all__ = ["ChannelConformance"]


class ChannelConformance(
    OrderTests,
    ProblemTests,
    TrackingTests,
    TrackingChangeTests,
    CancellationTests,
    RefundTests,
    NewsTests,
    AnswerTests,
    ReturnTests,
    AvailabilityTests,
    ListingTests,
    WebhookTests,
    MannerTests,
):
    """All promises of a channel. Derive a test class from it and give it a fixture `world`.

    class TestMyChannel(ChannelConformance):
        @pytest.fixture
        def world(self, tmp_path):
            return MyWorld(tmp_path)
    """
