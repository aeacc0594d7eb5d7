"""Units that Shopify has sold and the engine has not heard of."""

from __future__ import annotations

from datetime import timedelta

from stockpool.clock import Clock
from stockpool.errors import Throttled
from stockpool_shopify.cursor import first_cursor, read_cursor
from stockpool_shopify.left_out import Unseen
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.policy import waiting_units
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import Shop

_ORDERS_MOST = 300
_CATCHING_UP = 60.0


def unseen_units(shop: Shop, notes: OrderNotes, settings: ShopifySettings, clock: Clock) -> Unseen:
    """By SKU: what waits outside the engine, and what was ordered since it last looked.

    The engine's figures leave out its own orders only. Shopify took these units from what it
    can sell at the checkout, and to write the engine's figure as it is would sell them again.
    An order that was on a page of orders is not counted: the engine has its units.

    Raises:
        Throttled: too many orders are still to be read; the stock is told when they are.
    """
    units: dict[str, int] = {}
    outside = notes.outside()
    waiting = notes.outside_ids()
    text = notes.read_to()
    cursor = read_cursor(text) if text else first_cursor(settings, clock)
    since = cursor.at - timedelta(minutes=settings.overlap_minutes)
    new: list[str] = []
    for page, _ in shop.listed("created_at", since):
        new += [order for order, _ in page if order not in cursor.seen and order not in waiting]
        if len(new) > _ORDERS_MOST:
            raise Throttled(
                f"more than {_ORDERS_MOST} orders are still to be read before stock is told",
                retry_after=_CATCHING_UP,
            )
    for order in shop.orders(new).orders:
        for sku, count in waiting_units(order, settings).items():
            units[sku] = units.get(sku, 0) + count
    return Unseen(outside, units)
