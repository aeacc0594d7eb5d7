"""Taking the network's order and shipment reports into the order view. A worker's duty.

Only rows that an import has added or changed since are read. Orders of other channels are in these
reports, too (`Non-Amazon`): they are marked, and where they are ours they are not counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.fba_orders.tables import amazon_parcels, amazon_sales
from stockpool.money import to_minor
from stockpool.reports.reading import Cells, instant, read_on
from stockpool.storage.database import Database

Values = dict[str, Any]
Reader = Callable[[Cells], Values | None]


def take_sales(database: Database) -> int:
    """Take in what reports that were imported since have told; returns how many rows."""
    return sum(
        read_on(database, "sales", report_type, partial(_store, table, reader))
        for report_type, (table, reader) in _READERS.items()
    )


def is_mcf(sales_channel: str) -> bool:
    """Whether a row of these reports is about an order of another channel, fulfilled as MCF."""
    return sales_channel.strip().lower().startswith(("non-amazon", "non_amazon"))


def _store(
    table: Table, reader: Reader, connection: Connection, pool: str, cells: Sequence[Cells]
) -> int:
    found = [{"pool": pool, **values} for one in cells if (values := reader(one)) is not None]
    keys = [column.name for column in table.primary_key]
    unique = {tuple(row[name] for name in keys): row for row in found}
    if not unique:
        return 0
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
    return len(unique)


def _sale(cells: Cells) -> Values | None:
    purchased_at = instant(cells.get("purchase-date"))
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
        "updated_at": instant(cells.get("last-updated-date")),
    }


def _parcel(cells: Cells) -> Values | None:
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
        "shipped_at": instant(cells.get("shipment-date")),
        "estimated_arrival": instant(cells.get("estimated-arrival-date")),
    }


_READERS: Mapping[str, tuple[Table, Reader]] = {
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
