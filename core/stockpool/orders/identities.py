"""Orders by the ids that their channels know them by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from stockpool.orders.tables import orders

_CHUNK = 500


def known_orders(
    connection: Connection, channel: str, channel_order_ids: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Channel order id → the order's id and its content's fingerprint; unknown ones left out."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(channel_order_ids), _CHUNK):
        rows = connection.execute(
            select(orders.c.channel_order_id, orders.c.id, orders.c.fingerprint).where(
                orders.c.channel == channel,
                orders.c.channel_order_id.in_(channel_order_ids[start : start + _CHUNK]),
            )
        )
        found |= {row.channel_order_id: (row.id, row.fingerprint) for row in rows}
    return found
