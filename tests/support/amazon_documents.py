"""Answers of Amazon's SP-API, good but for what a test changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

US = "ATVPDKIKX0DER"
CA = "A2EUQ1WTGCTBG2"


def header(order_id: str = "F-1", status: str = "Processing", **changes: Any) -> Json:
    """FulfillmentOrder of 2020-07-01."""
    return {
        "sellerFulfillmentOrderId": order_id,
        "marketplaceId": US,
        "displayableOrderId": "1001",
        "displayableOrderDate": "2026-03-02T09:00:00Z",
        "displayableOrderComment": "Thank you",
        "shippingSpeedCategory": "Standard",
        "destinationAddress": {
            "name": "Ada Miller",
            "addressLine1": "1 Main St",
            "city": "Seattle",
            "stateOrRegion": "WA",
            "postalCode": "98101",
            "countryCode": "US",
        },
        "fulfillmentAction": "Ship",
        "fulfillmentPolicy": "FillOrKill",
        "receivedDate": "2026-03-02T09:00:05Z",
        "fulfillmentOrderStatus": status,
        "statusUpdatedDate": "2026-03-02T09:30:00Z",
    } | changes


def item(item_id: str = "1", sku: str = "MUG", quantity: int = 1, **changes: Any) -> Json:
    """FulfillmentOrderItem of 2020-07-01."""
    return {
        "sellerSku": sku,
        "sellerFulfillmentOrderItemId": item_id,
        "quantity": quantity,
        "cancelledQuantity": 0,
        "unfulfillableQuantity": 0,
    } | changes


def shipment(status: str = "SHIPPED", packages: Sequence[int] = (7001,), **changes: Any) -> Json:
    """FulfillmentShipment of 2020-07-01: one unit of item 1 in each package."""
    return {
        "amazonShipmentId": "Sh-1",
        "fulfillmentCenterId": "ABE2",
        "fulfillmentShipmentStatus": status,
        "shippingDate": "2026-03-03T14:00:00Z",
        "estimatedArrivalDate": "2026-03-06T20:00:00Z",
        "fulfillmentShipmentItem": [
            {
                "sellerSku": "MUG",
                "sellerFulfillmentOrderItemId": "1",
                "quantity": 1,
                "packageNumber": number,
            }
            for number in packages
        ],
        "fulfillmentShipmentPackage": [
            {
                "packageNumber": number,
                "carrierCode": "UPS",
                "trackingNumber": f"1Z{number}",
                "estimatedArrivalDate": "2026-03-06T20:00:00Z",
            }
            for number in packages
        ],
    } | changes


def whole_order(
    order: Json | None = None, items: Sequence[Json] | None = None, shipments: Sequence[Json] = ()
) -> Json:
    """GetFulfillmentOrderResponse of 2020-07-01."""
    return {
        "payload": {
            "fulfillmentOrder": order or header(),
            "fulfillmentOrderItems": [item()] if items is None else list(items),
            "fulfillmentShipments": list(shipments),
            "returnItems": [],
            "returnAuthorizations": [],
        }
    }


def listing(*orders: Json, token: str | None = None) -> Json:
    """ListAllFulfillmentOrdersResponse of 2020-07-01."""
    payload: Json = {"fulfillmentOrders": list(orders)}
    return {"payload": payload | ({"nextToken": token} if token else {})}


def tracking(number: int, status: str, *events: tuple[str, str]) -> Json:
    """GetPackageTrackingDetailsResponse of 2020-07-01; events are (code, time)."""
    return {
        "payload": {
            "packageNumber": number,
            "currentStatus": status,
            "estimatedArrivalDate": "2026-03-05T20:00:00Z",
            "trackingEvents": [
                {
                    "eventCode": code,
                    "eventDate": at,
                    "eventDescription": "",
                    "eventAddress": {"city": "Seattle", "state": "WA", "country": "US"},
                }
                for code, at in events
            ],
        }
    }


def order_2026(order_id: str = "F-1", status: str = "PROCESSING", **changes: Any) -> Json:
    """FulfillmentOrder of 2026-07-04."""
    return {
        "orderId": order_id,
        "receiveTime": "2026-03-02T09:00:05Z",
        "status": status,
        "statusUpdateTime": "2026-03-02T09:30:00Z",
        "origin": {"countryCode": "US"},
        "lineItems": [
            {
                "lineItemId": "1",
                "product": {"productIdentifier": {"amazonSku": "MUG"}},
                "amount": {"unit": "EACHES", "value": "1"},
            }
        ],
    } | changes


def shipment_2026(status: str = "SHIPPED", **changes: Any) -> Json:
    """Shipment of 2026-07-04: one unit of item 1 in package 7001."""
    return {
        "amazonShipmentId": "Sh-1",
        "amazonFacility": {"facilityId": "ABE2"},
        "status": status,
        "shipTime": "2026-03-03T14:00:00Z",
        "deliveryTime": "2026-03-06T20:00:00Z",
        "items": [
            {
                "productIdentifier": {"amazonSku": "MUG"},
                "lineItemId": "1",
                "amount": {"value": "1"},
                "packageId": "7001",
            }
        ],
        "packages": [package_2026()],
    } | changes


def package_2026(package_id: str = "7001", status: str = "IN_TRANSIT", **changes: Any) -> Json:
    """Package of 2026-07-04."""
    return {
        "packageId": package_id,
        "status": status,
        "deliveryTime": "2026-03-05T18:00:00Z",
        "tracking": {"carrier": {"carrierCode": "UPS", "trackingNumber": f"1Z{package_id}"}},
    } | changes


def summary(sku: str, fnsku: str = "X001", **details: Any) -> Json:
    """InventorySummary."""
    return {
        "sellerSku": sku,
        "fnSku": fnsku,
        "asin": "B000000001",
        "condition": "NewItem",
        "inventoryDetails": details,
        "productName": sku,
        "totalQuantity": 0,
    }


def summaries(*found: Json, token: str | None = None) -> Json:
    """GetInventorySummariesResponse."""
    document: Json = {
        "payload": {
            "granularity": {"granularityType": "Marketplace", "granularityId": US},
            "inventorySummaries": list(found),
        }
    }
    return document | ({"pagination": {"nextToken": token}} if token else {})


def participation(marketplace_id: str, *, takes_part: bool = True, suspended: bool = False) -> Json:
    """MarketplaceParticipation."""
    return {
        "marketplace": {
            "id": marketplace_id,
            "name": "Amazon",
            "countryCode": "US",
            "defaultCurrencyCode": "USD",
            "defaultLanguageCode": "en_US",
            "domainName": "www.amazon.com",
        },
        "participation": {"isParticipating": takes_part, "hasSuspendedListings": suspended},
        "storeName": "A store",
    }
