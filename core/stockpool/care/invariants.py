"""The invariants of refunds: against what was paid, and against the money ledger."""

from __future__ import annotations

from stockpool.ledger.money_accounts import Part
from stockpool.proof import Invariant, rows_that_break

_REFUNDS = "SELECT COUNT(*) FROM refunds"
_OPEN = "('recorded', 'pushed', 'made')"

_PAID = """
    SELECT order_id, line_id, 'goods' AS part, MAX(COALESCE(unit_price_minor, 0) * items) AS minor
    FROM order_lines GROUP BY order_id, line_id
    UNION ALL SELECT order_id, line_id, 'tax', MAX(COALESCE(tax_minor, 0))
    FROM order_lines GROUP BY order_id, line_id
    UNION ALL SELECT id, '', 'shipping', COALESCE(shipping_minor, 0) FROM orders
    UNION ALL SELECT id, '', 'shipping_tax', COALESCE(shipping_tax_minor, 0) FROM orders"""
"""What buyers paid by order and portion, read from the orders and not from the ledger."""

_GIVEN_BACK = f"""
    SELECT r.order_id, p.line_id, p.part, SUM(p.amount_minor) AS minor
    FROM refunds r JOIN refund_parts p ON p.refund_id = r.id
    WHERE r.state IN {_OPEN} AND p.part <> '{Part.EXCESS}'
    GROUP BY r.order_id, p.line_id, p.part"""  # noqa: S608  (constant names)


def _balance_equals_parts(account: str, states: str) -> str:
    return f"""
        SELECT name FROM (
            SELECT book || ' ' || line_id || ' ' || part AS name, SUM(minor) AS difference FROM (
                SELECT book, line_id, part, {account} AS minor FROM money_balances
                UNION ALL
                SELECT r.order_id, p.line_id, p.part, -p.amount_minor
                FROM refunds r JOIN refund_parts p ON p.refund_id = r.id WHERE r.state IN {states}
            ) AS sides GROUP BY book, line_id, part
        ) AS sums WHERE difference <> 0 ORDER BY name"""  # noqa: S608  (constant names)


INVARIANTS = (
    Invariant(
        "replacements_within_sent",
        "replacements hold no more items of a line than were shipped of it or could not be",
        rows_that_break(
            "SELECT COUNT(*) FROM orders WHERE replaces IS NOT NULL",
            """SELECT name FROM (
                   SELECT o.replaces || ' ' || l.line_id || ' ' || l.sku AS name,
                          MAX(first.shipped + first.unfulfillable) AS sent,
                          SUM(l.ordered - l.cancelled - l.unfulfillable) AS again
                   FROM orders o JOIN order_lines l ON l.order_id = o.id
                   LEFT JOIN order_lines first ON first.order_id = o.replaces
                        AND first.line_id = l.line_id AND first.sku = l.sku
                   WHERE o.replaces IS NOT NULL
                   GROUP BY o.replaces, l.line_id, l.sku
               ) AS sums WHERE sent IS NULL OR again > sent ORDER BY name""",
        ),
    ),
    Invariant(
        "replacements_are_linked",
        "each order that replaces another is the one that was recorded as its replacement",
        rows_that_break(
            "SELECT COUNT(*) FROM replacements WHERE replacement_id IS NOT NULL",
            """SELECT o.id FROM orders o LEFT JOIN replacements r
                    ON r.replacement_id = o.id AND r.order_id = o.replaces
               WHERE o.replaces IS NOT NULL AND r.key IS NULL
               UNION ALL
               SELECT r.replacement_id FROM replacements r JOIN orders o ON o.id = r.replacement_id
               WHERE o.replaces IS NULL
               ORDER BY 1""",
        ),
    ),
    Invariant(
        "refunds_within_paid",
        "no refunds of a line, its tax, the shipping or its tax exceed what was paid for it",
        rows_that_break(
            _REFUNDS,
            f"""SELECT g.order_id || ' ' || g.line_id || ' ' || g.part
                FROM ({_GIVEN_BACK}) AS g LEFT JOIN ({_PAID}) AS paid
                  ON paid.order_id = g.order_id AND paid.line_id = g.line_id AND paid.part = g.part
                WHERE g.minor > COALESCE(paid.minor, 0) ORDER BY 1""",  # noqa: S608
        ),
    ),
    Invariant(
        "refunds_equal_parts",
        "the parts of every refund sum to its whole",
        rows_that_break(
            _REFUNDS,
            """SELECT name FROM (
                   SELECT r.order_id || ' refund ' || r.id AS name,
                          r.amount_minor - COALESCE(SUM(p.amount_minor), 0) AS difference
                   FROM refunds r LEFT JOIN refund_parts p ON p.refund_id = r.id
                   GROUP BY r.id, r.order_id, r.amount_minor
               ) AS sums WHERE difference <> 0 ORDER BY name""",
        ),
    ),
    Invariant(
        "refund_pending_equals_recorded",
        "money pending in an order's book is that of its refunds that are recorded and not made",
        rows_that_break(_REFUNDS, _balance_equals_parts("refund_pending", "('recorded')")),
    ),
    Invariant(
        "refunded_equals_made",
        "money refunded in an order's book is that of its refunds that were made",
        rows_that_break(_REFUNDS, _balance_equals_parts("refunded", "('pushed', 'made')")),
    ),
    Invariant(
        "paid_as_ordered",
        "what came into an order's book is what its lines and its shipping cost",
        rows_that_break(
            "SELECT COUNT(*) FROM money_balances",
            f"""SELECT name FROM (
                    SELECT book || ' ' || line_id || ' ' || part AS name, SUM(minor) AS difference
                    FROM (
                        SELECT book, line_id, part, -buyer AS minor FROM money_balances
                        WHERE part NOT IN ('{Part.EXCESS}', '{Part.CLAIM}')
                        UNION ALL
                        SELECT order_id, line_id, part, -minor FROM ({_PAID}) AS paid
                        WHERE order_id IN (SELECT book FROM money_balances WHERE buyer <> 0)
                    ) AS sides GROUP BY book, line_id, part
                ) AS sums WHERE difference <> 0 ORDER BY name""",  # noqa: S608  (constant names)
        ),
    ),
    Invariant(
        "excess_only_when_all_is_refunded",
        "more was given back than could be refunded only where nothing is left to be refunded",
        rows_that_break(
            "SELECT COUNT(*) FROM money_balances",
            f"""SELECT e.book FROM money_balances e JOIN money_balances b ON b.book = e.book
                WHERE e.part = '{Part.EXCESS}' AND e.refunded > 0
                GROUP BY e.book HAVING SUM(b.refundable) > 0 ORDER BY 1""",  # noqa: S608
        ),
    ),
)
