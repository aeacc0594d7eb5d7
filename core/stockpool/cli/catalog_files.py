"""Products and listings out of CSV files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stockpool.catalog.products import Product
from stockpool.cli.table_files import RefusedRow, read_table

_SKU_LENGTH = 50
_UNITS_LIMIT = 250


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product and where it stood."""

    line: int
    product: Product


@dataclass(frozen=True, slots=True)
class ListingRow:
    """`units` of `sku` in one `channel_sku` of `channel`."""

    line: int
    channel: str
    channel_sku: str
    sku: str
    units: int


def read_products(file: Path) -> tuple[list[ProductRow], list[RefusedRow]]:
    """The products of a file with the columns sku, title and shares_pool_with."""
    rows: list[ProductRow] = []
    refused: list[RefusedRow] = []
    for row in read_table(file, ("sku",), ("title", "shares_pool_with")):
        sku = row.get("sku")
        if not 1 <= len(sku) <= _SKU_LENGTH:
            refused.append(RefusedRow(row.line, "sku", "a SKU has 1 to 50 characters"))
            continue
        partner = row.get("shares_pool_with") or None
        rows.append(ProductRow(row.line, Product(sku, row.get("title"), partner)))
    return rows, refused


def read_listings(file: Path) -> tuple[list[ListingRow], list[RefusedRow]]:
    """The listings of a file with the columns channel_sku, sku, channel and units."""
    rows: list[ListingRow] = []
    refused: list[RefusedRow] = []
    broken: set[tuple[str, str]] = set()
    for row in read_table(file, ("channel_sku", "sku", "channel"), ("units",)):
        channel, channel_sku, sku = (row.get(n) for n in ("channel", "channel_sku", "sku"))
        units = row.get("units") or "1"
        reason = None
        for name, value in (("channel", channel), ("channel_sku", channel_sku), ("sku", sku)):
            if not value:
                reason = RefusedRow(row.line, name, "is empty")
        if not (units.isascii() and units.isdigit() and 1 <= int(units) <= _UNITS_LIMIT):
            reason = RefusedRow(row.line, "units", f"give a number from 1 to {_UNITS_LIMIT}")
        if reason is not None:
            refused.append(reason)
            broken.add((channel, channel_sku))
            continue
        rows.append(ListingRow(row.line, channel, channel_sku, sku, int(units)))
    # A kit without one of its parts would be another kit.
    return [row for row in rows if (row.channel, row.channel_sku) not in broken], refused
