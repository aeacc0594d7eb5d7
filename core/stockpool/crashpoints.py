"""Named places where a test may let the process die.

`reached` does nothing in production. A test installs a listener that raises or kills the
process, and the names are listed here so that it can prove that it hit them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

NAMES: Final = frozenset(
    {
        "intake.before_commit",
        "intake.after_commit",
        "effects.after_lease",
        "effects.after_call",
        "effects.before_result_commit",
        "effects.after_result_commit",
        "changes.before_commit",
        "changes.after_commit",
        "snapshot.before_commit",
        "waiting.before_commit",
        "cancel.before_commit",
        "care.before_commit",
        "bulk.while_planning",
        "bulk.after_batch",
        "bulk.after_outcomes",
        "bulk.before_finish",
        "csv.after_tracking_prepared",
        "csv.after_journal",
        "csv.after_rename",
        "webhook.before_commit",
        "webhook.after_commit",
    }
)

_listener: Callable[[str], None] | None = None


def reached(name: str) -> None:
    """Tell the listener, if there is one, that the code is at `name`."""
    if _listener is not None:
        if name not in NAMES:
            raise ValueError(f"unknown crash point {name!r}; add it to crashpoints.NAMES")
        _listener(name)


def listen(listener: Callable[[str], None] | None) -> Callable[[str], None] | None:
    """Install the listener of this process, or remove it with None; returns the one before."""
    global _listener
    before, _listener = _listener, listener
    return before
