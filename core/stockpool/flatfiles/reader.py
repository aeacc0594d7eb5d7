"""Reading a tab-delimited file row by row, whatever its size.

Amazon's tab files know no quoting: a double quote is a character like any other, and no cell can
hold a tab or a line end. Columns are found by their names. What stands above the header row (the
version row of a template, its row of captions, a vertical head) is told apart by content.

A fault of the file as a whole raises `FileRefused`; a fault of a row is a `Problem` in that row,
and the rows after it are read. Messages repeat no cell: it may be a buyer's name.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from stockpool.flatfiles.encoding import identity, survey
from stockpool.flatfiles.layout import Layout, normal
from stockpool.flatfiles.refusal import FileRefused
from stockpool.problems import Problem

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TEMPLATE = "templatetype="


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most; counted in bytes for the file, else in characters and pieces.

    Attributes:
        line: bounds the memory that any row can take.
        preamble: lines above the header row.
    """

    file: int = 1 << 29
    rows: int = 2_000_000
    columns: int = 500
    line: int = 200_000
    cell: int = 4_000
    preamble: int = 100


@dataclass(frozen=True, slots=True)
class FlatRow:
    """One row of the table, or one field above it.

    Attributes:
        line: the line in the file; its first is 1.
        source: the same for people: `orders.txt:12`.
        cells: text by column name, without blanks around it; empty cells are left out.
        unknown: the same for columns that the layout does not know, by their header.
        problems: why the row can't be used; its cells are incomplete then.
    """

    line: int
    source: str
    cells: Mapping[str, str]
    unknown: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FlatFile:
    """An open file whose header row is understood.

    Attributes:
        sha256: of its bytes.
        head: the fields above the table, as the cells of one row.
        columns: names of the known columns that are there.
        unknown_columns: headers that the layout does not know, as they stand in the file.
        ignored_lines: lines above the header row of which nothing is used.
    """

    name: str
    sha256: str
    codec: str
    head: FlatRow
    columns: frozenset[str]
    unknown_columns: tuple[str, ...]
    ignored_lines: tuple[int, ...]
    _file: BinaryIO
    _header: tuple[str, ...]
    _known: tuple[str | None, ...]
    _header_line: int
    _limits: Limits

    def rows(self) -> Iterator[FlatRow]:
        """All rows below the header that are not empty, in the file's order.

        Raises:
            FileRefused: a line is too long, or there are too many rows.
        """
        count = 0
        for line, text in text_lines(self._file, self.codec, self.name, self._limits):
            if line <= self._header_line or not text.strip():
                continue
            count += 1
            if count > self._limits.rows:
                raise FileRefused(
                    Problem(
                        "too_many_rows",
                        f"the file has more than {self._limits.rows} rows",
                        limit=str(self._limits.rows),
                        fix="split the file",
                        source=f"{self.name}:{line}",
                    )
                )
            yield self._row(line, text)

    def _row(self, line: int, text: str) -> FlatRow:
        source = f"{self.name}:{line}"
        values = text.split("\t")
        cells: dict[str, str] = {}
        unknown: dict[str, str] = {}
        problems = []
        if _CONTROL.search(text):
            problems.append(
                Problem(
                    "control_character",
                    "the row holds a control character",
                    self._column_of(_CONTROL, values),
                    fix="remove it",
                    source=source,
                )
            )
        for known, header, value in zip(self._known, self._header, values, strict=False):
            value = value.strip()
            if not value or _CONTROL.search(value):
                continue
            if len(value) > self._limits.cell:
                problems.append(
                    Problem(
                        "cell_too_long",
                        f"a cell has {len(value)} characters",
                        known or header,
                        str(self._limits.cell),
                        "shorten it",
                        source,
                    )
                )
            elif known is not None:
                cells[known] = value
            else:
                unknown[header] = value
        if len(values) > len(self._header) and any(
            value.strip() for value in values[len(self._header) :]
        ):
            problems.append(
                Problem(
                    "too_many_cells",
                    f"the row has {len(values)} cells under {len(self._header)} headers",
                    limit=str(len(self._header)),
                    fix="remove tabs inside cells",
                    source=source,
                )
            )
        return FlatRow(line, source, cells, unknown, tuple(problems))

    def _column_of(self, pattern: re.Pattern[str], values: Sequence[str]) -> str | None:
        for known, header, value in zip(self._known, self._header, values, strict=False):
            if pattern.search(value):
                return known or header
        return None


@contextmanager
def flat_file(
    path: Path, layout: Layout, *, encoding: str | None = None, limits: Limits | None = None
) -> Iterator[FlatFile]:
    """`open_flat_file` for a path; the file is closed at the end of the block."""
    with path.open("rb") as file:
        yield open_flat_file(file, layout, name=path.name, encoding=encoding, limits=limits)


def open_flat_file(
    file: BinaryIO,
    layout: Layout,
    *,
    name: str,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> FlatFile:
    """Find out how a file is encoded and where its table begins.

    Args:
        file: seekable; it is read several times, and must not change meanwhile.
        name: for messages.
        encoding: one of `encoding.ENCODINGS`; None finds it out.

    Raises:
        FileRefused: it is too large, can't be decoded, or has no header row with the columns that
            `layout` requires.
    """
    limits = limits or Limits()
    size = file.seek(0, os.SEEK_END)
    if size > limits.file:
        raise FileRefused(
            Problem(
                "file_too_large",
                f"the file has {size} bytes",
                limit=str(limits.file),
                fix="split it",
                source=name,
            )
        )
    sha256 = identity(file)
    codec = decoded_by(file, name, sha256, encoding)
    top = [
        (line, _first_cells(text, limits.columns))
        for line, text in _first_lines(text_lines(file, codec, name, limits), limits.preamble)
        if text.strip()
    ]
    place = _header_place(top, layout, name)
    header_line, cells = top[place]
    header = tuple(cell.strip() for cell in cells)
    known = tuple(layout.known(header))
    _check_header(header, known, header_line, layout, name, limits)
    head, ignored = _head(top[:place], layout, name)
    return FlatFile(
        name,
        sha256,
        codec,
        head,
        frozenset(column for column in known if column is not None),
        tuple(cell for cell, column in zip(header, known, strict=True) if column is None and cell),
        ignored,
        file,
        header,
        known,
        header_line,
        limits,
    )


def decoded_by(file: BinaryIO, name: str, sha256: str, encoding: str | None = None) -> str:
    """The codec that reads all of `file`.

    Raises:
        FileRefused: none does; the refusal names the file.
    """
    try:
        return survey(file, sha256, encoding).codec
    except FileRefused as refusal:
        raise FileRefused(replace(refusal.problem, source=name)) from None


def text_lines(file: BinaryIO, codec: str, name: str, limits: Limits) -> Iterator[tuple[int, str]]:
    """All lines with their numbers, without their ends (LF, CRLF or CR).

    Raises:
        FileRefused: a line is longer than `limits.line`.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=codec, newline="")
    try:
        number = 0
        while line := text.readline(limits.line + 2):
            number += 1
            content = line.rstrip("\r\n")
            if len(content) > limits.line:
                raise FileRefused(
                    Problem(
                        "line_too_long",
                        f"line {number} has more than {limits.line} characters",
                        limit=str(limits.line),
                        fix="check the file's line ends, or shorten the cells",
                        source=f"{name}:{number}",
                    )
                )
            yield number, content
    finally:
        # The caller goes on reading the file; it must not be closed with the text over it.
        text.detach()


def _first_lines(lines: Iterator[tuple[int, str]], most: int) -> Iterator[tuple[int, str]]:
    for number, text in lines:
        if number > most:
            return
        yield number, text


def _first_cells(text: str, most: int) -> list[str]:
    """The cells of a line without empty ones at its end; one more than `most`, if there are more.

    Any of the first lines may be the header row, so that their cells are looked up: a line of
    nothing but tabs must not cost more than a header row can.
    """
    return text.rstrip().split("\t", most + 1)[: most + 1]


def _header_place(top: Sequence[tuple[int, list[str]]], layout: Layout, name: str) -> int:
    fitting = [
        place
        for place, (_line, cells) in enumerate(top)
        if layout.required <= {column for column in layout.known(cells) if column}
    ]
    if fitting:
        templated = bool(top) and normal(top[0][1][0]).startswith(_TEMPLATE)
        # A template has captions in its second row and names in its third; both may fit.
        captions = templated and fitting[:2] == [1, 2]
        return 2 if captions else fitting[0]
    likeness = [sum(column is not None for column in layout.known(cells)) for _line, cells in top]
    most = max(likeness, default=0)
    if not most:
        raise FileRefused(
            Problem(
                "no_header",
                f"no line names the columns of a {layout.name}",
                fix=f"name the columns in one row: {', '.join(sorted(layout.required))}",
                source=name,
            )
        )
    line, cells = top[likeness.index(most)]
    missing = sorted(layout.required - {column for column in layout.known(cells) if column})
    raise FileRefused(
        Problem(
            "missing_column",
            f"a {layout.name} needs the column {', '.join(missing)}",
            missing[0],
            fix="add it to the header row",
            source=f"{name}:{line}",
        )
    )


def _check_header(
    header: Sequence[str],
    known: Sequence[str | None],
    line: int,
    layout: Layout,
    name: str,
    limits: Limits,
) -> None:
    if len(header) > limits.columns:
        raise FileRefused(
            Problem(
                "too_many_columns",
                f"the file has more than {limits.columns} columns",
                limit=str(limits.columns),
                fix="delete columns that are not needed",
                source=f"{name}:{line}",
            )
        )
    named = [column for column in known if column is not None]
    for column in named:
        if named.count(column) > 1:
            raise FileRefused(
                Problem(
                    "repeated_column",
                    f"the column {column} stands in the {layout.name} twice",
                    column,
                    fix="delete one of them",
                    source=f"{name}:{line}",
                )
            )


def _head(
    lines: Sequence[tuple[int, list[str]]], layout: Layout, name: str
) -> tuple[FlatRow, tuple[int, ...]]:
    cells: dict[str, str] = {}
    problems: list[Problem] = []
    ignored: list[int] = []
    first = 0
    for line, (label, *values) in lines:
        field = layout.by_field.get(normal(label))
        value = next((value.strip() for value in values if value.strip()), "")
        if field is None:
            ignored.append(line)
            continue
        first = first or line
        if field in cells:
            problems.append(
                Problem(
                    "repeated_field",
                    f"{field} stands above the table twice",
                    field,
                    fix="delete one of them",
                    source=f"{name}:{line}",
                )
            )
        elif _CONTROL.search(value):
            problems.append(
                Problem(
                    "control_character",
                    f"{field} holds a control character",
                    field,
                    fix="remove it",
                    source=f"{name}:{line}",
                )
            )
        elif value:
            cells[field] = value
    line = first or 1
    return FlatRow(line, f"{name}:{line}", cells, {}, tuple(problems)), tuple(ignored)
