"""FBA Inventory API v1. The three writing operations are those of Amazon's sandbox."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.inventory.inventory import CONDITION, Summary
from stockpool_amazon_sim.inventory.ledger import UNFULFILLABLE, Bucket
from stockpool_amazon_sim.sp_api.messages import Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.page_tokens import INVENTORY_SECONDS
from stockpool_amazon_sim.sp_api.reading import (
    Body,
    country_of,
    flag,
    moment,
    read_body,
    required,
    text,
    texts,
)
from stockpool_amazon_sim.sp_api.writing import timestamp

_PAGE = 50
_MOST_SKUS = 50


class _CreateItem(Body):
    seller_sku: str
    marketplace_id: str
    product_name: str


class _Addition(Body):
    seller_sku: str
    marketplace_id: str
    quantity: int


class _AddInventory(Body):
    inventory_items: tuple[_Addition, ...] = ()


def get_inventory_summaries(call: Call) -> Json:
    """getInventorySummaries of one marketplace.

    A start time beats `sellerSkus`, which beats `sellerSku`. A token lives 30 seconds.
    """
    if required(call, "granularityType") != "Marketplace":
        raise invalid_input("granularityType must be Marketplace.")
    granularity_id = required(call, "granularityId")
    marketplaces = texts(call, "marketplaceIds", most=1)
    if marketplaces != [granularity_id]:
        raise invalid_input("marketplaceIds must be the granularityId.")
    since = moment(call, "startDateTime")
    skus = texts(call, "sellerSkus", most=_MOST_SKUS)
    if not skus and (one := text(call, "sellerSku")) is not None:
        skus = [one]
    token = text(call, "nextToken")
    cursor = None if token is None else call.tokens.read("getInventorySummaries", token)
    page = call.simulator.get_inventory_summaries(
        country_of(call, granularity_id, "granularityId"),
        cursor,
        skus=[] if since is not None else skus,
        since=since,
        limit=_PAGE,
    )
    detailed = flag(call, "details")
    answer: dict[str, Any] = {
        "payload": {
            "granularity": {"granularityType": "Marketplace", "granularityId": granularity_id},
            "inventorySummaries": [_summary(known, detailed) for known in page.summaries],
        }
    }
    if page.cursor is not None:
        following = call.tokens.write("getInventorySummaries", page.cursor, INVENTORY_SECONDS)
        answer["pagination"] = {"nextToken": following}
    return answer


def create_inventory_item(call: Call) -> Json:
    """createInventoryItem: make a SKU known, without stock."""
    body = read_body(call, _CreateItem)
    code = country_of(call, body.marketplace_id)
    try:
        call.simulator.register(code, body.seller_sku, title=body.product_name)
    except ValueError as error:
        raise invalid_input(str(error)) from None
    return {}


def add_inventory(call: Call) -> Json:
    """addInventory: put units on the shelf; the same token adds them once."""
    token = call.request.headers.get("x-amzn-idempotency-token")
    if not token:
        raise invalid_input("The header x-amzn-idempotency-token is missing.")
    items = read_body(call, _AddInventory).inventory_items
    additions = [
        (country_of(call, item.marketplace_id), item.seller_sku, item.quantity) for item in items
    ]
    try:
        call.simulator.add_once(token, additions)
    except ValueError as error:
        raise invalid_input(str(error)) from None
    return {}


def delete_inventory_item(call: Call) -> Json:
    """deleteInventoryItem: forget a SKU that has no unit anywhere."""
    code = country_of(call, required(call, "marketplaceId"))
    try:
        call.simulator.forget(code, call.names["sellerSku"])
    except ValueError as error:
        raise invalid_input(str(error)) from None
    return {}


def _summary(known: Summary, detailed: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "asin": known.asin,
        "fnSku": known.fnsku,
        "sellerSku": known.sku,
        "condition": CONDITION,
        "lastUpdatedTime": timestamp(known.updated_at),
        "productName": known.title,
        "totalQuantity": sum(known.buckets.values()),
        "stores": [],
    }
    if detailed:
        document["inventoryDetails"] = _details(known)
    return document


def _details(known: Summary) -> dict[str, Any]:
    def units(bucket: Bucket) -> int:
        return known.buckets.get(bucket, 0)

    reserved = {
        "pendingCustomerOrderQuantity": units(Bucket.PENDING_CUSTOMER_ORDER),
        "pendingTransshipmentQuantity": units(Bucket.PENDING_TRANSSHIPMENT),
        "fcProcessingQuantity": units(Bucket.FC_PROCESSING),
    }
    return {
        "fulfillableQuantity": units(Bucket.FULFILLABLE),
        "inboundWorkingQuantity": units(Bucket.INBOUND_WORKING),
        "inboundShippedQuantity": units(Bucket.INBOUND_SHIPPED),
        "inboundReceivingQuantity": units(Bucket.INBOUND_RECEIVING),
        "reservedQuantity": {"totalReservedQuantity": sum(reserved.values()), **reserved},
        "researchingQuantity": {"totalResearchingQuantity": units(Bucket.RESEARCHING)},
        "unfulfillableQuantity": {
            "totalUnfulfillableQuantity": sum(units(bucket) for bucket in UNFULFILLABLE),
            "customerDamagedQuantity": units(Bucket.CUSTOMER_DAMAGED),
            "warehouseDamagedQuantity": units(Bucket.WAREHOUSE_DAMAGED),
            "distributorDamagedQuantity": units(Bucket.DISTRIBUTOR_DAMAGED),
            "carrierDamagedQuantity": units(Bucket.CARRIER_DAMAGED),
            "defectiveQuantity": units(Bucket.DEFECTIVE),
            "expiredQuantity": units(Bucket.EXPIRED),
        },
    }


OPERATIONS = (
    Operation(
        "getInventorySummaries",
        "GET",
        "/fba/inventory/v1/summaries",
        get_inventory_summaries,
        2.0,
    ),
    Operation("createInventoryItem", "POST", "/fba/inventory/v1/items", create_inventory_item),
    Operation("addInventory", "POST", "/fba/inventory/v1/items/inventory", add_inventory),
    Operation(
        "deleteInventoryItem",
        "DELETE",
        "/fba/inventory/v1/items/{sellerSku}",
        delete_inventory_item,
    ),
)
