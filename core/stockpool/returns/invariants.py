"""The invariants of returns."""

from __future__ import annotations

from stockpool.proof import Invariant, rows_that_break

INVARIANTS = (
    Invariant(
        "returned_units_were_received",
        "units returned on an order's lines are those of its returns that were received",
        rows_that_break(
            "SELECT COUNT(*) FROM order_lines WHERE returned > 0",
            """SELECT name FROM (
                   SELECT order_id || ' ' || line_id || ' ' || sku AS name,
                          SUM(units) AS difference FROM (
                       SELECT order_id, line_id, sku, returned AS units FROM order_lines
                       WHERE returned > 0
                       UNION ALL
                       SELECT order_id, line_id, sku, -1 FROM return_units
                       WHERE state = 'received'
                   ) AS sides GROUP BY order_id, line_id, sku
               ) AS sums WHERE difference <> 0 ORDER BY name""",
        ),
    ),
    Invariant(
        "received_returns_left_the_customers",
        "each unit of a return that was received left the customers once",
        rows_that_break(
            "SELECT COUNT(*) FROM return_units WHERE state = 'received'",
            """SELECT u.id FROM return_units u
               LEFT JOIN stock_moves m ON m.cause = 'return' AND m.source = 'customer'
                    AND m.key = 'return:' || u.id
               WHERE (u.state = 'received') <> (m.key IS NOT NULL) ORDER BY 1""",
        ),
    ),
    Invariant(
        "returns_have_effects",
        "every unit that is asked for has an effect that asks the network",
        rows_that_break(
            "SELECT COUNT(*) FROM return_units WHERE state = 'asked'",
            """SELECT u.id FROM return_units u
               LEFT JOIN effects e ON e.key = u.return_id || ':' || u.fulfillment_order_id
               WHERE u.state = 'asked'
                 AND (e.state IS NULL OR e.state NOT IN ('pending', 'leased', 'dead'))
               ORDER BY 1""",
        ),
    ),
)
