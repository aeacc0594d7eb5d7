"""Shopify's order as the engine's. Pure."""

from __future__ import annotations

from decimal import Decimal

from stockpool.order_request import Address, OrderLine, OrderRequest
from stockpool_shopify.answers import Destination, OrderWork
from stockpool_shopify.policy import Wanted, WantedLine
from stockpool_shopify.settings import ShopifySettings


def order_request(
    order: OrderWork, wanted: Wanted, settings: ShopifySettings, *, channel: str
) -> OrderRequest:
    """The order with all that is ours to ship.

    It is known by its GID, its lines by those of their line items: fulfillment orders come and
    go when they are split, held or moved. The same state of an order gives the same request.

    Raises:
        ValueError: a value is out of the engine's bounds (pydantic names the field).
    """
    shipping = order.total_shipping_price_set.shop_money
    return OrderRequest(
        channel=channel,
        channel_order_id=order.id,
        ship_to=_address(order, wanted.destination),
        lines=tuple(_line(line, taxes_included=order.taxes_included) for line in wanted.lines),
        speed=settings.speeds.get(wanted.shipping_method, "standard"),
        fulfillment_policy=settings.fulfillment_policy,
        hold=wanted.hold,
        ordered_at=order.processed_at,
        currency=shipping.currency_code,
        shipping_price=shipping.amount,
        source=f"Shopify order {order.name}"[:1_000],
    )


def _line(line: WantedLine, *, taxes_included: bool) -> OrderLine:
    """A line; its tax only where it is told apart from the price and for these very units."""
    item = line.item
    price = item.discounted_unit_price_after_all_discounts_set.shop_money
    tax: Decimal | None = None
    if not taxes_included and line.quantity == item.quantity:
        tax = sum((t.price_set.shop_money.amount for t in item.tax_lines), Decimal(0))
    return OrderLine(
        line_id=item.id,
        channel_sku=item.sku or "",
        quantity=line.quantity,
        unit_price=price.amount,
        tax=tax,
        currency=price.currency_code,
    )


def _address(order: OrderWork, destination: Destination) -> Address:
    """The fulfillment order's address, with the province's code where the order's has it."""
    name = " ".join(filter(None, (destination.first_name, destination.last_name))).strip()
    company = (destination.company or "").strip()
    region = destination.province
    of_order = order.shipping_address
    if of_order is not None and of_order.province == region and of_order.province_code:
        region = of_order.province_code
    lines = [part for part in (destination.address1, destination.address2) if part]
    if name and company:
        lines.append(company)
    line1, line2, line3 = (*lines, None, None, None)[:3]
    return Address(
        name=name or company,
        line1=line1 or "",
        line2=line2,
        line3=line3,
        city=destination.city or None,
        region=region or None,
        postal_code=destination.zip or None,
        country=destination.country_code or "",
        phone=destination.phone or None,
        email=destination.email or None,
    )
