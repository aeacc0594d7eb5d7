"""What `verify` proves: named invariants, each with a query for the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one invariant: how many rows were looked at, and those that break it."""

    checked: int
    broken: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule that must hold over the whole database.

    Attributes:
        name: stable, as printed by `verify`.
        promise: the rule in one sentence.
        check: looks at the database; names at most a few breaking rows, in a stable order.
    """

    name: str
    promise: str
    check: Callable[[Connection], Finding]


@dataclass(frozen=True, slots=True)
class Violation:
    """A row that breaks an invariant."""

    invariant: str
    promise: str
    row: str


@dataclass(frozen=True, slots=True)
class Report:
    """The proof: what was checked and what is broken."""

    checked: dict[str, int] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return not self.violations

    def as_dict(self) -> dict[str, Any]:
        """As `verify --json` prints it."""
        return {
            "ok": self.ok,
            "checked": self.checked,
            "violations": [
                {"invariant": v.invariant, "promise": v.promise, "row": v.row}
                for v in self.violations
            ],
        }


def rows_that_break(count: str, broken: str) -> Callable[[Connection], Finding]:
    """A check made of two queries: `count` the rows in question, and describe `broken` ones.

    `broken` selects one text column that names a row; it is run with LIMIT 5.
    """

    def check(connection: Connection) -> Finding:
        total = connection.execute(text(count)).scalar_one()
        rows = connection.execute(text(f"{broken} LIMIT 5")).scalars().all()
        return Finding(int(total), tuple(str(row) for row in rows))

    return check


def verify(connection: Connection, invariants: Sequence[Invariant]) -> Report:
    """Check all `invariants` on what `connection` sees."""
    checked: dict[str, int] = {}
    violations: list[Violation] = []
    for invariant in invariants:
        finding = invariant.check(connection)
        checked[invariant.name] = finding.checked
        violations += [Violation(invariant.name, invariant.promise, row) for row in finding.broken]
    return Report(checked, tuple(violations))
