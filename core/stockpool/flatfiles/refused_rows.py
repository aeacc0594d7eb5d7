"""Rows, or whole orders of several rows, that can't be used."""

from __future__ import annotations

from dataclasses import dataclass

from stockpool.problems import Problem


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """What is refused, and why.

    Attributes:
        line: the first line of it.
        rows: how many rows of the file it is.
        key: the order's id or the SKU that it is about, if that can be said.
    """

    line: int
    rows: int
    key: str
    problems: tuple[Problem, ...]
