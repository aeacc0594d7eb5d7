"""Claiming what is missing: filed when its window opens, paid by Amazon some weeks later.

SP-API can't file a claim, and the simulated Amazon pays none: the merchant's part and Amazon's
answer, a reimbursement report, are played here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from stockpool.claims.service import ClaimView
from stockpool.engine import Engine
from stockpool.money import Money
from stockpool_workers.year.shop import US, WARES

_HEADER = (
    "approval-date",
    "reimbursement-id",
    "case-id",
    "reason",
    "sku",
    "currency-unit",
    "amount-total",
    "quantity-reimbursed-cash",
    "quantity-reimbursed-inventory",
    "original-reimbursement-id",
)
_ANSWERED_AFTER = timedelta(days=15)


@dataclass(slots=True)
class Claiming:
    """The merchant's claims, and what Amazon has paid until now."""

    engine: Engine
    folder: Path
    rng: Random
    _filed: dict[str, datetime] = field(default_factory=dict)
    _rows: list[tuple[str, ...]] = field(default_factory=list)
    _paid: dict[str, str] = field(default_factory=dict)
    _taken_back: set[str] = field(default_factory=set)

    def go_on(self) -> None:
        """File what can be filed; let Amazon answer what was filed; import its report if it has."""
        now = self.engine.clock.now()
        before = len(self._rows)
        for claim in self.engine.claims.list(limit=1_000):
            state = claim.state(now)
            if state == "open":
                self._file(claim, now)
            elif state == "filed" and now - self._filed[claim.claim_id] > _ANSWERED_AFTER:
                self._answer(claim, now)
            elif claim.units.found_settled and claim.claim_id not in self._taken_back:
                self._take_back(claim, now)
            elif state == "over":
                self.engine.claims.write_off(claim.claim_id, reason="the time is over")
        if len(self._rows) > before:
            self._report()

    def _file(self, claim: ClaimView, now: datetime) -> None:
        cents = next(ware.cents for ware in WARES if ware.sku == claim.sku)
        self.engine.claims.set_value(claim.claim_id, Money(cents // 3, "USD"))
        self.engine.claims.add_evidence(claim.claim_id, "invoice", f"{claim.subject}.pdf")
        self.engine.claims.file(claim.claim_id, f"case-{len(self._filed) + 1}")
        self._filed[claim.claim_id] = now

    def _answer(self, claim: ClaimView, now: datetime) -> None:
        if self.rng.random() < 0.15:
            self.engine.claims.deny(claim.claim_id, "no proof")
            self.engine.claims.write_off(claim.claim_id, reason="denied")
            return
        number = f"R{len(self._rows) + 1}"
        in_units = self.rng.random() < 0.2
        units = claim.units.owed
        amount = claim.owed_value if not in_units else None
        self._paid[claim.claim_id] = number
        self._add(now, number, claim, "" if amount is None else str(amount.amount), units, in_units)

    def _take_back(self, claim: ClaimView, now: datetime) -> None:
        self._taken_back.add(claim.claim_id)
        original = self._paid.get(claim.claim_id)
        if original is None or not claim.units.paid:
            return
        units = min(claim.units.found_settled, claim.units.paid)
        value = claim.unit_value
        amount = "" if value is None else str(Money(-units * value.minor, value.currency).amount)
        number = f"R{len(self._rows) + 1}"
        self._add(now, number, claim, amount, -units, False, original)

    def _add(
        self,
        now: datetime,
        number: str,
        claim: ClaimView,
        amount: str,
        units: int,
        in_units: bool,
        original: str = "",
    ) -> None:
        self._rows.append(
            (
                now.isoformat(),
                number,
                claim.case_id or "",
                "Reimbursement_Reversal" if original else "Lost_Inbound",
                claim.sku,
                "USD",
                amount,
                "0" if in_units else str(units),
                str(units) if in_units else "0",
                original,
            )
        )

    def _report(self) -> None:
        path = self.folder / "reimbursements.txt"
        lines = ["\t".join(row) for row in (_HEADER, *self._rows)]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        self.engine.reports.import_file(path, "GET_FBA_REIMBURSEMENTS_DATA", US)
