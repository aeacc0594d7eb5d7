"""Logs are for operators and hold nothing of a buyer."""

from __future__ import annotations

import json

import pytest
import structlog

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import SEATTLE, an_order
from stockpool import Engine
from stockpool_workers import logs
from stockpool_workers.service import Service

CANARY = SEATTLE.model_copy(update={"name": "Canary Buyer", "line1": "77 Canary Street"})


@pytest.fixture(autouse=True)
def unchanged_logging():
    yield
    structlog.reset_defaults()


def test_a_line_is_json_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", as_json=True)
    structlog.get_logger().info("started", threads=4)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["threads"]) == ("started", "info", 4)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_failure_shows_no_address(
    stocked: Engine,
    network: FakeNetwork,
    channel: FakeChannel,
    capsys: pytest.CaptureFixture[str],
    as_json: bool,
) -> None:
    logs.configure("debug", as_json=as_json)
    network.faults.fail("create_fulfillment", RuntimeError("cannot read the answer"), times=1)
    channel.add_page([an_order(1, ("mug", 1), ship_to=CANARY)])
    Service(stocked, threads=1).run_until_idle()
    printed = capsys.readouterr().err
    assert "cannot read the answer" in printed
    assert "Canary" not in printed
