"""Reports as the engine asks for them: translated, nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from stockpool.errors import RejectedError
from stockpool.plugins.network_reports import (
    NetworkReports,
    ReportDocument,
    ReportRequest,
    ReportState,
    ReportStatus,
)
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.simulator import Simulator

_CHARSET = re.compile(r"charset=(\S+)")


class SimulatedReports(NetworkReports):
    """The reports of a simulated account. Those with buyers' data are refused, as Amazon refuses
    them to who has no restricted data token."""

    simulator: Simulator

    def create_report(self, request: ReportRequest) -> str:
        report = self.simulator.create_report(
            request.report_type, [request.country], request.start, request.end, request.options
        )
        return report.report_id

    def get_report(self, report_id: str) -> ReportState | None:
        try:
            report = self.simulator.get_report(report_id)
        except RejectedError as refusal:
            if refusal.code == "NotFound":
                return None
            raise
        return ReportState(
            report.report_id,
            report.report_type,
            ReportStatus(report.status),
            to_datetime(report.created_at),
            report.document_id or None,
            to_datetime(report.started_at) if report.started_at else None,
        )

    @contextmanager
    def open_report(self, document_id: str) -> Iterator[ReportDocument]:
        document = self.simulator.get_report_document(document_id)
        if document.personal:
            raise RejectedError("Unauthorized", "the report needs a restricted data token")
        if document.content is None:
            raise invalid("the document was not uploaded")
        charset = _CHARSET.search(document.content_type)
        yield ReportDocument(charset[1] if charset else None, document.chunks())
