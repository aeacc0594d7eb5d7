"""python-amazon-sp-api: reports and their schedules."""

from __future__ import annotations

from typing import Any

import pytest
from sp_api.api import Reports

from sp_api_caller import US
from stockpool_amazon_sim import Simulator

AVAILABLE = "GET_AFN_INVENTORY_DATA"


@pytest.fixture(scope="module")
def reports(library: Any) -> Reports:
    return library(Reports)


def asked(reports: Reports) -> str:
    made = reports.create_report(reportType=AVAILABLE, marketplaceIds=[US])
    return str(made.payload["reportId"])


def test_a_report_is_made_and_read(reports: Reports, simulator: Simulator) -> None:
    report_id = asked(reports)
    assert reports.get_report(report_id).payload["processingStatus"] == "IN_QUEUE"
    simulator.finish_reports()
    done = reports.get_report(report_id).payload
    assert done["processingStatus"] == "DONE"
    document = reports.get_report_document(done["reportDocumentId"], download=True).payload
    assert document["document"].startswith("seller-sku\tfulfillment-channel-sku")
    listed = reports.get_reports(reportTypes=[AVAILABLE]).payload["reports"]
    assert [report["reportId"] for report in listed] == [report_id]


def test_a_report_is_cancelled(reports: Reports) -> None:
    report_id = asked(reports)
    reports.cancel_report(report_id)
    assert reports.get_report(report_id).payload["processingStatus"] == "CANCELLED"


def test_schedules_come_and_go(reports: Reports) -> None:
    def scheduled() -> str:
        made = reports.create_report_schedule(
            reportType=AVAILABLE, marketplaceIds=[US], period="P1D"
        )
        return str(made.payload["reportScheduleId"])

    first = scheduled()
    assert reports.get_report_schedule(first).payload["period"] == "P1D"
    reports.cancel_report_schedule(first)
    second = scheduled()
    reports.delete_report_schedule(second)
    listed = reports.get_report_schedules(reportTypes=[AVAILABLE]).payload
    assert listed["reportSchedules"] == []
