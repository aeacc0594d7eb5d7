"""The stock that a simulator begins with, from the settings or from a CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from stockpool.errors import ConfigurationError
from stockpool_amazon_sim.settings import AmazonSimSettings

_COLUMNS = {"country", "sku", "quantity"}


@dataclass(frozen=True, slots=True)
class StockRow:
    """Units of a SKU in a country. `fnsku` is empty where Amazon chooses one."""

    country: str
    sku: str
    fnsku: str
    quantity: int


def initial_stock(settings: AmazonSimSettings, folder: Path) -> list[StockRow]:
    """What the setting `stock` says, in its order.

    Raises:
        ConfigurationError: naming the file and row that cannot be read.
    """
    stock = settings.stock
    if stock is None:
        return []
    if isinstance(stock, Path):
        return _read_file(folder / stock)
    return [
        StockRow(code, sku, "", quantity)
        for code, quantities in stock.items()
        for sku, quantity in quantities.items()
    ]


def _read_file(path: Path) -> list[StockRow]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = _COLUMNS - set(reader.fieldnames or ())
            if missing:
                raise ConfigurationError(
                    f"{path.name}: the column {', '.join(sorted(missing))} is missing"
                )
            return [_read_row(path, number, row) for number, row in enumerate(reader, start=2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"stock: {path} cannot be read: {error}") from error


def _read_row(path: Path, number: int, row: dict[str, str]) -> StockRow:
    quantity = (row["quantity"] or "").strip()
    if not (quantity.isascii() and quantity.isdigit()):
        raise ConfigurationError(f"{path.name}:{number}: quantity must be a whole number")
    return StockRow(
        (row["country"] or "").strip(),
        (row["sku"] or "").strip(),
        (row.get("fnsku") or "").strip(),
        int(quantity),
    )
