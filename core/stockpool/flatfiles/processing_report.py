"""The processing report that Amazon answers a flat file with, read and written.

    Feed Processing Summary:
    <TAB>Number of records processed<TAB><TAB>2
    <TAB>Number of records successful<TAB><TAB>1

    original-record-number<TAB>sku<TAB>error-code<TAB>error-type<TAB>error-message

The table is missing where nothing failed. A feed that is DONE may have failed in every row: the
summary counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from stockpool.flatfiles.encoding import identity
from stockpool.flatfiles.layout import normal
from stockpool.flatfiles.reader import Limits, decoded_by, text_lines
from stockpool.flatfiles.refusal import FileRefused
from stockpool.flatfiles.writer import FlatWriter
from stockpool.problems import Problem

_COLUMNS: Final = (
    "original-record-number",
    "sku",
    "error-code",
    "error-type",
    "error-message",
)
_PROCESSED: Final = "Number of records processed"
_SUCCESSFUL: Final = "Number of records successful"


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One complaint. `record` is the row as Amazon counts it."""

    record: int
    sku: str
    code: str
    kind: Literal["Error", "Warning"]
    message: str


@dataclass(frozen=True, slots=True)
class ProcessingReport:
    """What became of a file's records."""

    processed: int
    successful: int
    entries: tuple[ReportEntry, ...] = ()


def read_processing_report(
    file: BinaryIO, *, name: str, limits: Limits | None = None
) -> ProcessingReport:
    """Read a report.

    Raises:
        FileRefused: it has no summary, or an entry makes no sense.
    """
    limits = limits or Limits()
    codec = decoded_by(file, name, identity(file))
    counts: dict[str, int] = {}
    header: list[str] = []
    entries: list[ReportEntry] = []
    for line, text in text_lines(file, codec, name, limits):
        cells = [cell.strip() for cell in text.split("\t")]
        if not any(cells):
            continue
        if header:
            entries.append(_entry(header, cells, f"{name}:{line}"))
        elif {normal(column) for column in _COLUMNS} <= {normal(cell) for cell in cells}:
            header = [normal(cell) for cell in cells]
        else:
            counts |= _counts([cell for cell in cells if cell])
    processed, successful = counts.get(normal(_PROCESSED)), counts.get(normal(_SUCCESSFUL))
    if processed is None or successful is None:
        raise FileRefused(
            Problem(
                "no_summary",
                "this is no processing report: its summary of records is missing",
                fix="give the report as Amazon sent it",
                source=name,
            )
        )
    return ProcessingReport(processed, successful, tuple(entries))


def _counts(cells: Sequence[str]) -> Iterator[tuple[str, int]]:
    if len(cells) >= 2 and cells[-1].isascii() and cells[-1].isdigit() and len(cells[-1]) <= 9:
        yield normal(cells[0]), int(cells[-1])


def _entry(header: Sequence[str], cells: Sequence[str], source: str) -> ReportEntry:
    named = dict(zip(header, cells, strict=False))
    record, sku, code, kind, message = (named.get(normal(column), "") for column in _COLUMNS)
    kinds: dict[str, Literal["Error", "Warning"]] = {"error": "Error", "warning": "Warning"}
    number = int(record) if record.isascii() and record.isdigit() and len(record) <= 9 else None
    if number is None or kind.casefold() not in kinds:
        raise FileRefused(
            Problem(
                "invalid_entry",
                "an entry has no record number, or is neither an Error nor a Warning",
                "original-record-number" if number is None else "error-type",
                fix="give the report as Amazon sent it",
                source=source,
            )
        )
    return ReportEntry(number, sku, code, kinds[kind.casefold()], message)


def write_processing_report(
    processed: int, successful: int, entries: Iterable[ReportEntry], file: BinaryIO
) -> None:
    """Write a report in Amazon's form, for people: cells that a spreadsheet would calculate are
    guarded, line breaks inside a text become blanks."""
    writer = FlatWriter(file, _COLUMNS, guarded=True)
    file.write(
        f"Feed Processing Summary:\n\t{_PROCESSED}\t\t{processed}\n"
        f"\t{_SUCCESSFUL}\t\t{successful}\n\n".encode()
    )
    started = False
    for entry in entries:
        if not started:
            writer.header()
            started = True
        writer.row(
            {
                "original-record-number": str(entry.record),
                "sku": entry.sku,
                "error-code": entry.code,
                "error-type": entry.kind,
                "error-message": entry.message,
            }
        )
