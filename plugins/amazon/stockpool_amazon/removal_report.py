"""The report on removal orders, GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Literal, cast

from stockpool.flatfiles.layout import Column, Layout
from stockpool.flatfiles.reader import FlatRow, open_flat_file
from stockpool.flatfiles.refusal import FileRefused
from stockpool.plugins.network_removals import RemovalItemState, RemovalState
from stockpool.plugins.network_reports import ReportDocument
from stockpool_amazon.errors import UnreadableAnswer

ORDERS = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"

_QUANTITIES = (
    "requested-quantity",
    "cancelled-quantity",
    "disposed-quantity",
    "shipped-quantity",
)

_LAYOUT = Layout(
    "report on removal orders",
    (
        *(
            Column(name, required=True)
            for name in ("order-id", "order-status", "last-updated-date", "sku", "disposition")
        ),
        *(Column(name, required=True) for name in _QUANTITIES),
    ),
)

_Status = Literal["Pending", "Planning", "Processing", "Completed", "Cancelled"]

_STATUSES: Mapping[str, _Status] = {
    "pending": "Pending",
    "planning": "Planning",
    "processing": "Processing",
    "in process": "Processing",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "canceled": "Cancelled",
}

_CHARSETS = {
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "utf-8": "utf-8",
    "shift_jis": "shift_jis",
}


def read_orders(document: ReportDocument, country: str) -> list[RemovalState]:
    """The removal orders of a country that a report tells of; of each all rows together.

    Raises:
        UnreadableAnswer: it has not the columns or the words that it should have.
    """
    with SpooledTemporaryFile(max_size=1 << 20) as file:
        for chunk in document.chunks:
            file.write(chunk)
        charset = _CHARSETS.get((document.charset or "").lower())
        try:
            table = open_flat_file(cast(BinaryIO, file), _LAYOUT, name=ORDERS, encoding=charset)
            orders: dict[str, _Order] = {}
            for row in table.rows():
                if row.problems:
                    raise UnreadableAnswer(str(row.problems[0]))
                orders.setdefault(_cell(row, "order-id"), _Order()).add(row)
        except FileRefused as refusal:
            raise UnreadableAnswer(str(refusal.problem)) from None
    return [order.state(order_id, country) for order_id, order in orders.items()]


class _Order:
    def __init__(self) -> None:
        self._items: dict[tuple[str, bool], RemovalItemState] = {}
        self._status: _Status = "Processing"
        self._updated_at: datetime | None = None

    def add(self, row: FlatRow) -> None:
        """A row is about units of one SKU, sellable or not."""
        # A status that is not known is one in which more may come.
        self._status = _STATUSES.get(_cell(row, "order-status").lower(), "Processing")
        at = _time(row, "last-updated-date")
        self._updated_at = max(at, self._updated_at or at)
        sku, sellable = _cell(row, "sku"), _cell(row, "disposition").lower() == "sellable"
        known = self._items.get((sku, sellable), RemovalItemState(sku, sellable, 0))
        requested, cancelled, disposed, shipped = [_units(row, name) for name in _QUANTITIES]
        self._items[sku, sellable] = RemovalItemState(
            sku,
            sellable,
            known.requested + requested,
            known.cancelled + cancelled,
            known.disposed + disposed,
            known.shipped + shipped,
        )

    def state(self, order_id: str, country: str) -> RemovalState:
        assert self._updated_at is not None
        items = tuple(self._items.values())
        return RemovalState(order_id, country, self._status, self._updated_at, items)


def _cell(row: FlatRow, name: str) -> str:
    value = row.cells.get(name)
    if value is None:
        raise UnreadableAnswer(f"{row.source}: {name} is empty")
    return value


def _units(row: FlatRow, name: str) -> int:
    """A count; an empty cell is none."""
    value = row.cells.get(name, "0")
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise UnreadableAnswer(f"{row.source}: {name} is no count")
    return int(value)


def _time(row: FlatRow, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(_cell(row, name))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UnreadableAnswer(f"{row.source}: {name} is no time") from None
