"""MCF orders: `POST_FLAT_FILE_FULFILLMENT_ORDER_REQUEST_DATA` (Flat.File.FulfillmentOrderRequest).

One row for each item. The first row of an order carries everything, the next ones only its id and
their item; the rows of an order stand together. An order with one bad row is refused as a whole: a
part of it would be shipped without the rest otherwise.

The 22 and the 23 columns wide forms are read, in any order. Amazon publishes no list of the
columns; these are the ones that programs in use write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import BinaryIO, Final, Literal

from stockpool.flatfiles.addresses import ADDRESS_COLUMNS, read_address, write_address
from stockpool.flatfiles.cells import Cells
from stockpool.flatfiles.layout import Column, Layout
from stockpool.flatfiles.reader import FlatFile, FlatRow
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.flatfiles.writer import FlatWriter
from stockpool.order_request import Address, Speed
from stockpool.problems import Problem

ORDER_ID: Final = "MerchantFulfillmentOrderID"
ITEMS_MOST: Final = 1_000
"""Rows of one order; the engine takes no longer one."""

_REQUIRED = frozenset({ORDER_ID, "MerchantSKU", "Quantity", "MerchantFulfillmentOrderItemID"})
_COLUMNS: Final = (
    ORDER_ID,
    "DisplayableOrderID",
    "DisplayableOrderDate",
    "MerchantSKU",
    "Quantity",
    "MerchantFulfillmentOrderItemID",
    "GiftMessage",
    "DisplayableComment",
    "PerUnitDeclaredValue",
    "DisplayableOrderComment",
    "DeliverySLA",
    *ADDRESS_COLUMNS[:8],
    "AddressPhoneNumber",
    "NotificationEmail",
    "FulfillmentAction",
    "MarketplaceID",
)
LAYOUT: Final = Layout(
    "MCF order file", tuple(Column(name, name in _REQUIRED) for name in _COLUMNS)
)

_SPEEDS: Final[dict[str, Speed]] = {
    "standard": "standard",
    "expedited": "expedited",
    "priority": "priority",
}
_ACTIONS: Final[dict[str, Literal["Ship", "Hold"]]] = {"ship": "Ship", "hold": "Hold"}


@dataclass(frozen=True, slots=True)
class FulfillmentOrderItem:
    """One row of an order. `per_unit_declared_value` is in the marketplace's currency."""

    item_id: str
    sku: str
    quantity: int
    gift_message: str = ""
    comment: str = ""
    per_unit_declared_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentOrder:
    """An MCF order as its file has it. `line` is where it begins (0 where it was not read)."""

    order_id: str
    displayable_order_id: str
    displayable_order_date: datetime | None
    displayable_order_comment: str
    delivery_sla: Speed
    address: Address
    items: tuple[FulfillmentOrderItem, ...]
    action: Literal["Ship", "Hold"] = "Ship"
    marketplace_id: str = ""
    line: int = 0


def read_fulfillment_orders(file: FlatFile) -> Iterator[FulfillmentOrder | RefusedRows]:
    """The orders of a file that was opened with `LAYOUT`, in its order."""
    seen: set[str] = set()
    for order_id, rows in groupby(file.rows(), key=lambda row: row.cells.get(ORDER_ID, "")):
        if not order_id:
            for row in rows:
                yield _refused([row], "", _no_id(row))
            continue
        kept: list[FlatRow] = []
        count = 0
        for row in rows:
            count += 1
            if count <= ITEMS_MOST:
                kept.append(row)
        problems = tuple(_as_a_whole(kept[0], count, repeated=order_id in seen))
        seen.add(order_id)
        yield _order(order_id, kept, count, problems)


def _refused(
    rows: Sequence[FlatRow], key: str, problems: tuple[Problem, ...], count: int | None = None
) -> RefusedRows:
    return RefusedRows(rows[0].line, count or len(rows), key, problems)


def _no_id(row: FlatRow) -> tuple[Problem, ...]:
    cells = Cells(row)
    cells.missing(ORDER_ID)
    return tuple(cells.problems)


def _as_a_whole(first: FlatRow, count: int, *, repeated: bool) -> Iterator[Problem]:
    if repeated:
        yield Problem(
            "scattered_order",
            "the rows of this order do not stand together",
            ORDER_ID,
            fix="sort the file by this column",
            source=first.source,
        )
    if count > ITEMS_MOST:
        yield Problem(
            "too_many_items",
            f"the order has {count} rows",
            ORDER_ID,
            str(ITEMS_MOST),
            "split it into several orders",
            first.source,
        )


def _order(
    order_id: str, rows: Sequence[FlatRow], count: int, problems: tuple[Problem, ...]
) -> FulfillmentOrder | RefusedRows:
    first = Cells(rows[0])
    first.text(ORDER_ID, most=40)
    displayable_id = first.text("DisplayableOrderID", most=40)
    date = first.time("DisplayableOrderDate")
    comment = first.text("DisplayableOrderComment", most=750)
    speed = first.choice("DeliverySLA", _SPEEDS, "standard")
    action = first.choice("FulfillmentAction", _ACTIONS, "Ship")
    address = read_address(first)
    if address is None and not first.problems:
        first.missing("AddressName")
    phone = first.text("AddressPhoneNumber", most=250)
    email = first.text("NotificationEmail", most=250)
    marketplace = first.text("MarketplaceID", most=40)
    items: list[FulfillmentOrderItem] = []
    ids: set[str] = set()
    found = [*problems]
    for row in rows:
        cells = first if row is rows[0] else Cells(row)
        item = _item(cells)
        if item.item_id and item.item_id in ids:
            cells.refuse(
                "repeated_item_id",
                "two rows of the order have the same item id",
                "MerchantFulfillmentOrderItemID",
                fix="give each row an id of its own",
            )
        ids.add(item.item_id)
        items.append(item)
        found += cells.problems
    if found or address is None:
        return _refused(rows, order_id, tuple(found), count)
    more = {"phone": phone or None, "email": email or None}
    return FulfillmentOrder(
        order_id,
        displayable_id or order_id,
        date,
        comment,
        speed,
        address.model_copy(update=more),
        tuple(items),
        action,
        marketplace,
        rows[0].line,
    )


def _item(cells: Cells) -> FulfillmentOrderItem:
    return FulfillmentOrderItem(
        cells.text("MerchantFulfillmentOrderItemID", most=50, required=True),
        cells.text("MerchantSKU", most=50, required=True),
        cells.whole("Quantity", least=1, required=True) or 0,
        cells.text("GiftMessage", most=512),
        cells.text("DisplayableComment", most=250),
        cells.decimal("PerUnitDeclaredValue"),
    )


def write_fulfillment_orders(
    orders: Iterable[FulfillmentOrder], file: BinaryIO, *, encoding: str = "utf-8"
) -> int:
    """Write orders as Amazon's file in its 23 columns; returns how many rows.

    Raises:
        RefusedError: a text can't stand in such a file; the rows before it are written.
    """
    writer = FlatWriter(file, _COLUMNS, encoding=encoding)
    writer.header()
    rows = 0
    for order in orders:
        head = _head_cells(order)
        for item in order.items:
            writer.row({**head, ORDER_ID: order.order_id, **_item_cells(item)})
            head = {}
            rows += 1
    return rows


def _head_cells(order: FulfillmentOrder) -> dict[str, str]:
    address = write_address(order.address)
    address.pop("AddressDistrict", None)
    date = order.displayable_order_date
    return {
        "DisplayableOrderID": order.displayable_order_id,
        "DisplayableOrderDate": date.isoformat() if date else "",
        "DisplayableOrderComment": order.displayable_order_comment,
        "DeliverySLA": order.delivery_sla.capitalize(),
        **address,
        "AddressPhoneNumber": order.address.phone or "",
        "NotificationEmail": order.address.email or "",
        "FulfillmentAction": order.action,
        "MarketplaceID": order.marketplace_id,
    }


def _item_cells(item: FulfillmentOrderItem) -> dict[str, str]:
    value = item.per_unit_declared_value
    return {
        "MerchantSKU": item.sku,
        "Quantity": str(item.quantity),
        "MerchantFulfillmentOrderItemID": item.item_id,
        "GiftMessage": item.gift_message,
        "DisplayableComment": item.comment,
        "PerUnitDeclaredValue": "" if value is None else f"{value:f}",
    }
