"""The contract of reports: files that a network makes when it is asked, and keeps for a while.

Names are those of Amazon's Reports API 2021-06-30. A report is asked for, made after a while, and
read as bytes in whatever size it has; what its columns mean is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ReportStatus(StrEnum):
    """`processingStatus`."""

    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    """By the seller, or because there is nothing to tell."""
    FATAL = "FATAL"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self not in (ReportStatus.IN_QUEUE, ReportStatus.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A report to be made.

    Attributes:
        start / end: the time it is about; None leaves it to the network.
        options: `reportOptions`, as the type knows them.
    """

    report_type: str
    country: str
    start: datetime | None = None
    end: datetime | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportState:
    """A report as it is now.

    Attributes:
        document_id: to read it by, once it is DONE.
        started_at: when it began to be made: it tells of nothing later for sure.
    """

    report_id: str
    report_type: str
    status: ReportStatus
    created_at: datetime
    document_id: str | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A report's bytes, unpacked.

    Attributes:
        charset: as the network tells it; None if it doesn't.
        chunks: all bytes in their order, once, while the document is open.
    """

    charset: str | None
    chunks: Iterator[bytes]


class NetworkReports:
    """The part of `Network` that needs the capability REPORTS.

    Operations that count against a rate limit: `createReport`, `getReport`, `getReportDocument`.
    """

    def create_report(self, request: ReportRequest) -> str:
        """Ask for a report; returns its id. To ask twice does no harm.

        Raises:
            RejectedError: the type, the time or an option can't be had.
            OutcomeUnknown: it may be made; ask anew.
        """
        raise NotImplementedError

    def get_report(self, report_id: str) -> ReportState | None:
        """A report as it is now; None if it is unknown, or forgotten."""
        raise NotImplementedError

    def open_report(self, document_id: str) -> AbstractContextManager[ReportDocument]:
        """A report's bytes, to be read within the block.

        Errors may come with any chunk: what was read then is not the whole report.
        """
        raise NotImplementedError
