"""Fetching reports that were asked for: asked, asked about, and taken in. A worker's duty."""

from __future__ import annotations

from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from sqlalchemy import Connection, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.errors import PluginError, RefusedError, RejectedError
from stockpool.ids import IdSource
from stockpool.plugins.network import Network
from stockpool.plugins.network_reports import ReportRequest, ReportStatus
from stockpool.problems import Problem
from stockpool.reports.report_types import known_type
from stockpool.reports.service import Reports, WantedReport, wanted_report
from stockpool.reports.tables import report_requests
from stockpool.storage.database import Database

_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-1": "cp1252",
    "shift_jis": "shift_jis",
    "windows-31j": "shift_jis",
    "utf-16": "utf-16",
}
"""Charsets as documents name them; Latin-1 is read as the code page that browsers take it for."""


@dataclass(frozen=True, slots=True)
class ReportFetching:
    """Fetches the reports of one network."""

    database: Database
    ids: IdSource
    reports: Reports
    name: str
    network: Network

    def follow(self) -> int:
        """Bring each open request a step on; returns how many are finished.

        Raises:
            PluginError: the network did not answer about one. The others were asked about too.
        """
        finished = 0
        silent: PluginError | None = None
        for wanted in self._open():
            try:
                finished += self._step(wanted)
            except RejectedError as refusal:
                finished += self._fail(wanted, f"{refusal.code}: {refusal.reason}")
            except RefusedError as refusal:
                finished += self._fail(wanted, str(refusal))
            except PluginError as error:
                silent = error
        if silent is not None:
            raise silent
        return finished

    def _open(self) -> list[WantedReport]:
        with self.database.read() as connection:
            return [
                wanted_report(row)
                for row in connection.execute(
                    select(report_requests)
                    .where(
                        report_requests.c.finished_at.is_(None),
                        report_requests.c.pool.startswith(f"{self.name}:", autoescape=True),
                    )
                    .order_by(report_requests.c.id)
                )
            ]

    def _step(self, wanted: WantedReport) -> int:
        if wanted.report_id is None:
            country = wanted.pool.partition(":")[2]
            request = ReportRequest(
                wanted.report_type, country, wanted.start, wanted.end, wanted.options
            )
            self._note(wanted, state="asked", report_id=self.network.create_report(request))
            return 0
        report = self.network.get_report(wanted.report_id)
        if report is None:
            return self._fail(wanted, "the network does not know the report any more")
        if not report.status.ended:
            return 0
        if report.status is ReportStatus.CANCELLED:
            return self._finish(wanted, state="nothing")
        if report.status is ReportStatus.FATAL or report.document_id is None:
            return self._fail(wanted, "the network could not make the report")
        return self._take_in(wanted, report.document_id)

    def _take_in(self, wanted: WantedReport, document_id: str) -> int:
        with TemporaryFile() as file:
            with self.network.open_report(document_id) as document:
                for chunk in document.chunks:
                    file.write(chunk)
            imported = self.reports.take_in(
                cast(BinaryIO, file),
                known_type(wanted.report_type),
                wanted.pool,
                source=wanted.report_id or document_id,
                encoding=_ENCODINGS.get((document.charset or "").lower()),
            )
        return self._finish(wanted, state="imported", import_id=imported.import_id)

    def _finish(self, wanted: WantedReport, **values: object) -> int:
        self._note(wanted, finished_at=self.database.clock.now(), **values)
        return 1

    def _note(self, wanted: WantedReport, **values: object) -> None:
        self.database.run(
            lambda connection: connection.execute(
                update(report_requests)
                .where(
                    report_requests.c.id == wanted.request_id,
                    report_requests.c.finished_at.is_(None),
                )
                .values(values)
            )
        )

    def _fail(self, wanted: WantedReport, why: str) -> int:
        def work(connection: Connection) -> int:
            at = self.database.clock.now()
            changed = connection.execute(
                update(report_requests)
                .where(
                    report_requests.c.id == wanted.request_id,
                    report_requests.c.finished_at.is_(None),
                )
                .values(state="failed", problem=why, finished_at=at)
            )
            if changed.rowcount:
                problem = Problem(
                    "report_failed",
                    f"{wanted.report_type} of {wanted.pool}: {why}",
                    fix="ask for it again, or import it from a file",
                )
                concern = Concern(
                    f"report:{wanted.request_id}", "report", wanted.request_id, (problem,)
                )
                raise_concerns(connection, [concern], at=at, new_ids=[self.ids.new_id(at)])
            return int(changed.rowcount)

        return self.database.run(work)
