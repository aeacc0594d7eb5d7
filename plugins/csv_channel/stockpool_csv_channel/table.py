"""A file as a table: its delimiter, its header row, and its records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from stockpool_csv_channel import layouts
from stockpool_csv_channel.findings import FileRefused, Finding
from stockpool_csv_channel.layouts.layout import Columns, Layout
from stockpool_csv_channel.settings import CsvChannelSettings

DELIMITERS: Final = ("\t", ",", ";")
_PREAMBLE_MOST = 100
"""Empty lines before the header row."""

RECORD_CHARACTERS_MOST: Final = 5_000_000
"""Of one row with all of its cells: what bounds the memory that a file can take."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the text of a file is cut into cells."""

    codec: str
    delimiter: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Table:
    """An open file whose header row is understood."""

    file: BinaryIO
    form: Form
    header: Sequence[str]
    header_row: int
    columns: Columns

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """All records below the header row, with their numbers; the file's first one is 1.

        Raises:
            FileRefused: if the quoting is broken, which leaves the rest of the file unreadable.
        """
        for number, cells in _records(self.file, self.form):
            if number > self.header_row:
                yield number, cells


def open_table(file: BinaryIO, codec: str, settings: CsvChannelSettings) -> Table:
    """Find the header row and lay a layout over it.

    Raises:
        FileRefused: if there is no header row, or none that makes sense.
    """
    possible = layouts.candidates(settings)
    named = _named_delimiter(file, codec)
    delimiters = [settings.delimiter or named or ""]
    if not delimiters[0]:
        delimiters = list(DELIMITERS)
    best: tuple[int, int, Form, int, list[str]] | None = None
    fault: FileRefused | None = None
    for delimiter in delimiters:
        form = Form(codec, delimiter, quoted=True)
        try:
            row, header = _header(file, form, skip=1 if named else 0)
        except FileRefused as error:
            fault = fault or error
            continue
        rank = (layouts.likeness(header, possible), len(header))
        if best is None or rank > best[:2]:
            best = (*rank, form, row, header)
    if best is None:
        assert fault is not None
        raise fault
    _, _, form, row, header = best
    if len(header) > settings.limits.columns:
        raise FileRefused(
            Finding(
                "too_many_columns",
                f"the file has {len(header)} columns",
                "delete columns, or raise limits.columns",
                row,
                limit=str(settings.limits.columns),
            )
        )
    columns = layouts.choose(header, possible, row)
    if delimiter_is_bare(columns.layout, form.delimiter):
        form = Form(codec, form.delimiter, quoted=False)
        row, header = _header(file, form, skip=1 if named else 0)
        columns = layouts.choose(header, possible, row)
    return Table(file, form, header, row, columns)


def delimiter_is_bare(layout: Layout, delimiter: str) -> bool:
    """Is the double quote an ordinary character in such a file?"""
    return delimiter == "\t" and not layout.quoted_tabs


def _named_delimiter(file: BinaryIO, codec: str) -> str | None:
    """The one that a spreadsheet's first line names: `sep=;`."""
    with _text(file, codec) as text:
        line = text.readline(8).strip()
    if line[:4].lower() == "sep=" and line[4:5] in DELIMITERS and len(line) == 5:
        return line[4]
    return None


def _header(file: BinaryIO, form: Form, skip: int) -> tuple[int, list[str]]:
    for number, cells in _records(file, form):
        if number > skip and any(cell.strip() for cell in cells):
            return number, cells
        if number > _PREAMBLE_MOST:
            break
    raise FileRefused(
        Finding("no_header", "the file has no header row", "name the columns in the first row")
    )


def _text(file: BinaryIO, codec: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(
        io.BufferedReader(io.FileIO(file.fileno(), closefd=False)), encoding=codec, newline=""
    )


def _records(file: BinaryIO, form: Form) -> Iterator[tuple[int, list[str]]]:
    with _text(file, form.codec) as text:
        lines = _Lines(text)
        if form.quoted:
            reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
        else:
            reader = csv.reader(
                lines, delimiter=form.delimiter, quoting=csv.QUOTE_NONE, strict=True
            )
        try:
            for cells in reader:
                lines.records += 1
                lines.characters = 0
                yield lines.records, cells
        except csv.Error as error:
            raise FileRefused(_broken(str(error), lines.records + 1)) from error


class _Lines:
    """The lines of a file, as long as those of one record are not too many characters."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.records = 0
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(RECORD_CHARACTERS_MOST + 1):
            self.characters += len(line)
            if self.characters > RECORD_CHARACTERS_MOST:
                raise FileRefused(
                    Finding(
                        "record_too_long",
                        "a row is longer than any table's, or a quote is never closed",
                        "correct the quotes and line ends in this row and the next ones",
                        self.records + 1,
                        limit=str(RECORD_CHARACTERS_MOST),
                    )
                )
            yield line


def _broken(words: str, row: int) -> Finding:
    if "field limit" in words:
        return Finding(
            "cell_too_long",
            "a cell is longer than any table can hold, or a quote is never closed",
            "correct the quotes in this row and the next ones",
            row,
            limit=str(csv.field_size_limit()),
        )
    if "end of data" in words:
        return Finding(
            "quote_not_closed",
            "a double quote is opened in this row and never closed",
            "close it, or double it where it is meant as a character",
            row,
        )
    return Finding(
        "broken_quoting",
        "a closing double quote is followed by more text",
        "double the quotes that are meant as characters",
        row,
    )
