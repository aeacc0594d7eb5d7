"""Reports as files: what a type of report is, its rows as text, and columns that drift.

Amazon's reports are tab-delimited, with names in the first row. Columns come and go over time,
which a control brings about here, so that who reads reports can be tried with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from stockpool.money import Money
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.world import World

Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """What a report shall be about: countries, a time (ends included), and its type's options."""

    countries: Sequence[str]
    start: Micros
    end: Micros
    options: Mapping[str, str]

    def covers(self, at: Micros | None) -> bool:
        """Whether a moment lies in the time asked for."""
        return at is not None and self.start <= at <= self.end


@dataclass(frozen=True, slots=True)
class ReportType:
    """A type of report.

    Attributes:
        columns: in Amazon's order and spelling.
        rows: what is true now, row by row; members that are no columns are left out.
        charset: of the file, but in Japan, where it is Shift_JIS.
        days_most: the longest time that one report may be about.
        personal: whether it holds buyers' data, so that it needs a restricted data token.
        options: the values that each option of the type may have.
    """

    columns: Sequence[str]
    rows: Callable[[World, Query], Iterable[Cells]]
    charset: str = "windows-1252"
    days_most: int | None = None
    personal: bool = False
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drift:
    """How the columns of a type differ from what is documented."""

    added: Sequence[str] = ()
    dropped: Sequence[str] = ()
    reordered: bool = False
    capitals: bool = False


def drift_of(world: World, report_type: str) -> Drift:
    """What a control has set for a type of report."""
    note = world.store.notes.get(f"drift:{report_type}")
    return Drift(**json.loads(note)) if note else Drift()


def written(
    kind: ReportType, rows: Iterable[Cells], country: str, drift: Drift
) -> tuple[str, Iterator[bytes]] | None:
    """The content type and the lines of a file; None if there are no rows.

    A row is asked for when its line is, and not kept.

    What the charset has no place for is a question mark, as in Amazon's own files: sellers report
    it of those in Windows-1252 (github.com/amzn/selling-partner-api-models, issues 4888 and 4955).
    """
    columns = [name for name in kind.columns if name not in drift.dropped] + list(drift.added)
    if drift.reordered:
        columns.reverse()
    left = iter(rows)
    first = next(left, None)
    if first is None:
        return None
    names = [name.upper() if drift.capitals else name for name in columns]
    lines = chain((names,), (_cells(row, columns) for row in chain((first,), left)))
    charset = "Shift_JIS" if country == "JP" else kind.charset
    encoded = (("\t".join(line) + "\r\n").encode(charset, errors="replace") for line in lines)
    return f"text/plain; charset={charset}", encoded


def _cells(row: Cells, columns: Sequence[str]) -> list[str]:
    return [_cell(row.get(name)) for name in columns]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    # A tab or a line break inside would be another column or row; Amazon has none there.
    return " ".join(str(value).split())


def moment(at: Micros | None) -> str:
    """A time as most reports write it: ISO 8601 with its zone."""
    return "" if at is None else to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def day(at: Micros) -> str:
    """A day as the ledger reports write it: month, day, year."""
    return to_datetime(at).strftime("%m/%d/%Y")


def amount(minor: int | None, currency: str) -> str:
    """Money without its currency; empty if there is none."""
    return "" if minor is None else str(Money(minor, currency).amount)
