"""python-amazon-sp-api: tokens, the seller's account, and stock figures."""

from __future__ import annotations

from typing import Any

import pytest
from sp_api.api import Inventories, Sellers, Tokens
from sp_api.auth.exceptions import AuthorizationError
from sp_api.base import SellingApiBadRequestException, SellingApiForbiddenException

from inbound_bodies import MX
from sp_api_caller import CA, US
from stockpool.errors import RejectedError
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def inventory(library: Any) -> Inventories:
    return library(Inventories)


@pytest.fixture(scope="module")
def sellers(library: Any) -> Sellers:
    return library(Sellers)


@pytest.fixture(scope="module")
def tokens(library: Any) -> Tokens:
    return library(Tokens)


def test_the_seller_s_account(sellers: Sellers) -> None:
    participations = sellers.get_marketplace_participation().payload
    assert [one["marketplace"]["id"] for one in participations] == [US, CA, MX]
    assert sellers.get_account().payload["marketplaceParticipationList"] == participations


def test_a_revoked_refresh_token_raises_with_oauth_s_error(library: Any) -> None:
    with pytest.raises(AuthorizationError) as refused:
        library(Sellers, refresh_token="Atzr|revoked").get_account()
    assert (refused.value.error_code, refused.value.status_code) == ("invalid_grant", 400)


def test_a_restricted_data_token_is_a_token(tokens: Tokens, library: Any) -> None:
    resource = {"method": "GET", "path": "/orders/v0/orders", "dataElements": ["buyerInfo"]}
    made = tokens.create_restricted_data_token(restrictedResources=[resource]).payload
    restricted = library(Sellers, restricted_data_token=made["restrictedDataToken"])
    assert restricted.get_account().payload["businessType"]
    with pytest.raises(SellingApiForbiddenException):
        library(Sellers, restricted_data_token="nonsense").get_account()


def test_stock_figures(inventory: Inventories, simulator: Simulator) -> None:
    answer = inventory.get_inventory_summary_marketplace(details=True, sellerSkus=["CAP", "MUG"])
    summaries = answer.payload["inventorySummaries"]
    assert [one["sellerSku"] for one in summaries] == ["CAP", "MUG"]
    assert summaries[0]["inventoryDetails"]["fulfillableQuantity"] == 1_000
    for number in range(60):
        simulator.stock("US", f"PAGE-{number:02}", 1)
    first = inventory.get_inventory_summary_marketplace()
    second = inventory.get_inventory_summary_marketplace(nextToken=first.next_token)
    pages = [answer.payload["inventorySummaries"] for answer in (first, second)]
    assert [len(page) for page in pages] == [50, 12]
    assert second.next_token is None


def test_the_sandbox_s_stock_is_made_and_forgotten(
    inventory: Inventories, simulator: Simulator
) -> None:
    inventory.create_inventory_item(sellerSku="NEW/1", marketplaceId=US, productName="New")
    assert simulator.buckets("US", "NEW/1") == {}
    inventory.delete_inventory_item("NEW/1", marketplaceId=US)
    with pytest.raises(RejectedError, match="NEW/1"):
        simulator.buckets("US", "NEW/1")


def test_adding_stock_needs_a_header_that_the_library_can_t_send(inventory: Inventories) -> None:
    # It puts the token into the body, where Amazon's model has no place for it.
    units = {"sellerSku": "MUG", "marketplaceId": US, "quantity": 1}
    with pytest.raises(SellingApiBadRequestException, match="x-amzn-idempotency-token"):
        inventory.add_inventory(inventoryItems=[units], **{"x-amzn-idempotency-token": "t"})
