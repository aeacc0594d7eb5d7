"""Each outcome of a call becomes the one error that says what to do."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses

from shopify_shop.server import (
    Answer,
    answer_lost,
    partial,
    throttled,
    too_many,
    unavailable,
)
from shopify_world import ShopWorld
from stockpool.errors import (
    OutcomeUnknown,
    PluginError,
    RejectedError,
    Throttled,
    TransientError,
)
from stockpool.order_request import Address
from stockpool.plugins.channel import AvailabilityUpdate
from stockpool.testing.addresses import sample_address
from stockpool_shopify.errors import AccessRefused, PartialAnswer, ShopClosed

BUYER: Address = sample_address("US")


def says(status: int, body: str = "", **headers: str) -> Any:
    def fault(server: Any, work: Any) -> Answer:
        return status, headers, body

    return fault


def no_connection(server: Any, work: Any) -> Answer:
    raise requests.ConnectTimeout("no route")


def code(word: str) -> Any:
    return says(200, f'{{"errors": [{{"message": "No", "extensions": {{"code": "{word}"}}}}]}}')


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (no_connection, TransientError),
        (answer_lost, TransientError),
        (unavailable, TransientError),
        (partial, PartialAnswer),
        (throttled, Throttled),
        (too_many, Throttled),
        (says(430), Throttled),
        (says(402), ShopClosed),
        (says(423), ShopClosed),
        (code("SHOP_INACTIVE"), ShopClosed),
        (says(403), AccessRefused),
        (says(404), AccessRefused),
        (code("ACCESS_DENIED"), AccessRefused),
        (code("MAX_COST_EXCEEDED"), RejectedError),
        (code("INTERNAL_SERVER_ERROR"), TransientError),
        (says(200, "<html>"), TransientError),
        (says(200, '{"errors": "[API] Something"}'), TransientError),
        (says(400), RejectedError),
    ],
)
def test_a_query_that_fails(shop: ShopWorld, fault: Any, error: type[PluginError]) -> None:
    shop.server.fail_next(fault)
    with pytest.raises(PluginError) as raised:
        shop.channel().fetch_orders(None)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (no_connection, TransientError),
        (answer_lost, OutcomeUnknown),
        (unavailable, OutcomeUnknown),
        (partial, OutcomeUnknown),
        (throttled, Throttled),
        (code("INTERNAL_SERVER_ERROR"), OutcomeUnknown),
    ],
)
def test_a_mutation_that_fails(shop: ShopWorld, fault: Any, error: type[PluginError]) -> None:
    shop.server.fail_next(fault, name="SetAvailable")
    with pytest.raises(PluginError) as raised:
        shop.channel().push_availability([AvailabilityUpdate("key", "first", 5, shop.clock.now())])
    assert type(raised.value) is error


def test_a_throttled_worker_tells_the_others(shop: ShopWorld) -> None:
    one, other = shop.channel(), shop.channel()
    shop.server.fail_next(throttled)
    with pytest.raises(Throttled) as raised:
        one.fetch_orders(None)
    assert raised.value.retry_after == pytest.approx(1.0)
    with pytest.raises(Throttled):
        other.fetch_listings(None)
    assert shop.server.calls == []
    shop.clock.advance(1.5)
    other.fetch_listings(None)
    assert shop.server.names()[-1] == "Listings"


def test_a_wait_that_shopify_names_is_kept(shop: ShopWorld) -> None:
    shop.server.fail_next(too_many)
    with pytest.raises(Throttled) as raised:
        shop.channel().fetch_orders(None)
    assert raised.value.retry_after == 2.0


def test_hiding_the_buyer_is_no_failure_of_the_page(shop: ShopWorld) -> None:
    shop.state.sell({"first": 1}, BUYER)
    shop.state.hides_customers = True
    page = shop.channel().fetch_orders(None)
    assert [problem.problem.code for problem in page.problems] == ["customer_data_hidden"]


def test_another_version_than_asked_for_is_reported(
    shop: ShopWorld, caplog: pytest.LogCaptureFixture
) -> None:
    shop.server.oldest_version = "2026-07"
    channel = shop.channel(api_version="2026-04")
    codes = [problem.code for problem in channel.check()]
    assert codes == ["version_retired"]
    assert "shopify_version_differs" in caplog.messages


def test_a_document_that_the_schema_does_not_know_is_refused_by_the_shop(
    shop: ShopWorld,
) -> None:
    """The test's own shop does judge what it is sent."""
    with requests.post(
        "https://corner.myshopify.com/admin/api/2026-10/graphql.json",
        json={"query": "query Q { orders(first: 1) { nodes { madeUp } } }", "operationName": "Q"},
        headers={"X-Shopify-Access-Token": "shpat_sample"},
        timeout=5,
    ) as reply:
        assert "madeUp" in reply.json()["errors"][0]["message"]


def test_nothing_else_is_called(shop: ShopWorld) -> None:
    shop.channel().fetch_orders(None)
    with pytest.raises(responses.ConnectionError):
        requests.get("https://example.com", timeout=5)
