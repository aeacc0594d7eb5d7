"""Cells that a spreadsheet would calculate instead of showing them.

Whoever places an order chooses the text in it, and a person opens the file. An apostrophe in
front makes a spreadsheet take the cell for text; `unguard` takes it off when such a file comes
back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

# The last four are the full-width forms, which Japanese spreadsheets calculate too.
STARTERS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def guard(cell: str) -> str:
    """`cell` so that no spreadsheet calculates it."""
    return "'" + cell if cell.startswith(STARTERS) else cell


def guard_row(cells: Sequence[str]) -> list[str]:
    """All cells of a row, guarded."""
    return [guard(cell) for cell in cells]


def unguard(cell: str) -> str:
    """What `guard` was given."""
    return cell[1:] if cell[:1] == "'" and cell.startswith(STARTERS, 1) else cell
