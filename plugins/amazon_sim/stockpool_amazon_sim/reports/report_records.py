"""What the simulator remembers of reports and their schedules. See `records`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from stockpool_amazon_sim.records import Micros, stored


@stored
@dataclass(slots=True)
class Report:
    """A report that was asked for, by the seller or by a schedule.

    Attributes:
        status: IN_QUEUE, IN_PROGRESS, DONE, FATAL or CANCELLED (also where there is no data).
        start, end: of the time that it is about.
        document_id: see `documents`; empty while there is none.
        shall_end: the status to end with, whatever there is to tell; empty to end as it comes.
    """

    report_id: str
    report_type: str
    countries: list[str]
    start: Micros
    end: Micros
    created_at: Micros
    options: dict[str, str] = field(default_factory=dict)
    schedule_id: str = ""
    status: str = "IN_QUEUE"
    started_at: Micros = 0
    ended_at: Micros = 0
    document_id: str = ""
    shall_end: str = ""


@stored
@dataclass(slots=True)
class ReportSchedule:
    """That a report is made again and again.

    Attributes:
        period: ISO 8601, as the Reports API lists them.
    """

    schedule_id: str
    report_type: str
    countries: list[str]
    period: str
    next_at: Micros
    options: dict[str, str] = field(default_factory=dict)


def decode_report(document: str) -> Report:
    """Read back what `encode` wrote of a report."""
    return Report(*json.loads(document))


def decode_schedule(document: str) -> ReportSchedule:
    """Read back what `encode` wrote of a schedule."""
    return ReportSchedule(*json.loads(document))
