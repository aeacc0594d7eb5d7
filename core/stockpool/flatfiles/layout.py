"""What a kind of file consists of: its columns, and the fields that may stand above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_SEPARATORS = re.compile(r"[\s_\-]+")


def normal(name: str) -> str:
    """A header as it is compared: Amazon's files differ in case, blanks, hyphens, underscores."""
    return _SEPARATORS.sub("", name).casefold()


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or a field above the table, in Amazon's spelling.

    Attributes:
        required: a file without it is refused; its cells may be empty all the same.
        also: other spellings that are met.
    """

    name: str
    required: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """One kind of file.

    Attributes:
        name: for messages, like "removal file".
        head: fields above the table, one a line: name, tab, value.
    """

    name: str
    columns: tuple[Column, ...]
    head: tuple[Column, ...] = ()

    @cached_property
    def by_header(self) -> dict[str, str]:
        """Normalised header → the column's name."""
        return _by_header(self.columns)

    @cached_property
    def by_field(self) -> dict[str, str]:
        """Normalised name of a field above the table → its name."""
        return _by_header(self.head)

    @cached_property
    def required(self) -> frozenset[str]:
        """The columns that a file must have."""
        return frozenset(column.name for column in self.columns if column.required)

    def known(self, header: Sequence[str]) -> list[str | None]:
        """The name of each column that `header` names; None where it is not known."""
        return [self.by_header.get(normal(cell)) for cell in header]


def _by_header(columns: Sequence[Column]) -> dict[str, str]:
    return {normal(name): column.name for column in columns for name in (column.name, *column.also)}
