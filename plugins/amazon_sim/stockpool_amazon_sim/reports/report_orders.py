"""Reports on orders: those of Amazon's own shop, and MCF orders among them as `Non-Amazon`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.outbound.requests import Destination
from stockpool_amazon_sim.records import Order, Sale, Shipment
from stockpool_amazon_sim.reports.report_tables import Cells, Query, ReportType, amount, moment
from stockpool_amazon_sim.shop import amazon_orders, sales
from stockpool_amazon_sim.shop.amazon_ids import amazon_id
from stockpool_amazon_sim.shop.amazon_orders import AmazonOrder, OrderQuery
from stockpool_amazon_sim.world import World

_EVERYTHING = 10**9

_STATUSES: Mapping[str, str] = {"Canceled": "Cancelled", "Unshipped": "Pending"}
"""Of the Orders API, as the report writes them (it knows no Unshipped for Amazon's own orders)."""


def _orders(world: World, query: Query, by: str) -> Iterator[Cells]:
    wanted = OrderQuery(by, query.start, query.end, query.countries)
    found, _ = amazon_orders.page(world, wanted, None, _EVERYTHING)
    for order in found:
        for item in order.items:
            currency = country(order.country).currency
            price = None if item.unit_price is None else item.unit_price * item.ordered
            status = _STATUSES.get(order.status, order.status)
            yield {
                **_head(order),
                "last-updated-date": moment(order.updated_at),
                "order-status": status,
                "fulfillment-channel": "Amazon" if order.channel == sales.AMAZON else "Merchant",
                "product-name": item.title,
                "sku": item.sku,
                "asin": item.asin,
                "item-status": status,
                "quantity": item.ordered,
                "currency": None if price is None else currency,
                "item-price": amount(price, currency),
                "is-business-order": "false",
            }


def _head(order: AmazonOrder) -> dict[str, Any]:
    known = country(order.country)
    return {
        "amazon-order-id": order.order_id,
        "merchant-order-id": order.seller_order_id,
        "purchase-date": moment(order.purchased_at),
        "sales-channel": known.shop if order.in_shop else "Non-Amazon",
        "ship-service-level": order.speed.capitalize(),
        "ship-city": order.address.city,
        "ship-state": order.address.state_or_region,
        "ship-postal-code": order.address.postal_code,
        "ship-country": order.address.country_code,
    }


def _shipments(world: World, query: Query) -> Iterator[Cells]:
    for _, order in world.store.orders.all():
        if order.country in query.countries:
            for shipment in order.shipments:
                if shipment.status == "SHIPPED" and query.covers(shipment.shipped_at):
                    yield from _of_shipment(world, order, shipment)
    for _, sale in world.store.sales.all():
        ours = sale.channel == sales.AMAZON and sale.country in query.countries
        if ours and query.covers(sale.shipped_at):
            yield _of_sale(world, sale)


def _sold(world: World, query: Query) -> Iterator[Cells]:
    """What customers of Amazon's own shop were shipped."""
    for _, sale in world.store.sales.all():
        ours = sale.channel == sales.AMAZON and sale.country in query.countries
        if not (ours and query.covers(sale.shipped_at)):
            continue
        currency = country(sale.country).currency
        yield {
            **_address(Destination(*sale.address)),  # type: ignore[arg-type]
            "shipment-date": moment(sale.shipped_at),
            "sku": sale.sku,
            "fnsku": sale.fnsku,
            "asin": sale.asin,
            "fulfillment-center-id": sale.picks[0][0] if sale.picks else None,
            "quantity": sale.shipped,
            "amazon-order-id": sale.amazon_order_id,
            "currency": currency,
            "item-price-per-unit": amount(sale.unit_price, currency),
        }


def _of_shipment(world: World, order: Order, shipment: Shipment) -> Iterator[Cells]:
    packages = {package.number: package for package in shipment.packages}
    for place, (index, units, number) in enumerate(shipment.lines):
        item = order.items[index]
        package = packages.get(number)
        sku = world.store.skus.get(f"{order.country}|{item.sku}")
        yield {
            **_address(Destination(*order.address)),  # type: ignore[arg-type]
            "amazon-order-id": amazon_id(world.draws, order.order_id),
            "merchant-order-id": order.order_id,
            "shipment-id": shipment.shipment_id,
            "shipment-item-id": f"{shipment.shipment_id}-{place + 1}",
            "merchant-order-item-id": item.item_id,
            "purchase-date": moment(order.received_at),
            "payments-date": moment(order.received_at),
            "shipment-date": moment(shipment.shipped_at),
            "reporting-date": moment(shipment.shipped_at),
            "sku": item.sku,
            "product-name": item.sku if sku is None else sku.title,
            "quantity-shipped": units,
            "ship-service-level": order.speed.capitalize(),
            "carrier": None if package is None else package.carrier,
            "tracking-number": None if package is None else package.tracking_number,
            "estimated-arrival-date": moment(shipment.estimated_arrival),
            "fulfillment-center-id": shipment.center,
            "fulfillment-channel": "AFN",
            "sales-channel": "Non-Amazon",
        }


def _of_sale(world: World, sale: Sale) -> Cells:
    currency = country(sale.country).currency
    return {
        **_address(Destination(*sale.address)),  # type: ignore[arg-type]
        "amazon-order-id": sale.amazon_order_id,
        "shipment-id": "D" + world.draws.code(10, sale.amazon_order_id, "shipment"),
        "amazon-order-item-id": sales.item_id_of(world, sale),
        "purchase-date": moment(sale.purchased_at),
        "payments-date": moment(sale.purchased_at),
        "shipment-date": moment(sale.shipped_at),
        "reporting-date": moment(sale.shipped_at),
        "buyer-email": sale.buyer_email,
        "buyer-name": sale.buyer_name,
        "sku": sale.sku,
        "product-name": sale.title,
        "quantity-shipped": sale.shipped,
        "currency": currency,
        "item-price": amount(sale.unit_price * sale.shipped, currency),
        "ship-service-level": "Standard",
        "fulfillment-center-id": sale.picks[0][0] if sale.picks else None,
        "fulfillment-channel": "AFN",
        "sales-channel": country(sale.country).shop,
    }


def _address(to: Destination) -> dict[str, Any]:
    return {
        "recipient-name": to.name,
        "ship-address-1": to.address_line1,
        "ship-address-2": to.address_line2,
        "ship-address-3": to.address_line3,
        "ship-city": to.city,
        "ship-state": to.state_or_region,
        "ship-postal-code": to.postal_code,
        "ship-country": to.country_code,
        "ship-phone-number": to.phone,
    }


_ORDER_COLUMNS = (
    *("amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date"),
    *("order-status", "fulfillment-channel", "sales-channel", "order-channel"),
    *("ship-service-level", "product-name", "sku", "asin", "item-status", "quantity", "currency"),
    *("item-price", "item-tax", "shipping-price", "shipping-tax", "gift-wrap-price"),
    *("gift-wrap-tax", "item-promotion-discount", "ship-promotion-discount", "ship-city"),
    *("ship-state", "ship-postal-code", "ship-country", "promotion-ids", "is-business-order"),
    *("purchase-order-number", "price-designation"),
)

_SHIPMENT_COLUMNS = (
    *("amazon-order-id", "merchant-order-id", "shipment-id", "shipment-item-id"),
    *("amazon-order-item-id", "merchant-order-item-id", "purchase-date", "payments-date"),
    *("shipment-date", "reporting-date", "buyer-email", "buyer-name", "buyer-phone-number"),
    *("sku", "product-name", "quantity-shipped", "currency", "item-price", "item-tax"),
    *("shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax"),
    *("ship-service-level", "recipient-name", "ship-address-1", "ship-address-2"),
    *("ship-address-3", "ship-city", "ship-state", "ship-postal-code", "ship-country"),
    *("ship-phone-number", "bill-address-1", "bill-address-2", "bill-address-3", "bill-city"),
    *("bill-state", "bill-postal-code", "bill-country", "item-promotion-discount"),
    *("ship-promotion-discount", "carrier", "tracking-number", "estimated-arrival-date"),
    *("fulfillment-center-id", "fulfillment-channel", "sales-channel"),
)

TYPES: Mapping[str, ReportType] = {
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": ReportType(
        _ORDER_COLUMNS, partial(_orders, by="updated"), days_most=30
    ),
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": ReportType(
        _ORDER_COLUMNS, partial(_orders, by="created"), days_most=30
    ),
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL": ReportType(
        _SHIPMENT_COLUMNS, _shipments, days_most=31, personal=True
    ),
    "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA": ReportType(
        (
            *("shipment-date", "sku", "fnsku", "asin", "fulfillment-center-id", "quantity"),
            *("amazon-order-id", "currency", "item-price-per-unit", "shipping-price"),
            *("gift-wrap-price", "ship-city", "ship-state", "ship-postal-code"),
        ),
        _sold,
    ),
}
