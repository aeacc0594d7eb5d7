"""What becomes of the money of a claim as its units change. Pure.

What is owed is always the owed units times what one is worth, once somebody has said that. A
payment may be more or less than that: the rest is the merchant's gain, or written off.
"""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.claims.counting import ClaimUnits
from stockpool.ledger.money_accounts import MoneyAccount
from stockpool.money import Money

MoneyWay = tuple[MoneyAccount, MoneyAccount, Money]

_MERCHANT = MoneyAccount.MERCHANT
_OWED = MoneyAccount.OWED_BY_AMAZON
_REIMBURSED = MoneyAccount.REIMBURSED
_WRITTEN_OFF = MoneyAccount.WRITTEN_OFF


def money_ways(
    before: ClaimUnits,
    after: ClaimUnits,
    value: Money | None,
    amount: Money | None = None,
    *,
    reimbursed: int = 0,
) -> Sequence[MoneyWay]:
    """The moves of money that belong to a change of units.

    Args:
        value: what one unit is worth; None: nobody has said it, and nothing is owed in money.
        amount: what was paid, or what was taken back if fewer units are paid for than before.
        reimbursed: minor units that were paid until now in the currency of `amount`: no more can
            be taken back.
    """
    ways: list[MoneyWay] = []
    settled = after.paid - before.paid
    if amount is not None and settled < 0:
        back = Money(min(amount.minor, reimbursed), amount.currency)
        ways.append((_REIMBURSED, _MERCHANT, back))
    if value is not None:
        ways += _owed_ways(before, after, value, amount)
    if amount is not None and settled > 0:
        from_owed = sum(money.minor for _, target, money in ways if target is _REIMBURSED)
        ways.append((_MERCHANT, _REIMBURSED, Money(amount.minor - from_owed, amount.currency)))
    return [way for way in ways if way[2].minor]


def _owed_ways(
    before: ClaimUnits, after: ClaimUnits, value: Money, amount: Money | None
) -> list[MoneyWay]:
    def worth(units: int) -> Money:
        return Money(units * value.minor, value.currency)

    change = after.owed - before.owed
    if change > 0:
        return [(_MERCHANT, _OWED, worth(change))]
    if after.paid > before.paid:
        same = amount is not None and amount.currency == value.currency
        due = worth(-change)
        got = Money(min(due.minor, amount.minor) if same and amount else 0, value.currency)
        return [(_OWED, _REIMBURSED, got), (_OWED, _WRITTEN_OFF, due - got)]
    if after.replaced > before.replaced:
        return [(_OWED, _REIMBURSED, worth(-change))]
    if after.written_off > before.written_off:
        return [(_OWED, _WRITTEN_OFF, worth(-change))]
    return [(_OWED, _MERCHANT, worth(-change))]
