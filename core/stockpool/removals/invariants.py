"""The invariants of removal orders."""

from __future__ import annotations

from stockpool.proof import Invariant, rows_that_break

INVARIANTS = (
    Invariant(
        "pending_removal_equals_asked",
        "units pending removal in a pool are exactly those of removal orders not yet out",
        rows_that_break(
            "SELECT COUNT(*) FROM removal_items",
            """SELECT name FROM (
                   SELECT pool || ' ' || sku AS name, SUM(units) AS difference FROM (
                       SELECT pool, sku, pending_removal AS units FROM stock_levels
                       UNION ALL
                       SELECT o.pool, i.stock_sku,
                              i.shipped + i.disposed + i.cancelled - i.requested
                       FROM removal_items i JOIN removal_orders o ON o.id = i.removal_order_id
                   ) AS sides GROUP BY pool, sku
               ) AS sums WHERE difference <> 0 ORDER BY name""",
        ),
    ),
    Invariant(
        "foreign_removals_equal_moves",
        "units that others' removal orders took out are in the ledger, each once",
        rows_that_break(
            "SELECT COUNT(*) FROM foreign_removals",
            """SELECT name FROM (
                   SELECT pool || ' ' || order_id || ' ' || stock_sku AS name,
                          SUM(units) AS difference
                   FROM (
                       SELECT pool, order_id, stock_sku, gone AS units FROM foreign_removals
                       UNION ALL
                       SELECT pool, reference, sku,
                              CASE WHEN source = 'adjustment' THEN -quantity ELSE quantity END
                       FROM stock_moves WHERE cause = 'foreign_removal'
                   ) AS sides GROUP BY pool, order_id, stock_sku
               ) AS sums WHERE difference <> 0 ORDER BY name""",
        ),
    ),
    Invariant(
        "removals_have_effects",
        "every removal order that the network does not have yet has an effect that will place it",
        rows_that_break(
            "SELECT COUNT(*) FROM removal_orders",
            """SELECT o.id FROM removal_orders o LEFT JOIN effects e ON e.key = o.id
               WHERE o.status IS NULL
                 AND (e.state IS NULL OR e.state NOT IN ('pending', 'leased', 'dead'))
               ORDER BY 1""",
        ),
    ),
)
