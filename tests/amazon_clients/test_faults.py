"""What goes wrong at the simulator reaches callers as the clients tell Amazon's own trouble."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import urllib3
from sp_api.api import FulfillmentOutbound
from sp_api.base import (
    SellingApiRequestThrottledException,
    SellingApiServerException,
    SellingApiTemporarilyUnavailableException,
)
from sp_api.util import load_all_pages, throttle_retry
from spapi import ApiException, FbaOutboundApi

from sp_api_caller import US, order
from stockpool_amazon_sim import Simulator


@pytest.fixture
def sdk_api(sdk: Any) -> FbaOutboundApi:
    return sdk(FbaOutboundApi)


@pytest.fixture
def library_api(library: Any) -> FulfillmentOutbound:
    return library(FulfillmentOutbound)


@pytest.mark.parametrize(
    ("fault", "status", "raised"),
    [
        ("throttle", 429, SellingApiRequestThrottledException),
        ("transient", 503, SellingApiTemporarilyUnavailableException),
    ],
)
def test_refusals(
    sdk_api: FbaOutboundApi,
    library_api: FulfillmentOutbound,
    simulator: Simulator,
    fault: str,
    status: int,
    raised: type[Exception],
) -> None:
    simulator.inject(fault, operation="getFeatures", times=2)
    with pytest.raises(ApiException) as refused:
        sdk_api.get_features(US)
    assert refused.value.status == status
    with pytest.raises(raised):
        library_api.get_features(marketplaceId=US)
    assert library_api.get_features(marketplaceId=US).payload["features"]


def test_no_answer_after_the_order_was_taken(
    library_api: FulfillmentOutbound, simulator: Simulator
) -> None:
    simulator.inject("timeout_after", operation="createFulfillmentOrder", times=2)
    told = []
    for number in range(2):
        try:
            library_api.create_fulfillment_order(**order(f"lost-{number}"))
        except (SellingApiServerException, httpx.HTTPError) as error:
            told.append(type(error))
    # In turns an error of the server, and a connection that is cut.
    assert set(told) == {SellingApiServerException, httpx.RemoteProtocolError}
    assert {"lost-0", "lost-1"} <= set(simulator.fulfillment_order_ids())


def test_the_sdk_asks_again_by_itself_but_never_sends_an_order_twice(
    sdk_api: FbaOutboundApi, simulator: Simulator
) -> None:
    simulator.inject("timeout_before", operation="getFeatures", times=2)
    statuses = []
    for _ in range(3):
        try:
            sdk_api.get_features(US)
            statuses.append(200)
        except ApiException as error:
            statuses.append(error.status)
    # The other of the two was a connection that was cut: a GET is repeated by urllib3.
    assert sorted(statuses) == [200, 200, 500]
    simulator.inject("timeout_after", operation="createFulfillmentOrder", times=2)
    told = []
    for number in range(2):
        try:
            sdk_api.create_fulfillment_order(order(f"once-{number}"))
        except (ApiException, urllib3.exceptions.HTTPError) as error:
            told.append(type(error))
    assert set(told) == {ApiException, urllib3.exceptions.ProtocolError}
    assert [simulator.attempts(f"once-{number}") for number in range(2)] == [1, 1]


def test_the_library_s_own_retries_get_through(
    library_api: FulfillmentOutbound, simulator: Simulator
) -> None:
    simulator.inject("throttle", operation="getFeatures", times=3)

    @throttle_retry(tries=4, delay=0)
    def features() -> Any:
        return library_api.get_features(marketplaceId=US)

    assert features().payload["features"]


def test_the_library_s_own_paging_reads_everything(
    library_api: FulfillmentOutbound, simulator: Simulator
) -> None:
    for number in range(120):
        library_api.create_fulfillment_order(**order(f"page-{number}", 1))

    @load_all_pages(throttle_by_seconds=0, next_token_param="nextToken")
    def orders(**given: Any) -> Any:
        return library_api.list_all_fulfillment_orders(**given)

    pages = [page.payload["fulfillmentOrders"] for page in orders()]
    listed = {one["sellerFulfillmentOrderId"] for page in pages for one in page}
    assert len(pages) > 1
    assert listed == set(simulator.fulfillment_order_ids())
