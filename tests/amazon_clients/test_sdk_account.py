"""Amazon's SDK: tokens, the seller's account, and stock figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from spapi import ApiException, FbaInventoryApi, SellersApi, TokensApi
from spapi.models import fba_inventory_v1, tokens_v2021_03_01

from amazon_clients import close_sdk, make_sdk
from inbound_bodies import MX
from sp_api_caller import CA, US
from stockpool.errors import RejectedError
from stockpool_amazon_sim import Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer


@pytest.fixture(scope="module")
def inventory(sdk: Any) -> FbaInventoryApi:
    return sdk(FbaInventoryApi)


@pytest.fixture(scope="module")
def sellers(sdk: Any) -> SellersApi:
    return sdk(SellersApi)


@pytest.fixture(scope="module")
def tokens(sdk: Any) -> TokensApi:
    return sdk(TokensApi)


def test_the_seller_s_marketplaces(sellers: SellersApi) -> None:
    participations = sellers.get_marketplace_participations().payload
    assert [one.marketplace.id for one in participations] == [US, CA, MX]
    assert all(one.participation.is_participating for one in participations)


def test_the_seller_s_account(sellers: SellersApi) -> None:
    account = sellers.get_account().payload
    assert account.selling_plan == "PROFESSIONAL"
    assert [one.marketplace.country_code for one in account.marketplace_participation_list] == [
        "US",
        "CA",
        "MX",
    ]


def test_a_token_without_a_seller_opens_no_seller_s_data(server: SpApiServer) -> None:
    client = make_sdk(server.url, scope="sellingpartnerapi::notifications")
    with pytest.raises(ApiException) as refused:
        SellersApi(client).get_account()
    assert refused.value.status == 403
    close_sdk(client)


def test_a_restricted_data_token(tokens: TokensApi) -> None:
    resource = tokens_v2021_03_01.RestrictedResource(
        method="GET", path="/orders/v0/orders", data_elements=["buyerInfo"]
    )
    body = tokens_v2021_03_01.CreateRestrictedDataTokenRequest(restricted_resources=[resource])
    answer = tokens.create_restricted_data_token(body)
    assert answer.restricted_data_token
    assert answer.expires_in == 3600


def test_stock_figures(inventory: FbaInventoryApi, simulator: Simulator) -> None:
    answer = inventory.get_inventory_summaries(
        "Marketplace", US, [US], details=True, seller_skus=["CAP", "MUG"]
    )
    summaries = answer.payload.inventory_summaries
    assert [one.seller_sku for one in summaries] == ["CAP", "MUG"]
    assert summaries[0].inventory_details.fulfillable_quantity == 1_000
    (one,) = inventory.get_inventory_summaries(
        "Marketplace", CA, [CA], details=False, seller_sku="MUG"
    ).payload.inventory_summaries
    assert (one.total_quantity, one.inventory_details) == (10, None)
    later = simulator.now() + timedelta(minutes=1)
    simulator.advance_to(later)
    assert simulator.sell_on_amazon("US", "CAP", 1) == 1
    (changed,) = inventory.get_inventory_summaries(
        "Marketplace", US, [US], start_date_time=later
    ).payload.inventory_summaries
    assert changed.seller_sku == "CAP"


def test_figures_come_in_pages(inventory: FbaInventoryApi, simulator: Simulator) -> None:
    for number in range(60):
        simulator.stock("CA", f"PAGE-{number:02}", 1)
    first = inventory.get_inventory_summaries("Marketplace", CA, [CA])
    second = inventory.get_inventory_summaries(
        "Marketplace", CA, [CA], next_token=first.pagination.next_token
    )
    assert len(first.payload.inventory_summaries) == 50
    assert len(second.payload.inventory_summaries) == 11
    assert second.pagination is None


def test_the_sandbox_s_stock_is_made_filled_and_forgotten(
    inventory: FbaInventoryApi, simulator: Simulator
) -> None:
    inventory.create_inventory_item(
        fba_inventory_v1.CreateInventoryItemRequest(
            seller_sku="NEW/1", marketplace_id=US, product_name="New"
        )
    )
    units = fba_inventory_v1.InventoryItem(seller_sku="NEW/1", marketplace_id=US, quantity=3)
    for _ in range(2):
        inventory.add_inventory(
            "token-1", fba_inventory_v1.AddInventoryRequest(inventory_items=[units])
        )
    assert simulator.buckets("US", "NEW/1") == {"fulfillable": 3}
    inventory.create_inventory_item(
        fba_inventory_v1.CreateInventoryItemRequest(
            seller_sku="NEW/2", marketplace_id=US, product_name="New"
        )
    )
    inventory.delete_inventory_item("NEW/2", US)
    with pytest.raises(RejectedError, match="NEW/2"):
        simulator.buckets("US", "NEW/2")
