"""Errors of the database without the values of rows, so that they can be logged.

PostgreSQL tells in the lines after its message which row broke a rule ("Failing row contains …",
"Key (…) already exists", "COPY …, line 1: …"): a buyer's address, if it is that table.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError


def hide_values(error: BaseException) -> None:
    """Leave only the first line of what PostgreSQL said, in an error and in those it comes from."""
    for found in list(_chain(error)):
        if getattr(getattr(found, "diag", None), "sqlstate", None) is not None:
            found.args = (_first_line(found),)
        elif isinstance(found, DBAPIError) and found.args:
            found.args = (_first_line(found.args[0]),)


def _first_line(text: object) -> str:
    return str(text).partition("\n")[0]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
