"""What is wrong in a file: where, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from stockpool.problems import Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a row, or in the whole file if `row` is None.

    The reason repeats no cell: rows that slipped by a column carry names and streets in the
    oddest places.
    """

    code: str
    reason: str
    fix: str
    row: int | None = None
    column: str | None = None
    limit: str | None = None

    def as_problem(self, source: str, more: int = 0) -> Problem:
        """For the operator; `more` findings of the same order stand in the report."""
        others = f" (and {more} more, see the report in rejected/)" if more else ""
        return Problem(
            self.code,
            self.reason + others,
            field=self.column,
            limit=self.limit,
            fix=self.fix,
            source=source,
        )


class FileRefused(Exception):
    """The file as a whole can't be read."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.reason)
        self.finding = finding
