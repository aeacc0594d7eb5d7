"""What people get of a plan: its items as a table, and the processing report at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from stockpool.bulk.items import Action
from stockpool.bulk.service import BulkPlans
from stockpool.bulk.storage import ItemView
from stockpool.errors import RefusedError
from stockpool.flatfiles.processing_report import ReportEntry, write_processing_report
from stockpool.flatfiles.writer import FlatWriter

_COLUMNS = ("line", "rows", "key", "action", "outcome", "result", "problems")


def write_report(plans: BulkPlans, plan_id: str, file: BinaryIO) -> None:
    """Write the processing report of a plan that is applied, in Amazon's form.

    Records are rows; `original-record-number` is the line in the file, `error-code` the engine's.

    Raises:
        NotFoundError: there is no such plan.
        RefusedError: it is not applied yet.
    """
    view = plans.get(plan_id)
    if view.state != "applied":
        raise RefusedError(
            f"bulk plan {plan_id} is {view.state}; its report comes when it is applied"
        )
    entries = (entry for item in plans.items(plan_id, troubled=True) for entry in _entries(item))
    write_processing_report(view.rows, view.rows - view.refused_rows, entries, file)


def _entries(item: ItemView) -> Iterator[ReportEntry]:
    for problem in item.problems:
        line = (problem.source or "").rpartition(":")[2].removeprefix("line ")
        yield ReportEntry(
            int(line) if line.isdigit() else item.line,
            item.key,
            problem.code,
            "Error" if item.refused_rows else "Warning",
            str(problem),
        )


def write_items(plans: BulkPlans, plan_id: str, file: BinaryIO) -> int:
    """Write all items of a plan as a tab-delimited table for people; returns how many.

    Raises:
        NotFoundError: there is no such plan.
    """
    writer = FlatWriter(file, _COLUMNS, guarded=True)
    writer.header()
    count = 0
    for item in plans.items(plan_id):
        count += 1
        writer.row(
            {
                "line": str(item.line),
                "rows": str(item.rows),
                "key": item.key,
                "action": item.action.value,
                "outcome": "" if item.action is Action.REFUSED else item.outcome or "",
                "result": item.result,
                "problems": "; ".join(map(str, item.problems)),
            }
        )
    return count
