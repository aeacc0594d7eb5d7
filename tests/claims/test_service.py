"""Claims: from the loss to the payment, and both ledgers proven at every step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from claims_desk import US, ClaimDesk, row
from stockpool.claims.service import ClaimView
from stockpool.errors import NotFoundError, RefusedError
from stockpool.ledger.buckets import Account
from stockpool.money import Money


@pytest.fixture(autouse=True)
def _books_hold(desk: ClaimDesk) -> Iterator[None]:
    yield
    report = desk.engine.verify()
    assert report.ok, report.violations


def balance(desk: ClaimDesk, account: Account, sku: str = "MUG") -> int:
    return desk.engine.inventory.level(US, sku).units.get(account, 0)


def now(desk: ClaimDesk, claim: ClaimView) -> ClaimView:
    return desk.engine.claims.get(claim.claim_id)


def test_a_loss_is_owed_until_it_is_paid(desk: ClaimDesk) -> None:
    claim = desk.lost(5)
    assert (claim.units.owed, claim.state(desk.engine.clock.now())) == (5, "waiting")
    assert balance(desk, Account.OWED_BY_AMAZON) == 5
    assert desk.engine.claims.owed(pool=US) == {"MUG": 5}
    desk.engine.claims.set_value(claim.claim_id, Money(400, "USD"))
    assert now(desk, claim).owed_value == Money(2000, "USD")
    filed = desk.engine.claims.file(claim.claim_id, "case-1")
    assert filed.state(desk.engine.clock.now()) == "filed"
    desk.engine.claims.add_evidence(claim.claim_id, "invoice", "invoice-17.pdf")
    desk.engine.claims.pay(claim.claim_id, 3, Money(1000, "USD"))
    desk.engine.claims.write_off(claim.claim_id, reason="the case was closed")
    done = now(desk, claim)
    assert (done.units.paid, done.units.written_off, done.units.owed) == (3, 2, 0)
    assert done.state(desk.engine.clock.now()) == "settled"
    assert done.evidence == {"invoice": "invoice-17.pdf"}
    assert balance(desk, Account.OWED_BY_AMAZON) == 0
    assert [event.kind for event in desk.engine.claims.events(claim.claim_id)] == [
        "counted",
        "valued",
        "filed",
        "evidence",
        "paid",
        "written_off",
    ]


def test_the_same_loss_is_one_claim(desk: ClaimDesk) -> None:
    claim = desk.lost(5)
    assert desk.lost(5).claim_id == claim.claim_id
    assert desk.lost(3).units.owed == 3, "two have turned up"
    assert len(desk.engine.claims.list(unsettled=True)) == 1
    assert desk.lost(2, subject="FBA2").claim_id != claim.claim_id
    assert desk.engine.claims.list(subject="FBA2", pool=US)


def test_what_is_not_owed_is_not_settled(desk: ClaimDesk) -> None:
    claim = desk.lost(1)
    with pytest.raises(RefusedError, match="1 are owed"):
        desk.engine.claims.pay(claim.claim_id, 2, Money(1, "USD"))
    desk.engine.claims.replace(claim.claim_id, 1)
    with pytest.raises(RefusedError):
        desk.engine.claims.write_off(claim.claim_id, reason="again")
    with pytest.raises(RefusedError):
        desk.engine.claims.file(claim.claim_id, "case-1")
    with pytest.raises(RefusedError):
        desk.lost(0)
    with pytest.raises(NotFoundError):
        desk.lost(1, sku="NEVER")
    with pytest.raises(NotFoundError):
        desk.engine.claims.get("never")


def test_a_value_is_said_once(desk: ClaimDesk) -> None:
    claim = desk.lost(2)
    desk.engine.claims.set_value(claim.claim_id, Money(400, "USD"))
    desk.engine.claims.set_value(claim.claim_id, Money(400, "USD"))
    with pytest.raises(RefusedError, match="already"):
        desk.engine.claims.set_value(claim.claim_id, Money(500, "USD"))
    with pytest.raises(RefusedError):
        desk.engine.claims.set_value(claim.claim_id, Money(0, "USD"))


def test_a_denied_claim_stays_owed_until_it_is_given_up_or_filed_anew(desk: ClaimDesk) -> None:
    claim = desk.lost(2)
    denied = desk.engine.claims.deny(claim.claim_id, "no proof")
    assert (denied.state(desk.engine.clock.now()), denied.units.owed) == ("denied", 2)
    again = desk.engine.claims.file(claim.claim_id, "case-2")
    assert again.state(desk.engine.clock.now()) == "filed"


def test_a_reported_payment_is_counted_once(desk: ClaimDesk) -> None:
    claim = desk.lost(5)
    desk.engine.claims.set_value(claim.claim_id, Money(400, "USD"))
    desk.told(row("R1", cash=3, amount="10.50"), row("R2", units=1))
    desk.told(row("R1", cash=3, amount="10.50"), row("R2", units=1), row("R3", cash=9))
    after = now(desk, claim)
    assert (after.units.paid, after.units.replaced, after.units.owed) == (4, 1, 0)
    assert desk.engine.duties.settle_claims() == 0


def test_a_payment_that_nobody_has_claimed_waits_for_its_claim(desk: ClaimDesk) -> None:
    desk.told(row("R1", cash=2, amount="8.00"), row("R2", cash=1, reason="Damaged_Warehouse"))
    claim = desk.lost(3)
    assert desk.engine.duties.settle_claims() == 1
    assert (now(desk, claim).units.paid, now(desk, claim).units.owed) == (2, 1)


def test_a_case_s_payment_is_its_claim_s(desk: ClaimDesk) -> None:
    first, second = desk.lost(1), desk.lost(1, subject="FBA2")
    desk.engine.claims.file(second.claim_id, "case-2")
    desk.told(row("R1", cash=1, amount="4.00", reason="General_Adjustment", case="case-2"))
    assert (now(desk, first).units.paid, now(desk, second).units.paid) == (0, 1)


@pytest.mark.parametrize("together", [True, False])
def test_a_reversal_takes_the_payment_back(desk: ClaimDesk, together: bool) -> None:
    claim = desk.lost(3)
    desk.engine.claims.set_value(claim.claim_id, Money(400, "USD"))
    original = row("R9", cash=2, amount="8.00")
    back = row("R1", cash=-2, amount="-8.00", reason="Reimbursement_Reversal", original="R9")
    if together:
        desk.told(back, original)
    else:
        desk.told(back)
        assert now(desk, claim).units.owed == 3, "what it takes back is not known yet"
        desk.told(back, original)
    assert (now(desk, claim).units.paid, now(desk, claim).units.owed) == (0, 3)
    desk.told(back, original)
    assert now(desk, claim).units.owed == 3
