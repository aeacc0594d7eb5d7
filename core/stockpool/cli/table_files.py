"""Reading CSV files with a header: comma, semicolon or tab, UTF-8."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer import BadParameter

_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that can't be used."""

    line: int
    field: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"line": self.line, "field": self.field, "reason": self.reason}

    def __str__(self) -> str:
        return f"line {self.line}: {self.field}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column name, without blanks around its values. `line` is the row's first line."""

    line: int
    values: dict[str, str]

    def get(self, name: str) -> str:
        """The value of a column; empty if the file has no such column."""
        return self.values.get(name, "")


def read_table(file: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a file; `-` is stdin. Columns are found by name, in any case and order.

    Raises:
        BadParameter: the file can't be read, or a required column is missing.
    """
    text = _text(file)
    # The header names nothing with a delimiter in it, so whichever occurs most is the one.
    header_line = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] = []
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip().lower().replace(" ", "_") for cell in cells]
                _check_header(header, required, optional, file)
                continue
            values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            yield Row(line, values)
    except csv.Error as error:
        raise BadParameter(f"{file}: line {reader.line_num}: {error}", param_hint="FILE") from None
    if not header:
        raise BadParameter(f"{file}: is empty", param_hint="FILE")


def _text(file: Path) -> str:
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from None
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise BadParameter(f"{file}: line {line} is not UTF-8", param_hint="FILE") from None


def _check_header(
    header: Sequence[str], required: Sequence[str], optional: Sequence[str], file: Path
) -> None:
    for name in required:
        if name not in header:
            wanted = ", ".join([*required, *(f"{name} (optional)" for name in optional)])
            raise BadParameter(
                f"{file}: there is no column {name!r}; wanted: {wanted}", param_hint="FILE"
            )
