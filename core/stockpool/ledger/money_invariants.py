"""The money ledger's invariants, proved over the whole database."""

from __future__ import annotations

from stockpool.ledger.money_accounts import OUTSIDE, MoneyAccount
from stockpool.proof import Invariant, rows_that_break

_ROW = "book || ' ' || line_id || ' ' || part"
_COUNT = "SELECT COUNT(*) FROM money_balances"
_NEGATIVE = " OR ".join(f"{a.value} < 0" for a in MoneyAccount if a not in OUTSIDE)
_SUM = " + ".join(account.value for account in MoneyAccount)
_SIDES = " UNION ALL ".join(
    [
        "SELECT book, line_id, part, currency, target AS account, amount_minor AS minor "
        "FROM money_moves",
        "SELECT book, line_id, part, currency, source, -amount_minor FROM money_moves",
        *(
            f"SELECT book, line_id, part, currency, '{a.value}', -{a.value} FROM money_balances"  # noqa: S608
            for a in MoneyAccount
        ),
    ]
)

INVARIANTS = (
    Invariant(
        "money_balances_equal_moves",
        "each balance of money equals what moved in less what moved out",
        rows_that_break(
            _COUNT,
            f"""SELECT {_ROW} || ' ' || account FROM (
                    SELECT book, line_id, part, currency, account, SUM(minor) AS difference
                    FROM ({_SIDES}) AS sides GROUP BY book, line_id, part, currency, account
                ) AS sums WHERE difference <> 0 ORDER BY 1""",  # noqa: S608  (account names)
        ),
    ),
    Invariant(
        "money_never_negative",
        "no account but the outside ones holds less than no money",
        rows_that_break(
            _COUNT,
            f"SELECT {_ROW} FROM money_balances WHERE {_NEGATIVE} ORDER BY 1",  # noqa: S608
        ),
    ),
    Invariant(
        "money_conserved",
        "over all accounts of a portion together, money sums to zero",
        rows_that_break(
            _COUNT,
            f"SELECT {_ROW} FROM money_balances WHERE {_SUM} <> 0 ORDER BY 1",  # noqa: S608
        ),
    ),
)
