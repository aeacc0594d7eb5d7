"""Which claims a reimbursement is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.claims.kinds import ClaimKind
from stockpool.claims.matching import Match, OpenClaim, Payment, kind_of, match

LOST = datetime(2026, 3, 1, tzinfo=UTC)
INBOUND = ClaimKind.INBOUND_MISSING
FIRST = OpenClaim("first", INBOUND, "MUG", None, 2, LOST)
SECOND = OpenClaim("second", INBOUND, "MUG", "case-2", 3, LOST)
PAID = Payment("MUG", INBOUND, None, 2, 0, 1001)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Lost_Inbound", INBOUND),
        ("Lost_Warehouse", ClaimKind.LOST_IN_CENTER),
        ("CustomerReturn", ClaimKind.RETURN_MISSING),
        ("Removal_Lost", ClaimKind.REMOVAL_LOST),
        ("Lost_Outbound", ClaimKind.LOST_PARCEL),
        ("General_Adjustment", None),
    ],
)
def test_the_words_of_the_reason_say_what_it_is_about(reason: str, kind: ClaimKind | None) -> None:
    assert kind_of(reason) is kind


def test_the_sku_and_the_reason_decide() -> None:
    assert match(PAID, [FIRST]) == [Match("first", 2, 0, 1001)]
    assert match(replace(PAID, sku="CUP"), [FIRST]) == []
    assert match(replace(PAID, kind=ClaimKind.LOST_IN_CENTER), [FIRST]) == []
    assert match(replace(PAID, kind=None), [FIRST]) == []


def test_the_case_decides_if_it_is_known() -> None:
    by_case = replace(PAID, case_id="case-2", kind=None)
    assert match(by_case, [FIRST, SECOND]) == [Match("second", 2, 0, 1001)]
    assert match(PAID, [SECOND]) == [], "filed under a case that this payment does not name"


def test_nobody_pays_before_the_loss() -> None:
    early = replace(PAID, approved_at=LOST - timedelta(days=1))
    assert match(early, [FIRST]) == []


def test_one_payment_settles_several_claims_to_the_last_cent() -> None:
    both = replace(PAID, units_cash=3)
    other = replace(FIRST, claim_id="other")
    assert match(both, [FIRST, other]) == [Match("first", 2, 0, 667), Match("other", 1, 0, 334)]


@given(
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 10_000),
    st.lists(st.integers(1, 4), max_size=4),
)
def test_no_unit_is_counted_twice(cash: int, inventory: int, minor: int, owed: list[int]) -> None:
    claims = [replace(FIRST, claim_id=str(n), owed=units) for n, units in enumerate(owed)]
    found = match(Payment("MUG", INBOUND, None, cash, inventory, minor), claims)
    assert sum(one.units_cash for one in found) <= cash
    assert sum(one.units_inventory for one in found) <= inventory
    for one in found:
        assert 0 < one.units_cash + one.units_inventory <= owed[int(one.claim_id)]
    if cash and sum(one.units_cash for one in found) == cash:
        assert sum(one.amount_minor for one in found) == minor
