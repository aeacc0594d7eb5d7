"""Orders for tests, in one line each."""

from __future__ import annotations

from typing import Any

from stockpool.order_request import Address, OrderLine, OrderRequest

SEATTLE = Address(
    name="Ada Buyer",
    line1="100 Pine Street",
    city="Seattle",
    region="WA",
    postal_code="98101",
    country="US",
)
TORONTO = Address(
    name="Bob Buyer",
    line1="1 Front Street",
    city="Toronto",
    region="ON",
    postal_code="M5J 2X2",
    country="CA",
)


def an_order(number: str | int, /, *lines: tuple[str, int], **members: Any) -> OrderRequest:
    """Order `number` of channel `web`, each line a channel SKU and a quantity.

    an_order(1001, ("mug", 2), ("gift-set", 1), speed="expedited")
    """
    return OrderRequest(
        **{
            "channel": "web",
            "channel_order_id": str(number),
            "ship_to": SEATTLE,
            "lines": tuple(
                OrderLine(line_id=str(place), channel_sku=sku, quantity=quantity)
                for place, (sku, quantity) in enumerate(lines, 1)
            ),
            **members,
        }
    )
