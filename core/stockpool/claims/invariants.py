"""The invariants of claims: what is owed always equals the open claims, in units and in money."""

from __future__ import annotations

from stockpool.claims.tables import OWED_UNITS
from stockpool.proof import Invariant, rows_that_break

INVARIANTS = (
    Invariant(
        "owed_units_equal_claims",
        "units owed by Amazon in a pool are exactly those of its claims that are not settled",
        rows_that_break(
            "SELECT COUNT(*) FROM claims",
            f"""SELECT name FROM (
                   SELECT pool || ' ' || sku AS name, SUM(units) AS difference FROM (
                       SELECT pool, sku, owed_by_amazon AS units FROM stock_levels
                       UNION ALL
                       SELECT pool, stock_sku, -({OWED_UNITS}) FROM claims
                   ) AS sides GROUP BY pool, sku
               ) AS sums WHERE difference <> 0 ORDER BY name""",  # noqa: S608  (column names)
        ),
    ),
    Invariant(
        "owed_money_equals_claims",
        "money owed by Amazon is exactly the owed units of valued claims times their value",
        rows_that_break(
            "SELECT COUNT(*) FROM claims WHERE unit_value_minor IS NOT NULL",
            f"""SELECT name FROM (
                   SELECT name, SUM(minor) AS difference FROM (
                       SELECT substr(book, 7) || ' ' || currency AS name, owed_by_amazon AS minor
                       FROM money_balances WHERE book LIKE 'claim:%'
                       UNION ALL
                       SELECT id || ' ' || currency, -({OWED_UNITS}) * unit_value_minor
                       FROM claims WHERE unit_value_minor IS NOT NULL
                   ) AS sides GROUP BY name
               ) AS sums WHERE difference <> 0 ORDER BY name""",  # noqa: S608  (column names)
        ),
    ),
    Invariant(
        "reimbursements_counted_once",
        "no reimbursement counts for more units than it paid for, no claim for fewer than it got",
        rows_that_break(
            "SELECT COUNT(*) FROM reimbursement_matches",
            """SELECT name FROM (
                   SELECT r.reimbursement_id || ' ' || r.sku AS name,
                          r.units_cash - SUM(m.units_cash) AS cash,
                          r.units_inventory - SUM(m.units_inventory) AS inventory
                   FROM reimbursements r JOIN reimbursement_matches m
                     ON m.pool = r.pool AND m.report_key = r.report_key
                    AND m.report_number = r.report_number
                   GROUP BY r.pool, r.report_key, r.report_number, r.reimbursement_id, r.sku,
                            r.units_cash, r.units_inventory
                   UNION ALL
                   SELECT c.id, 0, c.replaced - SUM(m.units_inventory)
                   FROM claims c JOIN reimbursement_matches m ON m.claim_id = c.id
                   GROUP BY c.id, c.replaced
               ) AS sums WHERE cash < 0 OR inventory < 0 ORDER BY name""",
        ),
    ),
)
