"""Writing tab-delimited files: for Amazon as they are, for people guarded against formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from stockpool.errors import RefusedError
from stockpool.flatfiles.encoding import ENCODINGS
from stockpool.flatfiles.formulas import guard
from stockpool.problems import Problem

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f]+")


class FlatWriter:
    """Writes rows under a header.

    Args:
        file: written to; flushing and closing it is the caller's.
        encoding: one of `encoding.ENCODINGS`. UTF-8 is written without a byte order mark, which
            Amazon would take for a part of the first header.
        guarded: for people only. An apostrophe stands before cells that a spreadsheet would
            calculate, and control characters become blanks.
    """

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[str],
        *,
        encoding: str = "utf-8",
        guarded: bool = False,
    ) -> None:
        self._file = file
        self._columns = tuple(columns)
        self._codec = "utf-8" if encoding == "utf-8" else ENCODINGS[encoding]
        self._guarded = guarded
        self._started = False

    def field(self, name: str, value: str) -> None:
        """Write a field above the table. All of them come before `header`."""
        self._write([name, value], name)

    def blank(self) -> None:
        """Write an empty line."""
        self._write([""], "")

    def header(self) -> None:
        """Write the names of the columns."""
        self._write(self._columns, "")

    def row(self, cells: Mapping[str, str]) -> None:
        """Write one row; columns without a cell are empty, empty ones at the end left out.

        Raises:
            RefusedError: a cell holds a tab, a line end or another control character, or can't be
                encoded. Nothing of the row is written.
            ValueError: there is no such column.
        """
        strange = cells.keys() - set(self._columns)
        if strange:
            raise ValueError(f"no column {', '.join(sorted(strange))}")
        values = [cells.get(column, "") for column in self._columns]
        if self._guarded:
            values = [guard(_UNWRITABLE.sub(" ", value)) for value in values]
        for column, value in zip(self._columns, values, strict=True):
            if _UNWRITABLE.search(value):
                raise _refused(column, "holds a tab, a line end or another control character")
        while len(values) > 1 and not values[-1]:
            values.pop()
        self._write(values, "")

    def _write(self, cells: Sequence[str], place: str) -> None:
        if place and any(_UNWRITABLE.search(cell) for cell in cells):
            raise _refused(place, "holds a tab, a line end or another control character")
        text = "\t".join(cells) + "\n"
        codec = self._codec
        if codec == "utf-16" and self._started:
            codec = "utf-16-le"  # the byte order mark stands at the beginning alone
        try:
            line = (
                ("\ufeff" + text).encode("utf-16-le") if codec == "utf-16" else text.encode(codec)
            )
        except UnicodeEncodeError as error:
            column = self._columns[min(text[: error.start].count("\t"), len(self._columns) - 1)]
            raise _refused(place or column, f"can't be written in {self._codec}") from None
        self._started = True
        self._file.write(line)


def _refused(column: str, what: str) -> RefusedError:
    problem = Problem("unwritable_cell", f"{column} {what}", column, fix="remove the character")
    return RefusedError(f"{column} {what}", [problem])
