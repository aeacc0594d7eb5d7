"""Which claims a reimbursement is for. Pure.

The case's id decides, if the claim was filed under it; else the SKU, the words of the reason, and
that nobody pays for a loss before it happens. Amazon publishes no list of reasons: those seen name
the place of the loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stockpool.claims.kinds import ClaimKind

_WORDS: Mapping[ClaimKind, tuple[str, ...]] = {
    ClaimKind.INBOUND_MISSING: ("inbound",),
    ClaimKind.LOST_IN_CENTER: ("warehouse",),
    ClaimKind.RETURN_MISSING: ("return",),
    ClaimKind.REMOVAL_LOST: ("removal",),
    ClaimKind.LOST_PARCEL: ("outbound", "carrier", "shipment"),
}


@dataclass(frozen=True, slots=True)
class Payment:
    """What of a reimbursement is not counted against a claim yet.

    Attributes:
        units_cash: paid for in money; units_inventory: given back as units: of all of it.
        amount_minor: of all of it, in minor units of its currency.
        cash_matched / inventory_matched: what is counted already.
    """

    sku: str
    kind: ClaimKind | None
    case_id: str | None
    units_cash: int
    units_inventory: int
    amount_minor: int
    approved_at: datetime | None = None
    cash_matched: int = 0
    inventory_matched: int = 0


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A claim of which units are owed. `since`: when the units were lost."""

    claim_id: str
    kind: ClaimKind
    sku: str
    case_id: str | None
    owed: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """Units of a payment that are counted against one claim."""

    claim_id: str
    units_cash: int
    units_inventory: int
    amount_minor: int


def kind_of(reason: str) -> ClaimKind | None:
    """What a reason is about; None if its words do not say it."""
    text = reason.lower()
    fitting = [kind for kind, words in _WORDS.items() if any(word in text for word in words)]
    return fitting[0] if fitting else None


def match(payment: Payment, claims: Iterable[OpenClaim]) -> Sequence[Match]:
    """Count a payment against claims, in their order; what is left over is for none of them."""
    cash, inventory = payment.cash_matched, payment.inventory_matched
    found: list[Match] = []
    for claim in _fitting(payment, claims):
        in_cash = min(payment.units_cash - cash, claim.owed)
        in_units = min(payment.units_inventory - inventory, claim.owed - in_cash)
        if in_cash + in_units <= 0:
            break
        # The amount is spread over the units that are paid in money, to the last minor unit.
        amount = _part(payment, cash + in_cash) - _part(payment, cash)
        found.append(Match(claim.claim_id, in_cash, in_units, amount))
        cash, inventory = cash + in_cash, inventory + in_units
    return found


def _fitting(payment: Payment, claims: Iterable[OpenClaim]) -> Sequence[OpenClaim]:
    same_sku = [claim for claim in claims if claim.sku == payment.sku and claim.owed]
    by_case = [one for one in same_sku if payment.case_id and one.case_id == payment.case_id]
    return by_case or [
        one
        for one in same_sku
        if one.kind is payment.kind
        and one.case_id in (None, payment.case_id)
        and (payment.approved_at is None or payment.approved_at >= one.since)
    ]


def _part(payment: Payment, units: int) -> int:
    return payment.amount_minor * units // payment.units_cash if payment.units_cash else 0
