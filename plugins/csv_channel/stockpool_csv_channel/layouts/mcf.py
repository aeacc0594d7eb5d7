"""Amazon's order file for MCF, `POST_FLAT_FILE_FULFILLMENT_ORDER_REQUEST_DATA`.

Separated by tabs and without quoting: a double quote is a character like any other. Empty columns
at the end of a row may be missing, and later rows of an order carry only its id and the line.
The file has 22 or 23 columns; which ones are there is seen from the header.
"""

from __future__ import annotations

from typing import Final

from stockpool_csv_channel.fields import REQUIRED_FIELDS
from stockpool_csv_channel.findings import Finding
from stockpool_csv_channel.layouts.layout import Layout, RawOrder, normal
from stockpool_csv_channel.settings import CsvChannelSettings

ORDER_ID_HEADER: Final = "MerchantFulfillmentOrderID"


def _adapt(order: RawOrder, settings: CsvChannelSettings) -> None:
    action = order.cells.get("action", "").casefold()
    if action == "hold":
        order.cells["hold"] = "FulfillmentAction is Hold"
    elif action not in ("", "ship"):
        order.findings.append(
            Finding(
                "unknown_action",
                "FulfillmentAction is neither Ship nor Hold",
                "write Ship or Hold, or leave it empty",
                order.lines[0].row,
                "FulfillmentAction",
            )
        )


MCF: Final = Layout(
    name="mcf",
    columns={
        "channel_order_id": (ORDER_ID_HEADER,),
        "line_id": ("MerchantFulfillmentOrderItemID",),
        "channel_sku": ("MerchantSKU",),
        "quantity": ("Quantity",),
        "unit_price": ("PerUnitDeclaredValue",),
        "gift_message": ("GiftMessage",),
        "line_comment": ("DisplayableComment",),
        "name": ("AddressName",),
        "line1": ("AddressFieldOne",),
        "line2": ("AddressFieldTwo",),
        "line3": ("AddressFieldThree",),
        "city": ("AddressCity",),
        "region": ("AddressStateOrRegion",),
        "postal_code": ("AddressPostalCode",),
        "country": ("AddressCountryCode",),
        "phone": ("AddressPhoneNumber",),
        "email": ("NotificationEmail",),
        "speed": ("DeliverySLA",),
        "ordered_at": ("DisplayableOrderDate",),
        "comment": ("DisplayableOrderComment",),
        "action": ("FulfillmentAction",),
    },
    required=REQUIRED_FIELDS,
    quoted_tabs=False,
    short_rows=True,
    adapt=_adapt,
)


def is_cancellation(headers: set[str]) -> bool:
    """Is this the file that asks Amazon to cancel MCF orders? `headers` are normalised."""
    wanted = {
        normal(header) for name in ("channel_sku", "quantity") for header in MCF.columns[name]
    }
    return normal(ORDER_ID_HEADER) in headers and not headers & wanted
