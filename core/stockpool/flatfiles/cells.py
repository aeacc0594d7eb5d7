"""Cells as values: text, whole numbers, decimals, choices, times. What is wrong is collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from stockpool.flatfiles.reader import FlatRow
from stockpool.problems import Problem

T = TypeVar("T")

UNITS_MOST = 1_000_000
"""Of one row; more is a slip of the keyboard."""

_AMOUNT_MOST = Decimal(10) ** 10


class Cells:
    """Reads the cells of one row. `problems` has what was wrong with them, and with the row.

    Each method answers None (or "") for an empty or wrong cell; a caller looks at `problems`
    before it uses the answers.
    """

    def __init__(self, row: FlatRow) -> None:
        self.row = row
        self.problems: list[Problem] = list(row.problems)

    def refuse(
        self, code: str, message: str, column: str, *, limit: str | None = None, fix: str
    ) -> None:
        """Note what is wrong in `column`."""
        self.problems.append(Problem(code, message, column, limit, fix, self.row.source))

    def text(self, column: str, *, most: int, required: bool = False) -> str:
        """The text of a cell; empty if there is none."""
        value = self.row.cells.get(column, "")
        if len(value) > most:
            self.refuse(
                "text_too_long",
                f"{column} has {len(value)} characters",
                column,
                limit=str(most),
                fix="shorten it",
            )
            return ""
        if required and not value:
            self.missing(column)
        return value

    def missing(self, column: str) -> None:
        """Note that a cell must not be empty."""
        self.refuse("missing_value", f"{column} is empty", column, fix="fill it in")

    def whole(self, column: str, *, least: int = 0, required: bool = False) -> int | None:
        """A whole number in plain digits."""
        value = self.row.cells.get(column, "")
        if not value:
            if required:
                self.missing(column)
            return None
        # A longer one would be too much anyway, and slow to read.
        plain = value.isascii() and value.isdigit() and len(value) <= 9
        if not plain or not least <= int(value) <= UNITS_MOST:
            self.refuse(
                "invalid_number",
                f"{column} is no whole number from {least} to {UNITS_MOST}",
                column,
                limit=f"{least} to {UNITS_MOST}",
                fix="write it in digits alone, like 12",
            )
            return None
        return int(value)

    def decimal(self, column: str) -> Decimal | None:
        """A decimal that is not negative, with a point."""
        value = self.row.cells.get(column, "")
        if not value:
            return None
        try:
            found = Decimal(value) if value.isascii() and len(value) <= 20 else Decimal("NaN")
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found < 0 or found > _AMOUNT_MOST or "_" in value:
            self.refuse(
                "invalid_decimal",
                f"{column} is no decimal number",
                column,
                fix="write it with a point and no currency sign, like 9.50",
            )
            return None
        return found

    def choice(self, column: str, choices: Mapping[str, T], default: T) -> T:
        """The value of a word; `choices` has the words in lower case. Empty is `default`."""
        value = self.row.cells.get(column, "").casefold()
        if value and value not in choices:
            self.refuse(
                "invalid_choice",
                f"{column} has a word that it can't have",
                column,
                limit=", ".join(choices),
                fix="use one of these words",
            )
        return choices.get(value, default)

    def time(self, column: str, *, required: bool = False) -> datetime | None:
        """An instant in ISO 8601; without an offset it is UTC, a date alone its first moment."""
        value = self.row.cells.get(column, "")
        if not value:
            if required:
                self.missing(column)
            return None
        try:
            found = datetime.fromisoformat(value)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.refuse(
                "invalid_time",
                f"{column} is no date in ISO 8601",
                column,
                fix="write it like 2026-01-31 or 2026-01-31T12:00:00Z",
            )
            return None

    def day(self, column: str, formats: Sequence[str]) -> date | None:
        """A day in one of `formats`; they must not be ambiguous among themselves."""
        value = self.row.cells.get(column, "")
        if not value:
            return None
        for form in formats:
            try:
                return datetime.strptime(value, form).replace(tzinfo=UTC).date()
            except ValueError:
                continue
        self.refuse(
            "invalid_date",
            f"{column} is no date",
            column,
            fix="write it as the column's name says, like 01/31/2027",
        )
        return None
