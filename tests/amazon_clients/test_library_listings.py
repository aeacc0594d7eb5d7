"""python-amazon-sp-api: listings and restrictions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sp_api.api import ListingsItemsV20210801, ListingsRestrictions
from sp_api.base import SellingApiNotFoundException

from listing_bodies import own_goods
from sp_api_caller import US
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def listings(library: Any) -> ListingsItemsV20210801:
    return library(ListingsItemsV20210801, version="2021-08-01")


@pytest.fixture(scope="module")
def restrictions(library: Any) -> ListingsRestrictions:
    return library(ListingsRestrictions)


def test_a_listing_is_put_changed_found_and_deleted(
    listings: ListingsItemsV20210801, simulator: Simulator
) -> None:
    put = listings.put_listings_item(
        simulator.seller_id, "NEW/1", marketplaceIds=[US], body=own_goods(4)
    )
    assert put.payload["status"] == "ACCEPTED"
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    patch = {
        "op": "replace",
        "path": "/attributes/fulfillment_availability",
        "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}],
    }
    listings.patch_listings_item(
        simulator.seller_id,
        "NEW/1",
        marketplaceIds=[US],
        body={"productType": "DRINKING_CUP", "patches": [patch]},
    )
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    item = listings.get_listings_item(
        simulator.seller_id, "NEW/1", marketplaceIds=[US], includedData=["fulfillmentAvailability"]
    ).payload
    assert [one["quantity"] for one in item["fulfillmentAvailability"]] == [7]
    found = listings.search_listings_items(
        simulator.seller_id, marketplaceIds=[US], identifiers="NEW/1", identifiersType="SKU"
    ).payload
    assert [one["sku"] for one in found["items"]] == ["NEW/1"]
    listings.delete_listings_item(simulator.seller_id, "NEW/1", marketplaceIds=[US])
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    with pytest.raises(SellingApiNotFoundException):
        listings.get_listings_item(simulator.seller_id, "NEW/1", marketplaceIds=[US])


def test_restrictions(restrictions: ListingsRestrictions, simulator: Simulator) -> None:
    simulator.register("US", "OPEN", asin="B00000OPEN")
    asked = {"asin": "B00000OPEN", "sellerId": simulator.seller_id, "marketplaceIds": [US]}
    assert restrictions.get_listings_restrictions(**asked).payload["restrictions"] == []
    simulator.restrict_asin("US", "B00000OPEN")
    (one,) = restrictions.get_listings_restrictions(**asked).payload["restrictions"]
    assert [why["reasonCode"] for why in one["reasons"]] == ["APPROVAL_REQUIRED"]
