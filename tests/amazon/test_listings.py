"""Listings: what goes out, what is read, and what each refusal means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amazon_documents import CA, US
from scripted_amazon import ScriptedAmazon
from stockpool.errors import OutcomeUnknown, RejectedError, TransientError
from stockpool.money import Money
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_listings import (
    AttributePatch,
    ListingItemStatus,
    ListingPatch,
    ListingPut,
)
from stockpool_amazon.network import AmazonNetwork

MakeNetwork = Callable[..., AmazonNetwork]
SELLER = "A1SELLER"
ITEMS = f"/listings/2021-08-01/items/{SELLER}"
MUG = f"{ITEMS}/MUG%2F1"


@pytest.fixture
def network(make_network: MakeNetwork, amazon: ScriptedAmazon) -> AmazonNetwork:
    return make_network(seller_id=SELLER)


def issue(**changes: Any) -> dict[str, Any]:
    return {
        "code": "18027",
        "message": "The listing breaks a rule.",
        "severity": "ERROR",
        "categories": ["INVALID_ATTRIBUTE"],
        "marketplaceIds": [US],
        "enforcements": {
            "actions": [{"action": "LISTING_SUPPRESSED"}],
            "exemption": {"status": "NOT_EXEMPT"},
        },
    } | changes


def item(**changes: Any) -> dict[str, Any]:
    return {
        "sku": "MUG/1",
        "summaries": [
            {
                "marketplaceId": US,
                "asin": "B000000001",
                "productType": "DRINKING_CUP",
                "conditionType": "new_new",
                "status": ["BUYABLE"],
                "fnSku": "X000000001",
                "itemName": "A mug",
                "createdDate": "2026-01-05T12:00:00Z",
                "lastUpdatedDate": "2026-02-05T12:00:00Z",
            }
        ],
        "offers": [
            {
                "marketplaceId": US,
                "offerType": "B2C",
                "price": {"currencyCode": "USD", "amount": "19.99"},
            }
        ],
        "fulfillmentAvailability": [{"fulfillmentChannelCode": "AMAZON_NA"}],
        "issues": [issue()],
        "attributes": {"item_name": [{"value": "A mug", "marketplace_id": US}]},
    } | changes


def accepted(**changes: Any) -> dict[str, Any]:
    return {"sku": "MUG/1", "status": "ACCEPTED", "submissionId": "s-1", "issues": []} | changes


def a_put(**attributes: Any) -> ListingPut:
    return ListingPut(
        "MUG/1",
        "US",
        "DRINKING_CUP",
        {"item_name": [{"value": "A mug"}], **attributes},
    )


def test_without_a_seller_id_there_are_no_listings(
    make_network: MakeNetwork, amazon: ScriptedAmazon
) -> None:
    assert NetworkCapability.LISTINGS not in make_network().capabilities
    assert NetworkCapability.LISTINGS in make_network(seller_id=SELLER).capabilities


def test_a_listing_is_read(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("GET", MUG, item())
    found = network.get_listing("US", "MUG/1")
    assert found is not None
    assert (found.sku, found.country, found.fn_sku) == ("MUG/1", "US", "X000000001")
    assert found.price == Money(1999, "USD")
    assert found.status == {ListingItemStatus.BUYABLE}
    assert (found.fulfillment_channel_code, found.quantity) == ("AMAZON_NA", None)
    assert [one.actions for one in found.issues] == [("LISTING_SUPPRESSED",)]
    assert amazon.sent("GET", MUG).query["marketplaceIds"] == US


def test_an_exempt_issue_enforces_nothing(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    spared = issue(
        enforcements={
            "actions": [{"action": "LISTING_SUPPRESSED"}],
            "exemption": {"status": "EXEMPT"},
        }
    )
    elsewhere = issue(marketplaceIds=[CA])
    amazon.answers("GET", MUG, item(issues=[spared, elsewhere]))
    found = network.get_listing("US", "MUG/1")
    assert found is not None
    assert [one.actions for one in found.issues] == [()]


def test_a_listing_of_another_marketplace_is_none(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.answers("GET", MUG, item())
    assert network.get_listing("CA", "MUG/1") is None


def test_only_a_404_says_that_nothing_is_listed(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.refuses("GET", MUG, "NotFound", status=404)
    amazon.refuses("GET", MUG, "InvalidInput", status=400)
    assert network.get_listing("US", "MUG/1") is None
    with pytest.raises(TransientError):
        network.get_listing("US", "MUG/1")


def test_elements_get_their_marketplace(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("PUT", MUG, accepted())
    channel = [{"fulfillment_channel_code": network.fulfillment_channel("CA")}]
    assert network.put_listing(a_put(fulfillment_availability=channel)).status == "ACCEPTED"
    sent = amazon.sent("PUT", MUG)
    assert sent.query["marketplaceIds"] == US
    assert sent.json == {
        "productType": "DRINKING_CUP",
        "requirements": "LISTING",
        "attributes": {
            "item_name": [{"value": "A mug", "marketplace_id": US}],
            "fulfillment_availability": [{"fulfillment_channel_code": "AMAZON_NA"}],
        },
    }


def test_a_patch_names_attributes(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("PATCH", MUG, accepted(status="VALID"))
    patches = [
        AttributePatch("replace", "item_name", [{"value": "A cup"}]),
        AttributePatch("delete", "purchasable_offer"),
    ]
    request = ListingPatch("MUG/1", "US", "DRINKING_CUP", patches)
    assert network.patch_listing(request, preview=True).status == "VALID"
    sent = amazon.sent("PATCH", MUG)
    assert sent.query["mode"] == "VALIDATION_PREVIEW"
    assert sent.json["patches"] == [
        {
            "op": "replace",
            "path": "/attributes/item_name",
            "value": [{"value": "A cup", "marketplace_id": US}],
        },
        {"op": "delete", "path": "/attributes/purchasable_offer"},
    ]


def test_what_is_invalid_is_no_error(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("PUT", MUG, accepted(status="INVALID", issues=[issue()]))
    submission = network.put_listing(a_put())
    assert (submission.status, [one.code for one in submission.issues]) == ("INVALID", ["18027"])


def test_a_lost_answer_to_a_change_is_unknown(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.refuses("PUT", MUG, "InternalFailure", status=500)
    amazon.refuses("DELETE", MUG, "InternalFailure", status=500)
    with pytest.raises(OutcomeUnknown):
        network.put_listing(a_put())
    with pytest.raises(OutcomeUnknown):
        network.delete_listing("US", "MUG/1")


def test_a_refused_change_is_refused(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.refuses("DELETE", MUG, "InvalidInput", status=400)
    with pytest.raises(RejectedError):
        network.delete_listing("US", "MUG/1")


def test_a_search_by_sku_asks_for_one_with_a_comma_by_itself(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.answers("GET", ITEMS, {"numberOfResults": 1, "items": [item()]})
    amazon.answers("GET", f"{ITEMS}/A%2CB", item(sku="A,B"))
    page = network.search_listings("US", skus=["MUG/1", "A,B", "CUP"])
    assert sorted(found.sku for found in page.items) == ["A,B", "MUG/1"]
    assert amazon.sent("GET", ITEMS).query["identifiers"] == "MUG/1,CUP"
    assert page.cursor is None


def test_a_search_is_paged(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    page = {"numberOfResults": 21, "items": [item()], "pagination": {"nextToken": "t"}}
    amazon.answers("GET", ITEMS, page)
    assert network.search_listings("US", cursor="s").cursor == "t"
    assert amazon.sent("GET", ITEMS).query["pageToken"] == "s"


def test_restrictions_are_read(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    restriction = {
        "marketplaceId": US,
        "conditionType": "new_new",
        "reasons": [{"message": "You need approval.", "reasonCode": "APPROVAL_REQUIRED"}],
    }
    path = "/listings/2021-08-01/restrictions"
    amazon.answers("GET", path, {"restrictions": [restriction]})
    (found,) = network.listing_restrictions("US", "B000000001", "new_new")
    assert (found.reason_code, found.condition_type) == ("APPROVAL_REQUIRED", "new_new")
    assert amazon.sent("GET", path).query["asin"] == "B000000001"
