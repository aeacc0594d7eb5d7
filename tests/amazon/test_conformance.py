"""The amazon plugin keeps the contract of a network, against the simulator over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest

from notification_reading import ARN
from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool.testing import NetworkConformance, NetworkOperation
from stockpool.testing.network_conformance import FulfillmentConformance
from stockpool.testing.network_conformance.returns import ReturnTests
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon.settings import AmazonSettings
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.conformance.simulated_world import OPERATIONS, AmazonSimWorld
from stockpool_amazon_sim.outbound.outbound_2026_operations import VERSION
from stockpool_amazon_sim.sp_api.server import SpApiServer


class AgainstTheSimulator:
    """Any number of instances, which share nothing but the account."""

    versions: Mapping[str, Any]
    operations: Mapping[NetworkOperation, str]
    notified = False

    @pytest.fixture
    def world(
        self,
        settings: dict[str, Any],
        clock: ManualClock,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Iterator[AmazonSimWorld]:
        pytest.importorskip("uvicorn")
        with ExitStack() as opened:
            steps = {"notification": (0, 0)}
            wanted = {"countries": ("US", "CA"), "steps": steps}
            simulator = Simulator(AmazonSimSettings.model_validate(wanted), clock)
            opened.callback(simulator.close)
            server = opened.enter_context(SpApiServer(simulator))
            own = {
                **self.versions,
                "endpoint": server.url,
                "lwa_endpoint": f"{server.url}/auth/o2/token",
                "seller_id": simulator.seller_id,
            }
            if self.notified:
                for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
                    monkeypatch.setenv(name, "any")
                queue = {"queue_arn": ARN, "sqs_endpoint": f"{server.url}/sqs"}
                own["notifications"] = {**queue, "polling_minutes": 0.001}

            def make() -> AmazonNetwork:
                context = PluginContext("amazon-na", clock, IdSource(1), tmp_path)
                made = AmazonNetwork(AmazonSettings(**(settings | own)), context)
                opened.callback(made.close)
                if self.notified:
                    made.subscribe()
                return made

            yield AmazonSimWorld(simulator, clock, make(), reopen=make, operations=self.operations)


class TestVersion2020(AgainstTheSimulator, NetworkConformance):
    """The default."""

    versions: ClassVar = {"outbound_version": "2020-07-01"}
    operations = OPERATIONS


class TestNotified(AgainstTheSimulator, FulfillmentConformance):
    """With notifications, between listings at the usual pace.

    At a slower pace some promises are kept later than the suite waits: of a new order Amazon
    notifies when it is Received, and a page that got lost comes again when its messages do.
    """

    versions: ClassVar = {"outbound_version": "2020-07-01"}
    operations = OPERATIONS
    notified = True


class TestVersion2026(AgainstTheSimulator, ReturnTests, FulfillmentConformance):
    """With the older version for updates: this one can't lower quantities; and for returns."""

    versions: ClassVar = {
        "outbound_version": "2026-07-04",
        "outbound_versions": {"update": "2020-07-01"},
    }
    operations: ClassVar = {
        **OPERATIONS,
        "preview": f"getOrderPreview{VERSION}",
        "create_fulfillment": f"createOrder{VERSION}",
        "get_fulfillment": f"getOrder{VERSION}",
        "cancel_fulfillment": f"cancelOrder{VERSION}",
        "changes": f"listOrders{VERSION}",
    }
