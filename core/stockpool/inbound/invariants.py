"""The invariants of inbound shipments."""

from __future__ import annotations

from stockpool.proof import Invariant, rows_that_break

INVARIANTS = (
    Invariant(
        "receipts_equal_shipments",
        "units that an inbound shipment has brought by the ledger are those that were received",
        rows_that_break(
            "SELECT COUNT(*) FROM inbound_shipment_items",
            """SELECT name FROM (
                   SELECT shipment_id || ' ' || stock_sku AS name, SUM(units) AS difference FROM (
                       SELECT shipment_id, stock_sku, received AS units
                       FROM inbound_shipment_items
                       UNION ALL
                       SELECT reference, sku,
                              CASE WHEN source = 'supplier' THEN -quantity ELSE quantity END
                       FROM stock_moves WHERE cause = 'inbound_receipt'
                   ) AS sides GROUP BY shipment_id, stock_sku
               ) AS sums WHERE difference <> 0 ORDER BY name""",
        ),
    ),
)
