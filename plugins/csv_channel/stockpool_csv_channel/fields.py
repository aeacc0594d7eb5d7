"""The fields of an order that a column of a file can hold, under the names of `OrderRequest`."""

from __future__ import annotations

from typing import Final

ADDRESS_FIELDS: Final = (
    "name",
    "line1",
    "line2",
    "line3",
    "city",
    "district",
    "region",
    "postal_code",
    "country",
    "phone",
    "email",
)

ORDER_FIELDS: Final = (
    "channel_order_id",
    *ADDRESS_FIELDS,
    "speed",
    "fulfillment_policy",
    "backorder",
    "hold",
    "priority",
    "features",
    "ordered_at",
    "comment",
    "currency",
    "shipping_price",
    "shipping_tax",
)
"""Of the whole order: on its first row, or the same on all."""

LINE_FIELDS: Final = (
    "line_id",
    "channel_sku",
    "quantity",
    "unit_price",
    "tax",
    "gift_message",
    "line_comment",
)
"""Of one line: each row has its own."""

FIELDS: Final = (*ORDER_FIELDS, *LINE_FIELDS)

REQUIRED_FIELDS: Final = (
    "channel_order_id",
    "channel_sku",
    "quantity",
    "name",
    "line1",
    "country",
)
"""Without them there is no order; `country` may come from the settings."""
