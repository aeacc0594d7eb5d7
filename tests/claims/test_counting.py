"""The units of a claim: every change is counted, moved in the ledger, and can be followed back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockpool.claims import counting
from stockpool.claims.counting import CASE, OWED, ClaimUnits, Counted
from stockpool.claims.valuing import money_ways
from stockpool.ledger.buckets import Account
from stockpool.ledger.money_accounts import MoneyAccount
from stockpool.money import Money

GONE = Account.WRITTEN_OFF


def test_units_are_owed_from_the_loss_until_they_turn_up() -> None:
    lost = counting.missing_now(ClaimUnits(), 5)
    assert (lost.units.owed, lost.ways) == (5, [(CASE, OWED, 5, "claim")])
    found = counting.missing_now(lost.units, 3)
    assert (found.units.owed, found.units.found) == (3, 2)
    assert found.ways == [(OWED, CASE, 2, "found")]
    again = counting.missing_now(found.units, 4)
    assert (again.units.owed, again.units.found, again.units.claimed) == (4, 1, 5)


def test_units_are_paid_for_replaced_or_given_up() -> None:
    units = ClaimUnits(claimed=5)
    paid = counting.paid(units, 2)
    replaced = counting.replaced(paid.units, 1)
    given_up = counting.written_off(replaced.units, 2)
    assert given_up.units.owed == 0
    assert [way for one in (paid, replaced, given_up) for way in one.ways] == [
        (OWED, GONE, 2, "reimbursed"),
        (OWED, Account.ADJUSTMENT, 1, "reimbursed_in_units"),
        (OWED, GONE, 2, "written_off"),
    ]


def test_a_unit_that_turns_up_after_it_was_paid_for_waits_for_the_reversal() -> None:
    paid = counting.paid(ClaimUnits(claimed=2), 2)
    found = counting.missing_now(paid.units, 1)
    assert (found.units.found_settled, found.ways) == (1, [])
    back = counting.payment_reversed(found.units, 2)
    assert back.units == ClaimUnits(claimed=2, found=1)
    assert back.ways == [(GONE, CASE, 1, "reversed"), (GONE, OWED, 1, "reversed")]


@pytest.mark.parametrize("change", [counting.paid, counting.replaced, counting.written_off])
def test_no_more_than_is_owed_is_settled(change: Callable[[ClaimUnits, int], Counted]) -> None:
    for count in (0, 3):
        with pytest.raises(ValueError, match="2 are owed"):
            change(ClaimUnits(claimed=2), count)


def test_no_more_than_was_paid_for_is_taken_back() -> None:
    with pytest.raises(ValueError, match="1 were paid"):
        counting.payment_reversed(ClaimUnits(claimed=2, paid=1), 2)
    with pytest.raises(ValueError, match="missing"):
        counting.missing_now(ClaimUnits(), -1)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["missing", "paid", "replaced", "written_off", "reversed"]),
        st.integers(0, 6),
    ),
    max_size=20,
)


@given(CHANGES)
def test_what_is_owed_is_what_was_moved_there_in_units_and_money(
    changes: list[tuple[str, int]],
) -> None:
    units, value = ClaimUnits(), Money(300, "USD")
    accounts: Counter[Account] = Counter()
    money: Counter[MoneyAccount] = Counter()
    for kind, count in changes:
        work = {
            "missing": counting.missing_now,
            "paid": counting.paid,
            "replaced": counting.replaced,
            "written_off": counting.written_off,
            "reversed": counting.payment_reversed,
        }[kind]
        try:
            counted = work(units, count)
        except ValueError:
            continue
        for source, target, moved, _ in counted.ways:
            assert moved > 0
            accounts[source] -= moved
            accounts[target] += moved
        amount = Money(count * 250, "USD") if kind in ("paid", "reversed") else None
        ways = money_ways(
            units, counted.units, value, amount, reimbursed=money[MoneyAccount.REIMBURSED]
        )
        for giver, taker, some in ways:
            assert some.minor > 0
            money[giver] -= some.minor
            money[taker] += some.minor
        units = counted.units
        assert min(units.owed, units.found, units.paid, units.missing) >= 0
        assert accounts[OWED] == units.owed
        assert accounts[GONE] == units.paid + units.written_off
        assert accounts[Account.ADJUSTMENT] == units.replaced
        assert accounts[CASE] == units.found - units.claimed
        assert money[MoneyAccount.OWED_BY_AMAZON] == units.owed * value.minor
        kept = [money[account] for account in money if account is not MoneyAccount.MERCHANT]
        assert min(kept, default=0) >= 0
        if kind == "missing":
            assert units.missing == count
