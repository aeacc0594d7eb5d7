"""A shop to which removal orders are sent, and the report that tells of their parcels."""

from __future__ import annotations

from pathlib import Path

from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.removals.parcels import REPORT_TYPE

US = "amazon-na:US"
HEADER = (
    "request-date|order-id|shipment-date|sku|fnsku|disposition|shipped-quantity|carrier|"
    "tracking-number|removal-order-type"
)


class ParcelReports:
    """Reports of one shop."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.header = HEADER
        self._path = folder / "parcels.txt"
        engine.catalog.add(Product("MUG"), Product("CUP"))

    def told(self, *rows: str) -> None:
        """A report is imported, and taken in."""
        self._path.write_text("\n".join((self.header, *rows, "")).replace("|", "\t"), "utf-8")
        self.engine.reports.import_file(self._path, REPORT_TYPE, US)
        self.engine.duties.take_foreign_removals()


def parcel(
    tracking: str,
    sku: str,
    units: int,
    *,
    sent: str = "2026-06-01",
    order: str = "R1",
    disposition: str = "Sellable",
    kind: str | None = "Return",
) -> str:
    """A row of the report; without `kind`, of the time before it had that column."""
    row = (
        f"2026-05-20T00:00:00+00:00|{order}|{sent}T00:00:00+00:00|{sku}|X-{sku}|{disposition}"
        f"|{units}|UPS|{tracking}"
    )
    return row if kind is None else f"{row}|{kind}"
