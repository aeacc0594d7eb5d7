"""Orders as the Orders API 2026-01-01 writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.requests import Destination
from stockpool_amazon_sim.shop.amazon_orders import AmazonOrder, AmazonOrderItem, Window
from stockpool_amazon_sim.sp_api.orders_v0.order_json import CONDITIONS
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp

DATA_SETS = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
    "FULFILLMENT_ORDERS",
)
"""What `includedData` may name. Of expenses, promotions, taxes and fulfillment orders (which are
those of Easy Ship) no order here has any."""

STATUSES: Mapping[str, str] = {
    "PendingAvailability": "PENDING_AVAILABILITY",
    "Pending": "PENDING",
    "Unshipped": "UNSHIPPED",
    "PartiallyShipped": "PARTIALLY_SHIPPED",
    "Shipped": "SHIPPED",
    "Canceled": "CANCELLED",
    "Unfulfillable": "UNFULFILLABLE",
}
"""`FulfillmentStatus` by the status of v0."""


def order_json(order: AmazonOrder, included: Sequence[str], personal: bool) -> dict[str, Any]:
    """`Order` with the data sets that are asked for.

    Buyer, and all of the address but the town, come with a restricted data token only.
    """
    known = country(order.country)
    channel: dict[str, Any] = {"channelName": "NON_AMAZON"}
    if order.in_shop:
        channel = {"channelName": "AMAZON", "marketplaceName": known.shop}
    channel["marketplaceId"] = known.marketplace_id
    document: dict[str, Any] = {
        "orderId": order.order_id,
        "createdTime": timestamp(order.purchased_at),
        "lastUpdatedTime": timestamp(order.updated_at),
        "salesChannel": channel,
        "programs": ["IN_STORE_PICK_UP"] if order.pickup else [],
        "orderItems": [_item(order, item, included) for item in order.items],
    }
    if order.seller_order_id is not None:
        alias = {"aliasId": order.seller_order_id, "aliasType": "SELLER_ORDER_ID"}
        document["orderAliases"] = [alias]
    paid = order.in_shop and order.status not in ("Pending", "Canceled")
    total = _money(sum((one.unit_price or 0) * one.ordered for one in order.items), order.country)
    if "BUYER" in included and personal and order.in_shop:
        # The mail address is given to sellers who ship themselves.
        email = order.buyer_email if order.channel == "MFN" else None
        document["buyer"] = present(buyerName=order.buyer_name, buyerEmail=email)
    if "RECIPIENT" in included and order.status not in ("Pending", "Canceled", "Unfulfillable"):
        document["recipient"] = {"deliveryAddress": _address(order.address, personal)}
    if "PROCEEDS" in included and paid:
        breakdown = {"type": "ITEM", "subtotal": total}
        document["proceeds"] = {"grandTotal": total, "breakdowns": [breakdown]}
    if "PAYMENT" in included and paid:
        execution = {"paymentMethod": "CreditCard", "paymentAmount": total}
        document["payment"] = {"paymentExecutions": [execution]}
    if "FULFILLMENT" in included:
        document["fulfillment"] = _fulfillment(order)
    if "PACKAGES" in included and order.channel == "MFN":
        document["packages"] = [_package(order, package) for package in order.packages]
    return document


def _item(order: AmazonOrder, item: AmazonOrderItem, included: Sequence[str]) -> dict[str, Any]:
    condition, subtype = CONDITIONS[item.condition]
    priced = item.unit_price is not None and order.status != "Pending"
    document: dict[str, Any] = {
        "orderItemId": item.item_id,
        "quantityOrdered": item.ordered,
        "product": {
            "asin": item.asin,
            "title": item.title,
            "sellerSku": item.sku,
            "condition": {
                "conditionType": condition.upper(),
                "conditionSubtype": subtype.upper().replace(" ", "_"),
            },
        },
    }
    if priced:
        unit = _money(item.unit_price or 0, order.country)
        document["product"]["price"] = {"unitPrice": unit}
        if "PROCEEDS" in included:
            total = _money((item.unit_price or 0) * item.ordered, order.country)
            breakdown = {"type": "ITEM", "subtotal": total}
            document["proceeds"] = {"proceedsTotal": total, "breakdowns": [breakdown]}
    if "FULFILLMENT" in included:
        document["fulfillment"] = {
            "quantityFulfilled": item.shipped,
            "quantityUnfulfilled": item.ordered - item.shipped,
        }
        if item.gift_message:
            option = {"giftMessage": item.gift_message}
            document["fulfillment"]["packing"] = {"giftOption": option}
    if "CANCELLATION" in included and order.cancelled:
        by, why = order.cancelled
        execution = {"cancelledBy": by, "cancelReason": why}
        document["cancellation"] = {"cancellationExecution": execution}
    return document


def _fulfillment(order: AmazonOrder) -> dict[str, Any]:
    return present(
        fulfillmentStatus=STATUSES[order.status],
        fulfilledBy="AMAZON" if order.channel == "AFN" else "MERCHANT",
        fulfillmentServiceLevel=order.speed.upper(),
        shipByWindow=_window(order.ship_window),
        deliverByWindow=_window(order.delivery_window),
    )


def _package(order: AmazonOrder, package: Mapping[str, Any]) -> dict[str, Any]:
    item = {"orderItemId": order.items[0].item_id, "quantity": package["units"]}
    return present(
        packageReferenceId=package["id"],
        createdTime=timestamp(package["created_at"]),
        packageStatus={"status": "SHIPPED"},
        carrier=package["carrier"],
        shipTime=timestamp(package["shipped_at"]),
        shippingService=package["method"],
        trackingNumber=package["tracking"],
        packageItems=[item],
    )


def _address(address: Destination, personal: bool) -> dict[str, Any]:
    town = present(
        city=address.city,
        stateOrRegion=address.state_or_region,
        postalCode=address.postal_code,
        countryCode=address.country_code,
    )
    if not personal:
        return town
    return present(
        name=address.name,
        addressLine1=address.address_line1,
        addressLine2=address.address_line2,
        addressLine3=address.address_line3,
        districtOrCounty=address.district_or_county,
        phone=address.phone,
        **town,
    )


def _window(window: Window | None) -> dict[str, str] | None:
    if window is None:
        return None
    first, last = window
    return {"earliestDateTime": timestamp(first), "latestDateTime": timestamp(last)}


def _money(minor: int, code: str) -> dict[str, str]:
    currency = country(code).currency
    return {"amount": decimal(minor, currency), "currencyCode": currency}
