"""FBA Inventory API v1."""

from __future__ import annotations

from typing import Any

import pytest

from sp_api_caller import CA, US, Answer, Caller
from stockpool.clock import ManualClock

SUMMARIES = "/fba/inventory/v1/summaries"
ITEMS = "/fba/inventory/v1/items"


def summaries(sp_api: Caller, marketplace: str = US, **query: Any) -> Answer:
    return sp_api(
        "GET",
        SUMMARIES,
        granularityType="Marketplace",
        granularityId=marketplace,
        marketplaceIds=marketplace,
        **query,
    )


def found(answer: Answer) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = answer.payload["inventorySummaries"]
    return listed


def test_a_summary_tells_every_bucket(sp_api: Caller) -> None:
    sp_api.control("register", country="US", sku="MUG", title="A mug", asin="B000000001")
    sp_api.control("stock", country="US", sku="MUG", quantity=10, fulfillment_center_id="ABE2")
    sp_api.control("damage", country="US", sku="MUG", quantity=2, fulfillment_center_id="ABE2")
    sp_api.control("sell_on_amazon", country="US", sku="MUG", quantity=3)
    sp_api.control("announce_inbound", country="US", quantities={"MUG": 4})
    (mug,) = found(summaries(sp_api, details="True"))
    assert (mug["productName"], mug["asin"], mug["totalQuantity"]) == ("A mug", "B000000001", 14)
    details = mug["inventoryDetails"]
    assert details["fulfillableQuantity"] == 5
    assert details["inboundWorkingQuantity"] == 4
    assert details["reservedQuantity"]["totalReservedQuantity"] == 3
    assert details["reservedQuantity"]["pendingCustomerOrderQuantity"] == 3
    assert details["unfulfillableQuantity"]["totalUnfulfillableQuantity"] == 2
    assert details["unfulfillableQuantity"]["warehouseDamagedQuantity"] == 2


@pytest.mark.parametrize("value", ["false", "False", None])
def test_details_come_only_when_asked_for(sp_api: Caller, value: str | None) -> None:
    sp_api.control("stock", country="US", sku="MUG", quantity=1)
    query = {} if value is None else {"details": value}
    assert "inventoryDetails" not in found(summaries(sp_api, **query))[0]


def test_countries_do_not_mix(sp_api: Caller) -> None:
    sp_api.control("stock", country="US", sku="MUG", quantity=1)
    sp_api.control("stock", country="CA", sku="MUG", quantity=2)
    assert [one["totalQuantity"] for one in found(summaries(sp_api, US))] == [1]
    assert [one["totalQuantity"] for one in found(summaries(sp_api, CA))] == [2]


def test_skus_can_be_named(sp_api: Caller) -> None:
    for sku in ("A", "B", "C"):
        sp_api.control("stock", country="US", sku=sku, quantity=1)
    assert [s["sellerSku"] for s in found(summaries(sp_api, sellerSkus="C,A,none"))] == ["C", "A"]
    assert [s["sellerSku"] for s in found(summaries(sp_api, sellerSku="B"))] == ["B"]
    many = ",".join(map(str, range(51)))
    refused = sp_api(
        "GET",
        SUMMARIES,
        judged=False,
        granularityType="Marketplace",
        granularityId=US,
        marketplaceIds=US,
        sellerSkus=many,
    )
    assert refused.status == 400


def test_pages_show_one_instant_and_their_tokens_live_30_seconds(
    sp_api: Caller, clock: ManualClock
) -> None:
    for number in range(70):
        sp_api.control("stock", country="US", sku=f"S{number:02}", quantity=1)
    first = summaries(sp_api)
    token = first.json["pagination"]["nextToken"]
    sp_api.control("stock", country="US", sku="S69", quantity=5)
    clock.advance(30)
    second = summaries(sp_api, nextToken=token)
    listed = found(first) + found(second)
    assert [one["sellerSku"] for one in listed] == [f"S{number:02}" for number in range(70)]
    assert {one["totalQuantity"] for one in listed} == {1}
    assert "pagination" not in second.json
    clock.advance(1)
    expired = summaries(sp_api, nextToken=token)
    assert (expired.status, expired.error["code"]) == (400, "InvalidInput")


def test_a_token_of_another_operation_or_of_nobody_is_refused(sp_api: Caller) -> None:
    for token in ("nonsense", "x" * 64, "é"):
        assert summaries(sp_api, nextToken=token).status == 400


def test_changes_since_a_time_do_not_show_what_is_on_its_way(
    sp_api: Caller, clock: ManualClock
) -> None:
    for sku in ("OLD", "NEW", "INBOUND"):
        sp_api.control("stock", country="US", sku=sku, quantity=1)
    clock.advance(minutes=45)
    sp_api.control("stock", country="US", sku="NEW", quantity=1)
    sp_api.control("announce_inbound", country="US", quantities={"INBOUND": 4})
    changed = found(summaries(sp_api, startDateTime="2026-03-02T09:30:00Z", sellerSkus="OLD"))
    assert [one["sellerSku"] for one in changed] == ["NEW"]
    assert changed[0]["lastUpdatedTime"] == "2026-03-02T09:45:00Z"


@pytest.mark.parametrize(
    "query",
    [
        {"granularityType": "Country", "granularityId": US, "marketplaceIds": US},
        {"granularityType": "Marketplace", "marketplaceIds": US},
        {"granularityType": "Marketplace", "granularityId": US},
        {"granularityType": "Marketplace", "granularityId": US, "marketplaceIds": f"{US},{CA}"},
        {"granularityType": "Marketplace", "granularityId": "X", "marketplaceIds": "X"},
        {
            "granularityType": "Marketplace",
            "granularityId": US,
            "marketplaceIds": US,
            "details": "maybe",
        },
    ],
)
def test_a_wrong_query_is_refused(sp_api: Caller, query: dict[str, str]) -> None:
    refused = sp_api("GET", SUMMARIES, judged=False, **query)
    assert (refused.status, refused.error["code"]) == (400, "InvalidInput")


def test_the_sandbox_s_calls_make_stock_fill_and_forget_a_sku(sp_api: Caller) -> None:
    item = {"sellerSku": "A/B 1", "marketplaceId": US}
    assert sp_api("POST", ITEMS, item | {"productName": "Both"}).status == 200
    addition = {"inventoryItems": [item | {"quantity": 3}]}
    for _ in range(2):
        added = sp_api(
            "POST",
            f"{ITEMS}/inventory",
            addition,
            headers={"x-amzn-idempotency-token": "once"},
        )
        assert added.status == 200
    (both,) = found(summaries(sp_api))
    assert (both["sellerSku"], both["productName"], both["totalQuantity"]) == ("A/B 1", "Both", 3)
    assert sp_api("DELETE", f"{ITEMS}/A%2FB%201", marketplaceId=US).status == 400
    sp_api.control("sell_on_amazon", country="US", sku="A/B 1", quantity=3)
    sp_api.control("advance", hours=48)
    assert sp_api("DELETE", f"{ITEMS}/A%2FB%201", marketplaceId=US).status == 200
    assert found(summaries(sp_api)) == []


def test_stock_is_added_to_known_skus_with_a_token_only(sp_api: Caller) -> None:
    addition = {"inventoryItems": [{"sellerSku": "none", "marketplaceId": US, "quantity": 3}]}
    assert sp_api("POST", f"{ITEMS}/inventory", addition).status == 400
    headers = {"x-amzn-idempotency-token": "1"}
    assert sp_api("POST", f"{ITEMS}/inventory", addition, headers=headers).status == 400
