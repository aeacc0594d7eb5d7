"""Login with Amazon: when a token is fetched, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from amazon_documents import whole_order
from at_once import in_threads
from scripted_amazon import LOGIN, ORDERS, SECRETS, ScriptedAmazon
from stockpool.clock import ManualClock
from stockpool.errors import ConfigurationError, Throttled, TransientError
from stockpool_amazon.errors import CredentialsRefused
from stockpool_amazon.network import AmazonNetwork

MakeNetwork = Callable[..., AmazonNetwork]
ONE = f"{ORDERS}/F-1"


@pytest.fixture(autouse=True)
def _one_order(amazon: ScriptedAmazon) -> None:
    amazon.answers("GET", ONE, whole_order())


def test_the_refresh_token_is_exchanged(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    network.get_fulfillment("F-1")
    (login,) = amazon.logins
    assert login.method == "POST"
    assert login.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(login.body.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["Atzr|a-refresh-token"],
        "client_id": ["amzn1.client-id"],
        "client_secret": ["a-client-secret"],
    }
    assert amazon.sent("GET", ONE).headers["x-amz-access-token"] == "Atza|1"


def test_nothing_is_asked_before_it_is_needed(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    assert network.pools()
    assert amazon.logins == []


def test_a_token_is_kept_until_a_minute_before_its_end(
    network: AmazonNetwork, amazon: ScriptedAmazon, clock: ManualClock
) -> None:
    network.get_fulfillment("F-1")
    clock.advance(3539)
    network.get_fulfillment("F-1")
    assert len(amazon.logins) == 1
    clock.advance(1)
    network.get_fulfillment("F-1")
    assert len(amazon.logins) == 2


def test_a_short_lived_token_is_kept_for_half_its_life(
    network: AmazonNetwork, amazon: ScriptedAmazon, clock: ManualClock
) -> None:
    amazon.answers("POST", LOGIN, {"access_token": "Atza|x", "expires_in": 20})
    network.get_fulfillment("F-1")
    clock.advance(9)
    network.get_fulfillment("F-1")
    assert len(amazon.logins) == 1
    clock.advance(1)
    network.get_fulfillment("F-1")
    assert len(amazon.logins) == 2


def test_threads_that_need_a_token_at_once_fetch_one(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    in_threads(8, lambda _: network.get_fulfillment("F-1"))
    assert len(amazon.logins) == 1


def test_a_token_that_was_refused_is_not_discarded_twice(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    """Of two threads whose token is refused, the second finds the first's new one."""
    tokens = network._transport._tokens
    old = tokens.current()
    tokens.discard(old)
    new = tokens.current()
    tokens.discard(old)
    assert tokens.current() == new


@pytest.mark.parametrize(
    ("error", "status", "remedy"),
    [
        ("invalid_grant", 400, "networks.amazon-na.refresh_token"),
        ("invalid_client", 401, "networks.amazon-na.client_id, networks.amazon-na.client_secret"),
        ("unauthorized_client", 400, "belongs to another application"),
        ("invalid_scope", 400, "compare networks.amazon-na.client_id"),
    ],
)
def test_a_refusal_says_what_to_mend(
    network: AmazonNetwork, amazon: ScriptedAmazon, error: str, status: int, remedy: str
) -> None:
    document = {"error": error, "error_description": "It is not right"}
    amazon.answers("POST", LOGIN, document, status=status)
    with pytest.raises(CredentialsRefused) as failure:
        network.get_fulfillment("F-1")
    assert f"({error}: It is not right)" in str(failure.value)
    assert remedy in str(failure.value)
    assert amazon.requests == []


def test_a_refusal_is_the_configurations_fault_and_nothing_happened() -> None:
    """So it is shown to the operator as one, and the engine tries again once it is mended."""
    assert issubclass(CredentialsRefused, ConfigurationError)
    assert issubclass(CredentialsRefused, TransientError)


def test_it_works_again_once_the_secret_is_mended(
    network: AmazonNetwork, amazon: ScriptedAmazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon.answers("POST", LOGIN, {"error": "invalid_grant"}, status=400)
    amazon.answers("POST", LOGIN, {"access_token": "Atza|new", "expires_in": 3600})
    with pytest.raises(CredentialsRefused):
        network.get_fulfillment("F-1")
    monkeypatch.setenv("SP_REFRESH_TOKEN", "Atzr|rotated")
    assert network.get_fulfillment("F-1") is not None
    assert b"Atzr%7Crotated" in amazon.logins[-1].body


def test_a_file_is_read_anew_each_time(
    make_network: MakeNetwork, amazon: ScriptedAmazon, clock: ManualClock, tmp_path: Path
) -> None:
    file = tmp_path / "refresh-token"
    file.write_text("first\n")
    network = make_network(refresh_token={"file": "refresh-token"})
    network.get_fulfillment("F-1")
    file.write_text("second\n")
    clock.advance(hours=1)
    network.get_fulfillment("F-1")
    sent = [parse_qs(login.body.decode())["refresh_token"] for login in amazon.logins]
    assert sent == [["first"], ["second"]]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": "server_error"}),
        (503, b"<html>"),
        (400, {"error": "temporarily_unavailable"}),
        (400, {"message": "not LWA's shape"}),
        (400, {"error": 7}),
        (302, {}),
        (200, b"not JSON"),
        (200, {}),
        (200, {"access_token": "", "expires_in": "soon"}),
        (200, {"access_token": "Atza|x"}),
        (200, {"access_token": "Atza|x", "expires_in": -1}),
        (200, {"access_token": "Atza|x", "expires_in": True}),
        (200, {"access_token": "Atza|x\r\nx-evil: 1", "expires_in": 3600}),
        (200, {"access_token": "Ätza", "expires_in": 3600}),
        (200, {"access_token": ["Atza"], "expires_in": 3600}),
    ],
)
def test_whatever_else_comes_may_work_later(
    network: AmazonNetwork, amazon: ScriptedAmazon, status: int, body: Any
) -> None:
    amazon.answers("POST", LOGIN, body, status=status)
    with pytest.raises(TransientError) as failure:
        network.get_fulfillment("F-1")
    assert not isinstance(failure.value, ConfigurationError)


def test_too_many_logins_are_throttled(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("POST", LOGIN, {}, status=429)
    with pytest.raises(Throttled):
        network.get_fulfillment("F-1")


@pytest.mark.parametrize("error", [requests.ReadTimeout(), requests.ConnectionError()])
def test_a_login_that_gets_no_answer_did_not_place_any_order(
    network: AmazonNetwork, amazon: ScriptedAmazon, error: Exception
) -> None:
    """Whatever became of the token, the call itself was not made: no `OutcomeUnknown`."""
    amazon.fails("POST", LOGIN, error)
    with pytest.raises(TransientError, match="Login with Amazon could not be asked"):
        network.cancel_fulfillment("F-1")


def test_a_secret_that_has_gone_is_named(
    network: AmazonNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SP_CLIENT_SECRET")
    with pytest.raises(CredentialsRefused, match=r"amazon-na.client_secret: .*SP_CLIENT_SECRET"):
        network.get_fulfillment("F-1")


def test_what_login_says_is_told_without_secrets(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    echo = " and ".join(SECRETS.values())
    document = {"error": "invalid_request", "error_description": f"what is {echo}?"}
    amazon.answers("POST", LOGIN, document, status=400)
    with pytest.raises(CredentialsRefused) as failure:
        network.get_fulfillment("F-1")
    assert not any(secret in str(failure.value) for secret in SECRETS.values())
