"""The inventory loader: offers added, changed, switched off and deleted, one SKU a row.

`quantity` must be empty where FBA keeps the stock: with a number Amazon takes the offer for one
that the merchant ships, and strands the units that are there. Such a row is refused.

Amazon takes the file by hand in Seller Central; its Feeds API ends such feeds as FATAL since
31 July 2025.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO, Final

from stockpool.flatfiles.cells import Cells
from stockpool.flatfiles.layout import Column, Layout
from stockpool.flatfiles.reader import FlatFile, FlatRow
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.flatfiles.writer import FlatWriter

_COLUMNS: Final = (
    "sku",
    "product-id",
    "product-id-type",
    "price",
    "minimum-seller-allowed-price",
    "maximum-seller-allowed-price",
    "item-condition",
    "quantity",
    "add-delete",
    "will-ship-internationally",
    "expedited-shipping",
    "item-note",
    "leadtime-to-ship",
    "product-tax-code",
    "merchant_shipping_group_name",
    "fulfillment-center-id",  # its place is the last one
)
LAYOUT: Final = Layout(
    "inventory loader file", tuple(Column(name, name == "sku") for name in _COLUMNS)
)
_TEXTS: Final = {
    "product-id": 40,
    "item-condition": 20,
    "will-ship-internationally": 20,
    "expedited-shipping": 40,
    "item-note": 2_000,
    "leadtime-to-ship": 10,
    "product-tax-code": 50,
    "merchant_shipping_group_name": 200,
}
_ID_TYPES: Final = {"1": "ASIN", "2": "ISBN", "3": "UPC", "4": "EAN"}
_FBA_CENTER: Final = "AMAZON_"
"""Begins the center of every region: AMAZON_NA, AMAZON_EU ..."""


class OfferAction(StrEnum):
    """`add-delete`. An empty one is `ADD_OR_UPDATE`: new SKUs are added, known ones changed."""

    ADD_OR_UPDATE = "a"
    OFFER_OFF = "d"
    DELETE = "x"


@dataclass(frozen=True, slots=True)
class OfferChange:
    """One row.

    Attributes:
        product_id_type: ASIN, ISBN, UPC or EAN.
        quantity: None where the column is empty, as it must be for FBA.
        center: as it stands there: `AMAZON_NA`, `DEFAULT`, or empty.
        others: the columns that the engine only passes on, by name.
    """

    sku: str
    action: OfferAction
    product_id: str = ""
    product_id_type: str = ""
    price: Decimal | None = None
    minimum_price: Decimal | None = None
    maximum_price: Decimal | None = None
    quantity: int | None = None
    center: str = ""
    others: tuple[tuple[str, str], ...] = ()
    line: int = 0

    @property
    def by_fba(self) -> bool:
        """Whether Amazon is to keep and ship the units."""
        return self.center.startswith(_FBA_CENTER)


def read_offer_changes(file: FlatFile) -> Iterator[OfferChange | RefusedRows]:
    """The rows of a file that was opened with `LAYOUT`."""
    seen: set[str] = set()
    for row in file.rows():
        yield _change(row, seen)


def _change(row: FlatRow, seen: set[str]) -> OfferChange | RefusedRows:
    cells = Cells(row)
    sku = cells.text("sku", most=40, required=True)
    if sku and sku in seen:
        cells.refuse("repeated_sku", "the SKU stands in the file twice", "sku", fix="delete a row")
    seen.add(sku)
    actions = {action.value: action for action in OfferAction}
    texts = {name: cells.text(name, most=most) for name, most in _TEXTS.items()}
    change = OfferChange(
        sku,
        cells.choice("add-delete", actions, OfferAction.ADD_OR_UPDATE),
        texts.pop("product-id"),
        cells.choice("product-id-type", _ID_TYPES, ""),
        cells.decimal("price"),
        cells.decimal("minimum-seller-allowed-price"),
        cells.decimal("maximum-seller-allowed-price"),
        cells.whole("quantity"),
        cells.text("fulfillment-center-id", most=40).upper(),
        tuple((name, text) for name, text in texts.items() if text),
        row.line,
    )
    _check(cells, change)
    if cells.problems:
        return RefusedRows(row.line, 1, sku, tuple(cells.problems))
    return change


def _check(cells: Cells, change: OfferChange) -> None:
    if change.by_fba and change.quantity is not None:
        cells.refuse(
            "quantity_with_fba",
            "a quantity would make the merchant ship the offer, and strand its units",
            "quantity",
            fix="leave it empty; Amazon counts the units itself",
        )
    if not change.by_fba and change.center not in ("", "DEFAULT"):
        cells.refuse(
            "unknown_center",
            "fulfillment-center-id names no fulfillment network",
            "fulfillment-center-id",
            limit="AMAZON_NA, AMAZON_EU ..., DEFAULT, or empty",
            fix="use one of these",
        )
    if bool(change.product_id) != bool(change.product_id_type):
        cells.refuse(
            "incomplete_product_id",
            "product-id and product-id-type belong together",
            "product-id",
            fix="fill in both, or neither",
        )
    lowest, highest = change.minimum_price, change.maximum_price
    if lowest is not None and highest is not None and lowest > highest:
        cells.refuse(
            "prices_crossed",
            "the lowest allowed price is above the highest",
            "minimum-seller-allowed-price",
            fix="exchange them",
        )


def write_offer_changes(changes: Iterable[OfferChange], file: BinaryIO) -> int:
    """Write changes as the loader's file; returns how many rows.

    Raises:
        RefusedError: a text can't stand in such a file.
    """
    writer = FlatWriter(file, _COLUMNS)
    writer.header()
    rows = 0
    id_types = {name: number for number, name in _ID_TYPES.items()}
    for change in changes:
        cells = {
            "sku": change.sku,
            "product-id": change.product_id,
            "product-id-type": id_types.get(change.product_id_type, ""),
            "price": _plain(change.price),
            "minimum-seller-allowed-price": _plain(change.minimum_price),
            "maximum-seller-allowed-price": _plain(change.maximum_price),
            "quantity": "" if change.quantity is None else str(change.quantity),
            "add-delete": change.action.value,
            "fulfillment-center-id": change.center,
            **dict(change.others),
        }
        writer.row(cells)
        rows += 1
    return rows


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"
