"""Sending statements without waiting for the answer of each: PostgreSQL's pipeline mode.

A unit of work over a handful of rows costs round trips and statements more than anything else. A
unit of work that begins with `open_pipeline` sends each statement with what follows it, waits only
where somebody reads an answer, and sends neither BEGIN nor COMMIT: what a pipeline holds is one
transaction by itself, and the synchronisation at its end commits it. So there must be none before
(psycopg's `executemany` and a nested pipeline make one). `leave_pipeline` goes on as a usual
transaction.

On SQLite, which is in our own process, all of this does nothing.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from typing import Any

from sqlalchemy import Connection

_OPEN = "stockpool_pipeline"
_IMPLICIT = "stockpool_implicit_transaction"


def open_pipeline(connection: Connection) -> None:
    """Send what follows without waiting. The first thing that a unit of work does.

    There is no COPY inside, and no statement through SQLAlchemy, which looks at each answer at
    once. An error of a statement whose answer nobody reads surfaces when the pipeline ends.

    Raises:
        psycopg.ProgrammingError: the unit of work has sent a statement before.
    """
    if connection.dialect.name == "sqlite":
        return
    driver = _driver(connection)
    driver.autocommit = True
    connection.info[_IMPLICIT] = True
    opened: AbstractContextManager[Any] = driver.pipeline()
    opened.__enter__()
    connection.info[_OPEN] = opened


def is_pipelined(connection: Connection) -> bool:
    """Whether a pipeline is open."""
    return _OPEN in connection.info


def leave_pipeline(connection: Connection) -> None:
    """Wait for all that was sent, and stay in its transaction; raises what went wrong with it.

    Without a pipeline, nothing.
    """
    if is_pipelined(connection):
        _stay_in_transaction(connection)
        connection.info.pop(_OPEN).__exit__(None, None, None)


def commit_pipeline(connection: Connection) -> None:
    """Wait for all that was sent, and commit it. Without a pipeline, nothing.

    If a statement failed, the server undoes all of it, and the failure is raised here.
    """
    opened = connection.info.pop(_OPEN, None)
    if opened is not None:
        opened.__exit__(None, None, None)


def abandon_pipeline(connection: Connection, error: BaseException) -> None:
    """Leave a pipeline of a unit of work that failed with `error`, which is what counts.

    Its transaction is left to be rolled back.
    """
    if is_pipelined(connection):
        with suppress(_driver(connection).Error):
            _stay_in_transaction(connection)
        connection.info.pop(_OPEN).__exit__(type(error), error, error.__traceback__)


def end_implicit_transaction(connection: Connection) -> None:
    """After a unit of work, whatever its end: the connection sends BEGIN again from now on."""
    if connection.info.pop(_IMPLICIT, False) and not connection.invalidated:
        driver = _driver(connection)
        if not driver.closed:
            driver.autocommit = False


def _stay_in_transaction(connection: Connection) -> None:
    """Let the synchronisation that comes next not commit.

    A BEGIN takes what the pipeline did so far into the transaction that it begins. If the server
    reports a failure instead, it skips everything and the synchronisation undoes it.
    """
    driver = _driver(connection)
    try:
        driver.execute("BEGIN")
    except driver.Error:
        raise
    except BaseException:
        # Nobody knows whether it was sent, and without it nothing may be synchronised.
        driver.close()
        raise


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
