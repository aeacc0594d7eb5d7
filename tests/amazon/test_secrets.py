"""Secrets, tokens and buyers' data are seen nowhere: not in logs, reprs, errors or tracebacks."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator

import pytest
import requests

from amazon_documents import whole_order
from scripted_amazon import LOGIN, ORDERS, SECRETS, ScriptedAmazon
from stockpool.order_request import Address
from stockpool.plugins.network import FulfillmentRequest
from stockpool_amazon.credentials import Secrets
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon.settings import AmazonSettings
from stockpool_amazon.transport import Call

MakeRequest = Callable[..., FulfillmentRequest]
HIDDEN = [*SECRETS.values(), "Atza|"]
BUYER = ["Ada", "Miller", "1 Main St", "98101", "206 555 0100", "ada@example.com"]


@pytest.fixture
def seen(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Iterator[list[str]]:
    """What anyone may see, and at the end also all logs and all that was printed."""
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    yield shown
    printed = capsys.readouterr()
    shown += [caplog.text, printed.out, printed.err]
    assert any(shown)
    for text in shown:
        for secret in [*HIDDEN, *BUYER]:
            assert secret not in text


def failing(work: Callable[[], object]) -> str:
    """A failure with all that its traceback shows, causes included."""
    with pytest.raises(Exception) as failure:  # noqa: PT011
        work()
    return "".join(traceback.format_exception(failure.value)) + repr(failure.value)


def test_success_shows_nothing(
    network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest, seen: list[str]
) -> None:
    amazon.answers("POST", ORDERS, {})
    amazon.answers("GET", f"{ORDERS}/F-1", whole_order())
    network.create_fulfillment(order())
    network.get_fulfillment("F-1")
    tokens = network._transport._tokens
    seen += map(repr, [network, network._transport, tokens, tokens._token, tokens._credentials])


@pytest.mark.parametrize("path", [LOGIN, ORDERS])
@pytest.mark.parametrize(
    "error",
    [requests.ReadTimeout, requests.ConnectTimeout, requests.ConnectionError],
)
def test_a_broken_exchange_shows_nothing(
    network: AmazonNetwork,
    amazon: ScriptedAmazon,
    order: MakeRequest,
    seen: list[str],
    path: str,
    error: type[requests.RequestException],
) -> None:
    """requests keeps the whole request in its errors."""
    request = requests.Request("POST", "https://a.example", data=SECRETS).prepare()
    amazon.fails("POST", path, error(f"sending {SECRETS}", request=request))
    seen.append(failing(lambda: network.create_fulfillment(order())))


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_a_refusal_that_repeats_the_address_shows_none_of_it(
    network: AmazonNetwork,
    amazon: ScriptedAmazon,
    order: MakeRequest,
    seen: list[str],
    status: int,
) -> None:
    told = "ADA MILLER, 1 main st, 98101 and 206 555 0100 <ada@example.com>: is Miller right?"
    amazon.refuses("POST", ORDERS, "InvalidAddress", told, details=told, status=status)
    amazon.refuses("GET", f"{ORDERS}/F-1")
    text = failing(lambda: network.create_fulfillment(order()))
    assert not any(word.lower() in text.lower() for word in BUYER)
    seen.append(text)


def test_what_is_refused_stays_readable(
    network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
) -> None:
    """City and region say what is wrong and nothing about the person."""
    told = "postalCode 98101 is not in Seattle, WA (US)"
    amazon.refuses("POST", ORDERS, "InvalidAddress", told)
    text = failing(lambda: network.create_fulfillment(order()))
    assert "InvalidAddress: postalCode [hidden] is not in Seattle, WA (US)" in text


def test_a_short_name_does_not_black_out_the_message(
    network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
) -> None:
    address = Address(name="A B", line1="1 X", city="Bath", postal_code="BA1", country="GB")
    amazon.refuses("POST", ORDERS, "InvalidAddress", "A Bad address")
    text = failing(lambda: network.create_fulfillment(order(ship_to=address)))
    assert "InvalidAddress: A Bad address" in text


def test_answers_that_can_not_be_read_are_told_without_their_values(
    network: AmazonNetwork, amazon: ScriptedAmazon, seen: list[str]
) -> None:
    amazon.judged = False
    document = whole_order()
    document["payload"]["fulfillmentOrder"]["receivedDate"] = "Ada Miller"
    amazon.answers("GET", f"{ORDERS}/F-1", document)
    seen.append(failing(lambda: network.get_fulfillment("F-1")))


def test_reprs_show_nothing(seen: list[str], order: MakeRequest) -> None:
    seen.append(repr(Secrets(*SECRETS.values())))
    seen.append(repr(Call("x", "POST", "/", body={"name": "Ada"}, private=["Miller"])))


def test_a_secret_that_was_put_into_the_settings_is_not_repeated(
    settings: dict[str, object], seen: list[str]
) -> None:
    for value in (SECRETS["SP_CLIENT_SECRET"], {"text": SECRETS["SP_CLIENT_SECRET"]}):
        with pytest.raises(ValueError, match="a secret is not put here") as failure:
            AmazonSettings.model_validate(settings | {"client_secret": value})
        errors = failure.value.errors(include_url=False, include_input=False)  # type: ignore[attr-defined]
        seen.append(errors[0]["msg"])
