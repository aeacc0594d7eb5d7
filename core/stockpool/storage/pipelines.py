"""Sending statements without waiting for the answer of each: PostgreSQL's pipeline mode.

A unit of work over a handful of rows costs round trips more than anything else. Between
`open_pipeline` and `leave_pipeline` a statement is sent with what follows it, and waited for only
where somebody reads its answer. A pipeline that is still open when the unit of work ends takes the
COMMIT along (`storage.database`).

On SQLite, which is in our own process, all of this does nothing.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection

_OPEN = "stockpool_pipeline"


def open_pipeline(connection: Connection) -> None:
    """Send what follows without waiting.

    There is no COPY inside, and no statement through SQLAlchemy, which looks at each answer at
    once. An error of a statement whose answer nobody reads surfaces when the pipeline ends.
    """
    if connection.dialect.name == "sqlite" or is_pipelined(connection):
        return
    driver: Any = connection.connection.driver_connection
    opened: AbstractContextManager[Any] = driver.pipeline()
    opened.__enter__()
    connection.info[_OPEN] = opened


def is_pipelined(connection: Connection) -> bool:
    """Whether a pipeline is open."""
    return _OPEN in connection.info


def leave_pipeline(connection: Connection) -> None:
    """Wait for all that was sent; raises what went wrong with it. Without a pipeline, nothing."""
    opened = connection.info.pop(_OPEN, None)
    if opened is not None:
        opened.__exit__(None, None, None)


def commit_pipeline(connection: Connection) -> None:
    """Send COMMIT after what is in the pipeline, and leave it. Without a pipeline, nothing.

    If a statement before it failed, the server skips the COMMIT, and the failure is raised here.
    """
    if is_pipelined(connection):
        driver: Any = connection.connection.driver_connection
        driver.execute("COMMIT")
        leave_pipeline(connection)


def abandon_pipeline(connection: Connection, error: BaseException) -> None:
    """Leave a pipeline of a unit of work that failed with `error`, which is what counts."""
    opened = connection.info.pop(_OPEN, None)
    if opened is not None:
        opened.__exit__(type(error), error, error.__traceback__)
