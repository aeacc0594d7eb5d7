"""Taking the network's order and shipment reports into the order view. A worker's duty.

Only rows that an import has added or changed since are read. Orders of other channels are in these
reports, too (`Non-Amazon`): they are marked, and where they are ours they are not counted again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.fba_orders.tables import amazon_parcels, amazon_sales
from stockpool.money import to_minor
from stockpool.outbox import cursors
from stockpool.reports.tables import report_imports, report_rows
from stockpool.storage.database import Database

_AT_ONCE = 1_000

Values = dict[str, Any]


def take_sales(database: Database) -> int:
    """Take in what reports that were imported since have told; returns how many rows."""
    return sum(
        _take(database, report_type, pool, newest)
        for report_type, pool, newest in _imports(database)
    )


def is_mcf(sales_channel: str) -> bool:
    """Whether a row of these reports is about an order of another channel, fulfilled as MCF."""
    return sales_channel.strip().lower().startswith(("non-amazon", "non_amazon"))


def _imports(database: Database) -> list[tuple[str, str, str]]:
    query = (
        select(report_imports.c.report_type, report_imports.c.pool, func.max(report_imports.c.id))
        .where(report_imports.c.report_type.in_(list(_READERS)))
        .group_by(report_imports.c.report_type, report_imports.c.pool)
        .order_by(report_imports.c.report_type, report_imports.c.pool)
    )
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def _take(database: Database, report_type: str, pool: str, newest: str) -> int:
    name = f"sales:{report_type}:{pool}"
    taken = 0
    with database.read() as connection:
        since = cursors.position(connection, name)
    if since == newest:
        return 0
    table, reader = _READERS[report_type]
    after: tuple[str, int] = ("", -1)
    while True:
        with database.read() as connection:
            rows = _rows(connection, report_type, pool, since, after)
        if not rows:
            break
        values = [
            {"pool": pool, **found}
            for row in rows
            if (found := reader(json.loads(row.cells))) is not None
        ]
        database.run(lambda connection, v=values: _store(connection, table, v))  # type: ignore[misc]
        after = (rows[-1].key, rows[-1].number)
        taken += len(values)
    database.run(lambda connection: cursors.move(connection, name, newest, at=database.clock.now()))
    return taken


def _rows(
    connection: Connection,
    report_type: str,
    pool: str,
    since: str | None,
    after: tuple[str, int],
) -> list[Any]:
    key, number = report_rows.c.key, report_rows.c.number
    query = (
        select(key, number, report_rows.c.cells)
        .where(
            report_rows.c.report_type == report_type,
            report_rows.c.pool == pool,
            (key > after[0]) | ((key == after[0]) & (number > after[1])),
        )
        .order_by(key, number)
        .limit(_AT_ONCE)
    )
    if since is not None:
        query = query.where(report_rows.c.last_import > since)
    return list(connection.execute(query).all())


def _store(connection: Connection, table: Table, rows: list[Values]) -> None:
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    unique = {tuple(row[name] for name in keys): row for row in rows}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={
                column.name: statement.excluded[column.name]
                for column in table.columns
                if column.name not in keys
            },
        ),
        list(unique.values()),
    )


def _sale(cells: Mapping[str, str]) -> Values | None:
    purchased_at = _instant(cells.get("purchase-date"))
    if purchased_at is None:
        return None
    sales_channel = cells.get("sales-channel", "")
    currency = cells.get("currency") or None
    return {
        "amazon_order_id": cells["amazon-order-id"],
        "sku": cells["sku"],
        "merchant_order_id": cells.get("merchant-order-id") or None,
        "origin": "mcf" if is_mcf(sales_channel) else "amazon",
        "sales_channel": sales_channel,
        "fulfilled_by": cells.get("fulfillment-channel", ""),
        "status": cells.get("order-status", ""),
        "quantity": _whole(cells.get("quantity")),
        "currency": currency,
        "price_minor": _minor(cells.get("item-price"), currency),
        "purchased_at": purchased_at,
        "updated_at": _instant(cells.get("last-updated-date")),
    }


def _parcel(cells: Mapping[str, str]) -> Values | None:
    if not cells.get("amazon-order-id"):
        return None
    return {
        "shipment_id": cells["shipment-id"],
        "shipment_item_id": cells["shipment-item-id"],
        "amazon_order_id": cells["amazon-order-id"],
        "sku": cells.get("sku", ""),
        "quantity": _whole(cells.get("quantity-shipped")),
        "carrier": cells.get("carrier") or None,
        "tracking_number": cells.get("tracking-number") or None,
        "shipped_at": _instant(cells.get("shipment-date")),
        "estimated_arrival": _instant(cells.get("estimated-arrival-date")),
    }


_READERS: Mapping[str, tuple[Table, Callable[[Mapping[str, str]], Values | None]]] = {
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": (amazon_sales, _sale),
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": (amazon_sales, _sale),
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL": (amazon_parcels, _parcel),
}


def _whole(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0


def _minor(text: str | None, currency: str | None) -> int | None:
    if not text or not currency:
        return None
    try:
        return to_minor(text, currency)
    except ValueError:
        return None


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
