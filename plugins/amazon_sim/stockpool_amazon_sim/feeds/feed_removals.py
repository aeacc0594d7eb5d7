"""Feeds of removal orders, in both shapes in which sellers have them.

One shape has an order's data in lines of a name and a value, then an empty line and a table of
items. The other is a table in which the first row of an order carries its data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from stockpool.errors import RejectedError
from stockpool_amazon_sim.feeds.feed_orders import destination_of, whole_number
from stockpool_amazon_sim.feeds.feed_tables import (
    Row,
    RowError,
    UnreadableFeed,
    lines,
    processing_report,
    table,
)
from stockpool_amazon_sim.inventory import removals
from stockpool_amazon_sim.outbound.requests import RemovalOrderRequest, RemovalRequestItem
from stockpool_amazon_sim.world import World

_ORDER, _DISPOSITION, _SKU = "MerchantRemovalOrderID", "RemovalDisposition", "MerchantSKU"

_DISPOSITIONS: Mapping[str, str] = {name.lower(): name for name in sorted(removals.DISPOSITIONS)}
"""As the file may write them: in any case."""


def create_removals(world: World, countries: Sequence[str], text: str) -> str:
    """Create the removal orders of a file in the feed's first marketplace; returns the report."""
    found = lines(text)
    orders = _one_order(found) if _is_vertical(found) else _many_orders(found)
    errors: list[RowError] = []
    records = 0
    for head, rows in orders:
        records += len(rows)
        try:
            removals.create(world, _request(countries[0], head, rows))
        except RejectedError as error:
            errors += [RowError(row.number, row[_SKU], error.code, error.reason) for row in rows]
    return processing_report(records, errors)


def _is_vertical(found: Sequence[Sequence[str]]) -> bool:
    """Whether names stand in the first column, not in the first line."""
    first = [cell.lower() for cell in found[0]] if found else []
    return bool(first) and _DISPOSITION.lower() not in first


def _one_order(found: Sequence[Sequence[str]]) -> list[tuple[Row, list[Row]]]:
    end = next((place for place, cells in enumerate(found) if not any(cells)), len(found))
    head = Row(0, {cells[0].lower(): cells[1] for cells in found[:end] if len(cells) > 1})
    for name in (_ORDER, _DISPOSITION):
        if not head[name]:
            raise UnreadableFeed(f"The file names no {name}.")
    below = [cells for cells in found[end:] if any(cells)]
    return [(head, list(table(below, (_SKU,))))]


def _many_orders(found: Sequence[Sequence[str]]) -> list[tuple[Row, list[Row]]]:
    rows = table(found, (_ORDER, _DISPOSITION, _SKU))
    grouped = [list(group) for _, group in groupby(rows, key=lambda row: row[_ORDER])]
    return [(rows[0], rows) for rows in grouped]


def _request(code: str, head: Row, rows: Sequence[Row]) -> RemovalOrderRequest:
    disposition = head[_DISPOSITION]
    return RemovalOrderRequest(
        head[_ORDER],
        code,
        _DISPOSITIONS.get(disposition.lower(), disposition),
        [
            RemovalRequestItem(
                row[_SKU],
                whole_number(row, "SellableQuantity"),
                whole_number(row, "UnsellableQuantity"),
            )
            for row in rows
        ],
        destination_of(head, "ContactPhoneNumber") if head["AddressName"] else None,
    )
