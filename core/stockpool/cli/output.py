"""Printing results: JSON for programs, tables for people. Everything else goes to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_WIDE = 250
"""Columns of a table that no terminal is waiting for: nothing is cut off in a pipe or a file."""


def print_json(document: Any) -> None:
    """Print one JSON document on stdout, in ASCII, so that any terminal and pipe can take it."""
    print(json.dumps(document, default=_plain, indent=2))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


def plain(value: Any) -> str:
    """A value as a cell of a table: None is empty, times are UTC to the second."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(plain(member) for member in value)
    return one_line(str(value))


def one_line(text: str) -> str:
    """`text` without line breaks or other control characters.

    Orders and plugins bring texts from outside; none of them may steer the operator's terminal.
    """
    return "".join(character if character.isprintable() else " " for character in text)


def console(*, stderr: bool = False) -> Console:
    """Where people read."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def say(text: str) -> None:
    """Print a line for people."""
    console().print(Text(text), soft_wrap=True)


def warn(text: str) -> None:
    """Print a line on stderr."""
    print(one_line(text), file=sys.stderr)


def show_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str, title: str = ""
) -> None:
    """Print rows under headings; numbers are set to the right. `empty` is said if there are none.

    Args:
        title: said above the table.
    """
    cells = [list(row) for row in rows]
    if not cells:
        say(empty)
        return
    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(title) if title else None,
        title_justify="left",
        pad_edge=False,
    )
    for index, heading in enumerate(columns):
        numeric = all(isinstance(row[index], int | None) for row in cells)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(plain(value)) for value in row))
    console().print(table)


def show_facts(facts: Iterable[tuple[str, Any]]) -> None:
    """Print names and values, one a line; those without a value are left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in facts:
        if value not in (None, "", (), []):
            table.add_row(Text(name, style="bold"), Text(plain(value)))
    console().print(table)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Progress]:
    """A progress bar on stderr, if a person is watching; its task 0 counts `what`."""
    watching = sys.stderr.isatty()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not watching,
    ) as bar:
        bar.add_task(what, total=total)
        yield bar
