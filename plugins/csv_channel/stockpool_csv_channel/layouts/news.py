"""Files of news: cancellations and returns that are asked for, refunds that were made by hand.

A row for each line that one is about; the rows of one have its id and stand together. Amazon's
file of MCF cancellations names orders only, and each is cancelled whole.
"""

from __future__ import annotations

from typing import Final

from stockpool_csv_channel.layouts.layout import Layout
from stockpool_csv_channel.layouts.mcf import ORDER_ID_HEADER

_LINE_FIELDS: Final = frozenset({"line_id", "channel_sku", "quantity"})
_COLUMNS: Final = {
    "channel_order_id": ("order_id", "channel_order_id", "order", "order_number"),
    "line_id": ("line_id",),
    "channel_sku": ("sku", "channel_sku"),
    "quantity": ("quantity", "qty"),
    "reason": ("reason",),
}

CANCELLATIONS: Final = Layout(
    name="cancellations",
    columns={**_COLUMNS, "news_id": ("cancellation_id",), "done": ("done",)},
    required=("news_id", "channel_order_id"),
    own_line_fields=_LINE_FIELDS,
    kind="cancellations",
    grouped_by="news_id",
)

REFUNDS: Final = Layout(
    name="refunds",
    columns={
        **_COLUMNS,
        "news_id": ("refund_id",),
        "amount": ("amount",),
        "currency": ("currency",),
        "key": ("key",),
    },
    required=("news_id", "channel_order_id", "amount"),
    own_line_fields=_LINE_FIELDS,
    kind="refunds",
    grouped_by="news_id",
)

RETURNS: Final = Layout(
    name="returns",
    columns={**_COLUMNS, "news_id": ("return_id",), "comment": ("comment",)},
    required=("news_id", "channel_order_id", "reason"),
    own_line_fields=_LINE_FIELDS,
    kind="returns",
    grouped_by="news_id",
)

MCF_CANCELLATIONS: Final = Layout(
    name="mcf_cancellations",
    columns={"channel_order_id": (ORDER_ID_HEADER,)},
    required=("channel_order_id",),
    quoted_tabs=False,
    short_rows=True,
    kind="cancellations",
)

NEWS: Final = (CANCELLATIONS, REFUNDS, RETURNS)
