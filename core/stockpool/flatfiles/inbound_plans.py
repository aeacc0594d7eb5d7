"""Inbound plans as files: what a shipment to a network's centers consists of.

Two forms are read into the same values:

* Flat.File.CreateInboundPlanRequest: a vertical head (`PlanName`, `ShipToCountry`, the address that
  is shipped from), then `MerchantSKU` with `Quantity`, or with `UnitsPerCase` and `NumberOfCases`.
* The Send-to-Amazon manifest: the default owners of prep and labels above, the table's header in
  its eighth line, with expiration dates, lots and boxes.

Amazon takes the first no more as a feed; both are still what merchants and their tools keep. A bad
row is refused, the others go on; a bad head refuses the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO, Final, Literal

from stockpool.flatfiles.addresses import ADDRESS_COLUMNS, read_address, write_address
from stockpool.flatfiles.cells import UNITS_MOST, Cells
from stockpool.flatfiles.layout import Column, Layout
from stockpool.flatfiles.reader import FlatFile, FlatRow
from stockpool.flatfiles.refusal import FileRefused
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.flatfiles.writer import FlatWriter
from stockpool.order_request import Address

Owner = Literal["AMAZON", "SELLER", "NONE"]
"""Who does the prep or labels; the words of Fulfillment Inbound 2024-03-20."""

_OWNERS: Final[dict[str, Owner]] = {"amazon": "AMAZON", "seller": "SELLER", "none": "NONE"}
_SIZES: Final = ("length", "width", "height")
_HEAD: Final = ("PlanName", "ShipToCountry", *ADDRESS_COLUMNS)
_DEFAULTS: Final = ("Default prep owner", "Default labeling owner")
LAYOUT: Final = Layout(
    "inbound plan file",
    columns=(
        Column("MerchantSKU", required=True),
        Column("Quantity", required=True),
        Column("UnitsPerCase", also=("Units per box",)),
        Column("NumberOfCases", also=("Number of boxes",)),
        Column("Box"),
        Column("Prep owner"),
        Column("Labeling owner"),
        Column("Expiration date (MM/DD/YYYY)"),
        Column("Expiration date (DD/MM/YYYY)"),
        Column("Expiration date (YYYY-MM-DD)"),
        Column("Manufacturing lot code"),
        *(Column(f"Box {size} ({unit})") for unit in ("in", "cm") for size in _SIZES),
        Column("Box weight (lb)"),
        Column("Box weight (kg)"),
    ),
    head=tuple(Column(name) for name in (*_HEAD, *_DEFAULTS)),
)

_EXPIRATION_FORMATS: Final = {
    "Expiration date (MM/DD/YYYY)": "%m/%d/%Y",
    "Expiration date (DD/MM/YYYY)": "%d/%m/%Y",
    "Expiration date (YYYY-MM-DD)": "%Y-%m-%d",
}


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a case pack: sides in `size_unit`, weight in `weight_unit`."""

    length: Decimal
    width: Decimal
    height: Decimal
    size_unit: Literal["in", "cm"]
    weight: Decimal
    weight_unit: Literal["lb", "kg"]


@dataclass(frozen=True, slots=True)
class InboundPlanItem:
    """Units of one SKU to be sent.

    Attributes:
        units_per_case, cases: both, or none of them; `quantity` is their product.
        box_name: rows that name the same box are in it together.
        prep_owner, label_owner: None where neither the row nor the file says it.
    """

    sku: str
    quantity: int
    units_per_case: int | None = None
    cases: int | None = None
    prep_owner: Owner | None = None
    label_owner: Owner | None = None
    expiration: date | None = None
    lot: str = ""
    box: Box | None = None
    box_name: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class InboundPlanHead:
    """What stands above the table; empty where the form has no such field."""

    name: str = ""
    ship_to_country: str = ""
    ship_from: Address | None = None
    prep_owner: Owner | None = None
    label_owner: Owner | None = None


def read_inbound_head(file: FlatFile) -> InboundPlanHead:
    """What stands above the table of a file that was opened with `LAYOUT`.

    Raises:
        FileRefused: a field is wrong; all rows would inherit it.
    """
    cells = Cells(file.head)
    country = cells.text("ShipToCountry", most=2)
    head = InboundPlanHead(
        cells.text("PlanName", most=40),
        country.upper(),
        read_address(cells),
        _owner(cells, "Default prep owner"),
        _owner(cells, "Default labeling owner"),
    )
    if cells.problems:
        raise FileRefused(cells.problems[0])
    return head


def read_inbound_items(
    file: FlatFile, head: InboundPlanHead
) -> Iterator[InboundPlanItem | RefusedRows]:
    """The rows of the table; owners that a row leaves open are those of `head`."""
    for row in file.rows():
        yield _item(row, head)


def _owner(cells: Cells, column: str) -> Owner | None:
    owners: dict[str, Owner | None] = {**_OWNERS}
    return cells.choice(column, owners, None)


def _item(row: FlatRow, head: InboundPlanHead) -> InboundPlanItem | RefusedRows:
    cells = Cells(row)
    sku = cells.text("MerchantSKU", most=50, required=True)
    quantity = cells.whole("Quantity", least=1)
    per_case = cells.whole("UnitsPerCase", least=1)
    cases = cells.whole("NumberOfCases", least=1)
    if not cells.problems:
        quantity = _quantity(cells, quantity, per_case, cases)
    expiration = None
    for column, form in _EXPIRATION_FORMATS.items():
        expiration = expiration or cells.day(column, (form,))
    item = InboundPlanItem(
        sku,
        quantity or 0,
        per_case,
        cases,
        _owner(cells, "Prep owner") or head.prep_owner,
        _owner(cells, "Labeling owner") or head.label_owner,
        expiration,
        cells.text("Manufacturing lot code", most=100),
        _box(cells),
        cells.text("Box", most=100),
        row.line,
    )
    if cells.problems:
        return RefusedRows(row.line, 1, sku, tuple(cells.problems))
    return item


def _quantity(
    cells: Cells, quantity: int | None, per_case: int | None, cases: int | None
) -> int | None:
    if (per_case is None) != (cases is None):
        missing = "UnitsPerCase" if per_case is None else "NumberOfCases"
        cells.refuse(
            "incomplete_case_pack",
            f"a case pack needs {missing} as well",
            missing,
            fix="fill in both, or neither",
        )
        return quantity
    if per_case is None or cases is None:
        if quantity is None:
            cells.missing("Quantity")
        return quantity
    if quantity is not None and quantity != per_case * cases:
        cells.refuse(
            "quantity_mismatch",
            f"{cases} cases of {per_case} are not {quantity} units",
            "Quantity",
            limit=str(per_case * cases),
            fix="correct one of the three",
        )
    if per_case * cases > UNITS_MOST:
        cells.refuse(
            "invalid_number",
            f"{cases} cases of {per_case} are more than {UNITS_MOST} units",
            "NumberOfCases",
            limit=str(UNITS_MOST),
            fix="correct one of the two, or split the row",
        )
    return per_case * cases


def _box(cells: Cells) -> Box | None:
    size_unit: Literal["in", "cm"] = "cm" if "Box length (cm)" in cells.row.cells else "in"
    weight_unit: Literal["lb", "kg"] = "kg" if "Box weight (kg)" in cells.row.cells else "lb"
    columns = [f"Box {size} ({size_unit})" for size in _SIZES] + [f"Box weight ({weight_unit})"]
    found = [cells.decimal(column) for column in columns]
    if not any(column in cells.row.cells for column in columns):
        return None
    for column, value in zip(columns, found, strict=True):
        if value is None and column not in cells.row.cells:
            cells.missing(column)
    length, width, height, weight = (value or Decimal(0) for value in found)
    return Box(length, width, height, size_unit, weight, weight_unit)


def write_inbound_plan(head: InboundPlanHead, items: list[InboundPlanItem], file: BinaryIO) -> None:
    """Write a plan in the first form; with the columns of case packs if any item has one.

    Owners, expiration dates, lots and boxes have no place in it.

    Raises:
        RefusedError: a text can't stand in such a file.
        ValueError: an item has something that the form can't carry.
    """
    for item in items:
        if item.expiration or item.lot or item.box or item.prep_owner or item.label_owner:
            raise ValueError(f"{item.sku}: this form has no owners, dates, lots and boxes")
    packed = any(item.cases for item in items)
    columns = ("MerchantSKU", *(("UnitsPerCase", "NumberOfCases") if packed else ()), "Quantity")
    writer = FlatWriter(file, columns)
    fields = {"PlanName": head.name, "ShipToCountry": head.ship_to_country}
    if head.ship_from is not None:
        fields |= write_address(head.ship_from)
    for name, value in fields.items():
        if value:
            writer.field(name, value)
    writer.blank()
    writer.header()
    for item in items:
        cells = {"MerchantSKU": item.sku, "Quantity": str(item.quantity)}
        if item.cases:
            cells |= {"UnitsPerCase": str(item.units_per_case), "NumberOfCases": str(item.cases)}
        writer.row(cells)
