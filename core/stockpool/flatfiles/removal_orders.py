"""Removal orders: `POST_FLAT_FILE_FBA_CREATE_REMOVAL`, in both shapes that are met.

* One order: a vertical head with its data, an empty line, and a table of SKUs.
* Several: one table (Flat.File.RemovalOrderRequest), the data of an order on its first row, the
  rows of an order together.

A bad row is refused and the other SKUs of its order go on, as Amazon does it; bad order data
refuses the order. Columns after `ContactPhoneNumber` in the second shape are not published; what is
there is kept as unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from typing import BinaryIO, Final, Literal

from stockpool.flatfiles.addresses import ADDRESS_COLUMNS, read_address, write_address
from stockpool.flatfiles.cells import Cells
from stockpool.flatfiles.layout import Column, Layout
from stockpool.flatfiles.reader import FlatFile, FlatRow
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.flatfiles.writer import FlatWriter
from stockpool.order_request import Address

RemovalDisposition = Literal["Return", "Disposal", "Liquidations"]
"""What is done with the units. `Liquidations` was seen in one program only."""

ORDER_ID: Final = "MerchantRemovalOrderID"
SKUS_MOST: Final = 10_000
"""Of one removal order (Flat.File.RemovalOrderRequest)."""

_HEAD: Final = (
    ORDER_ID,
    "RemovalDisposition",
    *ADDRESS_COLUMNS[:8],
    "ContactPhoneNumber",
    "ShippingNotes",
)
_TABLE: Final = ("MerchantSKU", "SellableQuantity", "UnsellableQuantity")
LAYOUT: Final = Layout(
    "removal file",
    columns=(
        *(Column(name) for name in _HEAD),
        *(Column(name, required=name == "MerchantSKU") for name in _TABLE),
    ),
    head=tuple(Column(name) for name in _HEAD),
)

_DISPOSITIONS: Final[dict[str, RemovalDisposition]] = {
    "return": "Return",
    "disposal": "Disposal",
    "liquidations": "Liquidations",
}


@dataclass(frozen=True, slots=True)
class RemovalOrderItem:
    """Units of one SKU; sellable and unsellable ones are asked for separately."""

    sku: str
    sellable: int
    unsellable: int
    line: int = 0


@dataclass(frozen=True, slots=True)
class RemovalOrder:
    """A removal order as its file has it. `address` is None where none was given."""

    order_id: str
    disposition: RemovalDisposition
    address: Address | None
    items: tuple[RemovalOrderItem, ...]
    shipping_notes: str = ""
    line: int = 0


def read_removal_orders(file: FlatFile) -> Iterator[RemovalOrder | RefusedRows]:
    """The orders of a file that was opened with `LAYOUT`; refused rows come before their order."""
    if ORDER_ID not in file.columns:
        order_id = file.head.cells.get(ORDER_ID, "")
        yield from _order(order_id, file.head, file.rows(), repeated=False)
        return
    seen: set[str] = set()
    for order_id, rows in groupby(file.rows(), key=lambda row: row.cells.get(ORDER_ID, "")):
        yield from _order(order_id, None, rows, repeated=order_id in seen)
        seen.add(order_id)


def _order(
    order_id: str, head: FlatRow | None, rows: Iterator[FlatRow], *, repeated: bool
) -> Iterator[RemovalOrder | RefusedRows]:
    in_table = head is None
    if head is None:
        head = next(rows)
        rows = chain([head], rows)
    cells = Cells(FlatRow(head.line, head.source, head.cells, {}))
    if ORDER_ID not in head.cells or len(order_id) > 50:
        cells.text(ORDER_ID, most=50, required=True)
    disposition = cells.choice("RemovalDisposition", _DISPOSITIONS, "Return")
    if "RemovalDisposition" not in head.cells:
        cells.missing("RemovalDisposition")
    address = read_address(cells)
    if disposition == "Return" and address is None and not cells.problems:
        cells.missing("AddressName")
    phone = cells.text("ContactPhoneNumber", most=250)
    notes = cells.text("ShippingNotes", most=1_000)
    if repeated:
        cells.refuse(
            "scattered_order",
            "the rows of this order do not stand together",
            ORDER_ID,
            fix="sort the file by this column",
        )
    # In the table the row's own problems come with its item.
    whole = cells.problems if in_table else [*cells.problems, *head.problems]
    items: list[RemovalOrderItem] = []
    count = 0
    taken: set[str] = set()
    for row in rows:
        count += 1
        if whole:
            continue
        item = _item(row, order_id, taken, full=len(items) >= SKUS_MOST)
        if isinstance(item, RefusedRows):
            yield item
        else:
            items.append(item)
    if whole:
        yield RefusedRows(head.line, max(count, 1), order_id, tuple(whole))
    elif items:
        yield RemovalOrder(
            order_id,
            disposition,
            address.model_copy(update={"phone": phone or None}) if address else None,
            tuple(items),
            notes,
            head.line,
        )


def _item(
    row: FlatRow, order_id: str, taken: set[str], *, full: bool
) -> RemovalOrderItem | RefusedRows:
    cells = Cells(row)
    sku = cells.text("MerchantSKU", most=50, required=True)
    sellable = cells.whole("SellableQuantity") or 0
    unsellable = cells.whole("UnsellableQuantity") or 0
    if not cells.problems and not sellable + unsellable:
        cells.refuse(
            "no_units", "no units are asked for", "SellableQuantity", fix="give a quantity"
        )
    if sku and sku in taken:
        cells.refuse(
            "repeated_sku",
            "the SKU stands in the order twice",
            "MerchantSKU",
            fix="put both quantities in one row",
        )
    taken.add(sku)
    if full:
        cells.refuse(
            "too_many_skus",
            f"the order has more than {SKUS_MOST} SKUs",
            "MerchantSKU",
            limit=str(SKUS_MOST),
            fix="split it into several orders",
        )
    if cells.problems:
        return RefusedRows(row.line, 1, order_id, tuple(cells.problems))
    return RemovalOrderItem(sku, sellable, unsellable, row.line)


def write_removal_order(order: RemovalOrder, file: BinaryIO) -> None:
    """Write one order with its vertical head.

    Raises:
        RefusedError: a text can't stand in such a file.
    """
    writer = FlatWriter(file, _TABLE)
    for name, value in _head_cells(order).items():
        writer.field(name, value)
    writer.blank()
    writer.header()
    for item in order.items:
        writer.row(_item_cells(item))


def write_removal_orders(orders: Iterable[RemovalOrder], file: BinaryIO) -> int:
    """Write orders as one table; returns how many rows.

    Raises:
        RefusedError: a text can't stand in such a file.
    """
    writer = FlatWriter(file, (*_HEAD, *_TABLE))
    writer.header()
    rows = 0
    for order in orders:
        head = _head_cells(order)
        for item in order.items:
            writer.row({**head, ORDER_ID: order.order_id, **_item_cells(item)})
            head = {}
            rows += 1
    return rows


def _head_cells(order: RemovalOrder) -> dict[str, str]:
    address = write_address(order.address) if order.address else {}
    address.pop("AddressDistrict", None)
    cells = {
        ORDER_ID: order.order_id,
        "RemovalDisposition": order.disposition,
        **address,
        "ContactPhoneNumber": (order.address.phone if order.address else None) or "",
        "ShippingNotes": order.shipping_notes,
    }
    return {name: value for name, value in cells.items() if value}


def _item_cells(item: RemovalOrderItem) -> dict[str, str]:
    return {
        "MerchantSKU": item.sku,
        "SellableQuantity": str(item.sellable),
        "UnsellableQuantity": str(item.unsellable),
    }
