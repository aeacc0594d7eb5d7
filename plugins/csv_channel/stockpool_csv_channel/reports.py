"""Files for people, in `rejected` and `done`: what went wrong, and the rows to correct.

All cells are guarded against being calculated. The rows are written in the form of the file they
come from, so that a person can correct them and drop them into the inbox again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from stockpool.flatfiles.formulas import guard_row
from stockpool_csv_channel.findings import Finding
from stockpool_csv_channel.folder import Directory, make_durable
from stockpool_csv_channel.table import Table

REPORT: Final = ".report.csv"
ROWS: Final = ".rows.csv"
_HEADER: Final = ("row", "column", "code", "reason", "fix", "order")


class _Lines:
    """A new file of text in the work folder, made when the first line comes."""

    def __init__(self, work: Directory, name: str, codec: str) -> None:
        self._work = work
        self._name = name
        self._codec = codec
        self._text: io.TextIOWrapper | None = None

    @property
    def text(self) -> io.TextIOWrapper:
        if self._text is None:
            self._text = io.TextIOWrapper(self._work.create(self._name), self._codec, newline="")
        return self._text

    @property
    def is_empty(self) -> bool:
        return self._text is None

    def publish(self, target: Directory, name: str) -> None:
        """Move the file where people look for it."""
        if self._text is not None:
            make_durable(self._text)
            self._text.close()
            self._text = None
            self._work.move(self._name, target, name)

    def discard(self) -> None:
        if self._text is not None:
            self._text.close()
            self._text = None
            self._work.remove(self._name)


class Report:
    """Findings, one a line: row, column, code, reason, fix, order."""

    def __init__(self, work: Directory, name: str) -> None:
        self._lines = _Lines(work, name, "utf-8-sig")

    def add(self, finding: Finding, order_id: str = "") -> None:
        """Write one finding down."""
        new = self._lines.is_empty
        writer = csv.writer(self._lines.text)
        if new:
            writer.writerow(_HEADER)
        row = "" if finding.row is None else str(finding.row)
        writer.writerow(
            guard_row(
                [
                    row,
                    finding.column or "",
                    finding.code,
                    finding.reason,
                    finding.fix,
                    order_id.replace("\0", ""),
                ]
            )
        )

    def publish(self, target: Directory, label: str) -> None:
        """Put it beside the files of `target`, if anything was found."""
        self._lines.publish(target, label + REPORT)

    def discard(self) -> None:
        """Forget it."""
        self._lines.discard()


class RejectedRows:
    """The rows of rejected orders under the header of their file."""

    def __init__(self, work: Directory, name: str, table: Table) -> None:
        form = table.form
        # With a byte order mark, without which spreadsheets take UTF-8 for something else.
        self._lines = _Lines(work, name, form.codec)
        self._header = table.header
        self._delimiter = form.delimiter
        self._quoted = form.quoted

    def add(self, rows: Sequence[tuple[int, list[str]]]) -> None:
        """Write the rows of one order down."""
        if self._lines.is_empty:
            self._write(self._header)
        for _, cells in rows:
            self._write([cell.replace("\0", "") for cell in cells])

    def _write(self, cells: Sequence[str]) -> None:
        guarded = guard_row(cells)
        if self._quoted:
            csv.writer(self._lines.text, delimiter=self._delimiter).writerow(guarded)
        else:
            # No cell of such a file holds a tab or a line break, and no quote means anything.
            self._lines.text.write(self._delimiter.join(guarded) + "\r\n")

    def publish(self, target: Directory, label: str) -> None:
        """Put them beside the files of `target`, if any were rejected."""
        self._lines.publish(target, label + ROWS)

    def discard(self) -> None:
        """Forget them."""
        self._lines.discard()
