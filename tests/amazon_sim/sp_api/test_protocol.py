"""What holds for every operation: tokens, errors, headers, addresses."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlencode

import pytest

import openapi
from sp_api_caller import MODELS, US, Caller, order
from stockpool.clock import ManualClock
from stockpool_amazon_sim.sp_api.application import APIS
from stockpool_amazon_sim.sp_api.messages import BODY_LIMIT, Request

INVENTORY = "/fba/inventory/v1/summaries"
ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"


def test_every_operation_of_the_models_is_served() -> None:
    served = {(known.name, known.method, known.path) for known in chain.from_iterable(APIS)}
    for model in MODELS.values():
        paths = openapi.Model.load(model).document["paths"]
        named = {
            (specification["operationId"], method.upper(), path)
            for path, methods in paths.items()
            for method, specification in methods.items()
            if method in ("get", "put", "post", "patch", "delete")
        }
        assert named <= served


def lwa(sp_api: Caller, **fields: str) -> Any:
    response = sp_api.application(
        Request("POST", "/auth/o2/token", body=urlencode(fields).encode())
    )
    return response.status, json.loads(response.body)


def test_a_refresh_token_buys_an_access_token(sp_api: Caller) -> None:
    status, answer = lwa(
        sp_api,
        grant_type="refresh_token",
        refresh_token="Atzr|x",
        client_id="app",
        client_secret="secret",
    )
    assert (status, answer["token_type"], answer["expires_in"]) == (200, "bearer", 3600)
    assert answer["refresh_token"] == "Atzr|x"
    sp_api.token = answer["access_token"]
    assert sp_api("GET", "/sellers/v1/marketplaceParticipations").status == 200


def test_the_token_endpoint_takes_json_too(sp_api: Caller) -> None:
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": "Atzr|x",
        "client_id": "app",
        "client_secret": "secret",
    }
    request = Request(
        "POST",
        "/auth/o2/token",
        headers={"content-type": "application/json"},
        body=json.dumps(fields).encode(),
    )
    assert sp_api.application(request).status == 200


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_secret": "s"}, 401, "invalid_client"),
        ({"client_id": "a"}, 401, "invalid_client"),
        ({"client_id": "a", "client_secret": "s"}, 400, "unsupported_grant_type"),
        (
            {"client_id": "a", "client_secret": "s", "grant_type": "refresh_token"},
            400,
            "invalid_request",
        ),
        (
            {
                "client_id": "a",
                "client_secret": "s",
                "grant_type": "refresh_token",
                "refresh_token": "Atzr|revoked",
            },
            400,
            "invalid_grant",
        ),
        (
            {"client_id": "a", "client_secret": "s", "grant_type": "client_credentials"},
            400,
            "invalid_scope",
        ),
    ],
)
def test_token_errors_have_the_shape_of_oauth(
    sp_api: Caller, fields: dict[str, str], status: int, error: str
) -> None:
    answered, body = lwa(sp_api, **fields)
    assert (answered, body["error"]) == (status, error)
    assert body["error_description"]


def test_a_token_without_a_seller_opens_no_seller_s_data(sp_api: Caller) -> None:
    _, answer = lwa(
        sp_api,
        grant_type="client_credentials",
        scope="sellingpartnerapi::notifications",
        client_id="a",
        client_secret="s",
    )
    sp_api.token = answer["access_token"]
    refused = sp_api("GET", "/sellers/v1/account")
    assert (refused.status, refused.error["code"]) == (403, "Unauthorized")


@pytest.mark.parametrize("token", ["", "nonsense", "Atza|bm9uc2Vuc2U=", "Atza|é"])
def test_without_a_good_token_nothing_is_told(sp_api: Caller, token: str) -> None:
    sp_api.token = token
    refused = sp_api("GET", "/sellers/v1/account")
    assert (refused.status, refused.error["code"]) == (403, "Unauthorized")


def test_a_token_lives_an_hour(sp_api: Caller, clock: ManualClock) -> None:
    clock.advance(3599)
    assert sp_api("GET", "/sellers/v1/account").status == 200
    clock.advance(1)
    assert sp_api("GET", "/sellers/v1/account").status == 403


def test_a_restricted_data_token_is_a_token(sp_api: Caller) -> None:
    resources = [{"method": "GET", "path": "/orders/v0/orders", "dataElements": ["buyerInfo"]}]
    answer = sp_api(
        "POST", "/tokens/2021-03-01/restrictedDataToken", {"restrictedResources": resources}
    )
    assert answer.json["expiresIn"] == 3600
    sp_api.token = answer.json["restrictedDataToken"]
    assert sp_api("GET", "/sellers/v1/account").status == 200


def test_a_restricted_data_token_needs_resources(sp_api: Caller) -> None:
    refused = sp_api(
        "POST", "/tokens/2021-03-01/restrictedDataToken", {"restrictedResources": []}, judged=False
    )
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


def test_unknown_addresses_and_methods(sp_api: Caller) -> None:
    assert sp_api("GET", "/no/such/thing").status == 404
    assert sp_api("PATCH", "/sellers/v2/account").status == 404
    response = sp_api.application(
        Request("DELETE", "/sellers/v1/account", headers={"x-amz-access-token": sp_api.token})
    )
    assert response.status == 405


def test_an_answer_tells_the_rate_the_time_and_its_number(sp_api: Caller) -> None:
    sp_api.control("advance", hours=24)
    first = sp_api("GET", "/sellers/v1/account").response.headers
    second = sp_api("GET", "/sellers/v1/account").response.headers
    assert first["x-amzn-ratelimit-limit"] == "0.016"
    assert first["date"] == "Tue, 03 Mar 2026 09:00:00 GMT"
    assert first["x-amzn-requestid"] != second["x-amzn-requestid"]


def test_what_an_operation_does_not_know_does_not_disturb_it(sp_api: Caller) -> None:
    body = order() | {"MarketplaceId": US, "unheard": {"of": []}}
    sp_api.control("stock", country="US", sku="MUG", quantity=5)
    assert sp_api("POST", ORDERS, body, judged=False, MarketplaceIds=US).status == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe"])
def test_a_body_that_is_no_json_object_is_refused(sp_api: Caller, body: bytes) -> None:
    response = sp_api.application(
        Request("POST", ORDERS, headers={"x-amz-access-token": sp_api.token}, body=body)
    )
    assert response.status == 400
    assert json.loads(response.body)["errors"][0]["code"] == "InvalidInput"


def test_a_body_that_is_too_long_is_refused(sp_api: Caller) -> None:
    request = Request("POST", ORDERS, body=b" " * (BODY_LIMIT + 1))
    assert sp_api.application(request).status == 413


class TestLimits:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"rate_limits": True}

    def test_an_empty_bucket_is_429_quota_exceeded(
        self, sp_api: Caller, clock: ManualClock
    ) -> None:
        query = {"granularityType": "Marketplace", "granularityId": US, "marketplaceIds": US}
        statuses = [sp_api("GET", INVENTORY, **query).status for _ in range(4)]
        assert statuses == [200, 200, 429, 429]
        refused = sp_api("GET", INVENTORY, **query)
        assert refused.error["code"] == "QuotaExceeded"
        assert refused.response.headers["x-amzn-ratelimit-limit"] == "2.0"
        clock.advance(0.5)
        assert sp_api("GET", INVENTORY, **query).status == 200


class TestFaults:
    def test_a_fault_before_the_effect_is_503_and_did_nothing(self, sp_api: Caller) -> None:
        sp_api.control("stock", country="US", sku="MUG", quantity=5)
        sp_api.control("inject", fault="transient", operation="createFulfillmentOrder")
        refused = sp_api("POST", ORDERS, order())
        assert (refused.status, refused.error["code"]) == (503, "ServiceUnavailable")
        assert sp_api("POST", ORDERS, order()).status == 200

    def test_after_the_effect_the_caller_is_left_in_doubt_in_two_ways(self, sp_api: Caller) -> None:
        sp_api.control("stock", country="US", sku="MUG", quantity=5)
        sp_api.control("inject", fault="timeout_after", times=2)
        failed = sp_api("POST", ORDERS, order("F-1"))
        assert (failed.status, failed.error["code"]) == (500, "InternalFailure")
        token = {"x-amz-access-token": sp_api.token}
        body = json.dumps(order("F-2")).encode()
        assert sp_api.application(Request("POST", ORDERS, headers=token, body=body)).cut
        for order_id in ("F-1", "F-2"):
            assert sp_api("GET", f"{ORDERS}/{order_id}").status == 200

    def test_a_fault_of_the_simulator_itself_is_500(
        self, sp_api: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sp_api.simulator, "cancel_fulfillment_order", None)
        assert sp_api("PUT", f"{ORDERS}/F-1/cancel").status == 500


def test_control_calls_need_no_token(sp_api: Caller) -> None:
    sp_api.token = ""
    sp_api.control("register", country="US", sku="MUG", title="Mug")
    sp_api.control("stock", country="US", sku="MUG", quantity=5)
    assert sp_api.control("buckets", country="US", sku="MUG") == {"fulfillable": 5}
    assert sp_api.control("sell_on_amazon", country="US", sku="MUG", quantity=7) == 5
    assert sp_api.control("audit") == []
    assert sp_api.control("idle") is False


def test_control_calls_look_inside(sp_api: Caller) -> None:
    sp_api.control("stock", country="US", sku="MUG", quantity=5)
    for _ in range(2):
        sp_api("POST", ORDERS, order())
    assert sp_api.control("fulfillment_order_ids") == ["F-1"]
    assert sp_api.control("attempts", order_id="F-1") == 2
    assert sp_api.control("statistics") == {"duplicate_creates": 1, "orders:New": 1}
    sp_api.control("advance", hours=24)
    movements = sp_api.control("ledger", country="US", sku="MUG")
    received = sum(one["quantity"] for one in movements if one["event_type"] == "Receipts")
    assert (received, movements[-1]["event_type"], movements[-1]["quantity"]) == (5, "Shipments", 2)


def test_time_is_under_control(sp_api: Caller) -> None:
    began = sp_api.simulator.now()
    assert sp_api.control("now") == "2026-03-02T09:00:00Z"
    assert sp_api.control("advance", hours=1.5) == "2026-03-02T10:30:00Z"
    assert sp_api.control("advance_to", at="2026-03-05T00:00:00Z") == "2026-03-05T00:00:00Z"
    assert sp_api.simulator.now() - began == timedelta(days=2, hours=15)


@pytest.mark.parametrize(
    ("name", "arguments", "status"),
    [
        ("close", {}, 404),
        ("_perform", {}, 404),
        ("stock", {"country": "US"}, 400),
        ("stock", {"country": "US", "sku": "MUG", "quantity": "many"}, 400),
        ("stock", {"country": "BR", "sku": "MUG", "quantity": 1}, 400),
        ("stock", {"country": "US", "sku": "MUG", "quantity": -1}, 400),
        ("buckets", {"country": "US", "sku": "none"}, 400),
        ("inject", {"fault": "none"}, 400),
        ("advance_to", {"at": "soon"}, 400),
    ],
)
def test_control_calls_that_make_no_sense(
    sp_api: Caller, name: str, arguments: dict[str, Any], status: int
) -> None:
    request = Request("POST", f"/simulator/v1/{name}", body=json.dumps(arguments).encode())
    response = sp_api.application(request)
    assert response.status == status
    assert json.loads(response.body)["errors"][0]["message"]
