"""The destination and the subscription behind notifications: what is missing, and making it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import typer
from typer.testing import CliRunner

from notification_reading import ARN
from scripted_amazon import ScriptedAmazon
from stockpool.cli.failures import CommandGroup
from stockpool.clock import ManualClock
from stockpool.errors import ConfigurationError
from stockpool_amazon import commands
from stockpool_amazon.message_queue import MessageQueue
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer

MakeNetwork = Callable[..., AmazonNetwork]

ORDERS = "FULFILLMENT_ORDER_STATUS"


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    simulator = Simulator(AmazonSimSettings(countries=("US", "CA")), clock)
    yield simulator
    simulator.close()


@pytest.fixture
def notified(
    simulator: Simulator, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    pytest.importorskip("uvicorn")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    with SpApiServer(simulator) as server:
        yield {
            **settings,
            "endpoint": server.url,
            "lwa_endpoint": f"{server.url}/auth/o2/token",
            "notifications": {"queue_arn": ARN, "sqs_endpoint": f"{server.url}/sqs"},
        }


@pytest.fixture
def network(notified: dict[str, Any], make_network: MakeNetwork) -> AmazonNetwork:
    return make_network(**notified)


def codes(network: AmazonNetwork) -> list[str]:
    return [problem.code for problem in network.check()]


def test_all_is_missing_at_first(network: AmazonNetwork) -> None:
    unreachable, missing = network.check()
    assert unreachable.code == "queue_not_reachable"
    assert "NonExistentQueue" in unreachable.message
    assert (missing.code, missing.field) == (
        "no_destination",
        "networks.amazon-na.notifications",
    )
    assert missing.fix == "stockpool amazon subscribe amazon-na"


def test_what_is_missing_is_made_once(network: AmazonNetwork, simulator: Simulator) -> None:
    done = network.subscribe()
    assert [line.split()[:3] for line in done] == [
        ["made", "the", "destination"],
        ["made", "the", "subscription"],
    ]
    assert network.check() == []
    assert network.subscribe() == []
    assert len(simulator.get_destinations()) == len(simulator.get_subscriptions(ORDERS)) == 1


def test_a_lost_subscription_is_made_anew(network: AmazonNetwork, simulator: Simulator) -> None:
    network.subscribe()
    (lost,) = simulator.get_subscriptions(ORDERS)
    simulator.delete_subscription_by_id(ORDERS, lost.subscription_id)
    assert codes(network) == ["no_subscription"]
    assert len(network.subscribe()) == 1
    assert codes(network) == []


def test_a_subscription_that_goes_elsewhere_is_only_replaced_on_demand(
    network: AmazonNetwork, simulator: Simulator
) -> None:
    other = simulator.create_destination("other", arn=f"{ARN}-other")
    simulator.create_subscription(ORDERS, "1.0", other.destination_id)
    *_, left = network.subscribe()
    assert "--replace" in left
    assert codes(network) == ["subscribed_elsewhere"]
    ended, made = network.subscribe(replace=True)
    assert "ended" in ended
    assert "made" in made
    assert codes(network) == []


def test_an_amazon_that_does_not_answer_is_told(
    network: AmazonNetwork, simulator: Simulator
) -> None:
    network.subscribe()
    simulator.inject("transient", operation="getDestinations")
    assert codes(network) == ["not_reachable"]


def test_a_network_without_a_queue(make_network: MakeNetwork) -> None:
    with pytest.raises(ConfigurationError, match=r"amazon-na.notifications: .*queue_arn"):
        make_network().subscribe()


class Queue(MessageQueue):
    """One that is there."""

    def check(self) -> None:
        return None


def test_each_call_has_the_token_that_amazon_asks_for(
    make_network: MakeNetwork, amazon: ScriptedAmazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amazon's model judges the requests, too."""
    monkeypatch.setattr("stockpool_amazon.message_queue.MessageQueue", Queue)
    base = "/notifications/v1"
    ours = {"destinationId": "d-1", "name": "stockpool", "resource": {"sqs": {"arn": ARN}}}
    bus = {"name": "x", "region": "us-east-1", "accountId": "1"}
    others = {"destinationId": "d-2", "name": "other", "resource": {"eventBridge": bus}}
    old = {"subscriptionId": "s/2", "payloadVersion": "1.0", "destinationId": "d-2"}
    amazon.answers("GET", f"{base}/destinations", {"payload": [others]})
    amazon.answers("POST", f"{base}/destinations", {"payload": ours})
    amazon.answers("GET", f"{base}/subscriptions/{ORDERS}", {"payload": old})
    amazon.answers("DELETE", f"{base}/subscriptions/{ORDERS}/s%2F2", {})
    made = {"subscriptionId": "s-1", "payloadVersion": "1.0", "destinationId": "d-1"}
    amazon.answers("POST", f"{base}/subscriptions/{ORDERS}", {"payload": made})
    network = make_network(notifications={"queue_arn": ARN})
    assert len(network.subscribe(replace=True)) == 3
    logins = [parse_qs(login.body.decode()) for login in amazon.logins]
    assert [login["grant_type"] for login in logins] == [["client_credentials"], ["refresh_token"]]
    assert logins[0]["scope"] == ["sellingpartnerapi::notifications"]
    assert "refresh_token" not in logins[0]
    tokens = {(s.method, s.path): s.headers["x-amz-access-token"] for s in amazon.requests}
    application, seller = "Atza|1", "Atza|2"
    assert tokens == {
        ("GET", f"{base}/destinations"): application,
        ("POST", f"{base}/destinations"): application,
        ("GET", f"{base}/subscriptions/{ORDERS}"): seller,
        ("DELETE", f"{base}/subscriptions/{ORDERS}/s%2F2"): application,
        ("POST", f"{base}/subscriptions/{ORDERS}"): seller,
    }


class TestTheCommand:
    @pytest.fixture
    def run(self, notified: dict[str, Any], tmp_path: Path, sqlite_url: str) -> Callable[..., Any]:
        lines = [
            "[stockpool]",
            f"database = {json.dumps(sqlite_url)}",
            "[networks.amazon-na]",
            'type = "amazon"',
        ]
        for name, value in notified.items():
            if isinstance(value, dict):
                inner = ", ".join(f"{key} = {json.dumps(text)}" for key, text in value.items())
                lines.append(f"{name} = {{ {inner} }}")
            else:
                lines.append(f"{name} = {json.dumps(value)}")
        config = tmp_path / "stockpool.toml"
        config.write_text("\n".join(lines), "utf-8")
        root = typer.Typer(cls=CommandGroup)
        commands.register(root)

        def run(*arguments: str) -> Any:
            asked = ["amazon", "subscribe", *arguments, "--config", str(config)]
            return CliRunner().invoke(root, asked)

        return run

    def test_says_what_it_did(self, run: Callable[..., Any]) -> None:
        first = run("amazon-na")
        assert first.exit_code == 0
        assert "made the subscription" in first.stdout
        again = run("amazon-na", "--json")
        assert json.loads(again.stdout) == {"network": "amazon-na", "done": [], "problems": []}

    def test_says_what_is_left(self, run: Callable[..., Any], simulator: Simulator) -> None:
        other = simulator.create_destination("other", arn=f"{ARN}-other")
        simulator.create_subscription(ORDERS, "1.0", other.destination_id)
        left = run("amazon-na")
        assert left.exit_code == 1
        assert "--replace" in left.stdout
        assert run("amazon-na", "--replace").exit_code == 0

    def test_of_an_unknown_network(self, run: Callable[..., Any]) -> None:
        assert run("amazon-eu").exit_code == 1
