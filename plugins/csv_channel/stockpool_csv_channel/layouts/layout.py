"""What a layout is: which column means what, and what is special about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from stockpool_csv_channel.fields import LINE_FIELDS
from stockpool_csv_channel.findings import Finding
from stockpool_csv_channel.settings import CsvChannelSettings

Cells: TypeAlias = dict[str, str]
"""Stripped cells by field; a field without a column is missing."""

_FILLER = re.compile(r"[\s_\-\u200b\ufeff]+")


def normal(header: str) -> str:
    """`header` as it is compared: case, blanks, hyphens and underscores don't count."""
    return _FILLER.sub("", unicodedata.normalize("NFKC", header)).casefold()


@dataclass(slots=True)
class RawLine:
    """One row of an order: its number in the file, and its cells."""

    row: int
    cells: Cells


@dataclass(slots=True)
class RawOrder:
    """The rows of one order, before their cells are interpreted.

    A layout may change the cells, and set what it found:

    Attributes:
        findings: why the order has to be rejected.
        skip: why the order needs not be sent at all.
        skipped_lines: why lines need not be sent, by their place.
    """

    cells: Cells
    lines: list[RawLine]
    findings: list[Finding] = field(default_factory=list)
    skip: Finding | None = None
    skipped_lines: dict[int, Finding] = field(default_factory=dict)


Adapt: TypeAlias = Callable[[RawOrder, "CsvChannelSettings"], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to write orders as rows.

    Attributes:
        columns: field -> the headers that may stand over it, the usual one first. Fields beyond
            those of `fields` are the layout's own, read by its `adapt`.
        required: the fields without which a file is not of this layout.
        own_line_fields: fields of its own that belong to a line, not to the order.
        quoted_tabs: does a double quote mean anything in a file separated by tabs?
        short_rows: may empty cells at the end of a row be left out?
        lines_may_repeat: may two lines of an order be the same in everything?
        known_speeds_only: is a shipping method that the settings don't name an error?
        adapt: what is left to do before cells are read as values.
        kind: what its rows are.
        grouped_by: the field whose value the rows of one record share.
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    required: Sequence[str]
    own_line_fields: frozenset[str] = frozenset()
    quoted_tabs: bool = True
    short_rows: bool = False
    lines_may_repeat: bool = False
    known_speeds_only: bool = True
    adapt: Adapt | None = None
    kind: Literal["orders", "cancellations", "refunds", "returns"] = "orders"
    grouped_by: str = "channel_order_id"

    def is_of_line(self, name: str) -> bool:
        """Does the field belong to a line rather than to the order?"""
        return name in LINE_FIELDS or name in self.own_line_fields


@dataclass(frozen=True, slots=True)
class Columns:
    """A layout laid over the header row of one file.

    Attributes:
        order, line: field and the place of its column.
        titles: field -> the header as it stands in the file.
        width: how many cells a row has.
    """

    layout: Layout
    order: tuple[tuple[str, int], ...]
    line: tuple[tuple[str, int], ...]
    titles: Mapping[str, str]
    order_id: int
    width: int
