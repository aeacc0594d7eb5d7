"""Reports: the Reports API 2021-06-30."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stockpool.plugins.network_reports import (
    NetworkReports,
    ReportDocument,
    ReportRequest,
    ReportState,
    ReportStatus,
)
from stockpool_amazon import documents
from stockpool_amazon.connection import Connection
from stockpool_amazon.errors import AmazonRefusal, UnreadableAnswer
from stockpool_amazon.fields import Fields
from stockpool_amazon.outbound import segment
from stockpool_amazon.pools import Pools
from stockpool_amazon.transport import Call, Transport
from stockpool_amazon.wire import present, timestamp

DOCUMENT_BYTES_MOST = 4 * 1024**3
"""Of a report, unpacked: more is no report but an attack, or a fault."""

_BASE = "/reports/2021-06-30"


class AmazonReports(NetworkReports):
    """The reports of an account. Those with buyers' data need a restricted data token, and so a
    role that this plugin doesn't ask for: Amazon refuses them."""

    _transport: Transport
    _connection: Connection
    _endpoint: str
    _pools: Pools

    def create_report(self, request: ReportRequest) -> str:
        body = {
            "reportType": request.report_type,
            "marketplaceIds": [self._pools[request.country].marketplace_id],
        } | present(
            dataStartTime=timestamp(request.start) if request.start else None,
            dataEndTime=timestamp(request.end) if request.end else None,
        )
        if request.options:
            body["reportOptions"] = dict(request.options)
        call = Call("createReport", "POST", f"{_BASE}/reports", body=body, writes=True)
        return Fields(self._transport.send(call).document, call.operation).text("reportId")

    def get_report(self, report_id: str) -> ReportState | None:
        call = Call("getReport", "GET", f"{_BASE}/reports/{segment(report_id)}")
        try:
            answer = self._transport.send(call)
        except AmazonRefusal as refusal:
            if refusal.status == 404:
                return None
            raise UnreadableAnswer(str(refusal)) from None
        return _state(Fields(answer.document, call.operation))

    @contextmanager
    def open_report(self, document_id: str) -> Iterator[ReportDocument]:
        call = Call("getReportDocument", "GET", f"{_BASE}/documents/{segment(document_id)}")
        document = Fields(self._transport.send(call).document, call.operation)
        with documents.opened(
            self._connection, document, self._endpoint, bytes_most=DOCUMENT_BYTES_MOST
        ) as opened:
            yield opened


def _state(report: Fields) -> ReportState:
    told = report.text("processingStatus")
    try:
        status = ReportStatus(told)
    except ValueError:
        raise report.unreadable("processingStatus", f"{told!r} is not known") from None
    return ReportState(
        report.text("reportId"),
        report.text("reportType"),
        status,
        report.time("createdTime"),
        report.optional_text("reportDocumentId"),
        report.optional_time("processingStartTime"),
    )
