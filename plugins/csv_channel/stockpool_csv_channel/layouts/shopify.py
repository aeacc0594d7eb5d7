"""Shopify's order export.

A row for each line; what belongs to the order stands on its first row only. Lines have no ids, so
a line is known by its place in the order. The export tells what was ordered, not what is left to
ship: an order that is unpaid, cancelled or fulfilled, and a line that is fulfilled or needs no
shipping, is skipped with its reason, and an order of which only a part of a line, or a part of the
money, is settled goes to a person. `Notes` are left out: they may be meant for the staff only,
and an order's comment is printed for the buyer.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Final

from stockpool.money import minor_digits
from stockpool_csv_channel.findings import Finding
from stockpool_csv_channel.layouts.layout import Layout, RawOrder
from stockpool_csv_channel.settings import CsvChannelSettings
from stockpool_csv_channel.values import BadCellError, amount

_NO = ("false", "no", "0")


def _adapt(order: RawOrder, settings: CsvChannelSettings) -> None:
    cells = order.cells
    first = order.lines[0].row
    if settings.shopify.order_id == "id":
        cells["channel_order_id"] = cells.get("shopify_id", "").lstrip("'")
    # Spreadsheets drop leading zeros, so the export puts an apostrophe before postal codes.
    for name in ("postal_code", "phone"):
        cells[name] = cells.get(name, "").lstrip("'")
    if not cells.get("line1"):
        cells["line1"] = cells.get("street", "")
    if cells.get("company"):
        free = next((name for name in ("line2", "line3") if not cells.get(name)), "line3")
        cells[free] = cells["company"]
    order.skip = _skip(order, settings, first)
    if order.skip is not None:
        return
    for line in order.lines[1:]:
        if line.cells.get("first_row_only"):
            order.findings.append(
                Finding(
                    "repeated_order",
                    "the order's first row stands in the file twice",
                    "export the orders again, or delete the repeated rows",
                    line.row,
                    "Financial Status",
                )
            )
    if cells.get("financial_status", "").casefold() == "partially_refunded":
        order.findings.append(
            Finding(
                "partly_refunded",
                "a part of the money was refunded, and the export does not say for which units",
                "submit what is still to be sent as an order file of its own",
                first,
                "Financial Status",
            )
        )
    _judge_lines(order)
    if len(order.skipped_lines) == len(order.lines):
        order.skip = order.skipped_lines[0]
        return
    for place in range(len(order.lines)):
        if place not in order.skipped_lines:
            _take_off_discount(order, place, settings)


def _skip(order: RawOrder, settings: CsvChannelSettings, row: int) -> Finding | None:
    cells = order.cells
    if cells.get("cancelled_at"):
        return Finding(
            "skipped_cancelled", "the order is cancelled", "nothing", row, "Cancelled at"
        )
    if cells.get("fulfillment_status", "").casefold() == "fulfilled":
        return Finding(
            "skipped_fulfilled",
            "the order is already fulfilled",
            "nothing",
            row,
            "Fulfillment Status",
        )
    paid = {status.casefold() for status in settings.shopify.financial_statuses}
    status = cells.get("financial_status", "").casefold()
    if status not in paid and status != "partially_refunded":
        return Finding(
            "skipped_unpaid",
            "the order is not paid, or the money was given back",
            "export it again when it is paid",
            row,
            "Financial Status",
        )
    return None


def _judge_lines(order: RawOrder) -> None:
    for place, line in enumerate(order.lines):
        status = line.cells.get("line_fulfillment_status", "").casefold()
        if line.cells.get("requires_shipping", "").casefold() in _NO:
            order.skipped_lines[place] = Finding(
                "skipped_needs_no_shipping",
                "the line needs no shipping",
                "nothing",
                line.row,
                "Lineitem requires shipping",
            )
        elif status == "fulfilled":
            order.skipped_lines[place] = Finding(
                "skipped_fulfilled",
                "the line is already fulfilled",
                "nothing",
                line.row,
                "Lineitem fulfillment status",
            )
        elif status == "partial":
            order.findings.append(
                Finding(
                    "partly_fulfilled",
                    "a part of the line is fulfilled, and the export does not say how much",
                    "submit what is still to be sent as an order file of its own",
                    line.row,
                    "Lineitem fulfillment status",
                )
            )


def _take_off_discount(order: RawOrder, place: int, settings: CsvChannelSettings) -> None:
    """The price of a unit after the line's discount, rounded down to what money has."""
    line = order.lines[place]
    discount_text = line.cells.get("line_discount", "")
    price_text = line.cells.get("unit_price", "")
    if not discount_text or not price_text:
        return
    try:
        discount, price = (
            amount(discount_text, settings.decimal),
            amount(price_text, settings.decimal),
        )
        quantity = int(line.cells.get("quantity", ""))
        digits = minor_digits(order.cells.get("currency") or settings.defaults.currency or "USD")
        if discount == 0 or quantity < 1:
            return
        net = (price * quantity - discount) / quantity
        net = net.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_DOWN)
    except (BadCellError, ValueError, InvalidOperation) as error:
        if isinstance(error, BadCellError):
            order.findings.append(error.at(line.row, "Lineitem discount"))
        return
    if net < 0:
        order.findings.append(
            Finding(
                "invalid_discount",
                "the discount is larger than the price of the line",
                "correct the discount",
                line.row,
                "Lineitem discount",
            )
        )
        return
    line.cells["unit_price"] = str(net).replace(".", settings.decimal)


SHOPIFY: Final = Layout(
    name="shopify",
    columns={
        "channel_order_id": ("Name",),
        "channel_sku": ("Lineitem sku",),
        "quantity": ("Lineitem quantity",),
        "unit_price": ("Lineitem price",),
        "name": ("Shipping Name",),
        "line1": ("Shipping Address1",),
        "line2": ("Shipping Address2",),
        "city": ("Shipping City",),
        "region": ("Shipping Province",),
        "postal_code": ("Shipping Zip",),
        "country": ("Shipping Country",),
        "phone": ("Shipping Phone",),
        "email": ("Email",),
        "speed": ("Shipping Method",),
        "ordered_at": ("Created at",),
        "currency": ("Currency",),
        "shipping_price": ("Shipping",),
        "street": ("Shipping Street",),
        "company": ("Shipping Company",),
        "financial_status": ("Financial Status",),
        "first_row_only": ("Financial Status",),
        "fulfillment_status": ("Fulfillment Status",),
        "cancelled_at": ("Cancelled at",),
        "shopify_id": ("Id",),
        "requires_shipping": ("Lineitem requires shipping",),
        "line_fulfillment_status": ("Lineitem fulfillment status",),
        "line_discount": ("Lineitem discount",),
    },
    required=(
        "channel_order_id",
        "channel_sku",
        "quantity",
        "name",
        "country",
        "financial_status",
        "fulfillment_status",
        "cancelled_at",
        "requires_shipping",
    ),
    own_line_fields=frozenset(
        {"requires_shipping", "line_fulfillment_status", "line_discount", "first_row_only"}
    ),
    lines_may_repeat=True,
    known_speeds_only=False,
    adapt=_adapt,
)
