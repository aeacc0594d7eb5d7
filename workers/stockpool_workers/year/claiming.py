"""Claiming what is missing: filed when its window opens, paid by Amazon some weeks later.

SP-API can't file a claim, so the merchant's case and Amazon's answer to it are played here; the
money and the units come from the simulated Amazon, by its reimbursement report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from stockpool.claims.service import ClaimView
from stockpool.engine import Engine
from stockpool.money import Money
from stockpool_workers.year.shop import US, WARES

_REPORT = "GET_FBA_REIMBURSEMENTS_DATA"
_ANSWERED_AFTER = timedelta(days=15)
_REASONS = {
    "inbound_missing": "Lost_Inbound",
    "lost_in_center": "Lost_Warehouse",
    "lost_parcel": "Lost_Outbound",
}


class _Amazon(Protocol):
    def reimburse(
        self,
        country: str,
        sku: str,
        quantity: int,
        reason: str,
        *,
        case_id: str = "",
        in_units: bool = False,
        per_unit: int | None = None,
    ) -> str: ...

    def reverse_reimbursement(self, reimbursement_id: str, quantity: int) -> str: ...


@dataclass(slots=True)
class Claiming:
    """The merchant's claims, and what Amazon has paid until now."""

    engine: Engine
    amazon: _Amazon
    rng: Random
    _filed: dict[str, datetime] = field(default_factory=dict)
    _paid: dict[str, str] = field(default_factory=dict)
    _taken_back: set[str] = field(default_factory=set)
    _asked_until: datetime | None = None

    def go_on(self) -> None:
        """File what can be filed; let Amazon answer what was filed; ask for its report."""
        now = self.engine.clock.now()
        for claim in self.engine.claims.list(limit=1_000):
            state = claim.state(now)
            if state == "open":
                self._file(claim, now)
            elif state == "filed" and now - self._filed[claim.claim_id] > _ANSWERED_AFTER:
                self._answer(claim)
            elif claim.units.found_settled and claim.claim_id in self._paid:
                self._take_back(claim)
            elif state == "over":
                self.engine.claims.write_off(claim.claim_id, reason="the time is over")
        begin = self._asked_until or now - timedelta(days=30)
        self.engine.reports.request(_REPORT, US, start=begin, end=now)
        self._asked_until = now

    def _file(self, claim: ClaimView, now: datetime) -> None:
        cents = next(ware.cents for ware in WARES if ware.sku == claim.sku)
        self.engine.claims.set_value(claim.claim_id, Money(cents // 3, "USD"))
        self.engine.claims.add_evidence(claim.claim_id, "invoice", f"{claim.subject}.pdf")
        self.engine.claims.file(claim.claim_id, f"case-{len(self._filed) + 1}")
        self._filed[claim.claim_id] = now

    def _answer(self, claim: ClaimView) -> None:
        if self.rng.random() < 0.15:
            self.engine.claims.deny(claim.claim_id, "no proof")
            self.engine.claims.write_off(claim.claim_id, reason="denied")
            return
        in_units = self.rng.random() < 0.2
        number = self.amazon.reimburse(
            "US",
            claim.sku,
            claim.units.owed,
            _REASONS[claim.kind.value],
            case_id=claim.case_id or "",
            in_units=in_units,
            per_unit=None if claim.unit_value is None else claim.unit_value.minor,
        )
        if not in_units:
            self._paid[claim.claim_id] = number

    def _take_back(self, claim: ClaimView) -> None:
        if claim.claim_id in self._taken_back or not claim.units.paid:
            return
        self._taken_back.add(claim.claim_id)
        units = min(claim.units.found_settled, claim.units.paid)
        self.amazon.reverse_reimbursement(self._paid[claim.claim_id], units)
