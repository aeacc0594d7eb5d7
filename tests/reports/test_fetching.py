"""Fetching reports: asked for, asked about, taken in; whatever fails is tried again or shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fake_network import FakeNetwork
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import (
    NotFoundError,
    OutcomeUnknown,
    RefusedError,
    RejectedError,
    TransientError,
)
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_reports import (
    ReportDocument,
    ReportRequest,
    ReportState,
    ReportStatus,
)
from stockpool.reports.service import WantedReport

US = "amazon-na:US"
STRANDED = "GET_STRANDED_INVENTORY_UI_DATA"


class ReportNetwork(FakeNetwork):
    """Makes a report as soon as the test says so.

    Attributes:
        asked: what was asked for, by report id.
        status: of every report.
        content / charset: of every document.
    """

    capabilities = frozenset({NetworkCapability.REPORTS})

    def __init__(self, *, clock: ManualClock) -> None:
        super().__init__(clock=clock)
        self.asked: dict[str, ReportRequest] = {}
        self.status = ReportStatus.IN_QUEUE
        self.content = "sku\tstranded-reason\nMUG\tGröße\n".encode("cp1252")
        self.charset: str | None = "windows-1252"
        self.breaks = False

    def create_report(self, request: ReportRequest) -> str:
        with self._call("create_report", request.report_type, "createReport"):
            report_id = str(len(self.asked) + 1)
            self.asked[report_id] = request
            return report_id

    def get_report(self, report_id: str) -> ReportState | None:
        with self._call("get_report", report_id, "getReport"):
            request = self.asked.get(report_id)
            if request is None:
                return None
            document = "D-1" if self.status is ReportStatus.DONE else None
            now = self.clock.now()
            return ReportState(report_id, request.report_type, self.status, now, document)

    @contextmanager
    def open_report(self, document_id: str) -> Iterator[ReportDocument]:
        with self._call("open_report", document_id, "getReportDocument"):
            yield ReportDocument(self.charset, self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        yield self.content[:5]
        if self.breaks:
            raise TransientError("cut")
        yield self.content[5:]


@pytest.fixture
def network(clock: ManualClock) -> ReportNetwork:
    return ReportNetwork(clock=clock)


def state(engine: Engine) -> WantedReport:
    (wanted,) = engine.reports.requests()
    return wanted


def test_a_report_is_fetched_by_workers(engine: Engine, network: ReportNetwork) -> None:
    request_id = engine.reports.request(STRANDED, US, options={"a": "b"})
    assert state(engine).state == "wanted"
    engine.work()
    assert state(engine).state == "asked"
    (asked,) = network.asked.values()
    assert (asked.report_type, asked.country, asked.options) == (STRANDED, "US", {"a": "b"})
    network.status = ReportStatus.DONE
    engine.work()
    found = state(engine)
    assert (found.request_id, found.state) == (request_id, "imported")
    assert found.import_id is not None
    assert engine.reports.get_import(found.import_id).source == "1"
    assert list(engine.reports.rows(STRANDED, US)) == [{"sku": "MUG", "stranded-reason": "Größe"}]
    engine.work()
    assert network.count("create_report") == 1


def test_nobody_waits_for_a_report(engine: Engine, network: ReportNetwork) -> None:
    engine.reports.request(STRANDED, US)
    engine.work(until_idle=True)
    assert state(engine).state == "asked"


@pytest.mark.parametrize("error", [TransientError("down"), OutcomeUnknown("cut")])
def test_a_question_without_an_answer_is_asked_again(
    engine: Engine, network: ReportNetwork, error: Exception
) -> None:
    network.faults.fail("create_report", error)
    engine.reports.request(STRANDED, US)
    engine.work()
    assert state(engine).state == "wanted"
    engine.work()
    assert state(engine).state == "asked"
    network.faults.fail("get_report", TransientError("down"))
    engine.work()
    network.status = ReportStatus.DONE
    network.breaks = True
    engine.work()
    assert state(engine).state == "asked"
    assert engine.reports.imports() == [], "half a report is none"
    network.breaks = False
    engine.work()
    assert state(engine).state == "imported"


def test_one_without_an_answer_does_not_keep_others_waiting(
    engine: Engine, network: ReportNetwork
) -> None:
    network.faults.fail("create_report", TransientError("down"))
    engine.reports.request(STRANDED, US)
    engine.reports.request(STRANDED, "amazon-na:CA")
    engine.work()
    assert sorted(one.state for one in engine.reports.requests()) == ["asked", "wanted"]


def test_nothing_to_tell_is_an_end(engine: Engine, network: ReportNetwork) -> None:
    network.status = ReportStatus.CANCELLED
    engine.reports.request(STRANDED, US)
    engine.work()
    engine.work()
    assert state(engine).state == "nothing"
    assert engine.attention.list() == []


@pytest.mark.parametrize("cause", ["refused", "fatal", "forgotten", "no such report"])
def test_what_fails_for_good_is_shown(engine: Engine, network: ReportNetwork, cause: str) -> None:
    if cause == "refused":
        network.faults.fail("create_report", RejectedError("InvalidInput", "not for you"))
    engine.reports.request(STRANDED, US)
    engine.work()
    if cause == "fatal":
        network.status = ReportStatus.FATAL
    elif cause == "forgotten":
        network.asked.clear()
    elif cause == "no such report":
        network.status = ReportStatus.DONE
        network.content = b"asin\tfulfillable-qty\nB0\t1\n"
    engine.work()
    found = state(engine)
    assert found.state == "failed"
    (item,) = engine.attention.list()
    assert (item.code, item.subject) == ("report_failed", found.request_id)
    if cause == "no such report":
        assert "needs the column sku" in item.message


def test_a_network_without_reports_is_not_asked(engine: Engine, network: ReportNetwork) -> None:
    network.capabilities = frozenset()
    with pytest.raises(RefusedError, match="makes no reports"):
        engine.reports.request(STRANDED, US)
    network.capabilities = ReportNetwork.capabilities
    with pytest.raises(NotFoundError):
        engine.reports.request("GET_MOON_DATA", US)
    with pytest.raises(NotFoundError):
        engine.reports.request(STRANDED, "amazon-na:FR")
