"""Amazon's SDK: listings and restrictions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from spapi import ApiException, ListingsApi, ListingsRestrictionsApi
from spapi.models import listings_items_v2021_08_01 as models

from listing_bodies import own_goods
from sp_api_caller import US
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def listings(sdk: Any) -> ListingsApi:
    return sdk(ListingsApi)


@pytest.fixture(scope="module")
def restrictions(sdk: Any) -> ListingsRestrictionsApi:
    return sdk(ListingsRestrictionsApi)


def test_a_listing_is_put_changed_found_and_deleted(
    listings: ListingsApi, simulator: Simulator
) -> None:
    put = listings.put_listings_item(
        simulator.seller_id,
        "NEW/1",
        [US],
        models.ListingsItemPutRequest(
            product_type="DRINKING_CUP",
            requirements="LISTING",
            attributes=own_goods(4)["attributes"],
        ),
    )
    assert put.status == "ACCEPTED"
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    patch = models.PatchOperation(
        op="replace",
        path="/attributes/fulfillment_availability",
        value=[{"fulfillment_channel_code": "DEFAULT", "quantity": 7}],
    )
    listings.patch_listings_item(
        simulator.seller_id,
        "NEW/1",
        [US],
        models.ListingsItemPatchRequest(product_type="DRINKING_CUP", patches=[patch]),
    )
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    item = listings.get_listings_item(
        simulator.seller_id,
        "NEW/1",
        [US],
        included_data=["summaries", "fulfillmentAvailability", "offers"],
    )
    assert item.sku == "NEW/1"
    assert [one.quantity for one in item.fulfillment_availability] == [7]
    found = listings.search_listings_items(
        simulator.seller_id, [US], identifiers=["NEW/1"], identifiers_type="SKU"
    )
    assert [one.sku for one in found.items] == ["NEW/1"]
    listings.delete_listings_item(simulator.seller_id, "NEW/1", [US])
    simulator.advance_to(simulator.now() + timedelta(hours=1))
    with pytest.raises(ApiException) as refused:
        listings.get_listings_item(simulator.seller_id, "NEW/1", [US])
    assert refused.value.status == 404


def test_restrictions(restrictions: ListingsRestrictionsApi, simulator: Simulator) -> None:
    simulator.register("US", "OPEN", asin="B00000OPEN")

    def reasons() -> list[str]:
        answer = restrictions.get_listings_restrictions("B00000OPEN", simulator.seller_id, [US])
        return [why.reason_code for one in answer.restrictions for why in one.reasons]

    assert reasons() == []
    simulator.restrict_asin("US", "B00000OPEN")
    assert reasons() == ["APPROVAL_REQUIRED"]
