"""What becomes of each answer, and of none: the engine's errors, and what they say."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
)

from amazon_documents import whole_order
from scripted_amazon import ORDERS, ScriptedAmazon
from stockpool.clock import ManualClock
from stockpool.errors import OutcomeUnknown, PluginError, Throttled, TransientError
from stockpool.plugins.network import FulfillmentRequest, RateLimit
from stockpool_amazon.errors import AmazonRefusal, CredentialsRefused
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon.rates import PUBLISHED

MakeRequest = Callable[..., FulfillmentRequest]
ONE = f"{ORDERS}/F-1"
SOMEWHERE = HTTPConnection("sellingpartnerapi-na.amazon.com")


class TestNothingWasSent:
    @pytest.mark.parametrize(
        "error",
        [
            requests.ConnectTimeout(),
            requests.exceptions.ProxyError(),
            requests.ConnectionError(
                MaxRetryError(None, "", NewConnectionError(SOMEWHERE, "refused"))  # type: ignore[arg-type]
            ),
            requests.ConnectionError(
                MaxRetryError(None, "", NameResolutionError("host", SOMEWHERE, OSError()))  # type: ignore[arg-type]
            ),
            requests.ConnectionError(MaxRetryError(None, "", ConnectTimeoutError())),  # type: ignore[arg-type]
            requests.exceptions.SSLError(
                MaxRetryError(None, "", ssl.SSLCertVerificationError("self-signed"))  # type: ignore[arg-type]
            ),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_it_certainly_did_not_happen(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        order: MakeRequest,
        error: requests.RequestException,
    ) -> None:
        amazon.fails("POST", ORDERS, error)
        with pytest.raises(TransientError, match="can't be reached"):
            network.create_fulfillment(order())


class TestNobodyKnows:
    @pytest.mark.parametrize(
        "error",
        [
            requests.ReadTimeout(),
            requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError())),
            requests.exceptions.ChunkedEncodingError(),
            requests.exceptions.ContentDecodingError(),
            requests.exceptions.SSLError(ssl.SSLEOFError()),
            requests.RequestException(),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_a_write_may_have_arrived_and_a_read_may_be_repeated(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        order: MakeRequest,
        error: requests.RequestException,
    ) -> None:
        amazon.fails("POST", ORDERS, error)
        amazon.fails("GET", ONE, error)
        with pytest.raises(OutcomeUnknown, match="createFulfillmentOrder: no whole answer"):
            network.create_fulfillment(order())
        with pytest.raises(TransientError, match="getFulfillmentOrder: no whole answer"):
            network.get_fulfillment("F-1")

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (500, {"errors": [{"code": "InternalFailure", "message": "sorry"}]}),
            (503, {"errors": [{"code": "ServiceUnavailable", "message": "sorry"}]}),
            (502, b"<html>Bad gateway</html>"),
            (504, {}),
            (599, None),
            (408, {"errors": [{"code": "RequestTimeout", "message": "too slow"}]}),
            (302, {}),
            (200, b"{"),
            (200, b"[]"),
            (200, b"\xff\xfe"),
            (200, b"[" * 100_000),
            (200, {"errors": [{"code": "InternalFailure", "message": "half done"}]}),
            (400, b"<html>Bad request</html>"),
            (400, {}),
            (404, {"message": "no Route matched"}),
            (413, {"errors": ["too large"]}),
            (418, {"errors": [{"message": "no code"}]}),
        ],
    )
    def test_an_answer_that_decides_nothing(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        order: MakeRequest,
        status: int,
        body: object,
    ) -> None:
        amazon.judged = False
        for method, path in (("POST", ORDERS), ("GET", ONE)):
            amazon.answers(method, path, body, status=status)
        with pytest.raises(OutcomeUnknown):
            network.create_fulfillment(order())
        with pytest.raises(TransientError):
            network.get_fulfillment("F-1")

    def test_redirects_are_not_followed(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.judged = False
        elsewhere = {"Location": "https://example.com/"}
        amazon.answers("POST", ORDERS, {}, status=307, headers=elsewhere)
        with pytest.raises(OutcomeUnknown, match="answered 307"):
            network.create_fulfillment(order())
        assert len(amazon.requests) == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (400, "InvalidParameter"),
            (403, "AccessDenied"),
            (404, "NotFound"),
            (413, "RequestTooLarge"),
            (415, "UnsupportedMediaType"),
        ],
    )
    def test_has_amazons_code_words_and_request_id(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        order: MakeRequest,
        status: int,
        code: str,
    ) -> None:
        amazon.judged = False
        amazon.refuses("POST", ORDERS, code, "no\nthanks", status=status, details="at all")
        with pytest.raises(AmazonRefusal) as refusal:
            network.create_fulfillment(order())
        assert (refusal.value.code, refusal.value.status) == (code, status)
        assert refusal.value.reason == (
            f"no thanks; at all (createFulfillmentOrder, HTTP {status}, request req-17)"
        )

    def test_a_request_id_that_is_none_is_not_repeated(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        error = {"errors": [{"code": "Odd", "message": "x"}]}
        amazon.answers("GET", ONE, error, status=400, headers={"x-amzn-RequestId": "<script>"})
        with pytest.raises(TransientError) as failure:
            network.get_fulfillment("F-1")
        assert "script" not in str(failure.value)

    def test_long_words_are_cut(self, network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
        amazon.refuses("PUT", f"{ONE}/cancel", message="x" * 100_000)
        with pytest.raises(AmazonRefusal) as refusal:
            network.cancel_fulfillment("F-1")
        assert len(str(refusal.value)) < 700


class TestUnauthorized:
    @pytest.mark.parametrize("status", [401, 403])
    def test_the_token_is_renewed_once_and_the_call_repeated(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, status: int
    ) -> None:
        amazon.refuses("GET", ONE, "Unauthorized", "expired", status=status)
        amazon.answers("GET", ONE, whole_order())
        assert network.get_fulfillment("F-1") is not None
        tokens = [sent.headers["x-amz-access-token"] for sent in amazon.requests]
        assert tokens == ["Atza|1", "Atza|2"]

    def test_then_it_is_the_credentials(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        """It did not happen, and is not the order's fault: the order must not be refused for it."""
        amazon.refuses("POST", ORDERS, "Unauthorized", "denied", status=403)
        with pytest.raises(CredentialsRefused, match="authorize it again") as failure:
            network.create_fulfillment(order())
        assert isinstance(failure.value, TransientError)
        assert len(amazon.requests) == 2

    def test_a_403_without_a_readable_reason_is_taken_for_it(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.judged = False
        amazon.answers("POST", ORDERS, b"Forbidden", status=403)
        with pytest.raises(CredentialsRefused):
            network.create_fulfillment(order())


class TestThrottled:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "7"}, 7.0),
            ({"Retry-After": "0.25"}, 0.25),
            ({"Retry-After": "Mon, 02 Mar 2026 09:00:30 GMT"}, 30.0),
            ({"Retry-After": "Mon, 02 Mar 2026 08:00:00 GMT"}, 0.0),
            ({"Retry-After": "999999999"}, 3600.0),
            ({"Retry-After": "soon"}, 0.5),
            ({"x-amzn-RateLimit-Limit": "0.1"}, 10.0),
            ({}, 0.5),
        ],
    )
    def test_says_when_a_repeat_makes_sense(
        self,
        network: AmazonNetwork,
        amazon: ScriptedAmazon,
        order: MakeRequest,
        headers: dict[str, str],
        seconds: float,
    ) -> None:
        error = {"errors": [{"code": "QuotaExceeded", "message": "slow down"}]}
        amazon.answers("POST", ORDERS, error, status=429, headers=headers)
        with pytest.raises(Throttled, match="createFulfillmentOrder") as failure:
            network.create_fulfillment(order())
        assert failure.value.retry_after == pytest.approx(seconds)

    def test_also_if_the_answer_is_not_amazons(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest
    ) -> None:
        amazon.judged = False
        amazon.answers("POST", ORDERS, b"Too many requests", status=429)
        with pytest.raises(Throttled):
            network.create_fulfillment(order())


class TestRates:
    def test_are_the_published_ones_at_first(self, network: AmazonNetwork) -> None:
        limits = network.rate_limits()
        assert limits == PUBLISHED
        assert limits["createFulfillmentOrder"] == RateLimit(2.0, 30)
        assert limits["getInventorySummaries"] == RateLimit(2.0, 2)

    def test_are_learned_from_answers_also_from_refusals(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        amazon.answers("GET", ONE, whole_order(), headers={"x-amzn-RateLimit-Limit": "5.5"})
        network.get_fulfillment("F-1")
        amazon.answers(
            "PUT", f"{ONE}/cancel", {}, status=429, headers={"x-amzn-RateLimit-Limit": "1"}
        )
        with pytest.raises(Throttled):
            network.cancel_fulfillment("F-1")
        limits = network.rate_limits()
        assert limits["getFulfillmentOrder"] == RateLimit(5.5, 30)
        assert limits["cancelFulfillmentOrder"] == RateLimit(1.0, 30)
        assert limits["createFulfillmentOrder"] == RateLimit(2.0, 30)

    @pytest.mark.parametrize("told", ["0", "-1", "nan", "inf", "fast", ""])
    def test_what_is_no_rate_changes_nothing(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, told: str
    ) -> None:
        amazon.answers("GET", ONE, whole_order(), headers={"x-amzn-RateLimit-Limit": told})
        network.get_fulfillment("F-1")
        assert network.rate_limits() == PUBLISHED

    def test_the_table_that_was_given_out_does_not_change(
        self, network: AmazonNetwork, amazon: ScriptedAmazon
    ) -> None:
        before = network.rate_limits()
        amazon.answers("GET", ONE, whole_order(), headers={"x-amzn-RateLimit-Limit": "9"})
        network.get_fulfillment("F-1")
        assert before == PUBLISHED


class TestTimes:
    def test_without_a_date_our_own_clock_counts(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest, clock: ManualClock
    ) -> None:
        clock.advance(minutes=3)
        amazon.answers("POST", ORDERS, {}, headers={"Date": "last Monday"})
        assert network.create_fulfillment(order()).received_at == clock.now()

    def test_an_answer_that_took_long_was_asked_for_earlier(
        self, network: AmazonNetwork, amazon: ScriptedAmazon, clock: ManualClock
    ) -> None:
        """Figures are as of the asking: what happens meanwhile may be in them or not."""
        amazon.slow(clock, seconds=4)
        amazon.answers(
            "GET",
            "/fba/inventory/v1/summaries",
            {"payload": {"granularity": {}, "inventorySummaries": []}},
            headers={"Date": "Mon, 02 Mar 2026 10:00:04 GMT"},
        )
        asked_at = network.snapshot("US").at
        assert asked_at.isoformat() == "2026-03-02T10:00:00+00:00"


def test_every_failure_is_one_of_the_engines_errors(
    network: AmazonNetwork, amazon: ScriptedAmazon, order: MakeRequest, clock: ManualClock
) -> None:
    """Whatever the status: nothing but a `PluginError` comes out, and nothing passes as success."""
    amazon.judged = False
    for status in [*range(300, 600), 999]:
        clock.advance(timedelta(hours=2).total_seconds())
        amazon.forget("POST", ORDERS)
        amazon.answers("POST", ORDERS, {}, status=status)
        with pytest.raises(PluginError):
            network.create_fulfillment(order())
