"""What notifications say. Members and values: the notification schemas that Amazon publishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.feeds.feed_records import Feed
from stockpool_amazon_sim.inventory.inventory import Summary
from stockpool_amazon_sim.inventory.ledger import UNFULFILLABLE, Bucket
from stockpool_amazon_sim.listings.listing_records import Listing
from stockpool_amazon_sim.notifications.notifications import moment
from stockpool_amazon_sim.outbound.requests import Destination
from stockpool_amazon_sim.records import Micros, Order, ReturnItem, Sale, Shipment
from stockpool_amazon_sim.reports.report_records import Report

_SHIPMENT_STATUSES: Mapping[str, str] = {
    "PENDING": "Pending",
    "SHIPPED": "Shipped",
    "CANCELLED_BY_FULFILLER": "CancelledByFulfiller",
    "CANCELLED_BY_SELLER": "CancelledBySeller",
}

Json = dict[str, Any]


def order_status(
    seller_id: str,
    order: Order,
    shipment: Shipment | None = None,
    returned: ReturnItem | None = None,
) -> Json:
    """FULFILLMENT_ORDER_STATUS: of an order, of one of its shipments, or of a returned unit.

    The schema requires the members of all three kinds, and one, `info`, of which it says no more
    than the name; what a notification is not about is empty here. Amazon's guide has them left out.
    """
    event_type = "Shipment" if shipment else "Return" if returned else "Order"
    return {
        "SellerId": seller_id,
        "EventType": event_type,
        "StatusUpdatedDateTime": moment(order.updated_at),
        "SellerFulfillmentOrderId": order.order_id,
        "FulfillmentOrderStatus": order.status,
        "FulfillmentShipment": _shipment(shipment),
        "FulfillmentReturnItem": {
            "ReceivedDateTime": _moment(returned.received_at if returned else None),
            "ReturnedQuantity": 1 if returned else 0,
            "SellerSKU": order.items[returned.item_index].sku if returned else "",
        },
    }


def outbound_shipment(seller_id: str, sale: Sale, shipment_id: str, status: str) -> Json:
    """FBA_OUTBOUND_SHIPMENT_STATUS: Created or Cancelled."""
    return {
        "SellerId": seller_id,
        "AmazonOrderId": sale.amazon_order_id,
        "AmazonShipmentId": shipment_id,
        "ShipmentStatus": status,
    }


def order_change(seller_id: str, sale: Sale, item_id: str) -> Json:
    """ORDER_CHANGE: the status of an order of Amazon's own shop is another."""
    return {
        "NotificationLevel": "OrderLevel",
        "SellerId": seller_id,
        "AmazonOrderId": sale.amazon_order_id,
        "OrderChangeType": "OrderStatusChange",
        "OrderChangeTrigger": {
            "TimeOfOrderChange": moment(sale.updated_at),
            "ChangeReason": sale.cancelled[1] if sale.cancelled else "Order status changed",
        },
        "Summary": {
            "MarketplaceId": country(sale.country).marketplace_id,
            "OrderStatus": sale.status,
            "PurchaseDate": moment(sale.purchased_at),
            "DestinationPostalCode": Destination(*sale.address).postal_code,  # type: ignore[arg-type]
            "FulfillmentType": sale.channel,
            "OrderType": "StandardOrder",
            "NumberOfItemsShipped": sale.shipped,
            "NumberOfItemsUnshipped": 0 if sale.cancelled else sale.quantity - sale.shipped,
            "OrderItems": [
                {
                    "OrderItemId": item_id,
                    "SellerSKU": sale.sku,
                    "SupplySourceId": None,
                    "OrderItemStatus": "Shipped" if sale.status == "Shipped" else "Unshipped",
                    "Quantity": sale.quantity,
                    "QuantityShipped": sale.shipped,
                }
            ],
        },
    }


def availability(seller_id: str, figures: Sequence[tuple[str, Summary]]) -> Json:
    """FBA_INVENTORY_AVAILABILITY_CHANGES: a SKU's units in each country, as (country, figures)."""
    first = figures[0][1]
    return {
        "SellerId": seller_id,
        "FNSKU": first.fnsku,
        "ASIN": first.asin,
        "SKU": first.sku,
        "FulfillmentInventoryByMarketplace": [
            {
                "MarketplaceId": country(code).marketplace_id,
                "ItemName": summary.title,
                "FulfillmentInventory": _figures(summary.buckets),
                "Stores": [],
            }
            for code, summary in figures
        ],
    }


def listing_status(seller_id: str, listing: Listing, asin: str, statuses: Iterable[str]) -> Json:
    """LISTINGS_ITEM_STATUS_CHANGE: BUYABLE, DISCOVERABLE, DELETED, as far as they hold."""
    return {
        **_of_listing(seller_id, listing, asin),
        "CreatedDate": moment(listing.created_at),
        "Status": list(statuses),
    }


def listing_issues(
    seller_id: str, listing: Listing, asin: str, severities: Sequence[str], actions: Sequence[str]
) -> dict[str, Json]:
    """LISTINGS_ITEM_ISSUES_CHANGE, by version: the older one knows of one action only."""
    body = {
        **_of_listing(seller_id, listing, asin),
        "Severities": list(severities) or ["NONE"],
    }
    older = [action for action in actions if action == "SEARCH_SUPPRESSED"]
    return {
        "1.0": {**body, "EnforcementActions": older},
        "2023-12-13": {**body, "EnforcementActions": list(actions)},
    }


def listing_quantity(seller_id: str, listing: Listing) -> Json:
    """LISTINGS_ITEM_MFN_QUANTITY_CHANGE: units of what the seller ships himself."""
    return {
        "SellerId": seller_id,
        "FulfillmentChannelCode": listing.channel,
        "Sku": listing.sku,
        "Quantity": listing.quantity,
    }


def feed_finished(seller_id: str, feed: Feed) -> Json:
    """FEED_PROCESSING_FINISHED: DONE, FATAL or CANCELLED; a cancelled one has no report."""
    body = {
        "sellerId": seller_id,
        "accountId": f"amzn1.merchant.o.{seller_id}",
        "feedId": feed.feed_id,
        "feedType": feed.feed_type,
        "processingStatus": feed.status,
    }
    report = {"resultFeedDocumentId": feed.result_document_id} if feed.result_document_id else {}
    return body | report


def report_finished(seller_id: str, report: Report) -> Json:
    """REPORT_PROCESSING_FINISHED: DONE, FATAL or CANCELLED; one that is DONE has a document."""
    body = {
        "sellerId": seller_id,
        "accountId": f"amzn1.merchant.o.{seller_id}",
        "reportId": report.report_id,
        "reportType": report.report_type,
        "processingStatus": report.status,
    }
    return body | ({"reportDocumentId": report.document_id} if report.document_id else {})


def _shipment(shipment: Shipment | None) -> Json:
    if shipment is None:
        return {
            "FulfillmentShipmentStatus": "",
            "AmazonShipmentId": "",
            "EstimatedArrivalDateTime": "",
            "info": "",
            "FulfillmentShipmentPackages": [],
        }
    return {
        "FulfillmentShipmentStatus": _SHIPMENT_STATUSES[shipment.status],
        "AmazonShipmentId": shipment.shipment_id,
        "EstimatedArrivalDateTime": _moment(shipment.estimated_arrival),
        "info": "",
        "FulfillmentShipmentPackages": [
            {
                "PackageNumber": package.number,
                "CarrierCode": package.carrier,
                "TrackingNumber": package.tracking_number or "",
            }
            for package in shipment.packages
        ],
    }


def _of_listing(seller_id: str, listing: Listing, asin: str) -> Json:
    return {
        "SellerId": seller_id,
        "MarketplaceId": country(listing.country).marketplace_id,
        "Asin": asin,
        "Sku": listing.sku,
    }


def _figures(buckets: Mapping[str, int]) -> Json:
    def units(bucket: Bucket) -> int:
        return buckets.get(bucket, 0)

    return {
        "InboundQuantityBreakdown": {
            "Working": units(Bucket.INBOUND_WORKING),
            "Shipped": units(Bucket.INBOUND_SHIPPED),
            "Receiving": units(Bucket.INBOUND_RECEIVING),
        },
        "Fulfillable": units(Bucket.FULFILLABLE),
        "Unfulfillable": sum(units(bucket) for bucket in UNFULFILLABLE),
        "Researching": units(Bucket.RESEARCHING),
        "ReservedQuantityBreakdown": {
            "WarehouseProcessing": units(Bucket.FC_PROCESSING),
            "WarehouseTransfer": units(Bucket.PENDING_TRANSSHIPMENT),
            "PendingCustomerOrder": units(Bucket.PENDING_CUSTOMER_ORDER),
        },
        # Units on their way that can be bought ahead: there are none in the simulated shop.
        "FutureSupplyBuyable": 0,
        "PendingCustomerOrderInTransit": 0,
    }


def _moment(at: Micros | None) -> str:
    return "" if at is None else moment(at)
