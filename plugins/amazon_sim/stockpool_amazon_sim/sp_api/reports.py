"""Reports API 2021-06-30."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.reports.report_records import Report, ReportSchedule
from stockpool_amazon_sim.sp_api import work_lists
from stockpool_amazon_sim.sp_api.feeds import document_json
from stockpool_amazon_sim.sp_api.messages import Answer, Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.personal_data import must_see
from stockpool_amazon_sim.sp_api.reading import (
    Body,
    country_of,
    read_body,
    texts,
)
from stockpool_amazon_sim.sp_api.writing import present, timestamp

Marketplaces = Annotated[list[str], Field(min_length=1, max_length=25)]


class _CreateReport(Body):
    report_type: str
    marketplace_ids: Marketplaces
    data_start_time: AwareDatetime | None = None
    data_end_time: AwareDatetime | None = None
    report_options: Mapping[str, str] = {}


class _CreateSchedule(Body):
    report_type: str
    marketplace_ids: Marketplaces
    period: str
    next_report_creation_time: AwareDatetime | None = None
    report_options: Mapping[str, str] = {}


def create_report(call: Call) -> Answer:
    """createReport."""
    body = read_body(call, _CreateReport)
    report = call.simulator.create_report(
        body.report_type,
        _countries(call, body.marketplace_ids),
        body.data_start_time,
        body.data_end_time,
        body.report_options,
    )
    return Answer(202, {"reportId": report.report_id})


def get_report(call: Call) -> Json:
    """getReport."""
    return _report(call.simulator.get_report(call.names["reportId"]))


def cancel_report(call: Call) -> Answer:
    """cancelReport."""
    call.simulator.cancel_report(call.names["reportId"])
    return Answer(200, None)


def get_reports(call: Call) -> Json:
    """getReports."""
    found, more = work_lists.page(
        call,
        "getReports",
        "reportTypes",
        call.simulator.get_reports,
        lambda report: report.report_type,
        lambda report: report.report_id,
    )
    return present(reports=[_report(report) for report in found], nextToken=more)


def get_report_document(call: Call) -> Json:
    """getReportDocument: where to fetch the document from.

    One with buyers' data is for restricted data tokens (Tokens API 2021-03-01).
    """
    document = call.simulator.get_report_document(call.names["reportDocumentId"])
    if document.personal:
        must_see(call)
    return document_json(call, document, "reportDocumentId")


def create_report_schedule(call: Call) -> Answer:
    """createReportSchedule."""
    body = read_body(call, _CreateSchedule)
    made = call.simulator.create_report_schedule(
        body.report_type,
        _countries(call, body.marketplace_ids),
        body.period,
        body.next_report_creation_time,
        body.report_options,
    )
    return Answer(201, {"reportScheduleId": made.schedule_id})


def get_report_schedules(call: Call) -> Json:
    """getReportSchedules."""
    types = texts(call, "reportTypes", most=10)
    if not types:
        raise invalid_input("reportTypes is missing.")
    return {"reportSchedules": [_schedule(o) for o in call.simulator.get_report_schedules(types)]}


def get_report_schedule(call: Call) -> Json:
    """getReportSchedule."""
    return _schedule(call.simulator.get_report_schedule(call.names["reportScheduleId"]))


def cancel_report_schedule(call: Call) -> Answer:
    """cancelReportSchedule."""
    call.simulator.cancel_report_schedule(call.names["reportScheduleId"])
    return Answer(200, None)


def _countries(call: Call, marketplace_ids: Sequence[str]) -> list[str]:
    return [country_of(call, one, "marketplaceIds") for one in marketplace_ids]


def _report(report: Report) -> dict[str, Any]:
    return present(
        reportId=report.report_id,
        reportType=report.report_type,
        marketplaceIds=_marketplaces(report.countries),
        dataStartTime=timestamp(report.start),
        dataEndTime=timestamp(report.end),
        reportScheduleId=report.schedule_id or None,
        createdTime=timestamp(report.created_at),
        processingStatus=report.status,
        processingStartTime=timestamp(report.started_at) if report.started_at else None,
        processingEndTime=timestamp(report.ended_at) if report.ended_at else None,
        reportDocumentId=report.document_id or None,
    )


def _schedule(known: ReportSchedule) -> dict[str, Any]:
    return present(
        reportScheduleId=known.schedule_id,
        reportType=known.report_type,
        marketplaceIds=_marketplaces(known.countries),
        reportOptions=dict(known.options) or None,
        period=known.period,
        nextReportCreationTime=timestamp(known.next_at),
    )


def _marketplaces(countries: Sequence[str]) -> list[str]:
    return [country(code).marketplace_id for code in countries]


_BASE = "/reports/2021-06-30"
_ONE, _SCHEDULE = f"{_BASE}/reports/{{reportId}}", f"{_BASE}/schedules/{{reportScheduleId}}"

OPERATIONS = (
    Operation("getReports", "GET", f"{_BASE}/reports", get_reports, 0.0222),
    Operation("createReport", "POST", f"{_BASE}/reports", create_report, 0.0167),
    Operation("getReport", "GET", _ONE, get_report, 2.0),
    Operation("cancelReport", "DELETE", _ONE, cancel_report, 0.0222),
    Operation("getReportSchedules", "GET", f"{_BASE}/schedules", get_report_schedules, 0.0222),
    Operation("createReportSchedule", "POST", f"{_BASE}/schedules", create_report_schedule, 0.0222),
    Operation("getReportSchedule", "GET", _SCHEDULE, get_report_schedule, 0.0222),
    Operation("cancelReportSchedule", "DELETE", _SCHEDULE, cancel_report_schedule, 0.0222),
    Operation(
        "getReportDocument",
        "GET",
        f"{_BASE}/documents/{{reportDocumentId}}",
        get_report_document,
        0.0167,
    ),
)
