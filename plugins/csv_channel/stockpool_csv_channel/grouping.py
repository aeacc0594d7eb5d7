"""Rows into orders. The rows of one order stand together.

- An order whose rows are not together is rejected as a whole: nobody can tell a later line from a
  second copy of the order.
- A row that can't be assigned (a cell too many or too few, no order id) may belong to the order
  before it or after it, so both are rejected: no order is sent by half.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from stockpool.flatfiles.formulas import unguard
from stockpool_csv_channel.findings import FileRefused, Finding
from stockpool_csv_channel.settings import Limits
from stockpool_csv_channel.table import Table


@dataclass(slots=True)
class Group:
    """The rows of one order, as they stand in the file."""

    order_id: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _is_blank(cells: list[str]) -> bool:
    return not any(cells) or not "".join(cells).strip()


def _misfit(table: Table, number: int, cells: list[str]) -> Finding | None:
    """Why the row can't be assigned to an order."""
    width = table.columns.width
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Finding(
            "row_too_long",
            f"the row has {len(cells)} cells, the header {width}; "
            "its order, and the ones next to it, are held back",
            "put cells that contain the delimiter in double quotes",
            number,
        )
    if len(cells) < width and not table.columns.layout.short_rows:
        return Finding(
            "row_too_short",
            f"the row has {len(cells)} cells, the header {width}; "
            "its order, and the ones next to it, are held back",
            "write all delimiters, also after the last value",
            number,
        )
    at = table.columns.order_id
    if at >= len(cells) or not cells[at].strip():
        return Finding(
            "missing_order_id",
            "the row names no order; the orders next to it are held back",
            "write the order's id on each of its rows",
            number,
            table.columns.titles["channel_order_id"],
        )
    return None


def _order_id(table: Table, cells: list[str]) -> str:
    return unguard(cells[table.columns.order_id].strip()).strip()


def scattered_orders(table: Table, limits: Limits) -> frozenset[str]:
    """Ids of the orders whose rows are not together. Also proves that the whole file can be cut.

    Raises:
        FileRefused: if the file has too many rows, or its quoting is broken.
    """
    seen: set[str] = set()
    scattered: set[str] = set()
    current: str | None = None
    width, at = table.columns.width, table.columns.order_id
    rows = 0
    for number, cells in table.records():
        odd = len(cells) != width or not cells[at].strip()
        if odd and _is_blank(cells):
            continue
        rows += 1
        if rows > limits.rows:
            raise FileRefused(
                Finding(
                    "too_many_rows",
                    "the file has too many rows",
                    "split the file, or raise limits.rows",
                    number,
                    limit=str(limits.rows),
                )
            )
        if odd and _misfit(table, number, cells) is not None:
            continue
        order_id = _order_id(table, cells)
        if order_id != current:
            (scattered if order_id in seen else seen).add(order_id)
            current = order_id
    return frozenset(scattered)


def groups(table: Table, scattered: frozenset[str]) -> Iterator[Group]:
    """The orders of the file, in its order."""
    current: Group | None = None
    misfit_row: int | None = None
    for number, cells in table.records():
        if _is_blank(cells):
            continue
        if (misfit := _misfit(table, number, cells)) is not None:
            if current is None:
                current = Group("")
            current.rows.append((number, cells))
            current.findings.append(misfit)
            misfit_row = number
            continue
        order_id = _order_id(table, cells)
        if current is None or order_id != current.order_id:
            if current is not None:
                yield current
            current = Group(order_id)
            if misfit_row is not None:
                current.findings.append(_neighbour(number, misfit_row))
            if order_id in scattered:
                current.findings.append(_apart(number))
        misfit_row = None
        current.rows.append((number, cells))
    if current is not None:
        yield current


def _neighbour(number: int, misfit_row: int) -> Finding:
    return Finding(
        "beside_unreadable_row",
        f"row {misfit_row}, which can't be assigned, may belong to this order",
        f"correct row {misfit_row}",
        number,
    )


def _apart(number: int) -> Finding:
    return Finding(
        "order_rows_apart",
        "rows of this order stand in several places of the file",
        "sort the file by order, and check that no order is in it twice",
        number,
    )
