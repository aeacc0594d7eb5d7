"""Whatever the engine asks for, what goes out is as Amazon's models say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amazon_documents import CA, US
from openapi import Model
from scripted_amazon import ORDERS, ORDERS_2026, PREVIEWS_2026
from stockpool.money import Money
from stockpool.order_request import Address, Feature, FulfillmentPolicy, Speed
from stockpool.plugins.network import FulfillmentItem, FulfillmentRequest
from stockpool_amazon import outbound_2020_07_01, outbound_2026_07_04
from stockpool_amazon.pools import Pools
from stockpool_amazon.settings import AmazonSettings

SECRET = {"env": "NO_MATTER"}
POOLS = Pools(
    AmazonSettings(
        region="na",
        countries=("US", "CA"),
        pools={"CA": {"ship_from_country_code": "CA"}},  # type: ignore[dict-item]
        client_id=SECRET,  # type: ignore[arg-type]
        client_secret=SECRET,  # type: ignore[arg-type]
        refresh_token=SECRET,  # type: ignore[arg-type]
    ),
    outbound_2020_07_01.FEATURES,
)


def text(most: int, least: int = 1) -> st.SearchStrategy[str]:
    return st.text(min_size=least, max_size=most).filter(lambda value: value.strip() == value)


ADDRESSES = st.builds(
    Address,
    name=text(50),
    line1=text(60),
    line2=st.none() | text(60, 0),
    line3=st.none() | text(60),
    city=st.none() | text(50),
    district=st.none() | text(50),
    region=st.none() | text(50),
    postal_code=st.none() | text(20),
    country=st.sampled_from(["US", "CA", "JP", "AE"]),
    phone=st.none() | text(20),
    email=st.none() | text(60),
)
ITEMS = st.builds(
    FulfillmentItem,
    item_id=text(50),
    sku=text(50),
    quantity=st.integers(1, 2**31 - 1),
    unit_value=st.none()
    | st.builds(Money, st.integers(0, 10**9), st.sampled_from(["USD", "JPY", "KWD"])),
    gift_message=st.none() | text(512, 0),
    comment=st.none() | text(250),
)


# Hypothesis takes the bounds without a timezone.
TIMES = st.datetimes(
    datetime(1, 1, 3),  # noqa: DTZ001
    datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.timezones(),
)


def requests(*features: Feature) -> st.SearchStrategy[FulfillmentRequest]:
    return st.builds(
        FulfillmentRequest,
        fulfillment_order_id=text(40),
        country=st.sampled_from(["US", "CA"]),
        displayable_order_id=text(40),
        displayable_order_date=TIMES,
        displayable_order_comment=text(750),
        speed=st.sampled_from(get_args(Speed)),
        policy=st.sampled_from(get_args(FulfillmentPolicy)),
        ship_to=ADDRESSES,
        items=st.lists(ITEMS, min_size=1, max_size=3),
        features=st.lists(st.sampled_from(features), unique=True).map(tuple),
        action=st.sampled_from(["Ship", "Hold"]),
    )


def nulls(document: Any) -> Iterator[str]:
    """Where a null stands: Amazon's models allow none."""
    members = document.items() if isinstance(document, dict) else enumerate(document)
    for name, value in members:
        if value is None:
            yield str(name)
        if isinstance(value, dict | list):
            yield from nulls(value)


@pytest.fixture(scope="module")
def model_2020() -> Model:
    return Model.load("fulfillmentOutbound_2020-07-01")


@pytest.fixture(scope="module")
def model_2026() -> Model:
    return Model.load("fulfillmentOutbound_2026-07-04")


@given(request=requests(*get_args(Feature)))
def test_of_2020(model_2020: Model, request: FulfillmentRequest) -> None:
    wire, pool = outbound_2020_07_01, POOLS[request.country]
    bodies = {
        ("POST", ORDERS): wire.create_body(request, pool),
        ("PUT", f"{ORDERS}/F-1"): wire.update_body(request, pool),
        ("POST", f"{ORDERS}/preview"): wire.preview_body(request, pool),
    }
    for (method, path), body in bodies.items():
        model_2020.operation(method, path).check_request({}, body)
        assert body["marketplaceId"] == {"US": US, "CA": CA}[request.country]
        assert list(nulls(body)) == []


@given(request=requests("BLANK_BOX"))
def test_of_2026(model_2026: Model, request: FulfillmentRequest) -> None:
    wire, pool = outbound_2026_07_04, POOLS[request.country]
    bodies = {
        ("POST", ORDERS_2026): wire.create_body(request, pool),
        ("PUT", f"{ORDERS_2026}/F-1"): wire.update_body(request),
        ("POST", PREVIEWS_2026): wire.preview_body(request, pool),
    }
    for (method, path), body in bodies.items():
        model_2026.operation(method, path).check_request({}, body)
        assert list(nulls(body)) == []
