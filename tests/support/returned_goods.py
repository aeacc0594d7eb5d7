"""Orders that have left, and what is known of their goods that come back."""

from __future__ import annotations

from typing import Any

from sample_orders import an_order
from shop import Shop
from stockpool.order_request import OrderLine
from stockpool.returns.service import ReturnView


def shipped(shop: Shop, *lines: tuple[str, int], number: int = 1001, **ship: Any) -> str:
    """An order with prices that has left; returns its id."""
    order = an_order(
        number,
        lines=tuple(
            OrderLine(line_id=str(n), channel_sku=sku, quantity=quantity, unit_price="9.50")
            for n, (sku, quantity) in enumerate(lines, 1)
        ),
        currency="USD",
        shipping_price="4.00",
    )
    receipt = shop.engine.orders.submit(order)
    assert receipt.order_id is not None
    shop.place()
    shop.network.ship(shop.fulfillment_id(number), **ship)
    shop.follow()
    return receipt.order_id


def returns_of(shop: Shop, order_id: str) -> list[ReturnView]:
    return list(shop.engine.returns.list(order_id=order_id))


def told(shop: Shop) -> list[tuple[str | None, str, dict[str, int]]]:
    """What the channel knows: its id, the outcome, and the items by line."""
    return [
        (one.return_id, one.outcome, {line.line_id: line.quantity for line in one.lines})
        for one in shop.channel.returns
    ]


def later(shop: Shop) -> None:
    """Half a day passes, and workers work."""
    shop.clock.advance(hours=12)
    shop.settle()
