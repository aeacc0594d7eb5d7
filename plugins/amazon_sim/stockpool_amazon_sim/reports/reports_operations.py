"""The Reports API 2021-06-30, and what a test may do with reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from stockpool_amazon_sim import documents
from stockpool_amazon_sim.document_records import Document
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.reports import reports
from stockpool_amazon_sim.reports.report_records import Report, ReportSchedule
from stockpool_amazon_sim.reports.report_tables import Drift
from stockpool_amazon_sim.simulated_time import to_micros


class ReportsOperations(Frame):
    """The operations. See `reports` for what is refused."""

    def create_report(
        self,
        report_type: str,
        countries: Sequence[str],
        start: datetime | None = None,
        end: datetime | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Report:
        """createReport."""
        return self._perform(
            "createReport",
            report_type,
            lambda world: reports.create(
                world, report_type, countries, _micros(start), _micros(end), options or {}
            ),
            writes=True,
        )

    def get_report(self, report_id: str) -> Report:
        """getReport."""
        return self._perform(
            "getReport", report_id, lambda world: reports.known_report(world, report_id)
        )

    def cancel_report(self, report_id: str) -> None:
        """cancelReport."""
        self._perform(
            "cancelReport", report_id, lambda world: reports.cancel(world, report_id), writes=True
        )

    def get_reports(self, wanted: Callable[[Report], bool], after: str, limit: int) -> list[Report]:
        """getReports: the newest first, those older than `after` (an id) that are wanted."""
        return self._perform(
            "getReports",
            after,
            lambda world: [
                report
                for report in reports.newest_first(world)
                if (not after or report.report_id < after) and wanted(report)
            ][:limit],
        )

    def get_report_document(self, document_id: str) -> Document:
        """getReportDocument."""
        return self._perform(
            "getReportDocument",
            document_id,
            lambda world: documents.known_document(world, document_id),
        )

    def create_report_schedule(
        self,
        report_type: str,
        countries: Sequence[str],
        period: str,
        first: datetime | None = None,
        options: Mapping[str, str] | None = None,
    ) -> ReportSchedule:
        """createReportSchedule."""
        return self._perform(
            "createReportSchedule",
            report_type,
            lambda world: reports.schedule(
                world, report_type, countries, period, _micros(first), options or {}
            ),
            writes=True,
        )

    def get_report_schedules(self, types: Sequence[str]) -> list[ReportSchedule]:
        """getReportSchedules of these types."""
        return self._perform(
            "getReportSchedules",
            ",".join(types),
            lambda world: [
                one for _, one in world.store.report_schedules.all() if one.report_type in types
            ],
        )

    def get_report_schedule(self, schedule_id: str) -> ReportSchedule:
        """getReportSchedule."""
        return self._perform(
            "getReportSchedule",
            schedule_id,
            lambda world: reports.known_schedule(world, schedule_id),
        )

    def cancel_report_schedule(self, schedule_id: str) -> None:
        """cancelReportSchedule."""
        self._perform(
            "cancelReportSchedule",
            schedule_id,
            lambda world: reports.end_schedule(world, schedule_id),
            writes=True,
        )


class ReportControls(Frame):
    """Control calls about reports. They raise as `Controls` do."""

    def finish_reports(self) -> int:
        """Let all reports that wait or are under way be made now; returns how many."""
        done = 0
        with self._call(writes=True) as world:
            for report in list(reports.newest_first(world))[::-1]:
                for kind, act in (("report_starts", reports.start), ("report_ends", reports.end)):
                    event = world.store.take_next(report.report_id, [kind])
                    if event is not None:
                        act(world, event)
                        done += kind == "report_ends"
        return done

    def fail_report(self, report_id: str) -> None:
        """Let a report that is not made yet end as FATAL when its time comes."""
        with self._call(writes=True) as world:
            reports.let_end(world, report_id, "FATAL")

    def empty_report(self, report_id: str) -> None:
        """Let a report that is not made yet end as CANCELLED, as where there is nothing to tell."""
        with self._call(writes=True) as world:
            reports.let_end(world, report_id, "CANCELLED")

    def drift_report(
        self,
        report_type: str,
        *,
        added: Sequence[str] = (),
        dropped: Sequence[str] = (),
        reordered: bool = False,
        capitals: bool = False,
    ) -> None:
        """Let the columns of a type of report differ from now on; without arguments, no more.

        Args:
            added: empty columns at the end.
            dropped: columns that are missing.
            reordered: the last column first.
            capitals: all names in capital letters.
        """
        if report_type not in reports.TYPES:
            raise ValueError(f"no report {report_type!r}; there are {', '.join(reports.TYPES)}")
        drift = Drift(tuple(added), tuple(dropped), reordered, capitals)
        with self._call(writes=True) as world:
            world.store.notes.put(f"drift:{report_type}", json.dumps(asdict(drift)))


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)
