"""The promises of `stockpool.plugins.network.Network`, as tests that any network can be put to."""

from __future__ import annotations

from stockpool.testing.network_conformance.cancelling import CancellingTests
from stockpool.testing.network_conformance.failures import FailureTests
from stockpool.testing.network_conformance.fees import FeeTests
from stockpool.testing.network_conformance.filling import FillingTests
from stockpool.testing.network_conformance.holding import HoldingTests
from stockpool.testing.network_conformance.inbound import InboundTests
from stockpool.testing.network_conformance.listings import ListingTests
from stockpool.testing.network_conformance.manners import MannerTests
from stockpool.testing.network_conformance.news import NewsTests
from stockpool.testing.network_conformance.placing import PlacingTests
from stockpool.testing.network_conformance.pools import PoolTests
from stockpool.testing.network_conformance.previews import PreviewTests
from stockpool.testing.network_conformance.privacy import PrivacyTests
from stockpool.testing.network_conformance.removal_feeds import RemovalFeedTests
from stockpool.testing.network_conformance.removals import RemovalTests
from stockpool.testing.network_conformance.reports import ReportTests
from stockpool.testing.network_conformance.returns import ReturnTests
from stockpool.testing.network_conformance.shipping import ShippingTests
from stockpool.testing.network_conformance.stock import StockTests

__all__ = ["FulfillmentConformance", "NetworkConformance"]


class FulfillmentConformance(
    PoolTests,
    StockTests,
    PlacingTests,
    ShippingTests,
    FillingTests,
    CancellingTests,
    HoldingTests,
    NewsTests,
    FailureTests,
    PrivacyTests,
    PreviewTests,
    MannerTests,
):
    """What every network promises: pools, stock, and fulfillment orders from start to end."""


class NetworkConformance(
    FulfillmentConformance,
    RemovalTests,
    RemovalFeedTests,
    ReportTests,
    ListingTests,
    InboundTests,
    FeeTests,
    ReturnTests,
):
    """All promises of a network. Derive a test class from it and give it a fixture `world`.

    class TestMyNetwork(NetworkConformance):
        @pytest.fixture
        def world(self, tmp_path):
            return MyWorld(tmp_path)
    """
