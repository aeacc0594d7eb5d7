"""Notifications API v1: destinations and subscriptions, and which token opens what."""

from __future__ import annotations

from typing import Any

import pytest

from notification_reading import ARN
from sp_api_caller import US, Answer, Caller
from stockpool_amazon_sim.sp_api import access_tokens
from stockpool_amazon_sim.sp_api.messages import Request

BASE = "/notifications/v1"
DESTINATIONS = f"{BASE}/destinations"
ORDERS = "FULFILLMENT_ORDER_STATUS"
SUBSCRIPTIONS = f"{BASE}/subscriptions/{ORDERS}"
BUS = {"eventBridge": {"accountId": "123456789012", "region": "us-east-1"}}


def as_application(sp_api: Caller) -> None:
    sp_api.token = sp_api.application.access_tokens.make(access_tokens.GRANTLESS)


def as_seller(sp_api: Caller) -> None:
    sp_api.token = sp_api.application.access_tokens.make(access_tokens.SELLER)


def make_destination(sp_api: Caller, resource: Any = None, name: str = "news") -> Answer:
    as_application(sp_api)
    body = {"name": name, "resourceSpecification": resource or {"sqs": {"arn": ARN}}}
    answer = sp_api("POST", DESTINATIONS, body)
    as_seller(sp_api)
    return answer


def subscribe(sp_api: Caller, destination_id: str, name: str = ORDERS, **more: Any) -> Answer:
    body = {"destinationId": destination_id, "payloadVersion": "1.0"} | more
    return sp_api("POST", f"{BASE}/subscriptions/{name}", body)


@pytest.fixture
def queue(sp_api: Caller) -> str:
    """The id of a destination that is an SQS queue; the caller then has the seller's token."""
    return str(make_destination(sp_api).payload["destinationId"])


def test_a_destination_of_each_kind(sp_api: Caller) -> None:
    made = make_destination(sp_api).payload
    assert made["resource"] == {"sqs": {"arn": ARN}}
    bus = make_destination(sp_api, BUS).payload["resource"]["eventBridge"]
    assert bus["name"].startswith("aws.partner/sellingpartnerapi.amazon.com/123456789012/")
    as_application(sp_api)
    every = sp_api("GET", DESTINATIONS).payload
    assert [one["name"] for one in every] == ["news", "news"]
    assert sp_api("GET", f"{DESTINATIONS}/{made['destinationId']}").payload == made


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        ({"sqs": {"arn": "arn:aws:sns:us-east-1:1:news"}}, "arn"),
        ({"sqs": {"arn": ARN}, **BUS}, "resourceSpecification"),
        ({"eventBridge": {"accountId": "1"}}, "region"),
        ({"other": {}}, "resourceSpecification"),
    ],
)
def test_a_destination_that_can_be_none(sp_api: Caller, resource: Any, named: str) -> None:
    as_application(sp_api)
    body = {"name": "news", "resourceSpecification": resource}
    refused = sp_api("POST", DESTINATIONS, body, judged=False)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")
    assert named in refused.error["message"]


def test_a_queue_is_one_destination(sp_api: Caller, queue: str) -> None:
    refused = make_destination(sp_api, name="other")
    assert (refused.status, refused.error["code"]) == (409, "Conflict")


def test_a_destination_stays_while_it_is_subscribed_with(sp_api: Caller, queue: str) -> None:
    subscription_id = subscribe(sp_api, queue).payload["subscriptionId"]
    as_application(sp_api)
    assert sp_api("DELETE", f"{DESTINATIONS}/{queue}").status == 409
    assert sp_api("DELETE", f"{SUBSCRIPTIONS}/{subscription_id}").status == 200
    assert sp_api("DELETE", f"{DESTINATIONS}/{queue}").status == 200
    assert sp_api("GET", f"{DESTINATIONS}/{queue}").status == 404


def test_a_subscription(sp_api: Caller, queue: str) -> None:
    made = subscribe(sp_api, queue).payload
    assert made["destinationId"] == queue
    assert sp_api("GET", SUBSCRIPTIONS).payload == made
    assert sp_api("GET", f"{SUBSCRIPTIONS}/{made['subscriptionId']}").payload == made
    listed = sp_api("GET", f"{BASE}/subscriptions", notificationTypes=ORDERS)
    assert listed.payload == {"subscriptions": [made]}
    none = sp_api("GET", f"{BASE}/subscriptions", notificationTypes=ORDERS, payloadVersion="2.0")
    assert none.payload == {"subscriptions": []}


def test_the_newest_version_is_shown_first(sp_api: Caller) -> None:
    bus = make_destination(sp_api, BUS).payload["destinationId"]
    issues = "LISTINGS_ITEM_ISSUES_CHANGE"
    subscribe(sp_api, bus, issues, payloadVersion="2023-12-13")
    older = subscribe(sp_api, bus, issues).payload
    path = f"{BASE}/subscriptions/{issues}"
    assert sp_api("GET", path).payload["payloadVersion"] == "2023-12-13"
    assert sp_api("GET", path, payloadVersion="1.0").payload == older


def test_subscriptions_come_in_pages(sp_api: Caller, queue: str) -> None:
    for number in range(31):
        wanted = {"eventFilterType": "ORDER_CHANGE", "marketplaceIds": [US, str(number)]}
        more = {"processingDirective": {"eventFilter": wanted}}
        assert subscribe(sp_api, queue, "ORDER_CHANGE", **more).status == 200
    path, name = f"{BASE}/subscriptions", "ORDER_CHANGE"
    first = sp_api("GET", path, notificationTypes=name).payload
    token = first["nextToken"]
    second = sp_api("GET", path, notificationTypes=name, nextToken=token).payload
    assert [len(page["subscriptions"]) for page in (first, second)] == [30, 1]
    assert "nextToken" not in second


def test_one_subscription_for_each_version(sp_api: Caller, queue: str) -> None:
    assert subscribe(sp_api, queue).status == 200
    assert subscribe(sp_api, queue).status == 409


@pytest.mark.parametrize(
    ("name", "more", "status", "named"),
    [
        ("NO_SUCH_TYPE", {}, 400, "notificationType"),
        (ORDERS, {"payloadVersion": "9.9"}, 400, "payloadVersion"),
        (ORDERS, {"destinationId": "none"}, 404, "none"),
        ("LISTINGS_ITEM_STATUS_CHANGE", {}, 400, "EventBridge"),
        (ORDERS, {"processingDirective": {"filterExpression": "a == b"}}, 400, "filterExpression"),
        (
            ORDERS,
            {"processingDirective": {"eventFilter": {"eventFilterType": "ORDER_CHANGE"}}},
            400,
            "eventFilterType",
        ),
    ],
)
def test_what_can_not_be_subscribed_to(
    sp_api: Caller, queue: str, name: str, more: dict[str, Any], status: int, named: str
) -> None:
    refused = subscribe(sp_api, queue, name, **more)
    assert refused.status == status
    assert named in refused.error["message"]


def test_orders_do_not_go_to_a_bus(sp_api: Caller) -> None:
    bus = make_destination(sp_api, BUS).payload["destinationId"]
    assert "SQS" in subscribe(sp_api, bus).error["message"]


def test_what_is_not_there(sp_api: Caller, queue: str) -> None:
    assert sp_api("GET", SUBSCRIPTIONS).status == 404
    assert sp_api("GET", f"{SUBSCRIPTIONS}/none").status == 404
    assert sp_api("DELETE", f"{SUBSCRIPTIONS}/none").status == 404


def test_a_test_notification(sp_api: Caller, queue: str) -> None:
    as_application(sp_api)
    wanted = {"payloadVersion": "1.0", "testScenario": "OrderStatusChange"}
    body = {"destinationId": queue, "testNotification": wanted}
    path = f"{SUBSCRIPTIONS}/testNotification"
    assert sp_api("POST", path, body).status == 200
    (taken,) = sp_api.simulator.receive_messages("us-east-1/123456789012/news")
    assert '"NotificationType":"FULFILLMENT_ORDER_STATUS"' in taken.message.body
    unnamed = {**body, "testNotification": {"payloadVersion": "1.0"}}
    assert sp_api("POST", path, unnamed).status == 400


def test_only_an_application_makes_destinations(sp_api: Caller) -> None:
    as_seller(sp_api)
    assert sp_api("GET", DESTINATIONS).status == 403
    as_application(sp_api)
    assert sp_api("GET", SUBSCRIPTIONS).status == 403
    assert sp_api("GET", "/sellers/v1/account").status == 403


def test_a_subscription_by_its_id_takes_both_tokens(sp_api: Caller, queue: str) -> None:
    made = subscribe(sp_api, queue).payload
    as_application(sp_api)
    assert sp_api("GET", f"{SUBSCRIPTIONS}/{made['subscriptionId']}").payload == made
    as_seller(sp_api)
    assert sp_api("DELETE", f"{SUBSCRIPTIONS}/{made['subscriptionId']}").status == 200


@pytest.mark.parametrize(
    "scope", ["sellingpartnerapi::migration", "sellingpartnerapi::client_credential:rotation"]
)
def test_a_token_of_another_scope_opens_nothing_here(sp_api: Caller, scope: str) -> None:
    form = f"grant_type=client_credentials&scope={scope}&client_id=a&client_secret=b"
    answer = sp_api.application(Request("POST", "/auth/o2/token", body=form.encode()))
    sp_api.token = answer.body.decode().split('"')[3]
    assert sp_api.token.startswith("Atza|")
    assert sp_api("GET", DESTINATIONS).status == 403
    assert sp_api("GET", "/sellers/v1/account").status == 403


def test_the_published_rate(sp_api: Caller) -> None:
    as_application(sp_api)
    answer = sp_api("GET", DESTINATIONS)
    assert answer.response.headers["x-amzn-ratelimit-limit"] == "1.0"


class TestRateLimits:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"rate_limits": True}

    def test_five_calls_at_once(self, sp_api: Caller) -> None:
        as_application(sp_api)
        assert [sp_api("GET", DESTINATIONS).status for _ in range(6)] == [200] * 5 + [429]
