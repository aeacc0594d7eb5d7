"""What Amazon's report on stranded stock says of dates that its listings don't tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from stockpool.reports.reading import instant
from stockpool.reports.tables import report_imports, report_rows

REPORT_TYPE = "GET_STRANDED_INVENTORY_UI_DATA"


@dataclass(frozen=True, slots=True)
class ReportedStranding:
    """A SKU's row. A date that is not there, or is in no form of ISO 8601, is None.

    Attributes:
        told_at: when the report that had the row last was taken in.
    """

    told_at: datetime
    since: datetime | None
    removed_at: datetime | None


def reported(connection: Connection, pool: str) -> Mapping[str, ReportedStranding]:
    """By SKU, the rows of the newest report of a pool; empty if there was none."""
    rows = connection.execute(
        select(report_rows.c.cells, report_imports.c.imported_at)
        .join(report_imports, report_imports.c.id == report_rows.c.last_import)
        .where(
            report_rows.c.report_type == REPORT_TYPE,
            report_rows.c.pool == pool,
            report_rows.c.gone_import.is_(None),
        )
    )
    found: dict[str, ReportedStranding] = {}
    for row in rows:
        cells = json.loads(row.cells)
        found[cells["sku"]] = ReportedStranding(
            row.imported_at,
            instant(cells.get("date-stranded")),
            instant(cells.get("Date-to-take-auto-removal")),
        )
    return found
