"""The invariants of orders, fulfillment orders, parcels and effects."""

from __future__ import annotations

from stockpool.proof import Invariant, rows_that_break


def _bucket_equals_items(bucket: str) -> str:
    """Pools and SKUs whose level differs from the sum over open fulfillment items."""
    return f"""
        SELECT name FROM (
            SELECT pool || ' ' || sku AS name, SUM(units) AS difference FROM (
                SELECT pool, sku, {bucket} AS units FROM stock_levels
                UNION ALL
                SELECT f.pool, i.stock_sku, -i.{bucket} FROM fulfillment_items i
                JOIN fulfillment_orders f ON f.id = i.fulfillment_order_id
                WHERE i.{bucket} > 0
            ) AS sides GROUP BY pool, sku
        ) AS sums WHERE difference <> 0 ORDER BY name"""  # noqa: S608  (a constant bucket name)


def _line_equals_items(count: str) -> str:
    return f"""
        SELECT name FROM (
            SELECT order_id || ' line ' || line_id || ' ' || sku AS name, SUM(units) AS difference
            FROM (
                SELECT order_id, line_id, sku, {count} AS units FROM order_lines
                UNION ALL
                SELECT order_id, line_id, sku, -{count} FROM fulfillment_items
            ) AS sides GROUP BY order_id, line_id, sku
        ) AS sums WHERE difference <> 0 ORDER BY name"""  # noqa: S608  (a constant count name)


_LEVELS = "SELECT COUNT(*) FROM stock_levels"
_LINES = "SELECT COUNT(*) FROM order_lines"
_ITEMS = "SELECT COUNT(*) FROM fulfillment_items"

INVARIANTS = (
    Invariant(
        "held_equals_open_holds",
        "units held in a pool are exactly those of fulfillment orders not yet accepted",
        rows_that_break(_LEVELS, _bucket_equals_items("held")),
    ),
    Invariant(
        "committed_equals_accepted",
        "units committed in a pool are exactly those of accepted orders not yet shipped",
        rows_that_break(_LEVELS, _bucket_equals_items("committed")),
    ),
    *(
        Invariant(
            f"lines_{count}_equals_items",
            f"units {count} on an order line are those of its fulfillment items",
            rows_that_break(_LINES, _line_equals_items(count)),
        )
        for count in ("held", "committed", "shipped", "delivered")
    ),
    Invariant(
        "lines_within_ordered",
        "no line has more units held, committed, shipped and ended than were ordered",
        rows_that_break(
            _LINES,
            """SELECT order_id || ' line ' || line_id FROM order_lines
               WHERE held + committed + shipped + cancelled + unfulfillable > ordered
                  OR delivered > shipped OR returned > shipped OR waiting < 0 ORDER BY 1""",
        ),
    ),
    Invariant(
        "items_accounted_for",
        "the parts of a fulfillment item sum to its quantity",
        rows_that_break(
            _ITEMS,
            """SELECT fulfillment_order_id || ' item ' || item_id FROM fulfillment_items
               WHERE held + committed + shipped + cancelled + unfulfillable <> quantity
               ORDER BY 1""",
        ),
    ),
    Invariant(
        "no_unit_in_two_parcels",
        "the units in an item's shipped parcels are exactly the units that it shipped",
        rows_that_break(
            _ITEMS,
            """SELECT i.fulfillment_order_id || ' item ' || i.item_id FROM fulfillment_items i
               LEFT JOIN (
                   SELECT c.fulfillment_order_id, c.item_id, SUM(c.quantity) AS units
                   FROM shipment_items c JOIN shipments s
                     ON s.fulfillment_order_id = c.fulfillment_order_id
                    AND s.shipment_id = c.shipment_id
                   WHERE s.status = 'SHIPPED' GROUP BY c.fulfillment_order_id, c.item_id
               ) AS packed ON packed.fulfillment_order_id = i.fulfillment_order_id
                          AND packed.item_id = i.item_id
               WHERE COALESCE(packed.units, 0) <> i.shipped ORDER BY 1""",
        ),
    ),
    Invariant(
        "units_to_customers_are_shipped",
        "units that went to customers are those that fulfillment items shipped",
        rows_that_break(
            _LEVELS,
            """SELECT name FROM (
                   SELECT pool || ' ' || sku AS name, SUM(units) AS difference FROM (
                       SELECT pool, sku, quantity AS units FROM stock_moves
                       WHERE target = 'customer' AND cause = 'order'
                       UNION ALL
                       SELECT f.pool, i.stock_sku, -i.shipped FROM fulfillment_items i
                       JOIN fulfillment_orders f ON f.id = i.fulfillment_order_id
                   ) AS sides GROUP BY pool, sku
               ) AS sums WHERE difference <> 0 ORDER BY name""",
        ),
    ),
    Invariant(
        "holds_have_effects",
        "every fulfillment order that holds units has an effect that will place it",
        rows_that_break(
            "SELECT COUNT(*) FROM fulfillment_items WHERE held > 0",
            """SELECT DISTINCT i.fulfillment_order_id FROM fulfillment_items i
               LEFT JOIN effects e ON e.key = i.fulfillment_order_id
               WHERE i.held > 0
                 AND (e.state IS NULL OR e.state NOT IN ('pending', 'leased', 'dead'))
               ORDER BY 1""",
        ),
    ),
    Invariant(
        "parcels_told_once",
        "every parcel of a fulfillment order has at most one tracking message",
        rows_that_break(
            "SELECT COUNT(*) FROM effects WHERE kind = 'tracking.push'",
            """SELECT aggregate FROM effects WHERE kind = 'tracking.push'
               GROUP BY aggregate HAVING COUNT(*) > 1 ORDER BY 1""",
        ),
    ),
)
