"""Units that Shopify has sold and the engine has not heard of."""

from __future__ import annotations

from collections.abc import Mapping

from stockpool_shopify.cursor import read_cursor
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.policy import waiting_units
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import Shop


def unseen_units(shop: Shop, notes: OrderNotes, settings: ShopifySettings) -> Mapping[str, int]:
    """By SKU: what waits outside the engine, and what was ordered since it last looked.

    The engine's figures leave out its own orders only. Shopify took these units from what it
    can sell at the checkout, and to write the engine's figure as it is would sell them again.
    An order that was seen before and has changed is not counted: the engine has its units.
    """
    units = notes.outside()
    text = notes.read_to()
    if text is None:
        return units
    cursor = read_cursor(text)
    waiting = notes.outside_ids()
    changed = [
        order_id
        for page, _ in shop.changed(cursor.at)
        for order_id, at in page
        if not cursor.knows(order_id, at) and order_id not in waiting
    ]
    for order in shop.orders(changed).orders:
        if order.processed_at > cursor.at:
            for sku, count in waiting_units(order, settings).items():
                units[sku] = units.get(sku, 0) + count
    return units
