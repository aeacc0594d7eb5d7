"""Amazon's SDK: reports and their schedules."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from spapi import ReportsApi
from spapi.models import reports_v2021_06_30 as models

from sp_api_caller import US
from stockpool_amazon_sim import Simulator

MANAGED = "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"


@pytest.fixture(scope="module")
def reports(sdk: Any) -> ReportsApi:
    return sdk(ReportsApi)


def asked(reports: ReportsApi) -> str:
    body = models.CreateReportSpecification(report_type=MANAGED, marketplace_ids=[US])
    return str(reports.create_report(body).report_id)


def test_a_report_is_made_and_fetched(reports: ReportsApi, simulator: Simulator) -> None:
    report_id = asked(reports)
    assert reports.get_report(report_id).processing_status == "IN_QUEUE"
    simulator.finish_reports()
    done = reports.get_report(report_id)
    assert done.processing_status == "DONE"
    document = reports.get_report_document(done.report_document_id)
    header, *rows = requests.get(document.url, timeout=30).text.splitlines()
    assert header.startswith("sku\tfnsku")
    assert {row.split("\t")[0] for row in rows} >= {"MUG", "CAP"}
    listed = reports.get_reports(report_types=[MANAGED]).reports
    assert report_id in [report.report_id for report in listed]


def test_a_report_is_cancelled(reports: ReportsApi) -> None:
    report_id = asked(reports)
    reports.cancel_report(report_id)
    assert reports.get_report(report_id).processing_status == "CANCELLED"


def test_a_schedule_comes_and_goes(reports: ReportsApi) -> None:
    body = models.CreateReportScheduleSpecification(
        report_type=MANAGED, marketplace_ids=[US], period="P1D"
    )
    schedule_id = reports.create_report_schedule(body).report_schedule_id
    assert reports.get_report_schedule(schedule_id).period == "P1D"
    listed = reports.get_report_schedules([MANAGED]).report_schedules
    assert [one.report_schedule_id for one in listed] == [schedule_id]
    reports.cancel_report_schedule(schedule_id)
    assert reports.get_report_schedules([MANAGED]).report_schedules == []
