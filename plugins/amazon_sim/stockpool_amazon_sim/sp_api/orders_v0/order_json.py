"""Orders as the Orders API v0 writes them."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.requests import Destination
from stockpool_amazon_sim.shop.amazon_orders import AmazonOrder, AmazonOrderItem
from stockpool_amazon_sim.sp_api.writing import decimal, present, timestamp

CONDITIONS = {
    "new_new": ("New", "New"),
    "new_open_box": ("New", "Open Box"),
    "new_oem": ("New", "OEM"),
    "refurbished_refurbished": ("Refurbished", "Refurbished"),
    "used_like_new": ("Used", "Mint"),
    "used_very_good": ("Used", "Very Good"),
    "used_good": ("Used", "Good"),
    "used_acceptable": ("Used", "Acceptable"),
    "collectible_like_new": ("Collectible", "Mint"),
    "collectible_very_good": ("Collectible", "Very Good"),
    "collectible_good": ("Collectible", "Good"),
    "collectible_acceptable": ("Collectible", "Acceptable"),
    "club_club": ("Club", "Club"),
}
"""(`ConditionId`, `ConditionSubtypeId`) of a listing's condition."""


def order_json(order: AmazonOrder, personal: bool) -> dict[str, Any]:
    """`Order`. Without a restricted data token there is no buyer, and only the town's address.

    Prices are told once the payment is authorized; MCF orders have none.
    """
    known = country(order.country)
    category = order.speed.capitalize()
    priced = order.in_shop and order.status != "Pending"
    total = sum((item.unit_price or 0) * item.ordered for item in order.items)
    ship_from, ship_until = order.ship_window or (None, None)
    deliver_from, deliver_until = order.delivery_window or (None, None)
    document = present(
        AmazonOrderId=order.order_id,
        SellerOrderId=order.seller_order_id or order.order_id,
        PurchaseDate=timestamp(order.purchased_at),
        LastUpdateDate=timestamp(order.updated_at),
        OrderStatus=order.status,
        FulfillmentChannel=order.channel,
        SalesChannel=known.shop if order.in_shop else "Non-Amazon",
        ShipServiceLevel=category,
        ShipmentServiceLevelCategory=category,
        OrderTotal=money(total, order.country) if priced and order.status != "Canceled" else None,
        NumberOfItemsShipped=sum(item.shipped for item in order.items),
        NumberOfItemsUnshipped=sum(item.ordered - item.shipped for item in order.items),
        PaymentMethod="Other" if priced else None,
        PaymentMethodDetails=["Standard"] if priced else None,
        MarketplaceId=known.marketplace_id,
        OrderType="StandardOrder",
        EarliestShipDate=_time(ship_from),
        LatestShipDate=_time(ship_until),
        EarliestDeliveryDate=_time(deliver_from),
        LatestDeliveryDate=_time(deliver_until),
        IsBusinessOrder=False,
        IsPrime=False,
        IsPremiumOrder=False,
        IsGlobalExpressEnabled=False,
        IsReplacementOrder=False,
        IsSoldByAB=False,
        IsISPU=bool(order.pickup),
        IsAccessPointOrder=False,
        HasRegulatedItems=bool(order.verification),
    )
    if order.status not in ("Pending", "Canceled", "Unfulfillable"):
        document["ShippingAddress"] = shipping_address(order.address, personal)
    if personal and order.in_shop:
        document["BuyerInfo"] = buyer_json(order)
    return document


def buyer_json(order: AmazonOrder) -> dict[str, Any]:
    """`BuyerInfo`; of an order that is not of Amazon's shop nobody is known."""
    return present(BuyerEmail=order.buyer_email or None, BuyerName=order.buyer_name or None)


def shipping_address(address: Destination, personal: bool) -> dict[str, Any]:
    """`Address`."""
    document = present(
        City=address.city,
        StateOrRegion=address.state_or_region,
        PostalCode=address.postal_code,
        CountryCode=address.country_code,
    )
    if not personal:
        return document
    return present(
        Name=address.name,
        AddressLine1=address.address_line1,
        AddressLine2=address.address_line2,
        AddressLine3=address.address_line3,
        District=address.district_or_county,
        Phone=address.phone,
        **document,
    )


def item_json(order: AmazonOrder, item: AmazonOrderItem) -> dict[str, Any]:
    """`OrderItem`. The price is that of all units, and not told while the order is Pending."""
    condition, subtype = CONDITIONS[item.condition]
    priced = item.unit_price is not None and order.status != "Pending"
    price = money((item.unit_price or 0) * item.ordered, order.country)
    return present(
        ASIN=item.asin,
        SellerSKU=item.sku,
        OrderItemId=item.item_id,
        Title=item.title,
        QuantityOrdered=item.ordered,
        QuantityShipped=item.shipped,
        ProductInfo={"NumberOfItems": "1"},
        ItemPrice=price if priced else None,
        IsGift="true" if item.gift_message else "false",
        ConditionId=condition,
        ConditionSubtypeId=subtype,
        IsTransparency=False,
    )


def item_buyer_json(item: AmazonOrderItem) -> dict[str, Any]:
    """`OrderItemBuyerInfo`."""
    return present(OrderItemId=item.item_id, GiftMessageText=item.gift_message)


def money(minor: int, code: str) -> dict[str, str]:
    """`Money` in a country's currency."""
    currency = country(code).currency
    return {"CurrencyCode": currency, "Amount": decimal(minor, currency)}


def _time(at: int | None) -> str | None:
    return None if at is None else timestamp(at)
