"""Reading on what imports have added or changed, for those who keep something of it themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from stockpool.outbox import cursors
from stockpool.reports.tables import report_imports, report_rows
from stockpool.storage.database import Database

AT_ONCE = 1_000

Cells = Mapping[str, str]

Store = Callable[[Connection, str, Sequence[Cells]], int]
"""Keeps some rows of a pool, and says how many it has kept. It may be given rows again."""


def read_on(database: Database, reader: str, report_type: str, store: Store) -> int:
    """Hand rows that were added or changed since this reader has last read; returns how many were
    kept. A reader that dies in between is given the rows of an import again.

    Args:
        reader: names who reads; each has a cursor of its own.
    """
    kept = 0
    for pool, newest in _imports(database, report_type):
        name = f"{reader}:{report_type}:{pool}"
        with database.read() as connection:
            since = cursors.position(connection, name)
        if since == newest:
            continue
        after: tuple[str, int] = ("", -1)
        while True:
            with database.read() as connection:
                rows = _rows(connection, report_type, pool, since, after)
            if not rows:
                break
            cells = [json.loads(row.cells) for row in rows]
            kept += database.run(
                lambda connection, pool=pool, cells=cells: store(connection, pool, cells)  # type: ignore[misc]
            )
            after = (rows[-1].key, rows[-1].number)
        database.run(
            lambda connection, name=name, newest=newest: cursors.move(  # type: ignore[misc]
                connection, name, newest, at=database.clock.now()
            )
        )
    return kept


def _imports(database: Database, report_type: str) -> list[tuple[str, str]]:
    query = (
        select(report_imports.c.pool, func.max(report_imports.c.id))
        .where(report_imports.c.report_type == report_type)
        .group_by(report_imports.c.pool)
        .order_by(report_imports.c.pool)
    )
    with database.read() as connection:
        return [(row[0], row[1]) for row in connection.execute(query)]


def _rows(
    connection: Connection,
    report_type: str,
    pool: str,
    since: str | None,
    after: tuple[str, int],
) -> Sequence[Any]:
    key, number = report_rows.c.key, report_rows.c.number
    query = (
        select(key, number, report_rows.c.cells)
        .where(
            report_rows.c.report_type == report_type,
            report_rows.c.pool == pool,
            (key > after[0]) | ((key == after[0]) & (number > after[1])),
        )
        .order_by(key, number)
        .limit(AT_ONCE)
    )
    if since is not None:
        query = query.where(report_rows.c.last_import > since)
    return connection.execute(query).all()


def instant(text: str | None) -> datetime | None:
    """The time in a report's cell, in UTC; None if there is none or it can't be read.

    A time without a zone is UTC, as all times of SP-API are.
    """
    try:
        found = datetime.fromisoformat(text or "")
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
