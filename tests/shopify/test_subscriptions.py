"""Subscriptions to webhooks are what they must be, whatever became of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_shop.server import unavailable
from shopify_shop.state import Subscription as Subscribed
from shopify_world import ShopWorld
from stockpool.errors import OutcomeUnknown, TransientError
from stockpool_shopify.answers import Subscription
from stockpool_shopify.subscriptions import compare, wanted_topics

URL = "https://stockpool.example.com/webhooks/corner"


def topics(shop: ShopWorld, uri: str = URL) -> list[str]:
    return sorted(s.topic for s in shop.state.subscriptions if s.uri == uri)


def test_what_is_missing_is_made_once(shop: ShopWorld) -> None:
    channel = shop.channel(webhook_url=URL)
    assert {problem.code for problem in channel.check()} == {"webhook_not_subscribed"}
    assert channel.keep_connected() == []
    assert topics(shop) == sorted(wanted_topics("merchant_managed"))
    assert list(channel.check()) == []
    before = list(shop.state.subscriptions)
    assert channel.keep_connected() == []
    assert shop.state.subscriptions == before


def test_a_service_hears_of_requests_too(shop: ShopWorld) -> None:
    shop.service(webhook_url=URL).keep_connected()
    assert "FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED" in topics(shop)
    assert "FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED" not in wanted_topics(
        "merchant_managed"
    )


def test_one_that_shopify_has_deleted_is_made_again(shop: ShopWorld) -> None:
    channel = shop.channel(webhook_url=URL)
    channel.keep_connected()
    lost = shop.state.subscriptions.pop(3)
    channel.keep_connected()
    assert lost.topic in topics(shop)


def test_only_what_is_at_our_address_is_removed(shop: ShopWorld) -> None:
    other = "https://other.example.com/hooks"
    shop.state.subscriptions += [
        Subscribed(1, "ORDERS_CREATE", other),
        Subscribed(2, "CARTS_CREATE", other),
        Subscribed(3, "CARTS_CREATE", URL),
    ]
    shop.channel(webhook_url=URL).keep_connected()
    assert topics(shop, other) == ["CARTS_CREATE", "ORDERS_CREATE"]
    assert topics(shop) == sorted(wanted_topics("merchant_managed"))


def test_without_an_address_nothing_is_subscribed_to(shop: ShopWorld) -> None:
    assert list(shop.channel().keep_connected()) == []
    assert shop.state.subscriptions == []


def test_a_shop_that_is_down_is_asked_again(shop: ShopWorld) -> None:
    channel = shop.channel(webhook_url=URL)
    shop.server.fail_next(unavailable, name="Subscribe")
    with pytest.raises((TransientError, OutcomeUnknown)):
        channel.keep_connected()
    assert channel.keep_connected() == []
    assert topics(shop) == sorted(wanted_topics("merchant_managed"))


def test_what_shopify_refuses_is_told(shop: ShopWorld) -> None:
    """Somebody subscribes at the same moment."""
    channel = shop.channel(webhook_url=URL)
    taken = Subscribed(1, "FULFILLMENT_ORDERS_CANCELLED", URL)
    shop.server.before_next("Subscribe", lambda: shop.state.subscriptions.append(taken))
    (problem,) = channel.keep_connected()
    assert problem.code == "webhook_not_subscribed"
    assert "FULFILLMENT_ORDERS_CANCELLED" in problem.message
    assert channel.keep_connected() == []


@given(
    st.lists(st.sampled_from(["A", "B", "C", "D"]), max_size=8),
    st.frozensets(st.sampled_from(["A", "B", "C"])),
)
def test_after_a_repair_each_wanted_topic_is_there_once(
    there: list[str], wanted: frozenset[str]
) -> None:
    found = [Subscription(id=str(n), topic=topic, uri=URL) for n, topic in enumerate(there)]
    repair = compare(found, wanted)
    left = [one.topic for one in found if one.id not in repair.needless]
    assert sorted([*left, *repair.missing]) == sorted(wanted)
