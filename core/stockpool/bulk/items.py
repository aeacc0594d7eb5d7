"""The values of bulk work, and what a kind of it has to bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import Connection

from stockpool.flatfiles.layout import Layout
from stockpool.flatfiles.reader import FlatFile
from stockpool.flatfiles.refused_rows import RefusedRows
from stockpool.problems import Problem

Options = Mapping[str, str]


class Action(StrEnum):
    """What is planned for an item."""

    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    UNCHANGED = "unchanged"
    """The world is already as the file wants it."""
    REFUSED = "refused"


TO_APPLY = frozenset({Action.ADD, Action.CHANGE, Action.DELETE})


class OutcomeState(StrEnum):
    """What became of an item."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One item as it is planned.

    Attributes:
        line: where it begins in the file.
        rows: how many rows of the file it stands for.
        key: the identity that people know it by.
        content: what `apply` needs, ready for JSON.
        world: what the decision rested on; `apply` compares it with the world as it is then.
    """

    line: int
    rows: int
    key: str
    action: Action
    content: Mapping[str, Any] | None = None
    world: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item that is to be applied."""

    position: int
    line: int
    rows: int
    key: str
    action: Action
    content: Mapping[str, Any]
    world: str


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of one item.

    Attributes:
        result: the identity of what was made, like an order's id.
        refused_rows: how many of its rows were refused.
    """

    item: StoredItem
    state: OutcomeState
    result: str = ""
    refused_rows: int = 0
    problems: tuple[Problem, ...] = ()


Planner = Callable[[Connection, Sequence[Any]], list[PlannedItem]]
"""Plans some records after the others; it may remember what the earlier ones asked for."""


class BulkKind(Protocol):
    """One kind of bulk work. What it reads, plans and applies is its own; the rest is common.

    `apply` is repeated after a crash with items whose first application may have happened: it looks
    at the world first, and takes what it finds done as done.
    """

    @property
    def name(self) -> str:
        """As it is stored and shown."""

    @property
    def layout(self) -> Layout:
        """The columns of its file."""

    @property
    def batch(self) -> int:
        """Items that are planned, or applied, together; it bounds the memory that they take."""

    def checked_options(self, given: Options) -> Options:
        """The options, complete.

        Raises:
            RefusedError: one is missing or wrong.
        """

    def read(self, file: FlatFile) -> Iterator[Any | RefusedRows]:
        """The records of the file."""

    def planner(self, options: Options) -> Planner:
        """Plans the records of one file."""

    def apply(self, items: Sequence[StoredItem], options: Options) -> list[ItemOutcome]:
        """Apply items; one outcome each."""


@runtime_checkable
class LooksOutside(Protocol):
    """A kind that asks a network before it plans. No transaction is open meanwhile."""

    def look_at(self, records: Sequence[Any], options: Options) -> Sequence[Any]:
        """The records with what was found out; they are what is planned.

        Raises:
            PluginError: the network did not answer; the file is to be planned again.
        """


def refused_item(rows: RefusedRows) -> PlannedItem:
    """Rows that the reader refused."""
    return PlannedItem(rows.line, rows.rows, rows.key, Action.REFUSED, problems=rows.problems)


def refusal(item: StoredItem, *problems: Problem) -> ItemOutcome:
    """The whole item is refused."""
    return ItemOutcome(item, OutcomeState.REFUSED, refused_rows=item.rows, problems=problems)


def changed_since_plan(what: str, line: int) -> Problem:
    """The world is not what it was when the plan was made."""
    return Problem(
        "changed_since_plan",
        what,
        fix="look at it, and plan the row again if it is still wanted",
        source=f"line {line}",
    )
