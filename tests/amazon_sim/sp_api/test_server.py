"""The simulated SP-API over a real socket, and the command that serves it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from sp_api_caller import US, order
from stockpool.clock import SystemClock
from stockpool.errors import ConfigurationError
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer

ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"


@pytest.fixture
def server() -> Iterator[SpApiServer]:
    settings = AmazonSimSettings(stock={"US": {"MUG": 100}})
    simulator = Simulator(settings, SystemClock())
    with SpApiServer(simulator) as running:
        yield running
    simulator.close()


def client_of(url: str) -> requests.Session:
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": "Atzr|x",
        "client_id": "app",
        "client_secret": "secret",
    }
    answer = requests.post(f"{url}/auth/o2/token", data=fields, timeout=10)
    client = requests.Session()
    client.headers["x-amz-access-token"] = answer.json()["access_token"]
    return client


def test_a_client_works_over_a_socket(server: SpApiServer) -> None:
    client = client_of(server.url)
    assert client.post(server.url + ORDERS, json=order(), timeout=10).status_code == 200
    answer = client.get(f"{server.url}{ORDERS}/F-1", timeout=10)
    assert answer.json()["payload"]["fulfillmentOrder"]["sellerFulfillmentOrderId"] == "F-1"
    assert answer.headers["x-amzn-RateLimit-Limit"] == "2.0"


def test_the_host_a_client_names_plays_no_part(server: SpApiServer) -> None:
    client = client_of(server.url)
    client.headers["Host"] = "sellingpartnerapi-na.amazon.com"
    assert client.get(f"{server.url}/sellers/v1/account", timeout=10).status_code == 200


def test_many_at_once(server: SpApiServer) -> None:
    client = client_of(server.url)

    def create(number: int) -> int:
        body = order(f"F-{number}", 1)
        return client.post(server.url + ORDERS, json=body, timeout=30).status_code

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(create, range(100))) == {200}
    assert len(server.simulator.fulfillment_order_ids()) == 100
    assert server.simulator.audit() == []


def test_a_connection_is_cut_after_the_effect(server: SpApiServer) -> None:
    client = client_of(server.url)
    server.simulator.inject("timeout_after", times=2)
    statuses: list[Any] = []
    for number in (1, 2):
        try:
            answer = client.post(server.url + ORDERS, json=order(f"F-{number}"), timeout=10)
            statuses.append(answer.status_code)
        except requests.exceptions.RequestException:
            statuses.append("cut")
    assert statuses == [500, "cut"]
    assert server.simulator.fulfillment_order_ids() == ["F-1", "F-2"]


def test_a_port_that_is_taken_is_told(server: SpApiServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(ConfigurationError, match=str(port)):
        SpApiServer(server.simulator, port=port)


def serve(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "stockpool_amazon_sim.sp_api", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_serves_until_it_is_told_to_end_and_keeps_its_state(tmp_path: Path) -> None:
    state = tmp_path / "amazon.db"
    for turn in (1, 2):
        process = serve("--port", "0", "--json", "--state", str(state))
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        client = client_of(url)
        if turn == 1:
            stock = {"country": "US", "sku": "MUG", "quantity": 7}
            requests.post(f"{url}/simulator/v1/stock", json=stock, timeout=10).raise_for_status()
        query = f"granularityType=Marketplace&granularityId={US}&marketplaceIds={US}"
        answer = client.get(f"{url}/fba/inventory/v1/summaries?{query}", timeout=10).json()
        assert [one["totalQuantity"] for one in answer["payload"]["inventorySummaries"]] == [7]
        client.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        process.communicate()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--countries", "US,XX"], "XX"),
        (["--stock", "/no/such/file.csv"], "file.csv"),
        (["--host", "300.0.0.1", "--port", "0"], "300.0.0.1"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], told: str) -> None:
    process = serve(*arguments)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert told in errors
    assert "Traceback" not in errors
