"""Reports: taken in from files or fetched from the network, and what each import changed.

A report that was asked for is fetched by workers: asked for at the network, asked about until it
is made, and taken in. To ask a network for the same report twice does no harm, so that a lost
answer is answered by asking again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, delete, insert, select, update

from stockpool.errors import NotFoundError, RefusedError
from stockpool.flatfiles.reader import FlatFile, open_flat_file
from stockpool.flatfiles.refusal import FileRefused
from stockpool.ids import IdSource
from stockpool.plugins.network import Network, NetworkCapability
from stockpool.problems import Problem
from stockpool.reports.merging import Target, merge
from stockpool.reports.report_types import ReportType, known_type
from stockpool.reports.tables import (
    report_differences,
    report_imports,
    report_requests,
    report_rows,
)
from stockpool.storage.database import Database

DIFFERENCES_KEPT = 10
"""Imports of a type and pool whose differences are kept."""


@dataclass(frozen=True, slots=True)
class ReportImport:
    """What an import did.

    Attributes:
        repeated: the file is the one that was imported last; nothing was done again.
        unknown_columns: headers that are not known; their cells are kept (not where a report holds
            buyers' data).
        missing_columns: known columns that the file does not have; what they said stays.
        problems: why rows were refused, the first of them.
    """

    import_id: str
    report_type: str
    pool: str
    source: str
    imported_at: datetime
    rows: int
    added: int
    changed: int
    gone: int
    refused: int
    unknown_columns: Sequence[str]
    missing_columns: Sequence[str]
    problems: Sequence[Problem] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class RowDifference:
    """What an import changed in one row.

    Attributes:
        kind: added, changed or gone.
        key: the cells of the natural key.
        before / after: the cells that changed, or all of a row that came or went.
    """

    kind: str
    key: Mapping[str, str]
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WantedReport:
    """A report that was asked for.

    Attributes:
        state: wanted, asked, imported, nothing (there is nothing to tell) or failed.
    """

    request_id: str
    report_type: str
    pool: str
    state: str
    requested_at: datetime
    report_id: str | None = None
    import_id: str | None = None
    problem: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    options: Mapping[str, str] = field(default_factory=dict)


class Reports:
    """`engine.reports`."""

    def __init__(self, database: Database, ids: IdSource, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._ids = ids
        self._networks = networks

    def import_file(
        self, path: Path, report_type: str, pool: str, *, encoding: str | None = None
    ) -> ReportImport:
        """Take in a report from a file; all of it or, if it can't be read, nothing.

        Args:
            pool: whose stock it is about, like `amazon-na:US`.
            encoding: one of `flatfiles.encoding.ENCODINGS`; None finds it out.

        Raises:
            NotFoundError: there is no such type, pool or file.
            RefusedError: the file is no such report: a column that tells its rows apart is missing,
                or it can't be decoded.
        """
        self._check_pool(pool)
        kind = known_type(report_type)
        try:
            with path.open("rb") as file:
                return self.take_in(file, kind, pool, source=path.name, encoding=encoding)
        except OSError as error:
            raise NotFoundError(f"{path}: {error.strerror}") from None

    def take_in(
        self,
        file: BinaryIO,
        kind: ReportType,
        pool: str,
        *,
        source: str,
        encoding: str | None = None,
    ) -> ReportImport:
        """Take in a report from an open file that can be read again from its beginning.

        Raises:
            RefusedError: as for `import_file`.
        """
        try:
            opened = open_flat_file(file, kind.layout, name=source, encoding=encoding)
            return self._database.run(
                lambda connection: self._import(connection, opened, kind, pool, source)
            )
        except FileRefused as refusal:
            raise RefusedError(str(refusal.problem), [refusal.problem]) from None

    def _import(
        self, connection: Connection, file: FlatFile, kind: ReportType, pool: str, source: str
    ) -> ReportImport:
        last = connection.execute(
            select(report_imports)
            .where(report_imports.c.report_type == kind.name, report_imports.c.pool == pool)
            .order_by(report_imports.c.imported_at.desc(), report_imports.c.id.desc())
            .limit(1)
        ).one_or_none()
        if last is not None and last.sha256 == file.sha256:
            return _view(last, repeated=True)
        now = self._database.clock.now()
        import_id = self._ids.new_id(now)
        known = [column.name for column in kind.layout.columns]
        connection.execute(
            insert(report_imports).values(
                id=import_id,
                report_type=kind.name,
                pool=pool,
                source=source,
                sha256=file.sha256,
                **dict.fromkeys(("rows", "added", "changed", "gone", "refused"), 0),
                unknown_columns=json.dumps(file.unknown_columns),
                missing_columns=json.dumps([name for name in known if name not in file.columns]),
                problems="[]",
                imported_at=now,
            )
        )
        merged = merge(connection, Target(kind, pool, import_id), file)
        connection.execute(
            update(report_imports)
            .where(report_imports.c.id == import_id)
            .values(
                rows=merged.rows,
                added=merged.added,
                changed=merged.changed,
                gone=merged.gone,
                refused=merged.refused,
                problems=json.dumps([asdict(problem) for problem in merged.problems]),
            )
        )
        _forget_differences(connection, kind.name, pool)
        return _view(
            connection.execute(select(report_imports).where(report_imports.c.id == import_id)).one()
        )

    def imports(
        self, *, report_type: str | None = None, pool: str | None = None, limit: int = 100
    ) -> Sequence[ReportImport]:
        """Imports, the newest first."""
        wanted = select(report_imports).order_by(
            report_imports.c.imported_at.desc(), report_imports.c.id.desc()
        )
        if report_type is not None:
            wanted = wanted.where(report_imports.c.report_type == report_type)
        if pool is not None:
            wanted = wanted.where(report_imports.c.pool == pool)
        with self._database.read() as connection:
            return [_view(row) for row in connection.execute(wanted.limit(limit))]

    def get_import(self, import_id: str) -> ReportImport:
        """An import.

        Raises:
            NotFoundError: there is none with that id.
        """
        with self._database.read() as connection:
            return _view(_import_row(connection, import_id))

    def differences(self, import_id: str, *, limit: int = 1_000) -> Sequence[RowDifference]:
        """What an import changed. Kept for the last `DIFFERENCES_KEPT` of a type and pool.

        Raises:
            NotFoundError: there is no such import.
        """
        d, r = report_differences.c, report_rows.c
        with self._database.read() as connection:
            head = _import_row(connection, import_id)
            kind = known_type(head.report_type)
            found = connection.execute(
                select(d.kind, d.before, d.after, r.cells)
                .join(
                    report_rows,
                    (r.report_type == head.report_type)
                    & (r.pool == head.pool)
                    & (r.key == d.key)
                    & (r.number == d.number),
                )
                .where(d.import_id == import_id)
                .order_by(d.kind, d.key, d.number)
                .limit(limit)
            ).all()
        return [_difference(kind, row) for row in found]

    def rows(
        self, report_type: str, pool: str, *, limit: int | None = None
    ) -> Iterator[Mapping[str, str]]:
        """What a report says now: text by column, in no order that means anything.

        Raises:
            NotFoundError: there is no such type of report.
        """
        known_type(report_type)
        wanted = (
            select(report_rows.c.cells)
            .where(
                report_rows.c.report_type == report_type,
                report_rows.c.pool == pool,
                report_rows.c.gone_import.is_(None),
            )
            .order_by(report_rows.c.key, report_rows.c.number)
        )
        with self._database.read() as connection:
            for row in connection.execute(wanted if limit is None else wanted.limit(limit)):
                yield json.loads(row.cells)

    def request(
        self,
        report_type: str,
        pool: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        options: Mapping[str, str] | None = None,
    ) -> str:
        """Have a report fetched by workers; returns the request's id.

        Args:
            start / end: the time it is about; None leaves it to the network.
            options: `reportOptions`.

        Raises:
            NotFoundError: there is no such type or pool.
            RefusedError: the network makes no reports.
        """
        network = self._check_pool(pool)
        known_type(report_type)
        if NetworkCapability.REPORTS not in network.capabilities:
            problem = Problem(
                "no_reports", "this network makes no reports", "pool", fix="import a file"
            )
            raise RefusedError(str(problem), [problem])
        now = self._database.clock.now()
        request_id = self._ids.new_id(now)
        values = {
            "id": request_id,
            "report_type": report_type,
            "pool": pool,
            "start_at": start,
            "end_at": end,
            "options": json.dumps(dict(options or {})),
            "state": "wanted",
            "requested_at": now,
        }
        self._database.run(
            lambda connection: connection.execute(insert(report_requests).values(values))
        )
        return request_id

    def requests(self, *, limit: int = 100) -> Sequence[WantedReport]:
        """Reports that were asked for, the newest first."""
        with self._database.read() as connection:
            return [
                wanted_report(row)
                for row in connection.execute(
                    select(report_requests).order_by(report_requests.c.id.desc()).limit(limit)
                )
            ]

    def _check_pool(self, pool: str) -> Network:
        name, _, country = pool.partition(":")
        network = self._networks.get(name)
        if network is None or country not in [known.country for known in network.pools()]:
            raise NotFoundError(f"there is no pool {pool}; `stockpool inventory` lists them")
        return network


def wanted_report(row: Any) -> WantedReport:
    """A row of `report_requests`."""
    return WantedReport(
        row.id,
        row.report_type,
        row.pool,
        row.state,
        row.requested_at,
        row.report_id,
        row.import_id,
        row.problem,
        row.start_at,
        row.end_at,
        json.loads(row.options),
    )


def _import_row(connection: Connection, import_id: str) -> Any:
    row = connection.execute(
        select(report_imports).where(report_imports.c.id == import_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no import {import_id}; `stockpool reports list` lists them")
    return row


def _forget_differences(connection: Connection, report_type: str, pool: str) -> None:
    old = connection.execute(
        select(report_imports.c.id)
        .where(report_imports.c.report_type == report_type, report_imports.c.pool == pool)
        .order_by(report_imports.c.imported_at.desc(), report_imports.c.id.desc())
        .offset(DIFFERENCES_KEPT)
        .limit(1)
    ).scalars()
    connection.execute(
        delete(report_differences).where(report_differences.c.import_id.in_(list(old)))
    )


def _view(row: Any, *, repeated: bool = False) -> ReportImport:
    return ReportImport(
        row.id,
        row.report_type,
        row.pool,
        row.source,
        row.imported_at,
        row.rows,
        row.added,
        row.changed,
        row.gone,
        row.refused,
        json.loads(row.unknown_columns),
        json.loads(row.missing_columns),
        [Problem(**problem) for problem in json.loads(row.problems)],
        repeated,
    )


def _difference(kind: ReportType, row: Any) -> RowDifference:
    cells: dict[str, str] = json.loads(row.cells)
    key = {name: cells[name] for name in kind.key if name in cells}
    if row.kind == "changed":
        return RowDifference("changed", key, json.loads(row.before), json.loads(row.after))
    if row.kind == "gone":
        return RowDifference("gone", key, cells, {})
    return RowDifference("added", key, {}, cells)
