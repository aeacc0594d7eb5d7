"""A shop whose network owes it something: losses and reimbursement reports."""

from __future__ import annotations

from pathlib import Path

from stockpool.catalog.products import Product
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.service import ClaimView
from stockpool.engine import Engine
from stockpool.reports.service import ReportImport

US = "amazon-na:US"
HEADER = (
    "approval-date|reimbursement-id|case-id|amazon-order-id|reason|sku|fnsku|asin|product-name|"
    "condition|currency-unit|amount-per-unit|amount-total|quantity-reimbursed-cash|"
    "quantity-reimbursed-inventory|quantity-reimbursed-total|original-reimbursement-id|"
    "original-reimbursement-type"
)


class ClaimDesk:
    """Losses and reports of one shop."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self._folder = folder
        engine.catalog.add(Product("MUG"), Product("CUP"))

    def lost(self, units: int = 5, sku: str = "MUG", subject: str = "FBA1") -> ClaimView:
        """Units that were sent in and not received."""
        return self.engine.claims.open(
            ClaimKind.INBOUND_MISSING,
            US,
            sku,
            units,
            subject=subject,
            since=self.engine.clock.now(),
        )

    def told(self, *rows: str) -> ReportImport:
        """A reimbursement report is imported, and taken in."""
        path = self._folder / "reimbursements.txt"
        text = "\n".join((HEADER, *rows)) + "\n"
        path.write_text(text.replace("|", "\t"), "utf-8")
        done = self.engine.reports.import_file(path, "GET_FBA_REIMBURSEMENTS_DATA", US)
        self.engine.duties.settle_claims()
        return done


def row(
    number: str,
    *,
    cash: int = 0,
    units: int = 0,
    amount: str = "0.00",
    reason: str = "Lost_Inbound",
    case: str = "",
    original: str = "",
    sku: str = "MUG",
) -> str:
    """A row of the report; approved long after the loss."""
    return (
        f"2026-09-01T00:00:00+00:00|{number}|{case}||{reason}|{sku}|X1|B1|A mug|New|USD|0|{amount}"
        f"|{cash}|{units}|{cash + units}|{original}|"
    )
