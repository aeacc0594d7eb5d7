"""MCF cancellations: `POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA`.

One column, the order's id. Whether Amazon's file has more columns is not known; further ones are
kept and reported as unknown, so a file that would cancel single items is not taken for one that
cancels the whole order unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from stockpool.flatfiles.cells import Cells
from stockpool.flatfiles.layout import Column, Layout
from stockpool.flatfiles.reader import FlatFile
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.flatfiles.writer import FlatWriter

ORDER_ID: Final = "MerchantFulfillmentOrderID"
LAYOUT: Final = Layout("MCF cancellation file", (Column(ORDER_ID, required=True),))


@dataclass(frozen=True, slots=True)
class FulfillmentCancellation:
    """One order to be cancelled."""

    order_id: str
    line: int = 0


def read_fulfillment_cancellations(
    file: FlatFile,
) -> Iterator[FulfillmentCancellation | RefusedRows]:
    """The cancellations of a file that was opened with `LAYOUT`."""
    seen: set[str] = set()
    for row in file.rows():
        cells = Cells(row)
        order_id = cells.text(ORDER_ID, most=40, required=True)
        if order_id in seen:
            cells.refuse(
                "repeated_order", "the order stands in the file twice", ORDER_ID, fix="delete a row"
            )
        seen.add(order_id)
        if row.unknown:
            column = next(iter(row.unknown))
            cells.refuse(
                "unknown_column",
                f"{column} is no column of this file, but has a value",
                column,
                fix="empty it; an order is cancelled as a whole",
            )
        if cells.problems:
            yield RefusedRows(row.line, 1, order_id, tuple(cells.problems))
        else:
            yield FulfillmentCancellation(order_id, row.line)


def write_fulfillment_cancellations(
    cancellations: Iterable[FulfillmentCancellation], file: BinaryIO
) -> int:
    """Write cancellations as Amazon's file; returns how many rows.

    Raises:
        RefusedError: an id can't stand in such a file.
    """
    writer = FlatWriter(file, (ORDER_ID,))
    writer.header()
    rows = 0
    for cancellation in cancellations:
        writer.row({ORDER_ID: cancellation.order_id})
        rows += 1
    return rows
