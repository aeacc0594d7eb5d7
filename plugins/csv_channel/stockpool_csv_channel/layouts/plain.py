"""The plain layout: a row for each line of an order, columns named like the fields.

    order_id*   line_id   sku*   quantity*   unit_price   tax   gift_message   line_comment
    name*   address1*   address2   address3   city   district   region   postal_code   country*
    phone   email   speed   fulfillment_policy   backorder   hold   priority   features
    ordered_at   comment   currency   shipping_price   shipping_tax

Columns with a star are needed (`country` not, if the settings have a default). Order, blanks,
hyphens and case of the headers don't matter, and other columns may stand beside them. Rows of one
order stand together; what belongs to the order stands on its first row, or is the same on all.
"""

from __future__ import annotations

from typing import Final

from stockpool_csv_channel.fields import FIELDS, REQUIRED_FIELDS
from stockpool_csv_channel.layouts.layout import Layout

_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "channel_order_id": ("order_id", "channel_order_id", "order", "order_number"),
    "channel_sku": ("sku", "channel_sku"),
    "quantity": ("quantity", "qty"),
    "unit_price": ("unit_price", "price"),
    "name": ("name", "ship_to_name", "recipient", "recipient_name"),
    "line1": ("address1", "line1", "address_line_1", "street"),
    "line2": ("address2", "line2", "address_line_2"),
    "line3": ("address3", "line3", "address_line_3"),
    "region": ("region", "state", "province", "state_or_region"),
    "postal_code": ("postal_code", "zip", "zip_code", "postcode"),
    "country": ("country", "country_code"),
    "speed": ("speed", "shipping_speed", "shipping_method"),
    "ordered_at": ("ordered_at", "order_date"),
    "comment": ("comment", "order_comment"),
}

PLAIN: Final = Layout(
    name="stockpool",
    columns={name: _HEADERS.get(name, (name,)) for name in FIELDS},
    required=REQUIRED_FIELDS,
)
