"""Reading and locking fulfillment orders and their items, for those who change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from stockpool.orders.counting import Item
from stockpool.storage.bulk import Sql, fetch


@dataclass(frozen=True, slots=True)
class FulfillmentRow:
    """A fulfillment order as the database has it, with what its order says."""

    id: str
    order_id: str
    pool: str
    status: str | None
    features: tuple[str, ...]
    updated_at: datetime | None
    withdrawn_at: datetime | None
    channel: str
    channel_order_id: str
    replaces: str | None
    items: tuple[Item, ...]


_ORDER_COLUMNS = "f.id, f.order_id, f.pool, f.status, f.features, f.updated_at, f.withdrawn_at"

_lock = Sql(
    postgresql=f"""
        SELECT {_ORDER_COLUMNS}, o.channel, o.channel_order_id, o.replaces
        FROM fulfillment_orders f JOIN orders o ON o.id = f.order_id
        WHERE f.id = ANY (%s::text[]) ORDER BY f.id FOR NO KEY UPDATE OF f""",  # noqa: S608
    sqlite=f"""
        SELECT {_ORDER_COLUMNS}, o.channel, o.channel_order_id, o.replaces
        FROM json_each(?) AS k JOIN fulfillment_orders f ON f.id = json_extract(k.value, '$[0]')
        JOIN orders o ON o.id = f.order_id ORDER BY f.id""",  # noqa: S608
)

_ITEM_COLUMNS = """i.fulfillment_order_id, i.item_id, i.order_id, i.line_id, i.sku, i.stock_sku,
        f.pool, i.quantity, i.held, i.committed, i.shipped, i.cancelled, i.unfulfillable,
        i.delivered"""

_items = Sql(
    postgresql=f"""
        SELECT {_ITEM_COLUMNS} FROM fulfillment_items i
        JOIN fulfillment_orders f ON f.id = i.fulfillment_order_id
        WHERE i.fulfillment_order_id = ANY (%s::text[])
        ORDER BY i.fulfillment_order_id, i.item_id""",  # noqa: S608
    sqlite=f"""
        SELECT {_ITEM_COLUMNS} FROM json_each(?) AS k
        JOIN fulfillment_items i ON i.fulfillment_order_id = json_extract(k.value, '$[0]')
        JOIN fulfillment_orders f ON f.id = i.fulfillment_order_id
        ORDER BY i.fulfillment_order_id, i.item_id""",  # noqa: S608
)


def lock_fulfillment_orders(
    connection: Connection, ids: Sequence[str]
) -> dict[str, FulfillmentRow]:
    """Hold the rows of these fulfillment orders, in order of their ids, and read them."""
    if not ids:
        return {}
    wanted = sorted(set(ids))
    rows = fetch(connection, _lock, wanted)
    items: dict[str, list[Item]] = {}
    for row in fetch(connection, _items, wanted):
        items.setdefault(row[0], []).append(Item(*row))
    return {
        row[0]: FulfillmentRow(
            row[0],
            row[1],
            row[2],
            row[3],
            tuple(row[4].split(",")) if row[4] else (),
            _instant(row[5]),
            _instant(row[6]),
            row[7],
            row[8],
            row[9],
            tuple(items.get(row[0], ())),
        )
        for row in rows
    }


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
