"""Merging a report into what earlier ones said, row by row under the natural key.

    stage all rows  ->  in the order of their keys, some thousand at a time: compare with what is
    known, write what is new and what differs  ->  of a report on the present state: whatever it
    does not name is gone

All of it is one unit of work: an import that fails has changed nothing. Memory holds one part at a
time, whatever the size of the report.

A column that a file does not have says nothing: what earlier files said of it stays. A cell that is
empty, `--` or `N/A` in a column that is there has no value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, insert, literal, select, tuple_, update

from stockpool.flatfiles.reader import FlatFile, FlatRow
from stockpool.problems import Problem
from stockpool.reports.report_types import ReportType
from stockpool.reports.tables import report_differences, report_rows, report_staging
from stockpool.storage.bulk import Inserter, Sql, execute, fetch

PART = 5_000
PROBLEMS_KEPT = 100

_NOTHING = frozenset({"--", "n/a"})

_staging = Inserter("report_staging", ("import_id", "key", "digest", "line", "cells"))
_rows = Inserter(
    "report_rows",
    ("report_type", "pool", "key", "number", "cells", "first_import", "last_import"),
)
_differences = Inserter(
    "report_differences", ("import_id", "key", "number", "kind", "before", "after")
)

_known = Sql(
    postgresql="""
        SELECT r.key, r.number, r.cells, r.gone_import
        FROM unnest(%s::text[], %s::bigint[]) AS d (key, number)
        JOIN report_rows r ON r.key = d.key AND r.number = d.number
        WHERE r.report_type = %s AND r.pool = %s""",
    sqlite="""
        SELECT r.key, r.number, r.cells, r.gone_import
        FROM json_each(?) AS d
        JOIN report_rows r ON r.key = json_extract(d.value, '$[0]')
         AND r.number = json_extract(d.value, '$[1]')
        WHERE r.report_type = ? AND r.pool = ?""",
)

_change = Sql(
    postgresql="""
        UPDATE report_rows AS r SET cells = d.cells, last_import = d.import_id, gone_import = NULL
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
             AS d (cells, import_id, report_type, pool, key, number)
        WHERE r.report_type = d.report_type AND r.pool = d.pool
          AND r.key = d.key AND r.number = d.number""",
    sqlite="""
        UPDATE report_rows SET cells = ?, last_import = ?, gone_import = NULL
        WHERE report_type = ? AND pool = ? AND key = ? AND number = ?""",
)


@dataclass(slots=True)
class Merged:
    """What an import did."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go."""

    kind: ReportType
    pool: str
    import_id: str


def merge(connection: Connection, target: Target, file: FlatFile) -> Merged:
    """Take in all rows of a file; `target.import_id` is stored already."""
    merged = Merged()
    _stage(connection, target, file, merged)
    present = [column.name for column in target.kind.layout.columns if column.name in file.columns]
    for part in _numbered(connection, target.import_id):
        _merge_part(connection, target, present, part, merged)
    connection.execute(delete(report_staging).where(report_staging.c.import_id == target.import_id))
    if target.kind.is_state:
        merged.gone = _mark_gone(connection, target)
    return merged


def _stage(connection: Connection, target: Target, file: FlatFile, merged: Merged) -> None:
    waiting: list[tuple[Any, ...]] = []
    for row in file.rows():
        merged.rows += 1
        problems = row.problems or _without_key(target.kind, row)
        if problems:
            merged.refused += 1
            merged.problems += problems[: PROBLEMS_KEPT - len(merged.problems)]
            continue
        cells = _cells(target.kind, row)
        key = _digest([cells.get(name, "") for name in target.kind.key])
        text = json.dumps(cells, ensure_ascii=False, sort_keys=True)
        waiting.append((target.import_id, key, _digest(text), row.line, text))
        if len(waiting) == PART:
            _staging.insert(connection, waiting)
            waiting = []
    _staging.insert(connection, waiting)


def _without_key(kind: ReportType, row: FlatRow) -> tuple[Problem, ...]:
    if any(row.cells.get(name) for name in kind.key):
        return ()
    return (
        Problem(
            "no_key",
            f"nothing tells the row from others: {', '.join(kind.key)} is empty",
            kind.key[0],
            fix="give the report as the network made it",
            source=row.source,
        ),
    )


def _cells(kind: ReportType, row: FlatRow) -> dict[str, str]:
    cells = dict(row.cells) if kind.personal else {**row.unknown, **row.cells}
    return {name: text for name, text in cells.items() if text.casefold() not in _NOTHING}


def _digest(content: object) -> str:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:32]


_Numbered = tuple[str, int, str]
"""Key, number among the rows of that key, cells."""


def _numbered(connection: Connection, import_id: str) -> Iterator[list[_Numbered]]:
    """All rows in the order of their keys, in parts."""
    t = report_staging.c
    place = ("", "", 0)
    last_key, number = "", 0
    while True:
        found = connection.execute(
            select(t.key, t.digest, t.line, t.cells)
            .where(t.import_id == import_id, tuple_(t.key, t.digest, t.line) > tuple_(*place))
            .order_by(t.key, t.digest, t.line)
            .limit(PART)
        ).all()
        if not found:
            return
        part = []
        for key, _, _, cells in found:
            number = number + 1 if key == last_key else 1
            last_key = key
            part.append((key, number, cells))
        place = (found[-1].key, found[-1].digest, found[-1].line)
        yield part


def _merge_part(
    connection: Connection,
    target: Target,
    present: Sequence[str],
    part: Sequence[_Numbered],
    merged: Merged,
) -> None:
    kind, pool, import_id = target.kind.name, target.pool, target.import_id
    known = {
        (key, number): (cells, gone)
        for key, number, cells, gone in fetch(
            connection,
            _known,
            [key for key, _, _ in part],
            [number for _, number, _ in part],
            scalars=(kind, pool),
        )
    }
    new: list[tuple[Any, ...]] = []
    differences: list[tuple[Any, ...]] = []
    changes: list[tuple[Any, ...]] = []
    for key, number, text in part:
        there = known.get((key, number))
        if there is None:
            new.append((kind, pool, key, number, text, import_id, import_id))
            differences.append((import_id, key, number, "added", None, None))
            continue
        before, gone = json.loads(there[0]), there[1]
        after = json.loads(text)
        kept = {name: value for name, value in before.items() if name not in present}
        whole = {**kept, **after}
        was, now = _differing(before, whole, present)
        if gone is not None:
            differences.append((import_id, key, number, "added", None, None))
        elif was or now:
            differences.append((import_id, key, number, "changed", _compact(was), _compact(now)))
        if gone is not None or whole != before or target.kind.is_state:
            changes.append((_compact(whole), import_id, kind, pool, key, number))
    _rows.insert(connection, new)
    _differences.insert(connection, differences)
    execute(connection, _change, changes)
    merged.added += sum(kind == "added" for _, _, _, kind, _, _ in differences)
    merged.changed += sum(kind == "changed" for _, _, _, kind, _, _ in differences)


def _differing(
    before: Mapping[str, str], after: Mapping[str, str], columns: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The cells that differ in the columns that are there, as they were and as they are."""
    names = [name for name in columns if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def _compact(cells: Mapping[str, str]) -> str:
    return json.dumps(cells, ensure_ascii=False, sort_keys=True)


def _mark_gone(connection: Connection, target: Target) -> int:
    r = report_rows.c
    missed = (
        (r.report_type == target.kind.name)
        & (r.pool == target.pool)
        & (r.last_import != target.import_id)
        & r.gone_import.is_(None)
    )
    connection.execute(
        insert(report_differences).from_select(
            ["import_id", "key", "number", "kind"],
            select(literal(target.import_id), r.key, r.number, literal("gone")).where(missed),
        )
    )
    gone = update(report_rows).where(missed).values(gone_import=target.import_id)
    return int(connection.execute(gone).rowcount)
