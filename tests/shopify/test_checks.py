"""`channels check` names what is wrong with the connection, each with its setting."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shopify_shop.server import unavailable
from shopify_world import ShopWorld
from stockpool_shopify.settings import ShopifySettings


def codes(shop: ShopWorld, **settings: str) -> list[str]:
    return [problem.code for problem in shop.channel(**settings).check()]


def test_all_is_well(shop: ShopWorld) -> None:
    assert codes(shop) == []


def test_what_is_connected_is_told(shop: ShopWorld) -> None:
    told = shop.channel().describe()
    assert told["shop"] == "corner.myshopify.com (USD)"
    assert "write_inventory" in told["granted"]
    assert told["version"] == "2026-10, answered by 2026-10"
    assert "polling" in told["webhooks"]
    channel = shop.channel(webhook_url="https://stockpool.example.com/webhooks/corner")
    assert channel.describe()["webhooks"] == "0 of 14 topics subscribed to"
    channel.keep_connected()
    assert channel.describe()["webhooks"] == "14 of 14 topics subscribed to"


def test_scopes_that_are_missing_are_named(shop: ShopWorld) -> None:
    shop.server.scopes -= {"write_merchant_managed_fulfillment_orders", "read_products"}
    (problem,) = shop.channel().check()
    assert problem.code == "scopes_missing"
    assert "read_products, write_merchant_managed_fulfillment_orders" in problem.message


def test_who_may_write_may_read(shop: ShopWorld) -> None:
    shop.server.scopes ^= {"read_products", "write_products"}
    assert codes(shop) == []


def test_refunds_need_a_scope_of_their_own(shop: ShopWorld) -> None:
    shop.server.scopes ^= {"write_orders", "read_orders"}
    assert codes(shop) == []
    assert [problem.code for problem in shop.channel(refunds=True).check()] == ["scopes_missing"]


def test_a_location_that_is_not_there_is_told(shop: ShopWorld) -> None:
    assert codes(shop, location="404") == ["location_missing"]


def test_a_location_of_the_other_kind_is_told(shop: ShopWorld) -> None:
    assert codes(shop, role="fulfillment_service") == ["role_differs"]
    assert [problem.code for problem in shop.service().check()] == []


def test_a_shop_that_can_not_be_reached_is_a_problem(shop: ShopWorld) -> None:
    shop.server.fail_next(unavailable)
    assert codes(shop) == ["no_connection"]


@pytest.mark.parametrize(
    "change",
    [
        {"shop": "corner.example.com"},
        {"shop": "corner.myshopify.com.example.com"},
        {"shop": "corner.myshopify.com\n"},
        {"location": "main"},
        {"credentials": {"access_token": "shpat_in_the_open"}},
        {"credentials": {"client_id": {"env": "A"}}},
        {"api_version": "2025-01"},
        {"read_seconds": 60},
        {"unknown": 1},
    ],
)
def test_settings_that_can_not_work_are_refused(change: dict[str, object]) -> None:
    good: dict[str, object] = {
        "shop": "corner.myshopify.com",
        "location": "1",
        "credentials": {"access_token": {"env": "A"}},
    }
    ShopifySettings.model_validate(good)
    with pytest.raises(ValidationError) as refused:
        ShopifySettings.model_validate({**good, **change})
    assert "shpat_in_the_open" not in str(
        refused.value.errors(include_input=False, include_url=False)
    )


def test_what_is_not_granted_is_found_without_being_asked_for(shop: ShopWorld) -> None:
    """Workers have each channel keep itself connected; what it returns is shown to a person."""
    shop.server.scopes.discard("write_inventory")
    (problem,) = shop.channel().keep_connected()
    assert problem.code == "scopes_missing"
    assert "write_inventory" in problem.message
